// SPDX-License-Identifier: Apache-2.0
// IANA registries "Transform Type Values" and the transform identifiers under each type (RFC
// 7296 3.3.2).
#pragma once

#include <cstdint>
#include <string>

namespace spa::wire {

enum class TransformType : std::uint8_t {
  kEncr = 1,
  kPrf = 2,
  kInteg = 3,
  kDh = 4,
  kEsn = 5,
  kAddKe1 = 6,  // additional key exchanges 1 to 7 (RFC 9370); identifiers as those of kDh
  kAddKe2 = 7,
  kAddKe3 = 8,
  kAddKe4 = 9,
  kAddKe5 = 10,
  kAddKe6 = 11,
  kAddKe7 = 12,
};
// "ENCR", "PRF", "INTEG", "D-H", "ESN", "ADDKE1" …
[[nodiscard]] std::string to_string(TransformType type);
[[nodiscard]] constexpr bool is_additional(TransformType type) {
  return type >= TransformType::kAddKe1 && type <= TransformType::kAddKe7;
}

enum class EncrId : std::uint16_t {
  kDes = 2,
  k3Des = 3,
  kNull = 11,
  kAesCbc = 12,
  kAesCtr = 13,
  kAesGcm8 = 18,
  kAesGcm12 = 19,
  kAesGcm16 = 20,
  kNullAuthAesGmac = 21,
  kChaCha20Poly1305 = 28,
};
[[nodiscard]] std::string to_string(EncrId id);  // "ENCR_AES_CBC" …
// A combined-mode (AEAD) cipher, which takes no integrity transform (RFC 7296 3.3.3, RFC 5282 8).
[[nodiscard]] bool is_aead(EncrId id);
// A cipher whose transform must carry the Key Length attribute (RFC 7296 3.3.5).
[[nodiscard]] bool needs_key_length(EncrId id);

enum class PrfId : std::uint16_t {
  kHmacMd5 = 1,
  kHmacSha1 = 2,
  kHmacSha256 = 5,
  kHmacSha384 = 6,
  kHmacSha512 = 7,
};
[[nodiscard]] std::string to_string(PrfId id);  // "PRF_HMAC_SHA2_256" …

enum class IntegId : std::uint16_t {
  kNone = 0,
  kHmacMd5_96 = 1,
  kHmacSha1_96 = 2,
  kHmacSha256_128 = 12,
  kHmacSha384_192 = 13,
  kHmacSha512_256 = 14,
};
[[nodiscard]] std::string to_string(IntegId id);  // "AUTH_HMAC_SHA2_256_128" …

enum class DhId : std::uint16_t {
  kNone = 0,
  kModp768 = 1,
  kModp1024 = 2,
  kModp1536 = 5,
  kModp2048 = 14,
  kModp3072 = 15,
  kModp4096 = 16,
  kModp6144 = 17,
  kModp8192 = 18,
  kEcp256 = 19,
  kEcp384 = 20,
  kEcp521 = 21,
  kModp1024Sub160 = 22,
  kModp2048Sub224 = 23,
  kModp2048Sub256 = 24,
  kCurve25519 = 31,
  kMlKem512 = 35,  // FIPS 203
  kMlKem768 = 36,
  kMlKem1024 = 37,
};
[[nodiscard]] std::string to_string(DhId id);  // "2048-bit MODP Group" …

enum class EsnId : std::uint16_t { kNoEsn = 0, kEsn = 1 };
[[nodiscard]] std::string to_string(EsnId id);  // "No Extended Sequence Numbers" …

// "IKEv2 Notification IPCOMP Transform IDs" (RFC 7296 2.22); IKEv1 has the same numbers (RFC
// 2407 4.4.5).
enum class IpCompId : std::uint8_t { kNone = 0, kOui = 1, kDeflate = 2, kLzs = 3, kLzjh = 4 };
[[nodiscard]] std::string to_string(IpCompId id);  // "IPCOMP_LZS" …

// The name of `id` in the registry of `type`, for logs and `explain`.
[[nodiscard]] std::string transform_name(TransformType type, std::uint16_t id);

}  // namespace spa::wire
