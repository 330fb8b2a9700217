// SPDX-License-Identifier: Apache-2.0
#include "firmware-sim/esp/selector.h"

#include <algorithm>

#include "firmware-sim/esp/ip_packet.h"

namespace spa::esp {
namespace {

constexpr std::uint8_t kProtoIcmp = 1;
constexpr std::uint8_t kProtoDccp = 33;
constexpr std::uint8_t kProtoIcmpv6 = 58;
constexpr std::uint8_t kProtoSctp = 132;
constexpr std::uint8_t kProtoUdpLite = 136;
constexpr std::uint16_t kIkePort = 500;

bool has_ports(std::uint8_t protocol) {
  switch (protocol) {
    case kProtoTcp:
    case kProtoUdp:
    case kProtoUdpLite:
    case kProtoSctp:
    case kProtoDccp:
      return true;
    default:
      return false;
  }
}

}  // namespace

Address masked(const Address& address, unsigned prefix) {
  Address kept{};
  const unsigned whole = prefix / 8;
  std::copy_n(address.begin(), whole, kept.begin());
  if (prefix % 8 != 0)
    kept[whole] = static_cast<std::uint8_t>(address[whole] & (0xff00u >> prefix % 8));
  return kept;
}

Flow flow_of(card::ByteView packet, const IpPacket& ip) {
  Flow flow;
  flow.saddr = ip.saddr;
  flow.daddr = ip.daddr;
  flow.family = ip.ipv6 ? 6 : 4;
  flow.protocol = ip.protocol;
  const std::size_t left = ip.end - ip.payload;
  if (ip.fragment) {
    if (ip.protocol == kProtoFragment && left > 0) flow.protocol = packet[ip.payload];
    return flow;
  }
  if (left < 4) return flow;
  if (has_ports(ip.protocol)) {
    flow.sport = card::load_be16(&packet[ip.payload]);
    flow.dport = card::load_be16(&packet[ip.payload + 2]);
  } else if (ip.protocol == kProtoIcmp || ip.protocol == kProtoIcmpv6) {
    flow.sport = packet[ip.payload];
    flow.dport = packet[ip.payload + 1];
  }
  return flow;
}

bool is_ike(card::ByteView packet, const IpPacket& ip) {
  if (ip.fragment || ip.protocol != kProtoUdp || ip.end - ip.payload < kUdpHeader) return false;
  const std::uint16_t sport = card::load_be16(&packet[ip.payload]);
  const std::uint16_t dport = card::load_be16(&packet[ip.payload + 2]);
  if (sport == kIkePort || dport == kIkePort) return true;
  if (sport != kNattPort && dport != kNattPort) return false;
  return ip.end - ip.payload >= kUdpHeader + 4 &&
         card::load_be32(&packet[ip.payload + kUdpHeader]) == 0;
}

bool Selector::matches(const Flow& flow) const {
  if (family == 0) return true;
  return family == flow.family && (protocol == 0 || protocol == flow.protocol) &&
         (flow.sport & sport_mask) == sport && (flow.dport & dport_mask) == dport &&
         masked(flow.saddr, saddr_prefix) == saddr && masked(flow.daddr, daddr_prefix) == daddr;
}

std::optional<Selector> decode_selector(const spa_selector& request) {
  Selector made;
  std::copy_n(request.saddr, made.saddr.size(), made.saddr.begin());
  std::copy_n(request.daddr, made.daddr.size(), made.daddr.begin());
  made.saddr_prefix = request.saddr_prefix;
  made.daddr_prefix = request.daddr_prefix;
  made.family = request.family;
  made.protocol = request.protocol;
  made.sport = card::from_be(request.sport);
  made.sport_mask = card::from_be(request.sport_mask);
  made.dport = card::from_be(request.dport);
  made.dport_mask = card::from_be(request.dport_mask);
  const unsigned longest = made.family == 4 ? 32 : made.family == 6 ? 128 : 0;
  if (made.family != 0 && longest == 0) return std::nullopt;
  if (made.saddr_prefix > longest || made.daddr_prefix > longest) return std::nullopt;
  if (masked(made.saddr, made.saddr_prefix) != made.saddr ||
      masked(made.daddr, made.daddr_prefix) != made.daddr || (made.sport & ~made.sport_mask) != 0 ||
      (made.dport & ~made.dport_mask) != 0)
    return std::nullopt;
  if (made.family == 0 && (made.protocol != 0 || made.sport_mask != 0 || made.dport_mask != 0))
    return std::nullopt;
  if (std::any_of(std::begin(request.reserved), std::end(request.reserved),
                  [](std::uint8_t octet) { return octet != 0; }))
    return std::nullopt;
  return made;
}

}  // namespace spa::esp
