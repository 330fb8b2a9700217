// SPDX-License-Identifier: Apache-2.0
// CBC over whole blocks, without padding or integrity: what the ciphers of both IKE versions are
// made of.
#pragma once

#include <cstddef>
#include <cstdint>

#include "userspace/base/bytes.h"
#include "userspace/base/result.h"
#include "userspace/crypto/cipher.h"

namespace spa::crypto {

enum class CbcDirection : std::uint8_t { kEncrypt, kDecrypt };

// kDes, k3Des or kAesCbc. Sizes of key, vector and input (whole blocks) were checked by the caller;
// `out` is as long as `in` and may be the same memory.
[[nodiscard]] Status cbc(EncrAlgorithm encr, unsigned key_bits, ByteView key, ByteView iv,
                         CbcDirection direction, ByteView in, MutableByteView out);

}  // namespace spa::crypto
