// SPDX-License-Identifier: Apache-2.0
// Key derivation of IKEv2 as pure functions (RFC 7296 2.14 to 2.18), and the octets that AUTH
// covers (2.15).
#pragma once

#include <cstddef>
#include <cstdint>

#include "userspace/base/bytes.h"
#include "userspace/base/result.h"
#include "userspace/crypto/cipher.h"
#include "userspace/crypto/prf.h"

namespace spa::crypto {

// The nonces and SPIs of an exchange, in the roles of that exchange.
struct ExchangeInputs {
  ByteView nonce_i;
  ByteView nonce_r;
  std::uint64_t spi_i = 0;  // of the IKE SA being made; not used for child SAs
  std::uint64_t spi_r = 0;
  // SK(1) | ... | SK(n) of the additional key exchanges after CREATE_CHILD_SA (RFC 9370 2.2.4).
  ByteView more_secrets{};
};

// The seven keys of an IKE SA, in the order of RFC 7296 2.14.
struct IkeKeys {
  SecretBytes sk_d;
  SecretBytes sk_ai;
  SecretBytes sk_ar;
  SecretBytes sk_ei;
  SecretBytes sk_er;
  SecretBytes sk_pi;
  SecretBytes sk_pr;
};

// SKEYSEED = prf(Ni | Nr, g^ir)
[[nodiscard]] Result<SecretBytes> skeyseed(PrfAlgorithm algorithm, const ExchangeInputs& in,
                                           ByteView shared_secret);
// SKEYSEED = prf(SK_d (old), g^ir (new) | Ni | Nr [| SK(1) | …]), with the PRF of the old SA
// (2.18).
[[nodiscard]] Result<SecretBytes> skeyseed_rekey(PrfAlgorithm old_algorithm, ByteView old_sk_d,
                                                 ByteView shared_secret, const ExchangeInputs& in);
// Mixes a post-quantum pre-shared key into SK_d, SK_pi or SK_pr: prf+ (PPK, SK'), as long as SK'
// (RFC 8784 3).
[[nodiscard]] Result<SecretBytes> mix_ppk(PrfAlgorithm algorithm, ByteView ppk, ByteView key);
// {SK_d | SK_ai | …} = prf+ (SKEYSEED, Ni | Nr | SPIi | SPIr), cut for the suite; AEAD suites have
// no SK_a*.
[[nodiscard]] Result<IkeKeys> ike_keys(PrfAlgorithm algorithm, const CipherSuite& suite,
                                       ByteView seed, const ExchangeInputs& in);
// KEYMAT = prf+ (SK_d, [g^ir (new) |] Ni | Nr [| SK(1) | …]) for child SAs (2.17); `shared_secret`
// empty without PFS.
[[nodiscard]] Result<SecretBytes> child_keymat(PrfAlgorithm algorithm, ByteView sk_d,
                                               ByteView shared_secret, const ExchangeInputs& in,
                                               std::size_t size);

// The two directions of a child SA: encryption key (with its salt) and integrity key, each cut from
// KEYMAT in the order of RFC 7296 2.17: initiator to responder first, encryption before integrity.
struct ChildKeys {
  SecretBytes encr_i;  // protects what the initiator of the exchange sends
  SecretBytes integ_i;
  SecretBytes encr_r;
  SecretBytes integ_r;
};
[[nodiscard]] Result<ChildKeys> child_keys(PrfAlgorithm algorithm, const CipherSuite& suite,
                                           ByteView sk_d, ByteView shared_secret,
                                           const ExchangeInputs& in);

// InitiatorSignedOctets or ResponderSignedOctets (2.15): the signer's first message, the other
// end's nonce, prf(SK_pi or SK_pr, RestOfIDPayload).
[[nodiscard]] Result<Bytes> signed_octets(PrfAlgorithm algorithm, ByteView first_message,
                                          ByteView other_nonce, ByteView sk_p,
                                          ByteView rest_of_id_payload);
// AUTH for a shared secret: prf(prf(secret, "Key Pad for IKEv2"), octets).
[[nodiscard]] Result<SecretBytes> shared_key_auth(PrfAlgorithm algorithm, ByteView secret,
                                                  ByteView octets);

}  // namespace spa::crypto
