// SPDX-License-Identifier: Apache-2.0
#include "firmware-sim/keystore/key_store.h"

#include <openssl/rand.h>

#include <algorithm>
#include <utility>

namespace spa::keystore {
namespace {

constexpr std::uint32_t kSlotBits = 16;
constexpr std::uint32_t kSlotMask = (1u << kSlotBits) - 1;

// Never 0, so that no handle is 0, and never the one before, so that a stale handle is refused.
std::uint16_t next_generation(std::uint16_t last) {
  std::uint16_t fresh = 0;
  if (RAND_bytes(reinterpret_cast<unsigned char*>(&fresh), sizeof fresh) != 1) fresh = last;
  while (fresh == 0 || fresh == last) ++fresh;
  return fresh;
}

}  // namespace

KeyStore::KeyStore(std::uint32_t capacity) : slots_(std::min(capacity, kSlotMask + 1)) {
  free_.reserve(slots_.size());
  for (std::uint32_t i = this->capacity(); i > 0; --i) free_.push_back(i - 1);
}

spa_status KeyStore::insert(std::uint32_t owner, std::shared_ptr<const PrivateKey> key,
                            std::uint32_t& handle) {
  const std::lock_guard lock(mutex_);
  if (free_.empty()) return SPA_E_FULL;
  const std::uint32_t index = free_.back();
  free_.pop_back();
  Slot& slot = slots_[index];
  slot.key = std::move(key);
  slot.owner = owner;
  slot.generation = next_generation(slot.generation);
  handle = std::uint32_t{slot.generation} << kSlotBits | index;
  return SPA_OK;
}

const KeyStore::Slot* KeyStore::locate(std::uint32_t owner, std::uint32_t handle) const {
  const std::uint32_t index = handle & kSlotMask;
  if (index >= slots_.size()) return nullptr;
  const Slot& slot = slots_[index];
  const bool fits = slot.key && slot.owner == owner && slot.generation == handle >> kSlotBits;
  return fits ? &slot : nullptr;
}

std::shared_ptr<const PrivateKey> KeyStore::find(std::uint32_t owner, std::uint32_t handle) const {
  const std::lock_guard lock(mutex_);
  const Slot* slot = locate(owner, handle);
  return slot ? slot->key : nullptr;
}

void KeyStore::clear(std::uint32_t slot) {
  slots_[slot].key.reset();
  free_.push_back(slot);
}

spa_status KeyStore::destroy(std::uint32_t owner, std::uint32_t handle) {
  const std::lock_guard lock(mutex_);
  if (!locate(owner, handle)) return SPA_E_NOT_FOUND;
  clear(handle & kSlotMask);
  return SPA_OK;
}

std::uint32_t KeyStore::release_owner(std::uint32_t owner) {
  const std::lock_guard lock(mutex_);
  std::uint32_t count = 0;
  for (std::uint32_t i = 0; i < capacity(); ++i) {
    if (!slots_[i].key || slots_[i].owner != owner) continue;
    clear(i);
    ++count;
  }
  return count;
}

void KeyStore::reset() {
  const std::lock_guard lock(mutex_);
  for (std::uint32_t i = 0; i < capacity(); ++i)
    if (slots_[i].key) clear(i);
}

std::uint32_t KeyStore::used() const {
  const std::lock_guard lock(mutex_);
  return capacity() - static_cast<std::uint32_t>(free_.size());
}

}  // namespace spa::keystore
