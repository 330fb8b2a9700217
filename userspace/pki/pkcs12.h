// SPDX-License-Identifier: Apache-2.0
// PKCS#12 files (RFC 7292): `crypto pki import NAME pkcs12 FILE password PW`.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "userspace/base/bytes.h"
#include "userspace/base/result.h"
#include "userspace/crypto/key.h"
#include "userspace/pki/certificate.h"

namespace spa::pki {

inline constexpr std::size_t kMaxPkcs12Size = 1u << 20;

struct Pkcs12 {
  crypto::PrivateKey key;
  Certificate identity;             // belongs to the key
  std::vector<Certificate> others;  // CAs, in the order of the file
};

// kExhausted for a file that is too long or makes too much work of opening it; kDenied for a wrong
// password; kUnsupported for ciphers that this OpenSSL no longer offers; kInvalid otherwise, also
// when the file lacks a key or the certificate for it.
[[nodiscard]] Result<Pkcs12> parse_pkcs12(ByteView content, std::string_view password);

}  // namespace spa::pki
