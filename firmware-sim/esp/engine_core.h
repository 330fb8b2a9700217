// SPDX-License-Identifier: Apache-2.0
// What both faces of the engine share: admission of a packet to its SA, the batch that goes to the
// cryptography as one, and the accounts afterwards.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>

#include "firmware-sim/esp/engine.h"
#include "firmware-sim/esp/ip_packet.h"

namespace spa::esp {

// Packets between preparation and completion. Two packets that may be the same one (same SA and
// sequence number) never share an inbound batch, so that each is checked against a window that
// knows the other.
class Batch {
 public:
  static constexpr std::size_t kSize = 64;

  struct Entry {
    Sa* sa = nullptr;
    std::uint64_t sequence = 0;
    std::size_t bytes = 0;   // SPI to ICV
    std::size_t packet = 0;  // which one of the caller's burst
  };

  [[nodiscard]] bool full() const { return count_ == kSize; }
  [[nodiscard]] bool empty() const { return count_ == 0; }
  [[nodiscard]] bool may_hold(const Sa& sa, std::uint32_t seq) const {
    const std::size_t bit = bit_of(sa, seq);
    return (filter_[bit / 64] >> bit % 64 & 1) != 0;
  }
  // Where the next packet's job is made; it counts once it is taken. The batch must not be full.
  [[nodiscard]] CryptoJob& next() { return jobs_[count_] = CryptoJob{}; }
  void take(Sa& sa, std::uint64_t sequence, std::size_t bytes, std::size_t packet) {
    Entry& entry = entries_[count_++];
    entry.sa = &sa;
    entry.sequence = sequence;
    entry.bytes = bytes;
    entry.packet = packet;
    const std::size_t bit = bit_of(sa, static_cast<std::uint32_t>(sequence));
    filter_[bit / 64] |= std::uint64_t{1} << bit % 64;
  }
  void clear() {
    filter_.fill(0);
    count_ = 0;
  }
  [[nodiscard]] std::span<CryptoJob> jobs() { return {jobs_.data(), count_}; }
  [[nodiscard]] std::span<const Entry> entries() const { return {entries_.data(), count_}; }

 private:
  static constexpr std::size_t kFilterBits = 1024;
  [[nodiscard]] static std::size_t bit_of(const Sa& sa, std::uint32_t seq) {
    return (sa.index * 0x9e3779b1u + seq) % kFilterBits;
  }
  std::array<CryptoJob, kSize> jobs_;
  std::array<Entry, kSize> entries_;
  std::array<std::uint64_t, kFilterBits / 64> filter_{};
  std::size_t count_ = 0;
};

// An ESP packet inside the buffer that brought it, as it is remembered until its batch comes back.
struct Incoming {
  IpPacket ip;  // with esp_only: addresses and family only
  EspLocation at;
};

// Takes trailer and headers off a decrypted packet in `job.packet.buffer`; SPA_OK has set offset
// and length of what was inside, or `dummy`.
[[nodiscard]] spa_status unwrap(DecapPacket& job, const Sa& sa, const Incoming& in);

struct Engine::Core {
  Core(SaTable& sas, EngineStats& counters, EventSink sink, NowFunction now);

  SaTable& table;
  EngineStats& stats;
  EventLimiter events;
  Batch batch;
  std::uint16_t identification = 0;  // of outer IPv4 headers that may be fragmented

  // ---- Outbound
  [[nodiscard]] spa_status outbound_sa(std::uint32_t index, std::uint32_t generation, Sa*& sa);
  // The IV for a sequence number, into the packet. Counter modes: never twice for one key
  // (RFC 4106 3.1); CBC: not predictable (RFC 3602 3).
  [[nodiscard]] bool write_iv(const Sa& sa, std::uint64_t sequence, std::uint8_t* at);
  // Counts a number as used and warns once when few are left.
  void use_sequence(Sa& sa, std::uint64_t sequence);
  [[nodiscard]] spa_status finish_seal(const Batch::Entry& entry, const CryptoJob& job);

  // ---- Inbound
  struct Arrival {
    card::MutableByteView esp;  // SPI to ICV
    const Address* saddr = nullptr;
    const Address* daddr = nullptr;
    std::size_t packet = 0;
  };
  // Replay and lifetime of a packet with this lower half of a sequence number.
  [[nodiscard]] spa_status admit_sequence(Sa& sa, std::uint32_t low, const Address& saddr,
                                          const Address& daddr, std::uint64_t& sequence);
  // Length, replay and lifetime; SPA_OK has put the packet into the batch, which must not be full
  // and must not hold a packet that may be this one.
  [[nodiscard]] spa_status admit_inbound(Sa& sa, const Arrival& arrival);
  [[nodiscard]] spa_status finish_open(const Batch::Entry& entry, const CryptoJob& job,
                                       const Address& saddr, const Address& daddr);
  void unknown_spi(const Address& saddr, const Address& daddr, bool ipv6, std::uint32_t spi,
                   std::uint32_t seq);

  // ---- Caches
  // Called before packet `i` of a burst is worked on: fetches the SAs of those that follow it, each
  // step as far ahead as memory is slow.
  // `octets`: how much of them.
  template <typename Packet>
  void look_ahead(std::span<const Packet> burst, std::size_t i, std::size_t octets) const {
    constexpr std::size_t kSlotAhead = 24;
    constexpr std::size_t kSaAhead = 12;
    if (i == 0) {
      for (std::size_t k = 0; k < std::min(kSlotAhead, burst.size()); ++k)
        table.prefetch_slot(burst[k].sa_index);
      for (std::size_t k = 0; k < std::min(kSaAhead, burst.size()); ++k)
        table.prefetch_sa(burst[k].sa_index, octets);
    }
    if (i + kSlotAhead < burst.size()) table.prefetch_slot(burst[i + kSlotAhead].sa_index);
    if (i + kSaAhead < burst.size()) table.prefetch_sa(burst[i + kSaAhead].sa_index, octets);
  }

  // ---- Accounts
  static void reserve(Sa& sa, std::size_t bytes);
  void settle(Sa& sa, std::size_t bytes, bool counted);
  void raise(spa_event_type type, const Sa& sa, const Address& saddr, const Address& daddr,
             std::uint32_t seq);

 private:
  std::array<std::uint8_t, 4096> random_;
  std::size_t random_left_ = 0;
};

}  // namespace spa::esp
