// SPDX-License-Identifier: Apache-2.0
// Encryption of IKEv1 messages: CBC whose vector runs on from message to message (RFC 2409 appendix
// B). There is no integrity check here; the HASH payload inside authenticates.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "userspace/base/bytes.h"
#include "userspace/base/result.h"
#include "userspace/crypto/cipher.h"
#include "userspace/crypto/hash.h"

namespace spa::crypto::v1 {

// A vector, as long as the cipher's block. A value: an exchange keeps the last one that is certain,
// so that a message that turns out to be forged has not moved it.
struct Iv {
  std::array<std::uint8_t, 16> octets{};
  std::size_t size = 0;
  [[nodiscard]] ByteView view() const { return ByteView(octets).first(size); }
  friend bool operator==(const Iv&, const Iv&) = default;
};

// Phase 1 starts with hash(g^xi | g^xr), cut to the block (appendix B).
[[nodiscard]] Result<Iv> phase1_iv(HashAlgorithm hash, EncrAlgorithm encr, ByteView public_i,
                                   ByteView public_r);
// Every later exchange with hash(last block of phase 1 | M-ID), cut to the block.
[[nodiscard]] Result<Iv> exchange_iv(HashAlgorithm hash, const Iv& phase1_last,
                                     std::uint32_t message_id);

// Octets of key: kInvalid for a cipher that IKEv1 does not use here (kDes, k3Des and kAesCbc are),
// or for a key length that it does not have.
[[nodiscard]] Result<std::size_t> cipher_key_size(EncrAlgorithm encr, unsigned key_bits);

// One message and the vector of the next.
struct Chained {
  Bytes octets;
  Iv next;
};

// The cipher of an ISAKMP SA, for both directions. Holds the raw key only.
// What was decrypted, which may hold a password (XAUTH).
struct Opened {
  SecretBytes octets;
  Iv next;
};

class IkeCipher {
 public:
  // From SKEYID_e, which is expanded when it is too short. `key_bits` is the Key Length attribute,
  // 0 for ciphers of one size.
  [[nodiscard]] static Result<IkeCipher> create(HashAlgorithm hash, EncrAlgorithm encr,
                                                unsigned key_bits, ByteView skeyid_e);

  // Pads with zeros to whole blocks and encrypts.
  [[nodiscard]] Result<Chained> seal(const Iv& iv, ByteView payloads) const;
  // The payloads with their padding: the chain says where they end. kInvalid unless the ciphertext
  // is whole blocks and not empty.
  [[nodiscard]] Result<Opened> open(const Iv& iv, ByteView ciphertext) const;

  [[nodiscard]] EncrAlgorithm encr() const { return encr_; }
  [[nodiscard]] unsigned key_bits() const { return key_bits_; }

 private:
  IkeCipher(EncrAlgorithm encr, unsigned key_bits, SecretBytes key)
      : encr_(encr), key_bits_(key_bits), key_(std::move(key)) {}
  [[nodiscard]] Status run(const Iv& iv, ByteView in, MutableByteView out, bool encrypt) const;

  EncrAlgorithm encr_;
  unsigned key_bits_;
  SecretBytes key_;
};

}  // namespace spa::crypto::v1
