// SPDX-License-Identifier: Apache-2.0
// Hash functions and HMAC over a list of octet strings, which are taken as if joined.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string_view>

#include "userspace/base/bytes.h"
#include "userspace/base/result.h"

namespace spa::crypto {

enum class HashAlgorithm : std::uint8_t { kMd5, kSha1, kSha256, kSha384, kSha512 };

inline constexpr std::size_t kMaxHashSize = 64;

[[nodiscard]] std::size_t hash_size(HashAlgorithm algorithm);       // octets
[[nodiscard]] std::string_view to_string(HashAlgorithm algorithm);  // "MD5", "SHA1", "SHA256" …

// kCrypto when the provider does not offer the algorithm.
[[nodiscard]] Result<Bytes> hash(HashAlgorithm algorithm, std::span<const ByteView> parts);
[[nodiscard]] Result<Bytes> hash(HashAlgorithm algorithm, std::initializer_list<ByteView> parts);

// HMAC (RFC 2104) with the whole digest as result.
[[nodiscard]] Result<SecretBytes> hmac(HashAlgorithm algorithm, ByteView key,
                                       std::span<const ByteView> parts);
[[nodiscard]] Result<SecretBytes> hmac(HashAlgorithm algorithm, ByteView key,
                                       std::initializer_list<ByteView> parts);

}  // namespace spa::crypto
