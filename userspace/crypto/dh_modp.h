// SPDX-License-Identifier: Apache-2.0
// MODP groups: over safe primes with generator 2, and those of RFC 5114. dh.cc has checked the
// group and the size of the peer's value.
#pragma once

#include "userspace/crypto/dh.h"

namespace spa::crypto {

[[nodiscard]] Result<DhKey> modp_generate(DhGroup group);
[[nodiscard]] Result<DhKey> modp_from_private(DhGroup group, ByteView private_value);
[[nodiscard]] Result<SecretBytes> modp_derive(const DhKey& key, ByteView peer_public);

}  // namespace spa::crypto
