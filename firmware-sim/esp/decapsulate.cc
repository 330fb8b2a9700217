// SPDX-License-Identifier: Apache-2.0
// Packet mode, inbound: RFC 4303 3.4, the ECN rules of RFC 6040 4.2 and the checksum rule of
// RFC 3948 3.1.2; RFC 3948 3.3, 3.5.
#include <algorithm>
#include <cstring>

#include "firmware-sim/esp/engine_core.h"
#include "firmware-sim/esp/tunnel.h"

namespace spa::esp {
namespace {

spa_status locate(const DecapPacket& job, Incoming& in) {
  const PacketBuffer& packet = job.packet;
  if (packet.offset > packet.buffer.size() || packet.length > packet.buffer.size() - packet.offset)
    return SPA_E_SPACE;
  const auto extent = packet.buffer.first(packet.offset + packet.length);
  if (job.esp_only) {
    if (packet.length < 8) return SPA_E_FORMAT;
    in.ip.ipv6 = job.ipv6;
    in.ip.saddr = job.saddr;
    in.ip.daddr = job.daddr;
    in.at.esp = packet.offset;
    in.at.length = packet.length;
    in.at.spi = card::load_be32(&extent[in.at.esp]);
    in.at.seq = card::load_be32(&extent[in.at.esp + 4]);
    return SPA_OK;
  }
  const auto ip = parse_ip(extent, packet.offset);
  if (!ip) return SPA_E_FORMAT;
  const auto at = locate_esp(extent, *ip);
  if (!at) return SPA_E_UNSUPPORTED;
  in.ip = *ip;
  in.at = *at;
  return SPA_OK;
}

// The decrypted payload without its trailer.
struct Payload {
  std::size_t start = 0;
  std::size_t length = 0;
  std::uint8_t next = 0;
};

bool strip_trailer(card::ByteView buffer, const Transform& transform, const Incoming& in,
                   Payload& out) {
  out.start = in.at.esp + 8 + transform.iv_length;
  const std::size_t end = in.at.esp + in.at.length - transform.icv_length;
  const std::size_t padding = buffer[end - 2];
  if (padding + 2 > end - out.start) return false;
  out.next = buffer[end - 1];
  out.length = end - out.start - 2 - padding;
  for (std::size_t i = 0; i < padding; ++i)
    if (buffer[out.start + out.length + i] != i + 1) return false;
  return true;
}

spa_status finish_tunnel(DecapPacket& job, const Incoming& in, const Payload& payload) {
  const card::MutableByteView buffer = job.packet.buffer;
  if (payload.next != kProtoIpIp && payload.next != kProtoIpv6) return SPA_E_FORMAT;
  const auto inner = parse_ip(buffer.first(payload.start + payload.length), payload.start);
  if (!inner || inner->ipv6 != (payload.next == kProtoIpv6)) return SPA_E_FORMAT;
  if (!job.esp_only && !combine_ecn(buffer, in.ip, *inner)) return SPA_E_FORMAT;
  job.packet.offset = inner->start;
  job.packet.length = inner->end - inner->start;  // what is behind it is TFC padding, RFC 4303 2.7
  return SPA_OK;
}

// A NAT rewrote the addresses that the sender's checksum covers. The packet is authentic, so the
// sum is simply made anew; a UDP packet without one stays without.
void refresh_upper_checksum(card::MutableByteView upper, const IpPacket& ip,
                            std::uint8_t protocol) {
  const std::size_t at = protocol == kProtoTcp ? 16 : 6;
  if ((protocol != kProtoTcp && protocol != kProtoUdp) || upper.size() < at + 2) return;
  if (protocol == kProtoUdp && card::load_be16(&upper[at]) == 0) return;
  card::store_be16(&upper[at], 0);
  const std::uint16_t sum = upper_checksum(upper, ip.saddr, ip.daddr, ip.ipv6, protocol);
  card::store_be16(&upper[at], sum == 0 && protocol == kProtoUdp ? 0xffff : sum);
}

spa_status finish_transport(DecapPacket& job, const Incoming& in, const Payload& payload) {
  const card::MutableByteView buffer = job.packet.buffer;
  const IpPacket& ip = in.ip;
  const std::size_t header =
      job.esp_only ? (ip.ipv6 ? kIpv6Header : kIpv4Header) : ip.payload - ip.start;
  if (payload.start < header) return SPA_E_SPACE;
  const std::size_t start = payload.start - header;
  const std::size_t total = header + payload.length;
  if (job.esp_only) {
    OuterHeader made;
    made.ipv6 = ip.ipv6;
    made.protocol = payload.next;
    made.df = true;
    made.saddr = ip.saddr;
    made.daddr = ip.daddr;
    write_ip_header(&buffer[start], made, total);
  } else {
    std::memmove(&buffer[start], &buffer[ip.start], header);
    rewrite_ip_header(buffer.subspan(start, header), ip.ipv6, ip.protocol_at - ip.start,
                      payload.next, total);
  }
  if (in.at.udp || job.esp_only)
    refresh_upper_checksum(buffer.subspan(payload.start, payload.length), ip, payload.next);
  job.packet.offset = start;
  job.packet.length = total;
  return SPA_OK;
}

// For the first packets of a burst, as many as `out` holds; their SAs come into the cache.
void locate_all(const SaTable& table, std::span<DecapPacket> burst, std::span<Incoming> out) {
  std::array<SaTable::InboundKey, SaTable::kPrefetchMax> keys;
  std::size_t count = 0;
  for (std::size_t i = 0; i < std::min(burst.size(), out.size()); ++i) {
    DecapPacket& job = burst[i];
    job.sa_index = SPA_SA_NONE;
    job.sa_generation = 0;
    job.dummy = false;
    out[i] = {};
    job.status = locate(job, out[i]);
    if (job.status == SPA_OK)
      keys[count++] = {&out[i].ip.daddr, out[i].at.spi, out[i].at.seq, out[i].ip.ipv6};
  }
  table.prefetch_inbound(std::span(keys).first(count));
}

// UDP to a port that is not ESP's is somebody else's.
bool is_foreign_udp(const Incoming& in) {
  return in.at.udp && in.at.dport != kNattPort;
}

// UDP-encapsulated or not, either form is taken for any SA: a NAT may come or go (RFC 7296 2.23).
Sa* inbound_sa(Engine::Core& core, const Incoming& in) {
  Sa* sa = core.table.find_inbound(in.ip.daddr, in.at.spi, in.ip.ipv6);
  if (sa && is_foreign_udp(in) && in.at.dport != sa->encap_dport) return nullptr;
  if (!sa && !is_foreign_udp(in))
    core.unknown_spi(in.ip.saddr, in.ip.daddr, in.ip.ipv6, in.at.spi, in.at.seq);
  return sa;
}

}  // namespace

spa_status unwrap(DecapPacket& job, const Sa& sa, const Incoming& in) {
  Payload payload;
  if (!strip_trailer(job.packet.buffer, sa.transform, in, payload)) return SPA_E_FORMAT;
  if (payload.next == kProtoNone) {
    job.dummy = true;
    job.packet.offset = payload.start;
    job.packet.length = 0;
    return SPA_OK;
  }
  return sa.is_tunnel() ? finish_tunnel(job, in, payload) : finish_transport(job, in, payload);
}

void Engine::decapsulate(std::span<DecapPacket> burst) {
  Core& core = *core_;
  std::array<Incoming, Batch::kSize> incoming;
  const auto flush = [&] {
    core.table.crypto().open(core.batch.jobs());
    for (std::size_t i = 0; const Batch::Entry& entry : core.batch.entries()) {
      DecapPacket& job = burst[entry.packet];
      const Incoming& in = incoming[i];
      job.status = core.finish_open(entry, core.batch.jobs()[i++], in.ip.saddr, in.ip.daddr);
      if (job.status != SPA_OK) continue;
      job.status = unwrap(job, *entry.sa, in);
      if (job.status == SPA_E_FORMAT) ++entry.sa->format_failures;
      ++(job.status == SPA_OK ? stats_.rx_ok : stats_.rx_format);
    }
    core.batch.clear();
  };
  std::array<Incoming, SaTable::kPrefetchMax> located;
  for (std::size_t i = 0; i < burst.size(); ++i) {
    if (i % located.size() == 0) locate_all(core.table, burst.subspan(i), located);
    DecapPacket& job = burst[i];
    if (job.status != SPA_OK) continue;
    const Incoming& in = located[i % located.size()];
    Sa* sa = inbound_sa(core, in);
    if (!sa) {
      job.status = is_foreign_udp(in) ? SPA_E_UNSUPPORTED : SPA_E_NOT_FOUND;
      continue;
    }
    job.sa_index = sa->index;
    job.sa_generation = sa->generation;
    if (core.batch.full() || core.batch.may_hold(*sa, in.at.seq)) flush();
    incoming[core.batch.entries().size()] = in;
    job.status = core.admit_inbound(
        *sa, {job.packet.buffer.subspan(in.at.esp, in.at.length), &in.ip.saddr, &in.ip.daddr, i});
  }
  flush();
}

}  // namespace spa::esp
