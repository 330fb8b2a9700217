// SPDX-License-Identifier: Apache-2.0
#include "firmware-sim/esp/sa_table.h"

#include <openssl/rand.h>

#include <algorithm>
#include <bit>
#include <utility>

#include "firmware-sim/esp/policy_table.h"
#include "firmware-sim/esp/sa_decode.h"

namespace spa::esp {
namespace {

std::uint64_t mix(std::uint64_t value) {
  value ^= value >> 30;
  value *= 0xbf58476d1ce4e5b9u;
  value ^= value >> 27;
  value *= 0x94d049bb133111ebu;
  return value ^ value >> 31;
}

}  // namespace

std::size_t SaTable::OutboundHash::operator()(const OutboundKey& key) const {
  std::uint64_t words[4];
  std::memcpy(words, key.saddr.data(), 16);
  std::memcpy(words + 2, key.daddr.data(), 16);
  std::uint64_t hash = std::uint64_t{key.reqid} << 2 | (key.ipv6 ? 2 : 0) | (key.tunnel ? 1 : 0);
  for (const std::uint64_t word : words) hash = mix(hash ^ word);
  return hash;
}

SaTable::SaTable(std::uint32_t entries, Backend backend)
    : crypto_(make_crypto_backend(backend)), slots_(entries) {
  if (!crypto_) crypto_ = make_crypto_backend(Backend::kOpenSsl);
  cells_.resize(std::bit_ceil<std::size_t>(std::size_t{entries} * 2 + 2));
  mask_ = cells_.size() - 1;
  // A failing generator leaves a fixed hash key: slower under attack, still right.
  (void)RAND_bytes(reinterpret_cast<unsigned char*>(hash_key_), sizeof hash_key_);
}

SaTable::~SaTable() = default;

std::size_t SaTable::home(const Address& daddr, std::uint32_t spi, bool ipv6) const {
  std::uint64_t words[2];
  std::memcpy(words, daddr.data(), sizeof words);
  std::uint64_t hash = mix((std::uint64_t{spi} << 1 | (ipv6 ? 1 : 0)) ^ hash_key_[0]);
  hash = mix(hash ^ words[0]);
  if (ipv6) hash = mix(hash ^ words[1] ^ hash_key_[1]);
  return hash & mask_;
}

bool SaTable::matches(const Cell& cell, const Address& daddr, std::uint32_t spi, bool ipv6) const {
  if (cell.spi != spi) return false;
  const Sa& sa = *slots_[cell.index];
  return sa.ipv6() == ipv6 && sa.daddr == daddr;
}

void SaTable::prefetch_inbound(std::span<const InboundKey> keys) const {
  std::array<std::uint32_t, kPrefetchMax> places;
  keys = keys.first(std::min(keys.size(), places.size()));
  for (std::size_t i = 0; const InboundKey& key : keys) {
    const std::size_t at = home(*key.daddr, key.spi, key.ipv6);
    __builtin_prefetch(&cells_[at]);
    places[i++] = static_cast<std::uint32_t>(at);
  }
  // Nearly every entry is at home; for the others this was in vain.
  for (std::size_t i = 0; i < keys.size(); ++i) {
    places[i] = cells_[places[i]].index;
    prefetch_slot(places[i]);
  }
  for (std::size_t i = 0; i < keys.size(); ++i) prefetch_sa(places[i], Sa::kHot);
  for (std::size_t i = 0; i < keys.size(); ++i)
    if (const Sa* sa = at(places[i])) sa->window.prefetch(keys[i].seq);
}

// RFC 4303 3.4.2, RFC 4301 4.4.2
Sa* SaTable::find_inbound(const Address& daddr, std::uint32_t spi, bool ipv6) {
  for (std::size_t i = home(daddr, spi, ipv6); cells_[i].index != kFree; i = (i + 1) & mask_)
    if (matches(cells_[i], daddr, spi, ipv6)) return slots_[cells_[i].index].get();
  return nullptr;
}

void SaTable::link(const Sa& sa) {
  std::size_t i = home(sa.daddr, sa.spi, sa.ipv6());
  while (cells_[i].index != kFree) i = (i + 1) & mask_;
  cells_[i] = {sa.spi, sa.index};
}

void SaTable::unlink(const Sa& sa) {
  std::size_t hole = home(sa.daddr, sa.spi, sa.ipv6());
  while (cells_[hole].index != sa.index) hole = (hole + 1) & mask_;
  // Close the gap: an entry moves back unless that would put it before its home.
  for (std::size_t i = (hole + 1) & mask_; cells_[i].index != kFree; i = (i + 1) & mask_) {
    const Sa& other = *slots_[cells_[i].index];
    const std::size_t want = home(other.daddr, other.spi, other.ipv6());
    if (((i - want) & mask_) < ((i - hole) & mask_)) continue;
    cells_[hole] = cells_[i];
    hole = i;
  }
  cells_[hole] = Cell{};
}

spa_status SaTable::add(std::uint32_t index, const spa_sa& request) {
  if (index >= slots_.size()) return SPA_E_FIELD;
  if (slots_[index]) return SPA_E_EXISTS;
  auto sa = std::make_unique<Sa>();
  TransformKeys keys;
  if (const spa_status status = decode_sa(request, *sa, keys); status != SPA_OK) return status;
  if (!sa->outbound() && find_inbound(sa->daddr, sa->spi, sa->ipv6())) return SPA_E_EXISTS;
  sa->index = index;
  sa->keys = crypto_->expand(sa->transform, keys);
  if (!sa->keys) return SPA_E_CRYPTO;
  slots_[index] = std::move(sa);
  const Sa& added = *slots_[index];
  if (!added.outbound()) {
    link(added);
  } else if (added.packet_mode()) {
    outbound_[outbound_key(added)].push_back(index);
  }
  ++used_;
  return SPA_OK;
}

spa_status SaTable::remove(std::uint32_t index, std::uint32_t generation) {
  Sa* sa = nullptr;
  if (const spa_status status = get(index, generation, sa); status != SPA_OK) return status;
  if (!sa->outbound()) {
    unlink(*sa);
  } else if (sa->packet_mode()) {
    const auto same = outbound_.find(outbound_key(*sa));
    std::erase(same->second, index);
    if (same->second.empty()) outbound_.erase(same);
  }
  slots_[index].reset();
  --used_;
  return SPA_OK;
}

void SaTable::flush() {
  for (Cell& cell : cells_) cell = Cell{};
  outbound_.clear();
  for (auto& slot : slots_) slot.reset();
  used_ = 0;
}

spa_status SaTable::read(std::uint32_t index, std::uint32_t generation, spa_sa_stats& out) const {
  const Sa* sa = at(index);
  if (index >= slots_.size()) return SPA_E_FIELD;
  if (!sa) return SPA_E_NOT_FOUND;
  if (sa->generation != generation) return SPA_E_STALE;
  out = {};
  out.packets = card::to_le<__le64>(sa->packets);
  out.bytes = card::to_le<__le64>(sa->bytes);
  out.seq = card::to_le<__le64>(sa->seq);
  out.auth_failures = card::to_le<__le64>(sa->auth_failures);
  out.replay_failures = card::to_le<__le64>(sa->replay_failures);
  out.format_failures = card::to_le<__le64>(sa->format_failures);
  out.generation = card::to_le<__le32>(sa->generation);
  out.state = card::to_le<__le32>((sa->soft_raised ? SPA_SA_STATE_SOFT : 0) |
                                  (sa->hard_raised ? SPA_SA_STATE_HARD : 0));
  out.selector_failures = card::to_le<__le64>(sa->selector_failures);
  out.lifetime_drops = card::to_le<__le64>(sa->lifetime_drops);
  return SPA_OK;
}

Sa* SaTable::find_outbound(const Policy& policy, const Flow& flow) {
  const OutboundKey key{policy.tunnel ? policy.saddr : flow.saddr,
                        policy.tunnel ? policy.daddr : flow.daddr, policy.reqid,
                        policy.tunnel ? policy.outer_ipv6 : flow.family == 6, policy.tunnel};
  const auto same = outbound_.find(key);
  if (same == outbound_.end()) return nullptr;
  for (auto index = same->second.rbegin(); index != same->second.rend(); ++index) {
    Sa& sa = *slots_[*index];
    if (sa.selector.matches(flow) && sa.lifetime_left() && sa.sequence_left()) return &sa;
  }
  return nullptr;
}

spa_status SaTable::update(std::uint32_t index, std::uint32_t generation,
                           const spa_sa_update& request) {
  Sa* sa = nullptr;
  if (const spa_status status = get(index, generation, sa); status != SPA_OK) return status;
  const std::uint32_t flags = card::from_le(request.flags);
  const std::uint64_t seq = card::from_le(request.seq);
  bool reserved = request.reserved0 != 0;
  for (const std::uint8_t octet : request.reserved1) reserved = reserved || octet != 0;
  if (reserved || (flags & ~(SPA_SA_UPDATE_SEQ | SPA_SA_UPDATE_LIMITS)) != 0) return SPA_E_FIELD;
  if ((flags & SPA_SA_UPDATE_SEQ) != 0) {
    if (!sa->esn() && seq > 0xffffffffu) return SPA_E_FIELD;
    if (seq < sa->seq) return SPA_E_SEQUENCE;
    sa->seq = seq;
    // What lies below a number that was raised counts as seen.
    if (!sa->outbound()) sa->window = ReplayWindow(sa->window.size(), seq);
  }
  if ((flags & SPA_SA_UPDATE_LIMITS) != 0) {
    sa->soft_bytes = card::from_le(request.soft_bytes);
    sa->hard_bytes = card::from_le(request.hard_bytes);
    sa->soft_packets = card::from_le(request.soft_packets);
    sa->hard_packets = card::from_le(request.hard_packets);
    sa->soft_raised = sa->hard_raised = false;
  }
  return SPA_OK;
}

spa_status SaTable::set_tunnel_options(std::uint32_t index, std::uint32_t generation,
                                       const TunnelOptions& options) {
  Sa* sa = nullptr;
  if (const spa_status status = get(index, generation, sa); status != SPA_OK) return status;
  if (options.ttl == 0) return SPA_E_FIELD;
  sa->tunnel = options;
  return SPA_OK;
}

}  // namespace spa::esp
