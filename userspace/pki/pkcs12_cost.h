// SPDX-License-Identifier: Apache-2.0
// How much work a PKCS#12 file makes of opening it. Its author chooses how often the password is
// hashed, up to 2^31 times: hours in which the daemon would do nothing else.
#pragma once

#include <openssl/pkcs12.h>

#include "userspace/base/result.h"

namespace spa::pki {

inline constexpr long kMostPkcs12Iterations = 1'000'000;

// kExhausted when a part of the file asks for more than that; kInvalid when a part cannot be read.
// Opens the encrypted parts with `password`, once they have been found cheap enough, since parts
// may be nested.
[[nodiscard]] Status pkcs12_is_affordable(PKCS12* file, const char* password);

}  // namespace spa::pki
