// SPDX-License-Identifier: Apache-2.0
// ECP groups and Curve25519. dh.cc has checked the group and the size of the peer's value.
#pragma once

#include "userspace/crypto/dh.h"

namespace spa::crypto {

[[nodiscard]] Result<DhKey> curve_generate(DhGroup group);
[[nodiscard]] Result<DhKey> curve_from_private(DhGroup group, ByteView private_value);
[[nodiscard]] Result<SecretBytes> curve_derive(const DhKey& key, ByteView peer_public);

}  // namespace spa::crypto
