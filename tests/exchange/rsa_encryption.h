// SPDX-License-Identifier: Apache-2.0
// Routers that authenticate with RSA encryption (RFC 2409 5.2).
#pragma once

#include <string>

#include "tests/exchange/router.h"

namespace spa::exchange {

// The tunnel is IKEv1's, with the RSA key of `subject`; the peer has `peer_key`.
void use_rsa_encryption(Router& router, const std::string& subject,
                        const crypto::PublicKey& peer_key);

}  // namespace spa::exchange
