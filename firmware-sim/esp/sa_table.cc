// SPDX-License-Identifier: Apache-2.0
#include "firmware-sim/esp/sa_table.h"

#include <openssl/rand.h>

#include <algorithm>
#include <bit>
#include <utility>

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
  for (std::size_t i = 0; i < keys.size(); ++i) prefetch_sa(places[i]);
  for (std::size_t i = 0; i < keys.size(); ++i)
    if (const Sa* sa = at(places[i])) sa->window.prefetch(keys[i].seq);
}

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
  sa->hot_keys = sa->keys->hot;
  slots_[index] = std::move(sa);
  if (!slots_[index]->outbound()) link(*slots_[index]);
  ++used_;
  return SPA_OK;
}

spa_status SaTable::get(std::uint32_t index, std::uint32_t generation, Sa*& out) {
  out = at(index);
  if (index >= slots_.size()) return SPA_E_FIELD;
  if (!out) return SPA_E_NOT_FOUND;
  return out->generation == generation ? SPA_OK : SPA_E_STALE;
}

spa_status SaTable::remove(std::uint32_t index, std::uint32_t generation) {
  Sa* sa = nullptr;
  if (const spa_status status = get(index, generation, sa); status != SPA_OK) return status;
  if (!sa->outbound()) unlink(*sa);
  slots_[index].reset();
  --used_;
  return SPA_OK;
}

void SaTable::flush() {
  for (Cell& cell : cells_) cell = Cell{};
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
  out.lifetime_drops = card::to_le<__le64>(sa->lifetime_drops);
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
