// SPDX-License-Identifier: Apache-2.0
// Crypto mode. Packet mode is in encapsulate.cc and decapsulate.cc.
#include "firmware-sim/esp/engine.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "firmware-sim/esp/engine_core.h"

namespace spa::esp {
namespace {

// Checks a frame against its SA; fills in the job and the 64-bit sequence number.
spa_status prepare_seal(const Sa& sa, const TxFrame& tx, CryptoJob& job, std::uint64_t& sequence) {
  const Transform& transform = sa.transform;
  const std::size_t fixed = 8u + transform.iv_length + transform.icv_length;
  if (tx.esp_offset > tx.frame.size() || tx.frame.size() - tx.esp_offset < fixed + 2)
    return SPA_E_FORMAT;
  job.transform = &transform;
  job.keys = sa.keys.get();
  job.esp = tx.frame.data() + tx.esp_offset;
  job.body = tx.frame.size() - tx.esp_offset - fixed;
  job.seq_hi = tx.seq_hi;
  if (job.body % transform.block != 0) return SPA_E_FORMAT;
  if (card::load_be32(job.esp) != sa.spi) return SPA_E_FIELD;
  if (tx.seq_hi != 0 && !sa.esn()) return SPA_E_FIELD;
  sequence = std::uint64_t{tx.seq_hi} << 32 | card::load_be32(job.esp + 4);
  return sequence == 0 ? SPA_E_SEQUENCE : SPA_OK;
}

// The SA that a received packet is for. UDP-encapsulated ESP has to come to the SA's own port: any
// UDP packet could look like ESP.
Sa* inbound_sa(Engine::Core& core, const IpPacket& ip, const EspLocation& at) {
  Sa* sa = core.table.find_inbound(ip.daddr, at.spi, ip.ipv6);
  if (sa && sa->udp_encap() == at.udp && (!at.udp || sa->encap_dport == at.dport)) return sa;
  if (!sa && (!at.udp || at.dport == kNattPort))
    core.unknown_spi(ip.saddr, ip.daddr, ip.ipv6, at.spi, at.seq);
  return nullptr;
}

// What a decrypted packet carries, its trailer taken off.
void find_payload(const CryptoJob& job, RxFrame& rx) {
  const std::uint8_t* text = job.text();
  const std::size_t padding = text[job.body - 2];
  if (padding + 2 > job.body) return;
  rx.next_header = text[job.body - 1];
  rx.payload = static_cast<std::size_t>(text - rx.frame.data());
  rx.payload_length = job.body - 2 - padding;
}

// Where ESP is in a received frame.
struct Located {
  std::optional<IpPacket> ip;
  std::optional<EspLocation> at;
};

// For the first frames of a burst, as many as `out` holds; their SAs come into the cache.
void locate(const SaTable& table, std::span<const RxFrame> burst, std::span<Located> out) {
  std::array<SaTable::InboundKey, SaTable::kPrefetchMax> keys;
  std::size_t count = 0;
  for (std::size_t i = 0; i < std::min(burst.size(), out.size()); ++i) {
    Located& found = out[i];
    found.at.reset();
    found.ip = parse_ethernet(burst[i].frame);
    if (found.ip) found.at = locate_esp(burst[i].frame, *found.ip);
    if (found.at) keys[count++] = {&found.ip->daddr, found.at->spi, found.at->seq, found.ip->ipv6};
  }
  table.prefetch_inbound(std::span(keys).first(count));
}

void unwrap_frame(Sa& sa, const Incoming& in, RxFrame& rx) {
  DecapPacket job{{rx.frame, 0, rx.frame.size()}};
  rx.status = unwrap(job, sa, in);
  if (rx.status != SPA_OK) {
    ++sa.format_failures;
    return;
  }
  rx.link = in.ip.start;
  rx.payload = job.packet.offset;
  rx.payload_length = job.packet.length;
  if (job.packet.length > 0)
    rx.next_header = rx.frame[rx.payload] >> 4 == 6 ? kProtoIpv6 : kProtoIpIp;
}

}  // namespace

Engine::Engine(SaTable& table, EventSink sink, NowFunction now)
    : core_(std::make_unique<Core>(table, stats_, std::move(sink), std::move(now))) {}

Engine::~Engine() = default;

void Engine::encrypt(std::span<TxFrame> burst) {
  Core& core = *core_;
  const auto flush = [&core, burst] {
    core.table.crypto().seal(core.batch.jobs());
    for (std::size_t i = 0; const Batch::Entry& entry : core.batch.entries())
      burst[entry.packet].status = core.finish_seal(entry, core.batch.jobs()[i++]);
    core.batch.clear();
  };
  for (std::size_t i = 0; i < burst.size(); ++i) {
    core.look_ahead<TxFrame>(burst, i, Sa::kSealed);
    TxFrame& tx = burst[i];
    Sa* sa = nullptr;
    CryptoJob& job = core.batch.next();
    std::uint64_t sequence = 0;
    tx.status = core.outbound_sa(tx.sa_index, tx.sa_generation, sa);
    if (tx.status == SPA_OK && sa->packet_mode()) tx.status = SPA_E_FIELD;
    if (tx.status == SPA_OK) tx.status = prepare_seal(*sa, tx, job, sequence);
    if (tx.status == SPA_OK && !core.write_iv(*sa, sequence, job.iv())) tx.status = SPA_E_CRYPTO;
    if (tx.status != SPA_OK) {
      ++stats_.tx_errors;
      continue;
    }
    const std::size_t bytes = tx.frame.size() - tx.esp_offset;
    Core::reserve(*sa, bytes);
    core.use_sequence(*sa, sequence);
    core.batch.take(*sa, sequence, bytes, i);
    if (core.batch.full()) flush();
  }
  flush();
}

spa_status Engine::encrypt(card::MutableByteView frame, std::uint32_t esp_offset,
                           std::uint32_t sa_index, std::uint32_t sa_generation,
                           std::uint32_t seq_hi) {
  TxFrame one{frame, esp_offset, sa_index, sa_generation, seq_hi};
  encrypt(std::span(&one, 1));
  return one.status;
}

void Engine::decrypt(std::span<RxFrame> burst) {
  Core& core = *core_;
  std::array<Incoming, Batch::kSize> incoming;
  const auto flush = [&] {
    core.table.crypto().open(core.batch.jobs());
    for (std::size_t i = 0; const Batch::Entry& entry : core.batch.entries()) {
      RxFrame& rx = burst[entry.packet];
      const Incoming& in = incoming[i];
      const CryptoJob& job = core.batch.jobs()[i++];
      rx.status = core.finish_open(entry, job, in.ip.saddr, in.ip.daddr);
      rx.decrypted = rx.status == SPA_OK;
      if (!rx.decrypted) continue;
      ++stats_.rx_ok;
      rx.seq = in.at.seq;
      rx.saddr = in.ip.saddr;
      rx.daddr = in.ip.daddr;
      rx.outer_ipv6 = entry.sa->ipv6();
      if (rx.packet_mode) {
        unwrap_frame(*entry.sa, in, rx);
        if (rx.status != SPA_OK) ++stats_.rx_format;
      } else {
        find_payload(job, rx);
      }
    }
    core.batch.clear();
  };
  std::array<Located, SaTable::kPrefetchMax> located;
  for (std::size_t i = 0; i < burst.size(); ++i) {
    if (i % located.size() == 0) locate(core.table, burst.subspan(i), located);
    RxFrame& rx = burst[i];
    rx = RxFrame{rx.frame, SPA_OK};
    const auto& [ip, at] = located[i % located.size()];
    if (!at) continue;
    Sa* sa = inbound_sa(core, *ip, *at);
    if (!sa) continue;
    rx.is_esp = true;
    rx.sa_index = sa->index;
    rx.sa_generation = sa->generation;
    rx.packet_mode = sa->packet_mode();
    if (core.batch.full() || core.batch.may_hold(*sa, at->seq)) flush();
    incoming[core.batch.entries().size()] = {*ip, *at};
    rx.status =
        core.admit_inbound(*sa, {rx.frame.subspan(at->esp, at->length), &ip->saddr, &ip->daddr, i});
  }
  flush();
}

RxFrame Engine::decrypt(card::MutableByteView frame) {
  RxFrame one{frame};
  decrypt(std::span(&one, 1));
  return one;
}

}  // namespace spa::esp
