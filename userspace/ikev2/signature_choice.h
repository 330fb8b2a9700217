// SPDX-License-Identifier: Apache-2.0
// Which signature proves an end of an IKE SA: the AUTH methods of RFC 7296, RFC 4754 and RFC 7427.
#pragma once

#include <string>
#include <vector>

#include "userspace/crypto/signature.h"
#include "userspace/policy/ikev2.h"
#include "userspace/wire/auth_payload.h"
#include "userspace/wire/registry.h"

namespace spa::ikev2 {

// The hashes that we announce in SIGNATURE_HASH_ALGORITHMS: SHA-1 only where legacy algorithms are
// allowed.
[[nodiscard]] const std::vector<wire::SignatureHash>& signature_hashes(bool legacy);

// What a certificate with such a key is for.
[[nodiscard]] policy::AuthMethod method_for(crypto::KeyType key);
// "RSA", "ECDSA", "EdDSA", "PSK": as the show screens have it.
[[nodiscard]] std::string auth_name(policy::AuthMethod method);

struct SignatureChoice {
  wire::AuthMethod auth = wire::AuthMethod::kDigitalSignature;
  crypto::SignatureMethod method;
};
// How we sign with this key for a peer that announced these hashes: RFC 7427 5 when it announced
// one that the key can do, else the older method for the type of key. kUnsupported: there is none.
[[nodiscard]] Result<SignatureChoice> choose_signature(
    crypto::KeyType key, bool rsa_pss, const std::vector<wire::SignatureHash>& announced);

// The signature that a peer's AUTH payload claims. kUnsupported: unknown algorithm, or parameters
// other than ours (RFC 7427 appendix A); kDenied: with a hash that we did not announce.
[[nodiscard]] Result<crypto::SignatureMethod> claimed_signature(const wire::AuthPayload& auth,
                                                                bool legacy);
// The method of the configuration that an AUTH payload falls under; kUnsupported for others.
[[nodiscard]] Result<policy::AuthMethod> method_of(const wire::AuthPayload& auth);

}  // namespace spa::ikev2
