// SPDX-License-Identifier: Apache-2.0
// The card's security associations: entries by index (chosen by the caller), inbound ones also by
// destination address and SPI. A table and its engine belong to one thread; nothing here locks.
#pragma once

#include <spa/hw.h>

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <unordered_map>
#include <vector>

#include "firmware-sim/base/prefetch.h"
#include "firmware-sim/esp/crypto_backend.h"
#include "firmware-sim/esp/replay_window.h"
#include "firmware-sim/esp/selector.h"

namespace spa::esp {

struct Policy;

enum class DfPolicy : std::uint8_t { kCopy, kSet, kClear };

// How packet mode writes the outer header; crypto mode has no use for it.
struct TunnelOptions {
  std::uint8_t ttl = 64;
  DfPolicy df = DfPolicy::kCopy;
  bool copy_dscp = true;
  bool esp_only = false;  // leave out the outer IP and UDP headers: a UDP socket adds them
};

// One security association, in the host's byte order. What every packet reads or counts comes
// first: among thousands of SAs it is in no cache, and lines are what fetching it costs.
struct alignas(64) Sa {
  static constexpr std::size_t kSealed = 128;  // octets up to here: crypto mode's outbound packets
  static constexpr std::size_t kHot = 256;     // and up to here: all others

  std::uint32_t index = 0;
  std::uint32_t generation = 0;
  std::uint32_t flags = 0;  // SPA_SA_*
  std::uint32_t spi = 0;
  std::unique_ptr<KeySchedule> keys;
  std::uint64_t seq = 0;  // outbound: last used (ESN: 64 bits); inbound: highest received
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;                               // SPI to ICV
  std::uint64_t pending_packets = 0, pending_bytes = 0;  // of the burst in work: limits are exact
  std::uint64_t soft_bytes = 0, hard_bytes = 0, soft_packets = 0, hard_packets = 0;  // 0: none
  Transform transform;
  bool soft_raised = false, hard_raised = false, seq_raised = false;

  // Inbound and in packet mode.
  Address daddr{};
  std::uint16_t encap_sport = 0;
  std::uint16_t encap_dport = 0;
  TunnelOptions tunnel;
  ReplayWindow window;  // inbound
  Address saddr{};

  std::uint32_t reqid = 0;  // packet mode, as selector
  Selector selector;
  std::uint64_t auth_failures = 0;
  std::uint64_t replay_failures = 0;
  std::uint64_t format_failures = 0;
  std::uint64_t lifetime_drops = 0;
  std::uint64_t selector_failures = 0;

  [[nodiscard]] bool outbound() const { return (flags & SPA_SA_OUTBOUND) != 0; }
  [[nodiscard]] bool is_tunnel() const { return (flags & SPA_SA_TUNNEL) != 0; }
  [[nodiscard]] bool ipv6() const { return (flags & SPA_SA_IPV6) != 0; }
  [[nodiscard]] bool udp_encap() const { return (flags & SPA_SA_UDP_ENCAP) != 0; }
  [[nodiscard]] bool esn() const { return (flags & SPA_SA_ESN) != 0; }
  [[nodiscard]] bool packet_mode() const { return (flags & SPA_SA_PACKET) != 0; }
  // Hard limits and sequence numbers leave room for one packet more.
  [[nodiscard]] bool lifetime_left() const {
    if (hard_packets != 0 && packets + pending_packets >= hard_packets) return false;
    return hard_bytes == 0 || bytes + pending_bytes < hard_bytes;
  }
  [[nodiscard]] bool sequence_left() const {
    return seq != (esn() ? ~std::uint64_t{0} : 0xffffffffu);
  }
};

class SaTable {
 public:
  // `entries`: valid indices are 0 .. entries - 1. kIpsecMb where it is missing falls back to
  // OpenSSL.
  explicit SaTable(std::uint32_t entries, Backend backend = Backend::kAuto);
  ~SaTable();
  SaTable(const SaTable&) = delete;
  SaTable& operator=(const SaTable&) = delete;

  [[nodiscard]] std::uint32_t entries() const { return static_cast<std::uint32_t>(slots_.size()); }
  [[nodiscard]] std::uint32_t used() const { return used_; }
  [[nodiscard]] CryptoBackend& crypto() { return *crypto_; }

  // SPA_OK, SPA_E_FIELD (index, a field out of range, reserved field not zero), SPA_E_UNSUPPORTED
  // (algorithm, combination, key or ICV length), SPA_E_EXISTS, SPA_E_CRYPTO.
  [[nodiscard]] spa_status add(std::uint32_t index, const spa_sa& request);

