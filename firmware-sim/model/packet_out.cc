// SPDX-License-Identifier: Apache-2.0
#include "firmware-sim/model/packet_out.h"

#include <algorithm>

#include "firmware-sim/esp/ip_packet.h"

namespace spa::card {
namespace {

constexpr std::uint16_t kEtherTypeIpv4 = 0x0800;
constexpr std::uint16_t kEtherTypeIpv6 = 0x86dd;

}  // namespace

esp::Sa* PacketOut::decide(Job& job, const esp::IpPacket& ip) {
  const ByteView frame = job.buffer.subspan(job.start, job.length);
  job.status = SPA_OK;
  const esp::Flow flow = esp::flow_of(frame, ip);
  const esp::Policy* policy =
      esp::is_ike(frame, ip) ? nullptr : core_.policies.find(SPA_POLICY_OUT, flow);
  if (policy == nullptr || policy->action == SPA_POLICY_ALLOW) {
    ++core_.counters.tx_packet_bypassed;
    return nullptr;
  }
  if (policy->action == SPA_POLICY_BLOCK) {
    ++core_.counters.tx_packet_blocked;
    job.status = SPA_E_POLICY;
    return nullptr;
  }
  esp::Sa* sa = core_.sas.find_outbound(*policy, flow);
  if (sa == nullptr) {
    ++core_.counters.tx_packet_no_sa;
    job.status = SPA_E_NO_SA;
  }
  return sa;
}

void PacketOut::run(std::span<Job> burst) {
  std::array<esp::EncapPacket, kBurst> packets;
  std::array<Kept, kBurst> links;
  std::array<Job*, kBurst> owners;
  std::size_t count = 0;
  for (Job& job : burst) {
    const ByteView frame = job.buffer.subspan(job.start, job.length);
    const auto ip = esp::parse_ethernet(frame);
    job.status = SPA_OK;
    if (!ip) {  // ARP and the like
      ++core_.counters.tx_packet_bypassed;
      continue;
    }
    const esp::Sa* sa = decide(job, *ip);
    if (sa == nullptr) continue;
    packets[count] = {.packet = {job.buffer, job.start + ip->start, ip->end - ip->start},
                      .sa_index = sa->index,
                      .sa_generation = sa->generation};
    links[count].length = ip->start;
    std::copy_n(frame.begin(), ip->start, links[count].header.begin());
    owners[count++] = &job;
  }
  if (count == 0) return;
  core_.engine->encapsulate(std::span(packets).first(count));
  for (std::size_t i = 0; i < count; ++i) finish(*owners[i], packets[i], links[i]);
}

void PacketOut::finish(Job& job, const esp::EncapPacket& done, const Kept& link) {
  job.status = done.status;
  if (done.status != SPA_OK) return;
  job.start = done.packet.offset - link.length;
  job.length = link.length + done.packet.length;
  if (job.length > core_.config.frame_octets) {
    job.status = SPA_E_SPACE;
    return;
  }
  const MutableByteView frame = job.buffer.subspan(job.start, job.length);
  std::copy_n(link.header.begin(), link.length, frame.begin());
  const bool ipv6 = frame[link.length] >> 4 == 6;
  store_be16(&frame[link.length - 2], ipv6 ? kEtherTypeIpv6 : kEtherTypeIpv4);
  ++core_.counters.tx_packet_protected;
}

}  // namespace spa::card
