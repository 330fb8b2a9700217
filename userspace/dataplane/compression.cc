// SPDX-License-Identifier: Apache-2.0
#include "userspace/dataplane/compression.h"

#include <algorithm>

namespace spa::dataplane {

namespace {

void put(const IpAddress& address, esp::Address& to) {
  const ByteView octets = address.bytes();
  std::copy(octets.begin(), octets.end(), to.begin());
}

}  // namespace

Compression::Compression(const ports::SaPair& pair) {
  in_.cpi = pair.cpi_in;
  out_.cpi = pair.cpi_out;
  in_.tunnel = out_.tunnel = pair.mode == policy::EncapsulationMode::kTunnel;
  outer_.ipv6 = pair.remote.address.is_v6();
  put(pair.local.address, outer_.saddr);
  put(pair.remote.address, outer_.daddr);
}

spa_status Compression::compress(esp::IpComp& streams, esp::PacketBuffer& packet) {
  return streams.compress(out_, packet, out_.tunnel ? &outer_ : nullptr).status;
}

spa_status Compression::decompress(esp::IpComp& streams, esp::PacketBuffer& packet,
                                   card::MutableByteView memory) {
  const auto ip = esp::parse_ip(packet.view(), 0);
  if (!ip) return SPA_E_FORMAT;
  if (ip->protocol != esp::kProtoIpComp) return in_.tunnel ? strip_outer(packet) : SPA_OK;
  const card::MutableByteView from = packet.view();
  if (from.size() > memory.size()) return SPA_E_SPACE;
  std::copy(from.begin(), from.end(), memory.begin());
  esp::PacketBuffer roomy{memory, 0, from.size()};
  const spa_status status = streams.decompress(in_, roomy);
  if (status == SPA_OK) {
    packet = roomy;
    ++decompressed_;
  } else {
    ++failures_;
  }
  return status;
}

// A packet that did not shrink travels behind the outer header alone.
spa_status Compression::strip_outer(esp::PacketBuffer& packet) const {
  const auto ip = esp::parse_ip(packet.view(), 0);
  if (!ip || ip->fragment) return SPA_E_FORMAT;
  if (ip->protocol != esp::kProtoIpIp && ip->protocol != esp::kProtoIpv6) return SPA_E_FORMAT;
  const auto inner = esp::parse_ip(packet.view().first(ip->end), ip->payload);
  if (!inner || inner->ipv6 != (ip->protocol == esp::kProtoIpv6)) return SPA_E_FORMAT;
  packet.length = inner->end - inner->start;
  packet.offset += inner->start;
  return SPA_OK;
}

ports::CompressionCounters Compression::counters() const {
  return {out_.compressed, out_.left_alone, decompressed_, failures_};
}

}  // namespace spa::dataplane
