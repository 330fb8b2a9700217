// SPDX-License-Identifier: Apache-2.0
// Our own keys, by trustpoint: to sign with, and to decrypt what a peer hides from everybody else.
#pragma once

#include <string>
#include <vector>

#include "userspace/ikev1/shard.h"

namespace spa::ikev1 {

// The first certificate whose CA the peer asked for (CERTREQ), else the first there is: under the
// trustpoints of the profile, otherwise the last defined first (R-PROF-16). kNotFound.
[[nodiscard]] Result<ports::LocalCertificate> own_certificate(Shard& shard,
                                                              const std::string& profile,
                                                              const std::vector<Bytes>& wanted);

// HASH(1): of the certificate whose key a peer encrypts with (RFC 2409 5.2).
struct CertificateHash {
  crypto::HashAlgorithm algorithm{};
  ByteView value;
};
// The first RSA key of these trustpoints, or that of the certificate with this hash. kNotFound.
[[nodiscard]] Result<crypto::PrivateKey> own_rsa_key(Shard& shard, const std::string& profile,
                                                     const CertificateHash* of = nullptr);

}  // namespace spa::ikev1
