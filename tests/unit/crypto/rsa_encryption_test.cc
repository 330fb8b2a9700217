// SPDX-License-Identifier: Apache-2.0
#include "userspace/crypto/rsa_encryption.h"

#include <gtest/gtest.h>
#include <openssl/rsa.h>

#include "userspace/crypto/openssl_util.h"

namespace spa::crypto {
namespace {

class RsaEncryption : public testing::Test {
 protected:
  // The plain operation over a block of our choice: what an attacker can send.
  [[nodiscard]] Bytes raw(ByteView block) const {
    const PkeyCtxPtr context(EVP_PKEY_CTX_new(public_key.native(), nullptr));
    Bytes out(block.size());
    std::size_t size = out.size();
    EXPECT_EQ(EVP_PKEY_encrypt_init(context.get()), 1);
    EXPECT_EQ(EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_NO_PADDING), 1);
    EXPECT_EQ(EVP_PKEY_encrypt(context.get(), out.data(), &size, block.data(), block.size()), 1);
    return out;
  }
  // 00 02, `padding` octets, `separator`, data up to 64 octets.
  [[nodiscard]] static Bytes block(std::size_t padding, std::uint8_t separator) {
    Bytes out(64, 0x5a);
    out[0] = 0;
    out[1] = 2;
    out[2 + padding] = separator;
    return out;
  }

  const PrivateKey key = *PrivateKey::generate_rsa(512);
  const PublicKey public_key = *key.public_key();
};

// RFC 2409 5.2
TEST_F(RsaEncryption, RoundTrip) {
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{1}, std::size_t{20}, std::size_t{53}}) {
    const Bytes plaintext(size, 0x11);
    const Result<Bytes> ciphertext = rsa_encrypt(public_key, plaintext);
    ASSERT_TRUE(ciphertext) << ciphertext.error().text;
    EXPECT_EQ(ciphertext->size(), 64U);
    EXPECT_EQ(to_hex(*rsa_decrypt(key, *ciphertext)), to_hex(plaintext));
  }
  EXPECT_FALSE(rsa_encrypt(public_key, Bytes(54, 1)));
}

// A ciphertext with bad padding is no error: random octets come, other ones each time.
TEST_F(RsaEncryption, BadPaddingIsNotTold) {
  EXPECT_EQ(rsa_decrypt(key, raw(block(8, 0)))->size(), 64U - 11);
  Bytes wrong_type = block(8, 0);
  wrong_type[1] = 1;
  Bytes wrong_start = block(8, 0);
  wrong_start[0] = 1;
  for (const Bytes& bad : {block(7, 0), block(0, 0), block(8, 0x5a), wrong_type, wrong_start}) {
    const Bytes ciphertext = raw(bad);
    const Result<SecretBytes> once = rsa_decrypt(key, ciphertext);
    const Result<SecretBytes> again = rsa_decrypt(key, ciphertext);
    ASSERT_TRUE(once && again);
    EXPECT_NE(to_hex(*once), to_hex(*again));
  }
}

TEST_F(RsaEncryption, RefusesOtherSizesAndKeys) {
  EXPECT_FALSE(rsa_decrypt(key, Bytes(63, 1)));
  EXPECT_FALSE(rsa_decrypt(key, Bytes(65, 1)));
  EXPECT_FALSE(rsa_decrypt(key, Bytes(64, 0xff)));  // not below the modulus
  const PrivateKey ec = *PrivateKey::generate_ec(KeyType::kEcdsaP256);
  EXPECT_FALSE(rsa_decrypt(ec, Bytes(64, 1)));
  EXPECT_FALSE(rsa_encrypt(*ec.public_key(), Bytes(4, 1)));
}

}  // namespace
}  // namespace spa::crypto
