// SPDX-License-Identifier: Apache-2.0
// Private keys made on or imported into the card. A key has an owner; a handle only works for that
// owner, carries a random generation, and a stale or foreign one cannot be told from one that never
// was. Safe to use from several threads.
#pragma once

#include <spa/hw.h>

#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "firmware-sim/base/octets.h"

struct evp_pkey_st;

namespace spa::keystore {

// What a handle stands for. Key material is wiped when the last user of the object lets go.
struct PrivateKey {
  enum class Kind { kDh, kRsa };
  Kind kind = Kind::kDh;
  std::uint16_t group = 0;   // kDh: enum spa_pk_group
  card::SecretBytes secret;  // kDh: big-endian exponent or scalar; X25519: as RFC 7748 has it
  std::shared_ptr<evp_pkey_st> rsa;  // kRsa
};

class KeyStore {
 public:
  // `capacity`: at most 65,536 keys.
  explicit KeyStore(std::uint32_t capacity);

  // SPA_OK and a handle that is never 0, or SPA_E_FULL.
  [[nodiscard]] spa_status insert(std::uint32_t owner, std::shared_ptr<const PrivateKey> key,
                                  std::uint32_t& handle);

  // Null where this owner has no such key. A found key stays usable even if destroyed meanwhile.
  [[nodiscard]] std::shared_ptr<const PrivateKey> find(std::uint32_t owner,
                                                       std::uint32_t handle) const;

  // SPA_OK or SPA_E_NOT_FOUND.
  [[nodiscard]] spa_status destroy(std::uint32_t owner, std::uint32_t handle);

  // Destroys every key of an owner; gives their number.
  std::uint32_t release_owner(std::uint32_t owner);
  void reset();

  [[nodiscard]] std::uint32_t capacity() const { return static_cast<std::uint32_t>(slots_.size()); }
  [[nodiscard]] std::uint32_t used() const;
  [[nodiscard]] bool full() const { return used() == capacity(); }

 private:
  struct Slot {
    std::shared_ptr<const PrivateKey> key;
    std::uint32_t owner = 0;
    std::uint16_t generation = 0;
  };
  [[nodiscard]] const Slot* locate(std::uint32_t owner, std::uint32_t handle) const;
  void clear(std::uint32_t slot);

  mutable std::mutex mutex_;
  std::vector<Slot> slots_;
  std::vector<std::uint32_t> free_;
};

}  // namespace spa::keystore
