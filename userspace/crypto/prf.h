// SPDX-License-Identifier: Apache-2.0
// Pseudorandom functions of IKEv2 (RFC 7296 2.13, RFC 4868 2.4). Values are the IANA transform type
// 2 identifiers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>

#include "userspace/base/bytes.h"
#include "userspace/base/result.h"
#include "userspace/crypto/hash.h"

namespace spa::crypto {

enum class PrfAlgorithm : std::uint16_t {
  kHmacMd5 = 1,
  kHmacSha1 = 2,
  kHmacSha256 = 5,
  kHmacSha384 = 6,
  kHmacSha512 = 7,
};

// The algorithm of a transform identifier, or nothing when it is not implemented.
[[nodiscard]] std::optional<PrfAlgorithm> prf_from_id(std::uint16_t transform_id);
[[nodiscard]] HashAlgorithm hash_of(PrfAlgorithm algorithm);
// Octets of output, which is also the preferred key size (SK_d, SK_pi, SK_pr).
[[nodiscard]] std::size_t prf_size(PrfAlgorithm algorithm);

[[nodiscard]] Result<SecretBytes> prf(PrfAlgorithm algorithm, ByteView key,
                                      std::initializer_list<ByteView> parts);

// prf+ (K, S) of RFC 7296 2.13, with S the joined parts. kInvalid for more than 255 blocks.
[[nodiscard]] Result<SecretBytes> prf_plus(PrfAlgorithm algorithm, ByteView key,
                                           std::initializer_list<ByteView> parts, std::size_t size);

}  // namespace spa::crypto
