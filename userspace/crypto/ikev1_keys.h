// SPDX-License-Identifier: Apache-2.0
// Key derivation of IKEv1 as pure functions (RFC 2409 5, 5.5, appendix B). The PRF is the HMAC of
// the negotiated hash: none other was ever registered.
#pragma once

#include <cstddef>
#include <cstdint>

#include "userspace/base/bytes.h"
#include "userspace/base/result.h"
#include "userspace/crypto/cipher.h"
#include "userspace/crypto/hash.h"

namespace spa::crypto::v1 {

// What both ends know of a phase-1 exchange. Views into the exchange's own values.
struct ExchangeInputs {
  ByteView nonce_i;  // Ni_b: the payload's body
  ByteView nonce_r;
  std::uint64_t cookie_i = 0;
  std::uint64_t cookie_r = 0;
};

// SKEYID by authentication method (RFC 2409 5).
// Pre-shared key: prf(pre-shared-key, Ni_b | Nr_b)
[[nodiscard]] Result<SecretBytes> skeyid_pre_shared(HashAlgorithm hash, ByteView pre_shared_key,
                                                    const ExchangeInputs& in);
// Signatures: prf(Ni_b | Nr_b, g^xy)
[[nodiscard]] Result<SecretBytes> skeyid_signature(HashAlgorithm hash, const ExchangeInputs& in,
                                                   ByteView shared_secret);
// Public-key encryption: prf(hash(Ni_b | Nr_b), CKY-I | CKY-R), with the nonces in plain
[[nodiscard]] Result<SecretBytes> skeyid_encryption(HashAlgorithm hash, const ExchangeInputs& in);

struct Keys {
  SecretBytes skeyid;    // authenticates phase 1
  SecretBytes skeyid_d;  // makes keys for IPsec SAs
  SecretBytes skeyid_a;  // authenticates phase-2 and informational messages
  SecretBytes skeyid_e;  // see cipher_key()
};
// SKEYID_d, _a and _e = prf(SKEYID, [the one before |] g^xy | CKY-I | CKY-R | 0, 1, 2)
[[nodiscard]] Result<Keys> keys(HashAlgorithm hash, SecretBytes skeyid, ByteView shared_secret,
                                const ExchangeInputs& in);

// The key of the negotiated cipher (RFC 2409 appendix B): the front of SKEYID_e, or of
// K1 | K2 | … with K1 = prf(SKEYID_e, 0), Kn = prf(SKEYID_e, Kn-1) when SKEYID_e is too short.
[[nodiscard]] Result<SecretBytes> cipher_key(HashAlgorithm hash, ByteView skeyid_e,
                                             std::size_t size);

// KEYMAT of quick mode (5.5): K1 = prf(SKEYID_d, [g(qm)^xy |] protocol | SPI | Ni_b | Nr_b), Kn =
// prf(SKEYID_d, Kn-1 | the same); `shared_secret` is empty without PFS. Each direction and protocol
// has its own, made with the SPI that the receiver chose; the nonces are quick mode's.
struct QuickModeInputs {
  ByteView nonce_i;
  ByteView nonce_r;
  ByteView shared_secret;
};
[[nodiscard]] Result<SecretBytes> quick_mode_keymat(HashAlgorithm hash, ByteView skeyid_d,
                                                    const QuickModeInputs& in,
                                                    std::uint8_t protocol, ByteView spi,
                                                    std::size_t size);

// One direction of an IPsec SA: the encryption key (with the salt of an AEAD or counter cipher)
// from the front of KEYMAT, then the integrity key (RFC 2409 5.5, RFC 4106 8.1). AH has no
// encryption key: pass EncrAlgorithm::kNull.
struct SaKeys {
  SecretBytes encr;
  SecretBytes integ;
};
[[nodiscard]] Result<SaKeys> quick_mode_keys(HashAlgorithm hash, ByteView skeyid_d,
                                             const QuickModeInputs& in, std::uint8_t protocol,
                                             ByteView spi, const CipherSuite& suite);

}  // namespace spa::crypto::v1
