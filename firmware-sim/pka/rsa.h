// SPDX-License-Identifier: Apache-2.0
// RSA keys and signatures (RFC 8017) of SPA_PK_RSA_BITS_MIN to SPA_PK_RSA_BITS_MAX bits.
#pragma once

#include <spa/hw.h>

#include <cstdint>
#include <memory>

#include "firmware-sim/base/octets.h"

struct evp_pkey_st;

namespace spa::pka {

using RsaKey = std::shared_ptr<evp_pkey_st>;

// A private key in DER, PKCS#1 or PKCS#8, nothing after it, that signs what its public half
// verifies. SPA_OK, SPA_E_UNSUPPORTED (not RSA, size, exponent) or SPA_E_CRYPTO.
[[nodiscard]] spa_status rsa_import(card::ByteView der, RsaKey& key);

// Octets of the modulus, which is also the length of a signature.
[[nodiscard]] std::size_t rsa_length(const evp_pkey_st& key);

// SPA_OK, SPA_E_UNSUPPORTED (scheme), SPA_E_FIELD (digest length) or SPA_E_CRYPTO (key too short).
[[nodiscard]] spa_status rsa_sign(const RsaKey& key, std::uint16_t scheme, card::ByteView digest,
                                  card::SecretBytes& signature);

// `in`: struct spa_pk_verify and the three strings it announces, without a gap or a rest.
// SPA_OK, SPA_E_AUTH, or as above.
[[nodiscard]] spa_status rsa_verify(std::uint16_t scheme, card::ByteView in);

}  // namespace spa::pka
