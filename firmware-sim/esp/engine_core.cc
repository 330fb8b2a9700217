// SPDX-License-Identifier: Apache-2.0
#include "firmware-sim/esp/engine_core.h"

#include <openssl/rand.h>

#include <algorithm>
#include <cstring>
#include <utility>

namespace spa::esp {
namespace {

// SEQ_SOFT comes when fewer numbers than this are left.
constexpr std::uint64_t kSequenceReserve = 1u << 28;

}  // namespace

Engine::Core::Core(SaTable& sas, EngineStats& counters, EventSink sink, NowFunction now)
    : table(sas), stats(counters), events(std::move(sink), std::move(now)) {}

spa_status Engine::Core::outbound_sa(std::uint32_t index, std::uint32_t generation, Sa*& sa) {
  if (const spa_status status = table.get(index, generation, sa); status != SPA_OK) return status;
  if (!sa->outbound()) return SPA_E_FIELD;
  if (sa->lifetime_left()) return SPA_OK;
  ++sa->lifetime_drops;
  return SPA_E_LIFETIME;
}

// RFC 4106 3.1, RFC 3602 3: a counter for combined modes, else nothing that can be foretold.
bool Engine::Core::write_iv(const Sa& sa, std::uint64_t sequence, std::uint8_t* at) {
  const std::size_t length = sa.transform.iv_length;
  if (sa.transform.counter_iv) {
    card::store_be64(at, sequence);
    return true;
  }
  if (length > random_left_) {
    if (RAND_bytes(random_.data(), static_cast<int>(random_.size())) != 1) return false;
    random_left_ = random_.size();
  }
  random_left_ -= length;
  std::memcpy(at, random_.data() + random_left_, length);
  return true;
}

// RFC 4303 3.3.3: user space is told in time to rekey.
void Engine::Core::use_sequence(Sa& sa, std::uint64_t sequence) {
  sa.seq = std::max(sa.seq, sequence);
  const std::uint64_t last = sa.esn() ? ~std::uint64_t{0} : 0xffffffffu;
  if (sa.seq_raised || last - sequence >= kSequenceReserve) return;
  sa.seq_raised = true;
  raise(SPA_EVENT_SEQ_SOFT, sa, sa.saddr, sa.daddr, static_cast<std::uint32_t>(sequence));
}

spa_status Engine::Core::finish_seal(const Batch::Entry& entry, const CryptoJob& job) {
  settle(*entry.sa, entry.bytes, job.ok);
  ++(job.ok ? stats.tx_ok : stats.tx_errors);
  return job.ok ? SPA_OK : SPA_E_CRYPTO;
}

// RFC 4303 2.2, 3.4.3, RFC 4302 2.5: checked now, moved when the ICV was right.
spa_status Engine::Core::admit_sequence(Sa& sa, std::uint32_t low, const Address& saddr,
                                        const Address& daddr, std::uint64_t& sequence) {
  std::optional<std::uint64_t> full = low;
  if (sa.esn()) full = sa.window.infer(low);
  if (!full || !sa.window.check(*full)) {
    ++sa.replay_failures;
    ++stats.rx_replay;
    raise(SPA_EVENT_REPLAY_FAILURE, sa, saddr, daddr, low);
    return SPA_E_REPLAY;
  }
  if (!sa.lifetime_left()) {
    ++sa.lifetime_drops;
    ++stats.rx_lifetime;
    return SPA_E_LIFETIME;
  }
  sequence = *full;
  return SPA_OK;
}

spa_status Engine::Core::admit_inbound(Sa& sa, const Arrival& arrival) {
  const Transform& transform = sa.transform;
  const std::size_t fixed = 8u + transform.iv_length + transform.icv_length;
  const std::size_t body = arrival.esp.size() < fixed ? 0 : arrival.esp.size() - fixed;
  // The trailer alone is two octets. A multiple of four is due without a block cipher too, but the
  // ICV vouches for the length, so a sender that pads less harms nobody.
  if (body < 2 || (transform.block > 4 && body % transform.block != 0)) {
    ++sa.format_failures;
    ++stats.rx_format;
    return SPA_E_FORMAT;
  }
  std::uint64_t sequence = 0;
  const spa_status status = admit_sequence(sa, card::load_be32(&arrival.esp[4]), *arrival.saddr,
                                           *arrival.daddr, sequence);
  if (status != SPA_OK) return status;
  CryptoJob& job = batch.next();
  job.transform = &transform;
  job.keys = sa.keys.get();
  job.esp = arrival.esp.data();
  job.body = body;
  job.seq_hi = static_cast<std::uint32_t>(sequence >> 32);
  reserve(sa, arrival.esp.size());
  batch.take(sa, sequence, arrival.esp.size(), arrival.packet);
  return SPA_OK;
}

// RFC 4303 3.4.4
spa_status Engine::Core::finish_open(const Batch::Entry& entry, const CryptoJob& job,
                                     const Address& saddr, const Address& daddr) {
  Sa& sa = *entry.sa;
  if (!job.ok) {
    settle(sa, entry.bytes, false);
    ++sa.auth_failures;
    ++stats.rx_auth;
    raise(SPA_EVENT_AUTH_FAILURE, sa, saddr, daddr, static_cast<std::uint32_t>(entry.sequence));
    return SPA_E_AUTH;
  }
  sa.window.advance(entry.sequence);
  sa.seq = sa.window.highest();
  settle(sa, entry.bytes, true);
  return SPA_OK;
}

void Engine::Core::unknown_spi(const Address& saddr, const Address& daddr, bool ipv6,
                               std::uint32_t spi, std::uint32_t seq) {
  ++stats.rx_no_sa;
  Event event;
  event.type = SPA_EVENT_UNKNOWN_SPI;
  event.family = ipv6 ? 6 : 4;
  event.spi = spi;
  event.saddr = saddr;
  event.daddr = daddr;
  event.seq = seq;
  events.raise(event);
}

void Engine::Core::reserve(Sa& sa, std::size_t bytes) {
  ++sa.pending_packets;
  sa.pending_bytes += bytes;
}

void Engine::Core::settle(Sa& sa, std::size_t bytes, bool counted) {
  --sa.pending_packets;
  sa.pending_bytes -= bytes;
  if (!counted) return;
  ++sa.packets;
  sa.bytes += bytes;
  const auto reached = [&sa](std::uint64_t packet_limit, std::uint64_t byte_limit) {
    return (packet_limit != 0 && sa.packets >= packet_limit) ||
           (byte_limit != 0 && sa.bytes >= byte_limit);
  };
  const auto low = static_cast<std::uint32_t>(sa.seq);
  if (!sa.soft_raised && reached(sa.soft_packets, sa.soft_bytes)) {
    sa.soft_raised = true;
    raise(SPA_EVENT_SOFT_EXPIRE, sa, sa.saddr, sa.daddr, low);
  }
  if (!sa.hard_raised && reached(sa.hard_packets, sa.hard_bytes)) {
    sa.hard_raised = true;
    raise(SPA_EVENT_HARD_EXPIRE, sa, sa.saddr, sa.daddr, low);
  }
}

void Engine::Core::raise(spa_event_type type, const Sa& sa, const Address& saddr,
                         const Address& daddr, std::uint32_t seq) {
  Event event;
  event.type = type;
  event.family = sa.ipv6() ? 6 : 4;
  event.sa_index = sa.index;
  event.sa_generation = sa.generation;
  event.spi = sa.spi;
  event.saddr = saddr;
  event.daddr = daddr;
  event.seq = seq;
  events.raise(event);
}

}  // namespace spa::esp
