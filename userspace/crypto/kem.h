// SPDX-License-Identifier: Apache-2.0
// Key encapsulation: ML-KEM (FIPS 203), where this machine's OpenSSL has it (3.5, or a provider).
// dh.cc has checked the group and the size of the peer's value.
#pragma once

#include "userspace/crypto/dh.h"

namespace spa::crypto {

// Looked for once. False: every call below gives kUnsupported.
[[nodiscard]] bool kem_supported(DhGroup group);
[[nodiscard]] Result<DhKey> kem_generate(DhGroup group);
// kInvalid for an encapsulation key that fails the check of FIPS 203 7.2.
[[nodiscard]] Result<Encapsulation> kem_encapsulate(DhGroup group, ByteView peer_key);
[[nodiscard]] Result<SecretBytes> kem_decapsulate(const DhKey& key, ByteView ciphertext);

}  // namespace spa::crypto
