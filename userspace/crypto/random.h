// SPDX-License-Identifier: Apache-2.0
// Random octets from the operating system through OpenSSL's generator.
#pragma once

#include <cstddef>
#include <cstdint>

#include "userspace/base/bytes.h"
#include "userspace/base/result.h"

namespace spa::crypto {

// Fills `out`; kCrypto when the generator has no entropy. Then `out` must not be used.
[[nodiscard]] Status random_fill(MutableByteView out);
[[nodiscard]] Result<Bytes> random_bytes(std::size_t count);
// A random number that is not 0: an IKE SPI (RFC 7296 3.1). For ESP SPIs callers also skip 1..255.
[[nodiscard]] Result<std::uint64_t> random_nonzero_u64();

}  // namespace spa::crypto
