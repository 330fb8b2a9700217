// SPDX-License-Identifier: Apache-2.0
#include "firmware-sim/esp/ah.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>
#include <vector>

#include "firmware-sim/esp/ah_icv.h"
#include "firmware-sim/esp/engine_core.h"
#include "firmware-sim/esp/tunnel.h"

namespace spa::esp {
namespace {

constexpr std::size_t kLongest = 65575;  // IPv6 header and the most that it can say of the rest
constexpr std::size_t kIcvMax = 32;
constexpr std::size_t kRoom = kLongest + kIcvMax;

// Length of the header: a multiple of four octets in IPv4 and of eight in IPv6 (RFC 4302 2.2).
std::size_t header_length(std::size_t icv, bool ipv6) {
  const std::size_t unit = ipv6 ? 8 : 4;
  return (kAhFixed + icv + unit - 1) / unit * unit;
}

bool is_for_ah(const Sa& sa) {
  return sa.transform.cipher == SPA_CIPHER_NULL && !sa.udp_encap() && !sa.tunnel.esp_only;
}

bool lies_inside(const PacketBuffer& packet) {
  return packet.offset <= packet.buffer.size() &&
         packet.length <= packet.buffer.size() - packet.offset;
}

}  // namespace

// The ICV is computed over a copy, in which the fields that may change are zero; one memory holds
// the copies of a batch.
struct AhEngine::Work : Engine::Core {
  using Core::Core;

  // Of a packet in the batch.
  struct Place {
    IpPacket ip;             // inbound: as it arrived
    std::size_t ah = 0;      // offset of the header in the caller's buffer
    std::size_t length = 0;  // of the header
  };
  std::vector<std::uint8_t> copies = std::vector<std::uint8_t>(4 * kRoom);
  std::size_t used = 0;
  std::array<Place, Batch::kSize> places;

  [[nodiscard]] bool full(std::size_t length) const {
    return batch.full() || used + length + kIcvMax > copies.size();
  }

  // Copies the packet at `start` and hands the copy to the cryptography. There must be room.
  [[nodiscard]] bool add(Sa& sa, std::uint64_t sequence, card::ByteView packet, const Place& place,
                         std::size_t start, std::size_t index) {
    const card::MutableByteView copy(copies.data() + used, packet.size());
    std::copy(packet.begin(), packet.end(), copy.begin());
    if (!make_immutable(copy, place.ah - start, sa.transform.icv_length)) return false;
    CryptoJob& job = batch.next();
    job.transform = &sa.transform;
    job.keys = sa.keys.get();
    job.esp = copy.data();
    job.body = copy.size() - 8;
    job.seq_hi = static_cast<std::uint32_t>(sequence >> 32);
    std::memcpy(job.icv(), packet.data() + (place.ah - start) + kAhFixed, sa.transform.icv_length);
    const std::size_t bytes = packet.size() - (place.ah - start);
    reserve(sa, bytes);
    places[batch.entries().size()] = place;
    batch.take(sa, sequence, bytes, index);
    used += copy.size() + kIcvMax;
    return true;
  }
  void clear() {
    batch.clear();
    used = 0;
  }

  // ---- Outbound
  [[nodiscard]] spa_status prepare(Sa& sa, EncapPacket& job, Place& place);
  void seal(std::span<EncapPacket> burst);

