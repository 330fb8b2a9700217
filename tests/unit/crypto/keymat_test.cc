// SPDX-License-Identifier: Apache-2.0
#include "userspace/crypto/keymat.h"

#include <gtest/gtest.h>

namespace spa::crypto {
namespace {

// NIST CAVP, "IKEv2 KDF" sample, SHA-256: the first vector of the component's published response
// file.
class CavpVector : public testing::Test {
 protected:
  const Bytes nonce_i = from_hex("3f302be1abcb28e1");
  const Bytes nonce_r = from_hex("8c332ee006064c9b");
  const Bytes shared = from_hex("0f4d257d7a58fc4545c7d7a88119eee5d5c9690c5b4c989171d3abbfd99d1d29");
  const Bytes new_shared =
      from_hex("25f3b12d6f282739256e39bf54eda53b60ffcf379bb7bcc90c27b4c4c578616c");
  const ExchangeInputs in{nonce_i, nonce_r, 0x40dac39e1e1a8640, 0x8619a1cf9a6e4c07};
  const std::string seed = "5f00d1bd2c58ec224b1e6b71fa0f19a1faa7a193952c444411b47c1a9d8ba6fe";
  const std::string keys =
      "0b137d669b0947d7d026d593f0305ad401ff0c471357d695778a9c7f4b4869ec"
      "e98aca531188d16041b3bb936d2dbb3b4993a6e768a809160de45d0283f273a6"
      "cdf6854379e31be72b8d3d1fa990cf9c5b015ca9f918a7df6253c958114a09d4"
      "e1c19bdcd4db14b29d98db1a74ad405c588662c14a04d0d36aa4ab55e90f8986"
      "d12d4aad";
};

// RFC 7296 2.14
TEST_F(CavpVector, Skeyseed) {
  EXPECT_EQ(to_hex(*skeyseed(PrfAlgorithm::kHmacSha256, in, shared)), seed);
}

// RFC 7296 2.14: the seven keys in order. The vector gives 132 octets; the suite takes 160.
TEST_F(CavpVector, IkeKeysInOrder) {
  const CipherSuite suite{EncrAlgorithm::kAesCbc, 128, IntegAlgorithm::kHmacSha1_96};
  const Result<IkeKeys> cut = ike_keys(PrfAlgorithm::kHmacSha256, suite, from_hex(seed), in);
  ASSERT_TRUE(cut) << cut.error().text;
  EXPECT_EQ(cut->sk_d.size(), 32u);
  EXPECT_EQ(cut->sk_ai.size(), 20u);
  EXPECT_EQ(cut->sk_er.size(), 16u);
  EXPECT_EQ(cut->sk_pr.size(), 32u);
  const std::string joined = to_hex(cut->sk_d) + to_hex(cut->sk_ai) + to_hex(cut->sk_ar) +
                             to_hex(cut->sk_ei) + to_hex(cut->sk_er) + to_hex(cut->sk_pi) +
                             to_hex(cut->sk_pr);
  EXPECT_EQ(joined.substr(0, keys.size()), keys);
}

// RFC 5282 7.1: an AEAD suite has salts and no integrity keys.
TEST_F(CavpVector, AeadKeys) {
  const CipherSuite suite{EncrAlgorithm::kAesGcm16, 256, IntegAlgorithm::kNone};
  const Result<IkeKeys> cut = ike_keys(PrfAlgorithm::kHmacSha256, suite, from_hex(seed), in);
  ASSERT_TRUE(cut);
  EXPECT_TRUE(cut->sk_ai.empty());
  EXPECT_EQ(to_hex(cut->sk_ei), keys.substr(64, 72));
  EXPECT_EQ(to_hex(cut->sk_er), keys.substr(64 + 72, 72));
}

// RFC 9370 2.2.4: the secrets of additional key exchanges stand behind the nonces.
TEST_F(CavpVector, MoreSecrets) {
  const Bytes more = from_hex("0102030405060708090a");
  Bytes nonce_and_more = nonce_r;
  nonce_and_more.insert(nonce_and_more.end(), more.begin(), more.end());
  const ExchangeInputs with{nonce_i, nonce_r, in.spi_i, in.spi_r, more};
  const ExchangeInputs same{nonce_i, nonce_and_more, in.spi_i, in.spi_r};
  constexpr auto kPrf = PrfAlgorithm::kHmacSha256;
  const Bytes sk_d = from_hex(keys.substr(0, 64));
  EXPECT_EQ(*skeyseed_rekey(kPrf, sk_d, new_shared, with),
            *skeyseed_rekey(kPrf, sk_d, new_shared, same));
  EXPECT_NE(*skeyseed_rekey(kPrf, sk_d, new_shared, with),
            *skeyseed_rekey(kPrf, sk_d, new_shared, in));
  EXPECT_EQ(*child_keymat(kPrf, sk_d, new_shared, with, 80),
            *child_keymat(kPrf, sk_d, new_shared, same, 80));
}

// RFC 7296 2.18
TEST_F(CavpVector, SkeyseedOfARekey) {
  EXPECT_EQ(to_hex(*skeyseed_rekey(PrfAlgorithm::kHmacSha256, from_hex(keys.substr(0, 64)),
                                   new_shared, in)),
            "2d63f6debc92048b4fef3889c4c99ca67d6496e0fac14a2bca9a2d6566ff2398");
}

// RFC 7296 2.17, expected values from an independent computation (Python's hmac module) over the
// same inputs.
TEST_F(CavpVector, ChildKeymat) {
  const Bytes sk_d = from_hex(keys.substr(0, 64));
  EXPECT_EQ(to_hex(*child_keymat(PrfAlgorithm::kHmacSha256, sk_d, {}, in, 64)),
            "7d808e2b44635300e7025f1b640c431b13a9b3b891cd45a15261f4f3c4a7e39b"
            "3a3c8017ccc2b74610faf52ba3faf6d9e83c859b448217b24dadc82c9887460b");
  EXPECT_EQ(to_hex(*child_keymat(PrfAlgorithm::kHmacSha256, sk_d, new_shared, in, 64)),
            "67edd256e64542436173e3ca39ef1fdec3c8240b860df26f84caf5258578ff35"
            "df40ddc31ea210e0523988b7531c9dc3207e0e98e256214999c7712f73ff044a");
}

// RFC 7296 2.17: initiator before responder, encryption before integrity.
TEST_F(CavpVector, ChildKeysInOrder) {
  const Bytes sk_d = from_hex(keys.substr(0, 64));
  const CipherSuite suite{EncrAlgorithm::kAesCbc, 128, IntegAlgorithm::kHmacSha1_96};
  const Result<ChildKeys> cut = child_keys(PrfAlgorithm::kHmacSha256, suite, sk_d, {}, in);
  ASSERT_TRUE(cut);
  EXPECT_EQ(to_hex(cut->encr_i) + to_hex(cut->integ_i) + to_hex(cut->encr_r) + to_hex(cut->integ_r),
            to_hex(*child_keymat(PrfAlgorithm::kHmacSha256, sk_d, {}, in, 72)));
  EXPECT_EQ(cut->encr_i.size(), 16u);
  EXPECT_EQ(cut->integ_i.size(), 20u);
}

// RFC 7296 2.15, expected value from an independent computation.
TEST_F(CavpVector, SharedKeyAuth) {
  const Bytes sk_p = from_hex(keys.substr(0, 64));
  const Result<Bytes> octets = signed_octets(PrfAlgorithm::kHmacSha256, as_bytes("message"),
                                             as_bytes("nonce"), sk_p, as_bytes("id"));
  ASSERT_TRUE(octets);
  EXPECT_EQ(octets->size(), 7u + 5 + 32);
  EXPECT_EQ(to_hex(*shared_key_auth(PrfAlgorithm::kHmacSha256, as_bytes("secret"), *octets)),
            "112d107bbb0182f7b6f3dd7f885f5a104b5c180210874f4d4e5a80f3deb718f9");
}

TEST(Keymat, RefusesAKeyLengthTheCipherDoesNotHave) {
  const ExchangeInputs in{};
  const CipherSuite suite{EncrAlgorithm::kAesCbc, 64, IntegAlgorithm::kHmacSha1_96};
  const Result<IkeKeys> keys = ike_keys(PrfAlgorithm::kHmacSha1, suite, as_bytes("seed"), in);
  ASSERT_FALSE(keys);
  EXPECT_EQ(keys.error().code, Errc::kInvalid);
}

}  // namespace
}  // namespace spa::crypto
