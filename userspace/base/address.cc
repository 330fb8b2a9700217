// SPDX-License-Identifier: Apache-2.0
#include "userspace/base/address.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>

namespace spa {

IpAddress IpAddress::v4(std::uint32_t host_order) {
  IpAddress address;
  address.family_ = Family::kV4;
  for (int i = 0; i < 4; ++i) {
    address.octets_[static_cast<std::size_t>(i)] =
        static_cast<std::uint8_t>(host_order >> (24 - 8 * i));
  }
  return address;
}

IpAddress IpAddress::from_bytes(ByteView octets) {
  IpAddress address;
  if (octets.size() == 4) address.family_ = Family::kV4;
  if (octets.size() == 16) address.family_ = Family::kV6;
  if (!address.empty()) std::copy(octets.begin(), octets.end(), address.octets_.begin());
  return address;
}

Result<IpAddress> IpAddress::parse(std::string_view text) {
  const std::string copy(text);
  std::array<std::uint8_t, 16> octets{};
  if (inet_pton(AF_INET, copy.c_str(), octets.data()) == 1) {
    return from_bytes({octets.data(), 4});
  }
  if (inet_pton(AF_INET6, copy.c_str(), octets.data()) == 1) {
    return from_bytes({octets.data(), 16});
  }
  return fail(Errc::kInvalid, "\"" + copy + "\" is not an IP address");
}

bool IpAddress::is_any() const {
  return std::all_of(octets_.begin(), octets_.end(), [](std::uint8_t o) { return o == 0; });
}

ByteView IpAddress::bytes() const {
  return {octets_.data(), bits() / 8};
}

std::uint32_t IpAddress::v4_value() const {
  if (!is_v4()) return 0;
  return static_cast<std::uint32_t>(octets_[0]) << 24 |
         static_cast<std::uint32_t>(octets_[1]) << 16 |
         static_cast<std::uint32_t>(octets_[2]) << 8 | octets_[3];
}

std::string IpAddress::to_string() const {
  if (empty()) return "unspecified";
  char text[INET6_ADDRSTRLEN] = {};
  inet_ntop(is_v4() ? AF_INET : AF_INET6, octets_.data(), text, sizeof text);
  return text;
}

namespace {
// The address with all bits after `length` set or cleared.
IpAddress with_host_bits(const IpAddress& address, unsigned length, bool set) {
  Bytes octets = to_bytes(address.bytes());
  for (std::size_t bit = length; bit < octets.size() * 8; ++bit) {
    const auto mask = static_cast<std::uint8_t>(0x80u >> (bit % 8));
    if (set) {
      octets[bit / 8] |= mask;
    } else {
      octets[bit / 8] &= static_cast<std::uint8_t>(~mask);
    }
  }
  return IpAddress::from_bytes(octets);
}
}  // namespace

IpAddress IpPrefix::first() const {
  return with_host_bits(address, length, false);
}
IpAddress IpPrefix::last() const {
  return with_host_bits(address, length, true);
}

bool IpPrefix::contains(const IpAddress& other) const {
  return other.family() == address.family() && first() <= other && other <= last();
}

std::string IpPrefix::to_string() const {
  return address.to_string() + "/" + std::to_string(length);
}

Result<IpPrefix> IpPrefix::parse(std::string_view text) {
  const std::size_t slash = text.find('/');
  auto address = IpAddress::parse(text.substr(0, slash));
  if (!address) return tl::unexpected(address.error());
  IpPrefix prefix{*address, address->bits()};
  if (slash == std::string_view::npos) return prefix;
  const std::string_view digits = text.substr(slash + 1);
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), prefix.length);
  if (error != std::errc{} || end != digits.data() + digits.size() || digits.empty() ||
      prefix.length > address->bits()) {
    return fail(Errc::kInvalid, "\"" + std::string(text) + "\" has no valid prefix length");
  }
  return prefix;
}

std::string Endpoint::to_string() const {
  const std::string host = address.to_string();
  return (address.is_v6() ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

}  // namespace spa
