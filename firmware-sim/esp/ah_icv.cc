// SPDX-License-Identifier: Apache-2.0
#include "firmware-sim/esp/ah_icv.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace spa::esp {
namespace {

void zero(card::MutableByteView octets) {
  std::fill(octets.begin(), octets.end(), std::uint8_t{0});
}

// RFC 4302 A.1: options that routers leave alone. All others are zero, their type and length too.
bool is_immutable_option(std::uint8_t type) {
  constexpr std::array<std::uint8_t, 5> kImmutable{130, 133, 134, 148, 149};
  return std::find(kImmutable.begin(), kImmutable.end(), type) != kImmutable.end();
}

// Source routing: the destination is what the last router will make of it (RFC 4302 3.3.3.1.1.2).
bool predict_destination(card::MutableByteView header, card::ByteView option) {
  constexpr std::size_t kFixed = 3;  // type, length, pointer
  if (option.size() < kFixed || (option.size() - kFixed) % 4 != 0) return false;
  const std::size_t pointer = option[2];
  if (pointer < kFixed + 1) return false;
  if (pointer + 3 <= option.size()) std::memcpy(&header[16], &option[option.size() - 4], 4);
  return true;
}

bool clear_ipv4_options(card::MutableByteView header) {
  constexpr std::uint8_t kEnd = 0;
  constexpr std::uint8_t kNop = 1;
  constexpr std::uint8_t kLooseRoute = 131;
  constexpr std::uint8_t kStrictRoute = 137;
  for (std::size_t at = kIpv4Header; at < header.size();) {
    const std::uint8_t type = header[at];
    if (type == kEnd) return true;
    if (type == kNop) {
      ++at;
      continue;
    }
    if (header.size() - at < 2) return false;
    const std::size_t length = header[at + 1];
    if (length < 2 || length > header.size() - at) return false;
    const card::MutableByteView option = header.subspan(at, length);
    if ((type == kLooseRoute || type == kStrictRoute) && !predict_destination(header, option))
      return false;
    if (!is_immutable_option(type)) zero(option);
    at += length;
  }
  return true;
}

bool make_ipv4_immutable(card::MutableByteView copy, std::size_t ah) {
  copy[1] = 0;                // DSCP and ECN
  zero(copy.subspan(6, 2));   // flags and fragment offset
  copy[8] = 0;                // TTL
  zero(copy.subspan(10, 2));  // checksum
  return clear_ipv4_options(copy.first(ah));
}

// Hop-by-hop and destination options: the third bit of a type says that its data may change
// (RFC 8200 4.2).
bool clear_ipv6_options(card::MutableByteView header) {
  constexpr std::uint8_t kPad1 = 0;
  constexpr std::uint8_t kMayChange = 0x20;
  for (std::size_t at = 2; at < header.size();) {
    if (header[at] == kPad1) {
      ++at;
      continue;
    }
    if (header.size() - at < 2) return false;
    const std::size_t length = header[at + 1];
    if (length > header.size() - at - 2) return false;
    if ((header[at] & kMayChange) != 0) zero(header.subspan(at + 2, length));
    at += 2 + length;
  }
  return true;
}

// The addresses in the order in which they arrive (RFC 4302 3.3.3.1.2.2; types 0 and 2 have the
// same shape). Of other types nothing is known but that they have arrived.
bool predict_route(card::MutableByteView copy, card::MutableByteView header) {
  constexpr std::size_t kAddress = 16;
  const std::size_t left = header[3];
  if (left == 0) return true;
  if ((header[2] != 0 && header[2] != 2) || (header.size() - 8) % kAddress != 0) return false;
  const std::size_t count = (header.size() - 8) / kAddress;
  if (left > count) return false;
  std::uint8_t* addresses = header.data() + 8;
  std::array<std::uint8_t, kAddress> last;
  std::memcpy(last.data(), addresses + (count - 1) * kAddress, kAddress);
  std::uint8_t* from = addresses + (count - left) * kAddress;
  std::memmove(from + kAddress, from, (left - 1) * kAddress);
  std::memcpy(from, &copy[24], kAddress);
  std::memcpy(&copy[24], last.data(), kAddress);
  header[3] = 0;
  return true;
}

bool make_ipv6_immutable(card::MutableByteView copy, std::size_t ah) {
  constexpr std::uint8_t kRouting = 43;
  card::store_be32(copy.data(), 0x60000000u);  // traffic class and flow label
  copy[7] = 0;                                 // hop limit
  std::uint8_t type = copy[6];
  for (std::size_t at = kIpv6Header; at < ah;) {
    if (ah - at < 8) return false;
    const std::size_t length = (std::size_t{copy[at + 1]} + 1) * 8;
    if (length > ah - at) return false;
    const card::MutableByteView header = copy.subspan(at, length);
    const bool good = type == kRouting ? predict_route(copy, header) : clear_ipv6_options(header);
    if (!good) return false;
    type = header[0];
    at += length;
  }
  return true;
}

}  // namespace

bool make_immutable(card::MutableByteView copy, std::size_t ah, std::size_t icv) {
  zero(copy.subspan(ah + kAhFixed, icv));
  return copy[0] >> 4 == 6 ? make_ipv6_immutable(copy, ah) : make_ipv4_immutable(copy, ah);
}

}  // namespace spa::esp
