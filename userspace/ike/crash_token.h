// SPDX-License-Identifier: Apache-2.0
// Tokens by which a peer believes that we have restarted and know nothing of an IKE SA any more
// (RFC 6290): a MAC over its SPIs under a secret that outlives us.
#pragma once

#include <cstdint>

#include "userspace/base/bytes.h"
#include "userspace/base/result.h"

namespace spa::ike {

inline constexpr std::size_t kMinCrashToken = 16;  // RFC 6290 3
inline constexpr std::size_t kMaxCrashToken = 128;

// TOKEN = HMAC-SHA-256 (secret, SPIi | SPIr), RFC 6290 5, 5.1. Whoever learns it can end that IKE
// SA: it is told to the peer, protected, and later only when neither SPI is in use here (RFC 6290
// 9).
[[nodiscard]] Result<Bytes> crash_token(ByteView secret, std::uint64_t spi_i, std::uint64_t spi_r);

}  // namespace spa::ike