  // SPA_OK, SPA_E_FIELD (index), SPA_E_NOT_FOUND, SPA_E_STALE. The keys are wiped on return.
  [[nodiscard]] spa_status remove(std::uint32_t index, std::uint32_t generation);
  void flush();

  [[nodiscard]] spa_status read(std::uint32_t index, std::uint32_t generation,
                                spa_sa_stats& out) const;
  // Raises the sequence number, replaces limits. SPA_E_SEQUENCE for a number that would go back.
  [[nodiscard]] spa_status update(std::uint32_t index, std::uint32_t generation,
                                  const spa_sa_update& request);
  [[nodiscard]] spa_status set_tunnel_options(std::uint32_t index, std::uint32_t generation,
                                              const TunnelOptions& options);

  // The SA at this index, null where there is none. Valid until it is removed.
  [[nodiscard]] Sa* at(std::uint32_t index) {
    return index < slots_.size() ? slots_[index].get() : nullptr;
  }
  [[nodiscard]] const Sa* at(std::uint32_t index) const {
    return index < slots_.size() ? slots_[index].get() : nullptr;
  }
  // With the generation checked: SPA_OK, SPA_E_FIELD, SPA_E_NOT_FOUND or SPA_E_STALE.
  [[nodiscard]] spa_status get(std::uint32_t index, std::uint32_t generation, Sa*& out) {
    out = at(index);
    if (index >= slots_.size()) return SPA_E_FIELD;
    if (!out) return SPA_E_NOT_FOUND;
    return out->generation == generation ? SPA_OK : SPA_E_STALE;
  }

  // Two steps of fetching an SA ahead, the second some packets after the first: where it is, and
  // its first octets. Whatever the index, nothing happens but that. Its keys are fetched by the
  // backend, while it works on the packets before.
  void prefetch_slot(std::uint32_t index) const {
    if (index < slots_.size()) __builtin_prefetch(&slots_[index]);
  }
  void prefetch_sa(std::uint32_t index, std::size_t octets) const {
    if (index < slots_.size()) card::prefetch(slots_[index].get(), octets);
  }

  // The same for the SAs that a burst from the wire is for, as far as it has any; step by step over
  // all of them.
  struct InboundKey {
    const Address* daddr = nullptr;
    std::uint32_t spi = 0;
    std::uint32_t seq = 0;
    bool ipv6 = false;
  };
  static constexpr std::size_t kPrefetchMax = 64;
  void prefetch_inbound(std::span<const InboundKey> keys) const;

  // The inbound SA for a packet, null where there is none. `ipv6`: family of daddr.
  [[nodiscard]] Sa* find_inbound(const Address& daddr, std::uint32_t spi, bool ipv6);

  // The outbound SA of packet mode that a policy asks for: reqid, mode and end points (in transport
  // mode the packet's own), of these the newest that can still send and whose selector fits. Null
  // where there is none.
  [[nodiscard]] Sa* find_outbound(const Policy& policy, const Flow& flow);

 private:
  struct Cell {
    std::uint32_t spi = 0;
    std::uint32_t index = kFree;
  };
  static constexpr std::uint32_t kFree = 0xffffffffu;

  [[nodiscard]] std::size_t home(const Address& daddr, std::uint32_t spi, bool ipv6) const;
  [[nodiscard]] bool matches(const Cell& cell, const Address& daddr, std::uint32_t spi,
                             bool ipv6) const;
  void link(const Sa& sa);
  void unlink(const Sa& sa);
  struct OutboundKey {
    Address saddr{};
    Address daddr{};
    std::uint32_t reqid = 0;
    bool ipv6 = false;
    bool tunnel = false;
    bool operator==(const OutboundKey&) const = default;
  };
  struct OutboundHash {
    std::size_t operator()(const OutboundKey& key) const;
  };
  [[nodiscard]] static OutboundKey outbound_key(const Sa& sa) {
    return {sa.saddr, sa.daddr, sa.reqid, sa.ipv6(), sa.is_tunnel()};
  }

  std::unique_ptr<CryptoBackend> crypto_;
  std::vector<std::unique_ptr<Sa>> slots_;
  std::vector<Cell> cells_;  // open addressing, linear, at most half full
  std::size_t mask_ = 0;
  std::uint64_t hash_key_[2] = {};  // peers choose addresses and part of the SPIs
  // Packet mode only; the newest last.
  std::unordered_map<OutboundKey, std::vector<std::uint32_t>, OutboundHash> outbound_;
  std::uint32_t used_ = 0;
};

}  // namespace spa::esp
