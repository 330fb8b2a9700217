// SPDX-License-Identifier: Apache-2.0
// What a packet is, as policies see it, and which packets an SA or a policy is for (RFC 4301
// 4.4.1.1).
#pragma once

#include <spa/hw.h>

#include <array>
#include <cstdint>
#include <optional>

#include "firmware-sim/base/octets.h"

namespace spa::esp {

using Address = std::array<std::uint8_t, 16>;  // IPv4 in the first four octets, the rest zero
struct IpPacket;

// Ports are 0 where there are none; ICMP's type and code stand in their place, as in XFRM.
struct Flow {
  Address saddr{};
  Address daddr{};
  std::uint16_t sport = 0;
  std::uint16_t dport = 0;
  std::uint8_t family = 0;  // 4 or 6
  std::uint8_t protocol = 0;
  bool operator==(const Flow&) const = default;
};

// The flow of a packet that parse_ip() took.
[[nodiscard]] Flow flow_of(card::ByteView packet, const IpPacket& ip);

// IKE never meets a policy: UDP 500, and UDP 4500 behind a non-ESP marker (RFC 3948 2.2).
[[nodiscard]] bool is_ike(card::ByteView packet, const IpPacket& ip);

struct Selector {
  Address saddr{};
  Address daddr{};
  std::uint8_t saddr_prefix = 0;
  std::uint8_t daddr_prefix = 0;
  std::uint8_t family = 0;    // 0: every packet
  std::uint8_t protocol = 0;  // 0: any
  std::uint16_t sport = 0, sport_mask = 0, dport = 0, dport_mask = 0;

  [[nodiscard]] bool matches(const Flow& flow) const;
};

// Empty when a field is out of its range, or says more than its prefix or mask.
[[nodiscard]] std::optional<Selector> decode_selector(const spa_selector& request);

// An address with all but its first `prefix` bits cleared.
[[nodiscard]] Address masked(const Address& address, unsigned prefix);

}  // namespace spa::esp
