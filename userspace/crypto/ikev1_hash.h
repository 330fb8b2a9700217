// SPDX-License-Identifier: Apache-2.0
// The hashes that authenticate IKEv1's messages (RFC 2409 5, 5.5, 5.7), and NAT-D (RFC 3947 3.2).
#pragma once

#include <cstdint>

#include "userspace/base/address.h"
#include "userspace/base/bytes.h"
#include "userspace/base/result.h"
#include "userspace/crypto/hash.h"

namespace spa::crypto::v1 {

// HASH_I and HASH_R cover the same values in the order of their sender.
struct Phase1Hash {
  ByteView public_i;  // g^xi, the body of the KE payload
  ByteView public_r;
  std::uint64_t cookie_i = 0;
  std::uint64_t cookie_r = 0;
  ByteView sa_i_body;  // SAi_b: the initiator's SA payload as sent, without generic header
  ByteView id_body;    // IDii_b for HASH_I, IDir_b for HASH_R
};
// HASH_I = prf(SKEYID, g^xi | g^xr | CKY-I | CKY-R | SAi_b | IDii_b)
[[nodiscard]] Result<Bytes> hash_i(HashAlgorithm hash, ByteView skeyid, const Phase1Hash& in);
// HASH_R = prf(SKEYID, g^xr | g^xi | CKY-R | CKY-I | SAi_b | IDir_b)
[[nodiscard]] Result<Bytes> hash_r(HashAlgorithm hash, ByteView skeyid, const Phase1Hash& in);

// HASH(1) = prf(SKEYID_a, M-ID | rest) of quick mode, of informational exchanges and of
// transactions (draft-ietf-ipsec-isakmp-mode-cfg-05 4): `rest` are all payloads behind the HASH as
// sent, without padding.
[[nodiscard]] Result<Bytes> hash_1(HashAlgorithm hash, ByteView skeyid_a, std::uint32_t message_id,
                                   ByteView rest);
// HASH(2) = prf(SKEYID_a, M-ID | Ni_b | rest)
[[nodiscard]] Result<Bytes> hash_2(HashAlgorithm hash, ByteView skeyid_a, std::uint32_t message_id,
                                   ByteView nonce_i, ByteView rest);
// HASH(3) = prf(SKEYID_a, 0 | M-ID | Ni_b | Nr_b)
[[nodiscard]] Result<Bytes> hash_3(HashAlgorithm hash, ByteView skeyid_a, std::uint32_t message_id,
                                   ByteView nonce_i, ByteView nonce_r);

// HASH(CKY-I | CKY-R | IP | Port) with the negotiated hash, not its HMAC (RFC 3947 3.2).
[[nodiscard]] Result<Bytes> nat_d_hash(HashAlgorithm hash, std::uint64_t cookie_i,
                                       std::uint64_t cookie_r, const Endpoint& endpoint);

}  // namespace spa::crypto::v1
