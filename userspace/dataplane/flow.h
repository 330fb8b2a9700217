// SPDX-License-Identifier: Apache-2.0
// What selectors look at in a plain packet (RFC 4301 4.4.1.1).
#pragma once

#include <cstdint>
#include <optional>

#include "userspace/base/address.h"
#include "userspace/base/bytes.h"
#include "userspace/policy/traffic.h"

namespace spa::dataplane {

struct Flow {
  IpAddress source;
  IpAddress destination;
  std::uint8_t protocol = 0;
  // TCP, UDP, SCTP, DCCP, UDP-Lite: the ports. ICMP: type and code in both, as one number (RFC 7296
  // 3.13.1). Absent for other protocols, in all fragments but the first, and where the packet ends
  // too early.
  bool has_ports = false;
  std::uint16_t source_port = 0;
  std::uint16_t destination_port = 0;
  friend auto operator<=>(const Flow&, const Flow&) = default;
};

// Empty unless the octets are a whole IPv4 or IPv6 packet.
[[nodiscard]] std::optional<Flow> read_flow(ByteView packet);

// The same conversation in the other direction.
[[nodiscard]] Flow reversed(Flow flow);

// Whether a selector takes this end of a flow; `port` counts only where the selector asks for
// ports.
[[nodiscard]] bool takes(const policy::TrafficSelector& selector, const IpAddress& address,
                         std::uint8_t protocol, bool has_port, std::uint16_t port);

// The flow as selectors: what an initiator puts first into its TS payloads (RFC 7296 2.9).
[[nodiscard]] policy::SelectorPair to_selectors(const Flow& outbound);

}  // namespace spa::dataplane
