// SPDX-License-Identifier: Apache-2.0
// The algorithms of an SA and the lengths that their RFCs give them: the only list of them in the
// card. What is not in it, the card has not.
#pragma once

#include <spa/hw.h>

#include <cstdint>

#include "firmware-sim/base/octets.h"

namespace spa::esp {

struct CipherTraits {
  spa_cipher cipher;
  std::uint8_t key_min;  // octets; between the ends every key_step is a valid length
  std::uint8_t key_max;
  std::uint8_t key_step;
  std::uint8_t salt_length;
  std::uint8_t iv_length;  // octets of IV in the packet
  std::uint8_t block;      // the encrypted part is a multiple of this (at least 4, RFC 4303 2.4)
  bool combined;           // brings its own integrity check
  bool counter_iv;         // the IV must never repeat, instead of being unpredictable

  [[nodiscard]] bool takes_key(std::size_t length) const {
    return length >= key_min && length <= key_max &&
           (key_step == 0 || (length - key_min) % key_step == 0);
  }
  // Combined-mode ciphers may have their ICV cut short (RFC 4106 6); GMAC and Poly1305 may not.
  [[nodiscard]] bool takes_icv(std::size_t length) const;
};

struct AuthTraits {
  spa_auth auth;
  std::uint8_t key_length;  // octets: HMAC keys are as long as the hash (RFC 4868 2.1.1)
  std::uint8_t icv_length;
};

// Null for numbers that stand for nothing. `value` as in struct spa_sa.
[[nodiscard]] const CipherTraits* cipher_traits(std::uint16_t value);
[[nodiscard]] const AuthTraits* auth_traits(std::uint16_t value);

// Keys with which the cipher is its own inverse or half as strong as its name says: the weak and
// semi-weak keys of DES (RFC 2405 3) and 3DES that is DES (RFC 2451 2.3).
[[nodiscard]] bool is_weak_key(spa_cipher cipher, card::ByteView key);

}  // namespace spa::esp
