// SPDX-License-Identifier: Apache-2.0
#include "userspace/crypto/rsa_encryption.h"

#include <openssl/rsa.h>

#include <string>

#include "userspace/crypto/openssl_util.h"
#include "userspace/crypto/random.h"

namespace spa::crypto {
namespace {

constexpr std::size_t kPaddingSize = 11;  // 00 02 | at least 8 octets | 00 (RFC 8017 7.2.1)
constexpr std::uint8_t kBlockType = 0x02;

// 0xff when x is 0, otherwise 0, without a branch.
std::uint8_t mask_if_zero(std::uint8_t x) {
  const unsigned wide = x;
  return static_cast<std::uint8_t>((wide - 1U) >> 8);
}

// Takes 00 02 | padding | 00 off `block`, looking at every octet whatever the others are. The size
// of what stays, or nothing when the padding is wrong.
struct Unpadded {
  std::uint8_t good = 0;  // 0xff or 0
  std::size_t start = 0;  // of the data; meaningful when good
};
Unpadded unpad(ByteView block) {
  Unpadded out;
  std::uint8_t good = mask_if_zero(block[0]);
  good &= mask_if_zero(static_cast<std::uint8_t>(block[1] ^ kBlockType));
  std::uint8_t searching = 0xff;
  for (std::size_t i = 2; i < block.size(); ++i) {
    const std::uint8_t zero = mask_if_zero(block[i]);
    const std::uint8_t found = searching & zero;
    // All ones of the mask, as wide as an index.
    const std::size_t wide = ~(static_cast<std::size_t>(found & 1U) - 1U);
    out.start |= (i + 1) & wide;
    if (i < kPaddingSize - 1) good &= static_cast<std::uint8_t>(~zero);
    searching &= static_cast<std::uint8_t>(~zero);
  }
  out.good = good & static_cast<std::uint8_t>(~searching);
  return out;
}

// The plain RSA operation without its padding: OpenSSL 3.0 reports bad padding as an error, which
// takes another way through the library and can be timed.
Result<SecretBytes> rsa_private(const PrivateKey& key, ByteView ciphertext) {
  const PkeyCtxPtr context(EVP_PKEY_CTX_new(key.native(), nullptr));
  SecretBytes block(ciphertext.size());
  std::size_t size = block.size();
  if (!context || EVP_PKEY_decrypt_init(context.get()) != 1 ||
      EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_NO_PADDING) != 1 ||
      EVP_PKEY_decrypt(context.get(), block.data(), &size, ciphertext.data(), ciphertext.size()) !=
          1 ||
      size != block.size()) {
    return openssl_failure("RSA decryption", Errc::kInvalid);
  }
  return block;
}

}  // namespace

Result<Bytes> rsa_encrypt(const PublicKey& key, ByteView plaintext) {
  if (key.type() != KeyType::kRsa) return fail(Errc::kInvalid, "RSA encryption: no RSA key");
  const std::size_t modulus = (key.bits() + 7) / 8;
  if (plaintext.size() + kPaddingSize > modulus) {
    return fail(Errc::kInvalid, "RSA encryption: " + std::to_string(plaintext.size()) +
                                    " octets for a key of " + std::to_string(key.bits()) + " bits");
  }
  const PkeyCtxPtr context(EVP_PKEY_CTX_new(key.native(), nullptr));
  Bytes ciphertext(modulus);
  std::size_t size = ciphertext.size();
  if (!context || EVP_PKEY_encrypt_init(context.get()) != 1 ||
      EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PADDING) != 1 ||
      EVP_PKEY_encrypt(context.get(), ciphertext.data(), &size, plaintext.data(),
                       plaintext.size()) != 1) {
    return openssl_failure("RSA encryption");
  }
  ciphertext.resize(size);
  return ciphertext;
}

Result<SecretBytes> rsa_decrypt(const PrivateKey& key, ByteView ciphertext) {
  if (key.type() != KeyType::kRsa) return fail(Errc::kInvalid, "RSA decryption: no RSA key");
  const std::size_t modulus = (key.bits() + 7) / 8;
  if (ciphertext.size() != modulus) {
    return fail(Errc::kInvalid, "RSA decryption: " + std::to_string(ciphertext.size()) +
                                    " octets for a key of " + std::to_string(key.bits()) + " bits");
  }
  // Made in any case, so that a good ciphertext takes no less time.
  constexpr std::size_t kStandInSize = 20;
  SecretBytes stand_in(kStandInSize);
  if (Status status = random_fill(stand_in); !status) {
    return tl::unexpected<Error>(std::move(status.error()));
  }
  const Result<SecretBytes> block = rsa_private(key, ciphertext);
  if (!block) return block;
  const Unpadded unpadded = unpad(*block);
  if (unpadded.good == 0) return stand_in;
  return to_secret(ByteView(*block).subspan(unpadded.start));
}

}  // namespace spa::crypto
