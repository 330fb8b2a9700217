// SPDX-License-Identifier: Apache-2.0
#include "userspace/crypto/prf.h"

#include <algorithm>
#include <array>
#include <vector>

namespace spa::crypto {

std::optional<PrfAlgorithm> prf_from_id(std::uint16_t transform_id) {
  const auto algorithm = static_cast<PrfAlgorithm>(transform_id);
  switch (algorithm) {
    case PrfAlgorithm::kHmacMd5:
    case PrfAlgorithm::kHmacSha1:
    case PrfAlgorithm::kHmacSha256:
    case PrfAlgorithm::kHmacSha384:
    case PrfAlgorithm::kHmacSha512:
      return algorithm;
  }
  return std::nullopt;
}

HashAlgorithm hash_of(PrfAlgorithm algorithm) {
  switch (algorithm) {
    case PrfAlgorithm::kHmacMd5:
      return HashAlgorithm::kMd5;
    case PrfAlgorithm::kHmacSha1:
      return HashAlgorithm::kSha1;
    case PrfAlgorithm::kHmacSha256:
      return HashAlgorithm::kSha256;
    case PrfAlgorithm::kHmacSha384:
      return HashAlgorithm::kSha384;
    case PrfAlgorithm::kHmacSha512:
      break;
  }
  return HashAlgorithm::kSha512;
}

std::size_t prf_size(PrfAlgorithm algorithm) {
  return hash_size(hash_of(algorithm));
}

Result<SecretBytes> prf(PrfAlgorithm algorithm, ByteView key,
                        std::initializer_list<ByteView> parts) {
  return hmac(hash_of(algorithm), key, parts);
}

Result<SecretBytes> prf_plus(PrfAlgorithm algorithm, ByteView key,
                             std::initializer_list<ByteView> parts, std::size_t size) {
  const std::size_t block = prf_size(algorithm);
  if (size > 255 * block) {
    return fail(Errc::kInvalid, "prf+: " + std::to_string(size) + " octets are over 255 blocks");
  }
  // T1 = prf (K, S | 0x01), Tn = prf (K, Tn-1 | S | n)
  SecretBytes out;
  out.reserve(size + block);
  std::uint8_t counter = 0;
  std::vector<ByteView> input(parts.size() + 2);
  std::ranges::copy(parts, input.begin() + 1);
  input.back() = ByteView(&counter, 1);
  while (out.size() < size) {
    ++counter;
    input.front() = out.empty() ? ByteView{} : ByteView(out).last(block);
    Result<SecretBytes> next = hmac(hash_of(algorithm), key, input);
    if (!next) return next;
    out.insert(out.end(), next->begin(), next->end());
  }
  out.resize(size);
  return out;
}

}  // namespace spa::crypto
