// SPDX-License-Identifier: Apache-2.0
// RSA encryption with PKCS #1 v1.5 padding, for authentication with public-key encryption (RFC 2409
// 5.2): the bodies of the nonce and of the ID payload.
#pragma once

#include <cstddef>

#include "userspace/base/bytes.h"
#include "userspace/base/result.h"
#include "userspace/crypto/key.h"

namespace spa::crypto {

// kInvalid for a key that is not RSA or for more octets than fit (the modulus less 11).
[[nodiscard]] Result<Bytes> rsa_encrypt(const PublicKey& key, ByteView plaintext);

// kInvalid for a key that is not RSA and for a ciphertext that has not the modulus's size. A
// ciphertext whose padding is wrong gives random octets in place of an error: whoever can tell the
// two apart can decrypt everything with us as an oracle (Bleichenbacher; CVE-2018-0131 was this
// very exchange). What depends on the result therefore goes on and fails where the HASH is
// compared.
[[nodiscard]] Result<SecretBytes> rsa_decrypt(const PrivateKey& key, ByteView ciphertext);

}  // namespace spa::crypto
