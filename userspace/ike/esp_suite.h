// SPDX-License-Identifier: Apache-2.0
// The algorithms of a negotiated ESP SA as cryptography knows them.
#pragma once

#include "userspace/base/result.h"
#include "userspace/crypto/cipher.h"
#include "userspace/ports/sa_database.h"

namespace spa::ike {

// kUnsupported for an algorithm that is not implemented.
[[nodiscard]] Result<crypto::CipherSuite> cipher_suite(const ports::EspSuite& suite);

}  // namespace spa::ike
