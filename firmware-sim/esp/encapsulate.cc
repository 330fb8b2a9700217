// SPDX-License-Identifier: Apache-2.0
// Packet mode, outbound: RFC 4303 3.1, 3.3.2 with the header construction of RFC 4301 5.1.2 and,
// around it, UDP as in RFC 3948 3.2, 3.4.
#include <cstring>

#include "firmware-sim/esp/engine_core.h"
#include "firmware-sim/esp/tunnel.h"

namespace spa::esp {
namespace {

constexpr std::size_t kIpv4Max = 65535;
constexpr std::size_t kIpv6Max = 65535 + kIpv6Header;

// Where the parts of the ESP packet go, as offsets into the caller's buffer.
struct Layout {
  std::size_t text = 0;     // start of what is encrypted; the payload is there already
  std::size_t payload = 0;  // its length
  std::size_t padding = 0;  // octets
  std::size_t esp = 0;      // the SPI
  std::size_t header = 0;   // outer IP header; equal to esp with esp_only
  std::size_t outer = 0;    // length of the outer IP header with its extensions
  std::size_t end = 0;      // after the ICV
  std::uint8_t next = 0;    // next header
};

spa_status lay_out(const Sa& sa, const PacketBuffer& packet, const IpPacket& ip, Layout& out) {
  const Transform& transform = sa.transform;
  const bool tunnel = sa.is_tunnel();
  if (!tunnel && (ip.fragment || ip.ipv6 != sa.ipv6())) return SPA_E_FORMAT;
  out.text = tunnel ? ip.start : ip.payload;
  out.payload = ip.end - out.text;
  out.next = tunnel ? (ip.ipv6 ? kProtoIpv6 : kProtoIpIp) : ip.protocol;
  out.padding = (transform.block - (out.payload + 2) % transform.block) % transform.block;
  out.end = out.text + out.payload + out.padding + 2 + transform.icv_length;

  const std::size_t own = 8u + transform.iv_length;
  out.outer = !tunnel ? ip.payload - ip.start : sa.ipv6() ? kIpv6Header : kIpv4Header;
  const std::size_t udp = sa.udp_encap() ? kUdpHeader : 0;
  const std::size_t ahead = own + (sa.tunnel.esp_only ? 0 : udp + out.outer);
  if (out.text < ahead || out.end > packet.buffer.size()) return SPA_E_SPACE;
  out.esp = out.text - own;
  out.header = out.text - ahead;
  const std::size_t total = udp + out.outer + (out.end - out.esp);
  return total > (sa.ipv6() ? kIpv6Max : kIpv4Max) ? SPA_E_FORMAT : SPA_OK;
}

void write_outer(Engine::Core& core, const Sa& sa, card::MutableByteView buffer,
                 const IpPacket& inner, const Layout& at) {
  const std::uint8_t protocol = sa.udp_encap() ? kProtoUdp : kProtoEsp;
  const std::size_t total = at.end - at.header;
  std::uint8_t* header = buffer.data() + at.header;
  if (!sa.is_tunnel()) {
    std::memmove(header, buffer.data() + inner.start, at.outer);
    rewrite_ip_header({header, at.outer}, sa.ipv6(), inner.protocol_at - inner.start, protocol,
                      total);
  } else {
    write_ip_header(header, outer_header(sa, inner, buffer, protocol, core.identification), total);
  }
  if (!sa.udp_encap()) return;
  std::uint8_t* udp = buffer.data() + at.esp - kUdpHeader;
  card::store_be16(udp, sa.encap_sport);
  card::store_be16(udp + 2, sa.encap_dport);
  card::store_be16(udp + 4, static_cast<std::uint16_t>(at.end - at.esp + kUdpHeader));
  card::store_be16(udp + 6, 0);
}

void write_trailer(card::MutableByteView buffer, const Layout& at) {
  std::uint8_t* trailer = buffer.data() + at.text + at.payload;
  for (std::size_t i = 0; i < at.padding; ++i) trailer[i] = static_cast<std::uint8_t>(i + 1);
  trailer[at.padding] = static_cast<std::uint8_t>(at.padding);
  trailer[at.padding + 1] = at.next;
}

spa_status prepare(Engine::Core& core, Sa& sa, EncapPacket& job, CryptoJob& crypto) {
  PacketBuffer& packet = job.packet;
  if (packet.offset > packet.buffer.size() || packet.length > packet.buffer.size() - packet.offset)
    return SPA_E_SPACE;
  const auto extent = packet.buffer.first(packet.offset + packet.length);
  const auto inner = parse_ip(extent, packet.offset, Extensions::kUnfragmentable);
  if (!inner) return SPA_E_FORMAT;
  Layout at;
  if (const spa_status status = lay_out(sa, packet, *inner, at); status != SPA_OK) return status;
  if (!sa.sequence_left()) return SPA_E_SEQUENCE;
  job.sequence = sa.seq + 1;

  std::uint8_t* esp = packet.buffer.data() + at.esp;
  write_trailer(packet.buffer, at);
  if (!sa.tunnel.esp_only) write_outer(core, sa, packet.buffer, *inner, at);
  card::store_be32(esp, sa.spi);
  card::store_be32(esp + 4, static_cast<std::uint32_t>(job.sequence));
  if (!core.write_iv(sa, job.sequence, esp + 8)) return SPA_E_CRYPTO;
  packet.offset = at.header;
  packet.length = at.end - at.header;

  crypto.transform = &sa.transform;
  crypto.keys = sa.keys.get();
  crypto.esp = esp;
  crypto.body = at.payload + at.padding + 2;
  crypto.seq_hi = static_cast<std::uint32_t>(job.sequence >> 32);
  return SPA_OK;
}

// IPv6 has no UDP without a checksum that a strict receiver would take; IPv4 has (RFC 3948 2.1).
void sum_udp(const Sa& sa, const EncapPacket& job, const CryptoJob& crypto) {
  if (!sa.udp_encap() || !sa.ipv6() || sa.tunnel.esp_only) return;
  std::uint8_t* udp = crypto.esp - kUdpHeader;
  const card::MutableByteView packet = job.packet.view();
  Address saddr;
  Address daddr;
  std::memcpy(saddr.data(), &packet[8], saddr.size());
  std::memcpy(daddr.data(), &packet[24], daddr.size());
  const auto length = static_cast<std::size_t>(packet.data() + packet.size() - udp);
  const std::uint16_t sum = upper_checksum({udp, length}, saddr, daddr, true, kProtoUdp);
  card::store_be16(udp + 6, sum == 0 ? 0xffff : sum);
}

}  // namespace

void Engine::encapsulate(std::span<EncapPacket> burst) {
  Core& core = *core_;
  const auto flush = [&core, burst] {
    core.table.crypto().seal(core.batch.jobs());
    for (std::size_t i = 0; const Batch::Entry& entry : core.batch.entries()) {
      const CryptoJob& crypto = core.batch.jobs()[i++];
      burst[entry.packet].status = core.finish_seal(entry, crypto);
      sum_udp(*entry.sa, burst[entry.packet], crypto);
    }
    core.batch.clear();
  };
  for (std::size_t i = 0; i < burst.size(); ++i) {
    core.look_ahead<EncapPacket>(burst, i, Sa::kHot);
    EncapPacket& job = burst[i];
    Sa* sa = nullptr;
    CryptoJob& crypto = core.batch.next();
    job.status = core.outbound_sa(job.sa_index, job.sa_generation, sa);
    if (job.status == SPA_OK) job.status = prepare(core, *sa, job, crypto);
    if (job.status != SPA_OK) {
      ++stats_.tx_errors;
      continue;
    }
    const auto bytes =
        static_cast<std::size_t>(crypto.icv() - crypto.esp) + sa->transform.icv_length;
    Core::reserve(*sa, bytes);
    core.use_sequence(*sa, job.sequence);
    core.batch.take(*sa, job.sequence, bytes, i);
    if (core.batch.full()) flush();
  }
  flush();
}

}  // namespace spa::esp
