// SPDX-License-Identifier: Apache-2.0
// The cryptography of an ESP packet, behind one interface: intel-ipsec-mb where the processor has
// AES instructions, OpenSSL otherwise and as the oracle of the tests. A backend belongs to one
// thread.
#pragma once

#include <spa/hw.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "firmware-sim/base/octets.h"
#include "firmware-sim/esp/algorithm.h"

namespace spa::esp {

enum class Backend { kAuto, kOpenSsl, kIpsecMb };

// The algorithms of an SA, validated by SaTable before a backend sees them.
struct Transform {
  spa_cipher cipher = SPA_CIPHER_NULL;
  spa_auth auth = SPA_AUTH_NONE;
  std::uint8_t iv_length = 0;   // octets of IV in the packet
  std::uint8_t icv_length = 0;  // octets of ICV in the packet
  std::uint8_t block = 4;   // the encrypted part is a multiple of this (at least 4, RFC 4303 2.4)
  bool combined = false;    // the cipher brings its own ICV
  bool counter_iv = false;  // the IV is a counter, not random
  bool esn = false;
  bool outbound = false;
};

// `icv` in octets.
[[nodiscard]] Transform make_transform(const CipherTraits& cipher, spa_auth auth, std::size_t icv,
                                       bool esn, bool outbound);

struct TransformKeys {
  card::ByteView key;       // cipher
  card::ByteView salt;      // 4 octets with counter modes (RFC 4106 4, RFC 3686 4)
  card::ByteView auth_key;  // HMAC
};

// The expanded keys of one SA. Wiped when destroyed.
class KeySchedule {
 public:
  virtual ~KeySchedule() = default;
  // Octets from the start of the object that every packet reads: worth fetching ahead, for among
  // thousands of SAs they are in no cache.
  std::size_t hot = 0;
};

// One packet for the backend. The ICV follows the encrypted part in memory.
struct CryptoJob {
  const Transform* transform = nullptr;
  KeySchedule* keys = nullptr;
  std::uint8_t* esp = nullptr;  // the SPI
  std::size_t body = 0;         // octets of the encrypted part, IV not included
  std::uint32_t seq_hi = 0;     // authenticated with ESN
  bool ok = false;              // out

  [[nodiscard]] std::uint8_t* iv() const { return esp + 8; }
  [[nodiscard]] std::uint8_t* text() const { return esp + 8 + transform->iv_length; }
  [[nodiscard]] std::uint8_t* icv() const { return text() + body; }
};

class CryptoBackend {
 public:
  virtual ~CryptoBackend() = default;
  [[nodiscard]] virtual const char* name() const = 0;

  // Null when the library refuses the keys.
  [[nodiscard]] virtual std::unique_ptr<KeySchedule> expand(const Transform& transform,
                                                            const TransformKeys& keys) = 0;

  // Encrypts in place with the IV that stands in the packet and writes the ICV.
  virtual void seal(std::span<CryptoJob> jobs) = 0;

  // Verifies the ICV and decrypts in place. Where the ICV is wrong, ok stays false and the packet
  // is as it was: plain text that is not authentic never leaves here (RFC 4303 3.4.4.1).
  virtual void open(std::span<CryptoJob> jobs) = 0;
};

// kIpsecMb gives null where the library or the processor's instructions are missing; kAuto never
// does.
[[nodiscard]] std::unique_ptr<CryptoBackend> make_crypto_backend(Backend backend);

}  // namespace spa::esp
