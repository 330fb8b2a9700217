// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "firmware-sim/esp/crypto_backend.h"

namespace spa::esp {

[[nodiscard]] std::unique_ptr<CryptoBackend> make_openssl_backend();

// Null where the processor lacks AES and carry-less multiplication.
[[nodiscard]] std::unique_ptr<CryptoBackend> make_ipsec_mb_backend();

}  // namespace spa::esp
