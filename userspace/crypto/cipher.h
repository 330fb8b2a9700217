// SPDX-License-Identifier: Apache-2.0
// Protection of IKEv2 messages: the content of SK and SKF payloads (RFC 7296 3.14, RFC 5282 3, 4,
// 5.1, 7, RFC 5930, RFC 7634 3).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "userspace/base/bytes.h"
#include "userspace/base/result.h"

namespace spa::crypto {

// IANA transform type 1 and 3 identifiers. kNull and kNullAuthAesGmac are for child SAs only.
enum class EncrAlgorithm : std::uint16_t {
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
enum class IntegAlgorithm : std::uint16_t {
  kNone = 0,
  kHmacMd5_96 = 1,
  kHmacSha1_96 = 2,
  kHmacSha256_128 = 12,
  kHmacSha384_192 = 13,
  kHmacSha512_256 = 14,
};

// The algorithm of a transform identifier, or nothing when it is not implemented.
[[nodiscard]] std::optional<EncrAlgorithm> encr_from_id(std::uint16_t transform_id);
[[nodiscard]] std::optional<IntegAlgorithm> integ_from_id(std::uint16_t transform_id);

struct CipherSuite {
  EncrAlgorithm encr = EncrAlgorithm::kAesGcm16;
  unsigned key_bits = 0;  // the Key Length attribute; 0 for ciphers of one size
  IntegAlgorithm integ = IntegAlgorithm::kNone;  // kNone exactly for AEAD ciphers
  friend bool operator==(const CipherSuite&, const CipherSuite&) = default;
};

[[nodiscard]] bool is_aead(EncrAlgorithm algorithm);
// Octets of SK_e* or of a child SA's encryption key, with the salt of a counter-mode or AEAD
// cipher (4 octets).
// kInvalid for a key length that the cipher does not have.
[[nodiscard]] Result<std::size_t> encr_key_size(EncrAlgorithm algorithm, unsigned key_bits);
[[nodiscard]] std::size_t integ_key_size(IntegAlgorithm algorithm);  // octets; 0 for kNone
[[nodiscard]] std::size_t iv_size(EncrAlgorithm algorithm);          // octets in the payload
[[nodiscard]] std::size_t block_size(EncrAlgorithm algorithm);       // octets; 1 for all but CBC
[[nodiscard]] std::size_t icv_size(const CipherSuite& suite);        // octets
// "AES-GCM-256", "AES-CBC-128 with HMAC-SHA2-256-128" …
[[nodiscard]] std::string to_string(const CipherSuite& suite);

// One direction of an IKE SA. Holds raw keys only; cipher contexts are made when needed and shared
// by all SAs of a thread. Not for use by two threads at once.
class IkeCipher {
 public:
  // kInvalid when a key does not fit the suite, kUnsupported for a suite that cannot protect IKE.
  [[nodiscard]] static Result<IkeCipher> create(const CipherSuite& suite, ByteView encr_key,
                                                ByteView integ_key);

  // Octets of IV | ciphertext | ICV for so much plaintext (padding and Pad Length included).
  [[nodiscard]] std::size_t sealed_size(std::size_t plaintext_size) const;
  // The most plaintext whose sealed size is at most `sealed`; 0 when none fits. For fragments (RFC
  // 7383).
  [[nodiscard]] std::size_t plaintext_limit(std::size_t sealed) const;

  // `message` holds everything before the IV, with final lengths; appends IV | ciphertext | ICV.
  // Never uses an IV twice; kExhausted when the counter of an AEAD or CTR cipher is spent. On an
  // error `message` is as before.
  [[nodiscard]] Status seal(Bytes& message, ByteView plaintext);

  // `message` is the whole message, `body_offset` where its IV starts. Gives the payloads without
  // padding. kCrypto "integrity check failed", kInvalid for impossible sizes. Nothing of the
  // plaintext is looked at before integrity holds.
  [[nodiscard]] Result<Bytes> open(ByteView message, std::size_t body_offset) const;

  [[nodiscard]] const CipherSuite& suite() const { return suite_; }

 private:
  IkeCipher(const CipherSuite& suite, ByteView encr_key, ByteView integ_key);

  [[nodiscard]] Status fill_iv(MutableByteView iv);
  // `message` has its final size; everything from `prefix` on is filled in.
  [[nodiscard]] Status seal_aead(MutableByteView message, std::size_t prefix, ByteView plaintext);
  [[nodiscard]] Status seal_and_mac(MutableByteView message, std::size_t prefix,
                                    ByteView plaintext);
  // Sizes were checked; the result still has its padding.
  [[nodiscard]] Result<Bytes> open_aead(ByteView message, std::size_t body_offset) const;
  [[nodiscard]] Result<Bytes> check_and_open(ByteView message, std::size_t body_offset) const;

  CipherSuite suite_;
  SecretBytes encr_key_;  // with salt
  SecretBytes integ_key_;
  std::uint64_t next_iv_ = 0;  // explicit IV of AEAD and CTR (RFC 5282 3.1, RFC 5930 3.1)
};

}  // namespace spa::crypto
