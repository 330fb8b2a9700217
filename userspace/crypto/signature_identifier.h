// SPDX-License-Identifier: Apache-2.0
// The AlgorithmIdentifiers of RFC 7427 A as octets.
#pragma once

#include <span>

#include "userspace/base/bytes.h"
#include "userspace/crypto/signature.h"

namespace spa::crypto {

struct KnownIdentifier {
  SignatureMethod method;
  ByteView der;
};

// The first entry of a method is what we send; further ones are other encodings of the same that
// peers send.
[[nodiscard]] std::span<const KnownIdentifier> known_identifiers();

}  // namespace spa::crypto
