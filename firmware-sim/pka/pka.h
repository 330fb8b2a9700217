// SPDX-License-Identifier: Apache-2.0
// The public-key accelerator: Diffie-Hellman over modp and ECP groups and X25519, RSA signatures.
// One call is one operation; worker threads may call at the same time.
#pragma once

#include <spa/hw.h>

#include <cstdint>

#include "firmware-sim/base/octets.h"
#include "firmware-sim/keystore/key_store.h"

namespace spa::pka {

// The fields of struct spa_pk_cmd, in the host's byte order.
struct PkRequest {
  std::uint16_t op = 0;   // enum spa_pk_op
  std::uint16_t alg = 0;  // group, key type or scheme
  std::uint32_t key = 0;
  std::uint32_t owner = 0;
  std::uint32_t out_length = 0;  // room for the output
};

struct PkReply {
  spa_status status = SPA_E_INTERNAL;
  std::uint32_t handle = 0;  // of a key that was made or imported
  card::SecretBytes out;     // empty unless SPA_OK
};

class Pka {
 public:
  explicit Pka(keystore::KeyStore& keys) : keys_(keys) {}

  // Status: SPA_E_OPCODE, SPA_E_UNSUPPORTED (group, scheme, RSA size), SPA_E_FIELD (input lengths),
  // SPA_E_NOT_FOUND (key), SPA_E_FULL, SPA_E_SPACE (output room; nothing was made), SPA_E_CRYPTO
  // (public value or key not acceptable), SPA_E_AUTH (signature wrong).
  [[nodiscard]] PkReply execute(const PkRequest& request, card::ByteView in) const;

 private:
  [[nodiscard]] PkReply generate(const PkRequest& request, card::ByteView in) const;
  [[nodiscard]] PkReply derive(const PkRequest& request, card::ByteView in) const;
  [[nodiscard]] PkReply import_key(const PkRequest& request, card::ByteView in) const;
  [[nodiscard]] PkReply sign(const PkRequest& request, card::ByteView in) const;

  keystore::KeyStore& keys_;
};

}  // namespace spa::pka
