// SPDX-License-Identifier: Apache-2.0
// IPv4 and IPv6 addresses, prefixes and transport endpoints as plain values.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "userspace/base/bytes.h"
#include "userspace/base/result.h"

namespace spa {

// An IPv4 or IPv6 address in network order, or unspecified.
class IpAddress {
 public:
  enum class Family : std::uint8_t { kNone, kV4, kV6 };

  IpAddress() = default;
  [[nodiscard]] static IpAddress v4(std::uint32_t host_order);
  // 4 or 16 octets in network order; anything else gives an unspecified address.
  [[nodiscard]] static IpAddress from_bytes(ByteView octets);
  [[nodiscard]] static Result<IpAddress> parse(std::string_view text);

  [[nodiscard]] Family family() const { return family_; }
  [[nodiscard]] bool is_v4() const { return family_ == Family::kV4; }
  [[nodiscard]] bool is_v6() const { return family_ == Family::kV6; }
  [[nodiscard]] bool empty() const { return family_ == Family::kNone; }
  // 0.0.0.0, :: or no address at all.
  [[nodiscard]] bool is_any() const;
  // 4, 16 or 0 octets in network order.
  [[nodiscard]] ByteView bytes() const;
  [[nodiscard]] std::uint32_t v4_value() const;  // host order; 0 unless IPv4
  [[nodiscard]] unsigned bits() const { return is_v4() ? 32 : is_v6() ? 128 : 0; }
  [[nodiscard]] std::string to_string() const;

  friend auto operator<=>(const IpAddress&, const IpAddress&) = default;

 private:
  Family family_ = Family::kNone;
  std::array<std::uint8_t, 16> octets_{};
};

// An address with a prefix length; host bits are kept as given.
struct IpPrefix {
  IpAddress address;
  unsigned length = 0;
  [[nodiscard]] bool contains(const IpAddress& other) const;
  [[nodiscard]] IpAddress first() const;        // host bits cleared
  [[nodiscard]] IpAddress last() const;         // host bits set
  [[nodiscard]] std::string to_string() const;  // "10.0.0.0/8"
  [[nodiscard]] static Result<IpPrefix> parse(std::string_view text);
  friend auto operator<=>(const IpPrefix&, const IpPrefix&) = default;
};

// An address with a UDP port in host order.
struct Endpoint {
  IpAddress address;
  std::uint16_t port = 0;
  [[nodiscard]] std::string to_string() const;  // "192.0.2.1:500", "[2001:db8::1]:4500"
  friend auto operator<=>(const Endpoint&, const Endpoint&) = default;
};

}  // namespace spa