  // ---- Inbound
  [[nodiscard]] spa_status locate(const DecapPacket& job, Place& place) const;
  [[nodiscard]] spa_status admit(Sa& sa, const DecapPacket& job, const Place& place,
                                 std::size_t index);
  void open(std::span<DecapPacket> burst);
};

namespace {

void write_header(std::uint8_t* at, const Sa& sa, std::size_t length, std::uint8_t next,
                  std::uint64_t sequence) {
  std::memset(at, 0, length);
  at[0] = next;
  at[1] = static_cast<std::uint8_t>(length / 4 - 2);
  card::store_be32(at + 4, sa.spi);
  card::store_be32(at + 8, static_cast<std::uint32_t>(sequence));
}

// Takes the header out of the packet.
spa_status strip(DecapPacket& job, const Sa& sa, const IpPacket& ip, std::size_t ah,
                 std::size_t length) {
  const card::MutableByteView buffer = job.packet.buffer;
  const std::uint8_t next = buffer[ah];
  const std::size_t payload = ah + length;
  if (next == kProtoNone) {
    job.dummy = true;
    job.packet = {buffer, payload, 0};
    return SPA_OK;
  }
  if (sa.is_tunnel()) {
    if (next != kProtoIpIp && next != kProtoIpv6) return SPA_E_FORMAT;
    const auto inner = parse_ip(buffer.first(ip.end), payload);
    if (!inner || inner->ipv6 != (next == kProtoIpv6)) return SPA_E_FORMAT;
    if (!combine_ecn(buffer, ip, *inner)) return SPA_E_FORMAT;
    job.packet.offset = inner->start;
    job.packet.length = inner->end - inner->start;
    return SPA_OK;
  }
  const std::size_t header = ah - ip.start;
  const std::size_t start = payload - header;
  std::memmove(&buffer[start], &buffer[ip.start], header);
  rewrite_ip_header(buffer.subspan(start, header), ip.ipv6, ip.protocol_at - ip.start, next,
                    ip.end - start);
  job.packet.offset = start;
  job.packet.length = ip.end - start;
  return SPA_OK;
}

}  // namespace

// RFC 4302 3.1 (where the header stands), 3.3.2: the number of the last packet is never passed.
spa_status AhEngine::Work::prepare(Sa& sa, EncapPacket& job, Place& place) {
  PacketBuffer& packet = job.packet;
  if (!is_for_ah(sa)) return SPA_E_UNSUPPORTED;
  if (!lies_inside(packet)) return SPA_E_SPACE;
  const card::MutableByteView buffer = packet.buffer;
  const auto inner = parse_ip(buffer.first(packet.offset + packet.length), packet.offset,
                              Extensions::kUnfragmentable);
  if (!inner || (!sa.is_tunnel() && (inner->fragment || inner->ipv6 != sa.ipv6())))
    return SPA_E_FORMAT;
  const std::size_t text = sa.is_tunnel() ? inner->start : inner->payload;
  const std::size_t outer = !sa.is_tunnel() ? inner->payload - inner->start
                            : sa.ipv6()     ? kIpv6Header
                                            : kIpv4Header;
  place.length = header_length(sa.transform.icv_length, sa.ipv6());
  if (text < place.length + outer) return SPA_E_SPACE;
  place.ah = text - place.length;
  const std::size_t start = place.ah - outer;
  const std::size_t total = inner->end - start;
  if (total > (sa.ipv6() ? kLongest : std::size_t{65535})) return SPA_E_FORMAT;
  if (sa.seq == (sa.esn() ? ~std::uint64_t{0} : 0xffffffffu)) return SPA_E_SEQUENCE;
  job.sequence = sa.seq + 1;

  std::uint8_t next = inner->protocol;
  if (sa.is_tunnel()) {
    next = inner->ipv6 ? kProtoIpv6 : kProtoIpIp;
    const OuterHeader header = outer_header(sa, *inner, buffer, kProtoAh, identification);
    write_ip_header(&buffer[start], header, total);
  } else {
    std::memmove(&buffer[start], &buffer[inner->start], outer);
    rewrite_ip_header(buffer.subspan(start, outer), sa.ipv6(), inner->protocol_at - inner->start,
                      kProtoAh, total);
  }
  write_header(&buffer[place.ah], sa, place.length, next, job.sequence);
  packet.offset = start;
  packet.length = total;
  return SPA_OK;
}

void AhEngine::Work::seal(std::span<EncapPacket> burst) {
  table.crypto().seal(batch.jobs());
  for (std::size_t i = 0; const Batch::Entry& entry : batch.entries()) {
    const CryptoJob& job = batch.jobs()[i];
    EncapPacket& packet = burst[entry.packet];
    packet.status = finish_seal(entry, job);
    std::memcpy(&packet.packet.buffer[places[i++].ah + kAhFixed], job.icv(),
                entry.sa->transform.icv_length);
  }
  clear();
}

spa_status AhEngine::Work::locate(const DecapPacket& job, Place& place) const {
  if (job.esp_only) return SPA_E_UNSUPPORTED;
  if (!lies_inside(job.packet)) return SPA_E_SPACE;
  const auto extent = job.packet.buffer.first(job.packet.offset + job.packet.length);
  const auto ip = parse_ip(extent, job.packet.offset);
  if (!ip) return SPA_E_FORMAT;
  if (ip->fragment || ip->protocol != kProtoAh) return SPA_E_UNSUPPORTED;
  const std::size_t room = ip->end - ip->payload;
  if (room < kAhFixed) return SPA_E_FORMAT;
  place.ip = *ip;
  place.ah = ip->payload;
  place.length = (std::size_t{extent[place.ah + 1]} + 2) * 4;
  return place.length < kAhFixed || place.length > room ? SPA_E_FORMAT : SPA_OK;
}

// RFC 4302 2.6, 3.4, 3.4.3: the window is asked before the ICV is computed.
spa_status AhEngine::Work::admit(Sa& sa, const DecapPacket& job, const Place& place,
                                 std::size_t index) {
  const std::size_t icv = sa.transform.icv_length;
  // Some senders round IPv4's header up to eight octets as well.
  if (!is_for_ah(sa)) return SPA_E_UNSUPPORTED;
  if (place.length != header_length(icv, false) && place.length != header_length(icv, true)) {
    ++sa.format_failures;
    ++stats.rx_format;
    return SPA_E_FORMAT;
  }
  std::uint64_t sequence = 0;
  const std::uint32_t low = card::load_be32(&job.packet.buffer[place.ah + 8]);
  const spa_status status = admit_sequence(sa, low, place.ip.saddr, place.ip.daddr, sequence);
  if (status != SPA_OK) return status;
  const auto packet = job.packet.buffer.subspan(place.ip.start, place.ip.end - place.ip.start);
  if (add(sa, sequence, packet, place, place.ip.start, index)) return SPA_OK;
  ++sa.format_failures;
  ++stats.rx_format;
  return SPA_E_FORMAT;
}

// RFC 4302 3.4.4
void AhEngine::Work::open(std::span<DecapPacket> burst) {
  table.crypto().open(batch.jobs());
  for (std::size_t i = 0; const Batch::Entry& entry : batch.entries()) {
    DecapPacket& job = burst[entry.packet];
    const Place& place = places[i];
    job.status = finish_open(entry, batch.jobs()[i++], place.ip.saddr, place.ip.daddr);
    if (job.status != SPA_OK) continue;
    job.status = strip(job, *entry.sa, place.ip, place.ah, place.length);
    if (job.status != SPA_OK) ++entry.sa->format_failures;
    ++(job.status == SPA_OK ? stats.rx_ok : stats.rx_format);
  }
  clear();
}

AhEngine::AhEngine(SaTable& table, EventSink sink, NowFunction now)
    : work_(std::make_unique<Work>(table, stats_, std::move(sink), std::move(now))) {}

AhEngine::~AhEngine() = default;

void AhEngine::encapsulate(std::span<EncapPacket> burst) {
  Work& work = *work_;
  for (std::size_t i = 0; i < burst.size(); ++i) {
    EncapPacket& job = burst[i];
    Sa* sa = nullptr;
    Work::Place place;
    if (work.full(kLongest)) work.seal(burst);
    job.status = work.outbound_sa(job.sa_index, job.sa_generation, sa);
    if (job.status == SPA_OK) job.status = work.prepare(*sa, job, place);
    if (job.status == SPA_OK &&
        !work.add(*sa, job.sequence, job.packet.view(), place, job.packet.offset, i))
      job.status = SPA_E_FORMAT;
    if (job.status != SPA_OK) {
      ++stats_.tx_errors;
      continue;
    }
    work.use_sequence(*sa, job.sequence);
  }
  work.seal(burst);
}

void AhEngine::decapsulate(std::span<DecapPacket> burst) {
  Work& work = *work_;
  for (std::size_t i = 0; i < burst.size(); ++i) {
    DecapPacket& job = burst[i];
    job.sa_index = SPA_SA_NONE;
    job.sa_generation = 0;
    job.dummy = false;
    Work::Place place;
    job.status = work.locate(job, place);
    if (job.status != SPA_OK) continue;
    const std::uint32_t spi = card::load_be32(&job.packet.buffer[place.ah + 4]);
    const std::uint32_t seq = card::load_be32(&job.packet.buffer[place.ah + 8]);
    Sa* sa = work.table.find_inbound(place.ip.daddr, spi, place.ip.ipv6);
    if (!sa) {
      work.unknown_spi(place.ip.saddr, place.ip.daddr, place.ip.ipv6, spi, seq);
      job.status = SPA_E_NOT_FOUND;
      continue;
    }
    job.sa_index = sa->index;
    job.sa_generation = sa->generation;
    if (work.full(kLongest) || work.batch.may_hold(*sa, seq)) work.open(burst);
    job.status = work.admit(*sa, job, place, i);
  }
  work.open(burst);
}

}  // namespace spa::esp
