// SPDX-License-Identifier: Apache-2.0
// RSA keys that are shorter than OpenSSL makes them: routers know such keys, and they protect
// nothing any more.
#pragma once

#include "userspace/base/result.h"
#include "userspace/crypto/openssl_util.h"

namespace spa::crypto {

inline constexpr unsigned kShortestRsaBits = 360;  // room for an MD5 signature
inline constexpr unsigned kShortestOpensslRsaBits = 512;

// A key pair of this many bits, public exponent 65537.
[[nodiscard]] Result<PkeyPtr> generate_short_rsa(unsigned bits);

}  // namespace spa::crypto
