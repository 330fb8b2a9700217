// SPDX-License-Identifier: Apache-2.0
#include "userspace/dataplane/flow.h"

#include <netinet/in.h>

#include <utility>

namespace spa::dataplane {

namespace {

constexpr std::size_t kIpv6Header = 40;
// Headers that may stand before the upper layer; more of them than this is an attack.
constexpr int kMostExtensions = 8;

std::uint16_t be16(ByteView at, std::size_t offset) {
  return static_cast<std::uint16_t>(at[offset] << 8 | at[offset + 1]);
}

void read_ports(ByteView upper, Flow& flow) {
  switch (flow.protocol) {
    case IPPROTO_TCP:
    case IPPROTO_UDP:
    case IPPROTO_UDPLITE:
    case IPPROTO_SCTP:
    case IPPROTO_DCCP:
      if (upper.size() < 4) return;
      flow.source_port = be16(upper, 0);
      flow.destination_port = be16(upper, 2);
      break;
    case IPPROTO_ICMP:
    case IPPROTO_ICMPV6:
      if (upper.size() < 2) return;
      flow.source_port = flow.destination_port = be16(upper, 0);
      break;
    default:
      return;
  }
  flow.has_ports = true;
}

std::optional<Flow> read_v4(ByteView packet) {
  if (packet.size() < 20) return std::nullopt;
  const std::size_t header = (packet[0] & 15u) * 4u;
  const std::size_t total = be16(packet, 2);
  if (header < 20 || header > total || total > packet.size()) return std::nullopt;
  Flow flow;
  flow.source = IpAddress::from_bytes(packet.subspan(12, 4));
  flow.destination = IpAddress::from_bytes(packet.subspan(16, 4));
  flow.protocol = packet[9];
  const bool first_fragment = (be16(packet, 6) & 0x1fff) == 0;
  if (first_fragment) read_ports(packet.subspan(header, total - header), flow);
  return flow;
}

std::optional<Flow> read_v6(ByteView packet) {
  if (packet.size() < kIpv6Header) return std::nullopt;
  const std::size_t total = kIpv6Header + be16(packet, 4);
  if (total > packet.size()) return std::nullopt;
  Flow flow;
  flow.source = IpAddress::from_bytes(packet.subspan(8, 16));
  flow.destination = IpAddress::from_bytes(packet.subspan(24, 16));
  std::uint8_t next = packet[6];
  std::size_t at = kIpv6Header;
  bool first_fragment = true;
  for (int i = 0; i < kMostExtensions; ++i) {
    const bool options =
        next == IPPROTO_HOPOPTS || next == IPPROTO_ROUTING || next == IPPROTO_DSTOPTS;
    if (!options && next != IPPROTO_FRAGMENT) break;
    if (at + 8 > total) return std::nullopt;
    if (next == IPPROTO_FRAGMENT && (be16(packet, at + 2) & 0xfff8) != 0) first_fragment = false;
    const std::size_t length = options ? 8u + packet[at + 1] * 8u : 8u;
    next = packet[at];
    at += length;
    if (at > total) return std::nullopt;
    if (!first_fragment) break;  // what follows is the middle of something
  }
  flow.protocol = next;
  if (first_fragment) read_ports(packet.subspan(at, total - at), flow);
  return flow;
}

}  // namespace

std::optional<Flow> read_flow(ByteView packet) {
  if (packet.empty()) return std::nullopt;
  if (packet[0] >> 4 == 4) return read_v4(packet);
  if (packet[0] >> 4 == 6) return read_v6(packet);
  return std::nullopt;
}

Flow reversed(Flow flow) {
  std::swap(flow.source, flow.destination);
  std::swap(flow.source_port, flow.destination_port);
  return flow;
}

bool takes(const policy::TrafficSelector& selector, const IpAddress& address, std::uint8_t protocol,
           bool has_port, std::uint16_t port) {
  if (selector.first.family() != address.family()) return false;
  if (address < selector.first || selector.last < address) return false;
  if (selector.protocol != 0 && selector.protocol != protocol) return false;
  if (selector.port_first == 0 && selector.port_last == 65535) return true;
  return has_port && selector.port_first <= port && port <= selector.port_last;
}

policy::SelectorPair to_selectors(const Flow& outbound) {
  policy::SelectorPair pair;
  pair.local =
      policy::TrafficSelector::of({outbound.source, outbound.source.bits()}, outbound.protocol);
  pair.remote = policy::TrafficSelector::of({outbound.destination, outbound.destination.bits()},
                                            outbound.protocol);
  if (outbound.has_ports) {
    pair.local.port_first = pair.local.port_last = outbound.source_port;
    pair.remote.port_first = pair.remote.port_last = outbound.destination_port;
  }
  return pair;
}

}  // namespace spa::dataplane
