// SPDX-License-Identifier: Apache-2.0
#include "firmware-sim/model/packet_in.h"

#include <algorithm>
#include <array>

#include "firmware-sim/esp/ip_packet.h"

namespace spa::card {
namespace {

constexpr std::uint8_t kProtoAh = 51;

// What may come in the clear although a policy wants protection: it is, or carries, the protection.
bool protects_itself(ByteView frame, const esp::IpPacket& ip) {
  if (ip.protocol == esp::kProtoEsp || ip.protocol == kProtoAh || esp::is_ike(frame, ip))
    return true;
  const auto at = esp::locate_esp(frame, ip);
  return at && at->udp && at->dport == esp::kNattPort;
}

bool admit_plain(Core& core, const esp::RxFrame& frame) {
  if (core.policies.empty(SPA_POLICY_IN)) return true;
  const auto ip = esp::parse_ethernet(frame.frame);
  if (!ip || protects_itself(frame.frame, *ip)) return true;
  const esp::Policy* policy = core.policies.find(SPA_POLICY_IN, esp::flow_of(frame.frame, *ip));
  if (policy == nullptr || policy->action == SPA_POLICY_ALLOW) return true;
  ++core.counters.rx_packet_blocked;
  return false;
}

// As xfrm_policy_check(): what came through a tunnel needs a policy that asks for this very tunnel;
// what came in transport mode may also come without one.
bool wanted(Core& core, const esp::Sa& sa, const esp::Flow& flow) {
  if (!sa.selector.matches(flow)) return false;
  const esp::Policy* policy = core.policies.find(SPA_POLICY_IN, flow);
  if (policy == nullptr || policy->action == SPA_POLICY_ALLOW) return !sa.is_tunnel();
  if (policy->action != SPA_POLICY_PROTECT || policy->reqid != sa.reqid ||
      policy->tunnel != sa.is_tunnel())
    return false;
  return !policy->tunnel || (policy->outer_ipv6 == sa.ipv6() && policy->daddr == sa.daddr);
}

// Puts the Ethernet header before the inner packet.
void strip(esp::RxFrame& frame) {
  const std::size_t link = frame.link;
  std::array<std::uint8_t, 18> header;
  std::copy_n(frame.frame.begin(), link, header.begin());
  frame.frame = frame.frame.subspan(frame.payload - link, link + frame.payload_length);
  frame.payload = link;
  std::copy_n(header.begin(), link, frame.frame.begin());
  store_be16(&frame.frame[link - 2],
             frame.next_header == esp::kProtoIpv6 ? std::uint16_t{0x86dd} : std::uint16_t{0x0800});
}

}  // namespace

bool admit_packet(Core& core, esp::RxFrame& frame) {
  if (!frame.is_esp) return admit_plain(core, frame);
  if (!frame.packet_mode) return true;
  esp::Sa* sa = core.sas.at(frame.sa_index);
  // The engine has counted what it refused; a dummy (RFC 4303 2.6) is nobody's.
  if (sa == nullptr || frame.status != SPA_OK || frame.payload_length == 0) return false;
  const auto inner = esp::parse_ip(
      ByteView(frame.frame).first(frame.payload + frame.payload_length), frame.payload);
  if (!inner || !wanted(core, *sa, esp::flow_of(frame.frame, *inner))) {
    ++sa->selector_failures;
    ++core.counters.rx_packet_selector;
    return false;
  }
  strip(frame);
  ++core.counters.rx_packet_ok;
  return true;
}

}  // namespace spa::card
