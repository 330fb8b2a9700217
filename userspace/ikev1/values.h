// SPDX-License-Identifier: Apache-2.0
// KE, nonce and, with public-key encryption, the identity: what the ends of phase 1 exchange before
// they authenticate it (RFC 2409 5.1, 5.2).
//
// With public-key encryption ID and nonce travel as ciphertext of the other's RSA key, and whoever
// reads them proves it with his HASH. Nothing that we do before that HASH may depend on what came
// out of a ciphertext: not on its padding, not on the size of a nonce, not on whether an identity
// is one, or an identity that we know. A peer that could tell would have us decrypt for him
// (Bleichenbacher; CVE-2018-0131 was this exchange).
#pragma once

#include "userspace/ikev1/isakmp_sa.h"
#include "userspace/ikev1/shard.h"

namespace spa::ikev1 {

inline constexpr std::size_t kNonceSize = 32;  // of ours

// A nonce that is not hidden, as in every quick mode.
[[nodiscard]] Result<Bytes> nonce(const Payloads& payloads);
// The public value in a message; kInvalid when it is missing or not of the group's size.
[[nodiscard]] Result<Bytes> public_value(const IsakmpSa& sa, const Payloads& payloads);

// Whether ID and nonce are hidden.
[[nodiscard]] bool hides_values(const IsakmpSa& sa);

// Makes our nonce.
[[nodiscard]] Status make_nonce(IsakmpSa& sa);
// Adds our nonce; where it is hidden our identity goes before it, and is settled by this. kNotFound
// when there is no public key of the peer that we begin with.
[[nodiscard]] Status add_nonce(IsakmpSa& sa, Payloads& to);

// The peer's nonce. Where it is hidden the peer's identity comes to light with it, as the body of
// an ID payload or as noise; it waits in the handshake for the HASH. kInvalid when a payload is
// missing or, which everybody can see, no ciphertext of our key.
[[nodiscard]] ike::Task<Result<SecretBytes>> take_nonce(IsakmpSa& sa, const Payloads& payloads);

// The identity of the peer that its HASH or signature is about: one that came before, or that of
// this message.
[[nodiscard]] Result<Bytes> claimed_id(const IsakmpSa& sa, const Incoming& message);

[[nodiscard]] Result<policy::Identity> identity_of(ByteView id_body);

// How the bodies of a first message of aggressive mode read: by the method of its offer.
[[nodiscard]] v1::Bodies bodies_of_first(ByteView datagram);

}  // namespace spa::ikev1
