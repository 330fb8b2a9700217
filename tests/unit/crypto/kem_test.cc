// SPDX-License-Identifier: Apache-2.0
// ML-KEM (FIPS 203) by way of OpenSSL, where it is there; and what is said where it is not.
#include "userspace/crypto/kem.h"

#include <gtest/gtest.h>

#include "userspace/crypto/openssl_engine.h"

namespace spa::crypto {
namespace {

class Kem : public ::testing::TestWithParam<DhGroup> {
 protected:
  void SetUp() override {
    if (!kem_supported(GetParam())) {
      GTEST_SKIP() << "this machine's OpenSSL has no " << to_string(GetParam());
    }
  }
};

TEST_P(Kem, BothEndsHaveTheSameSecret) {
  const Result<DhKey> key = dh_generate(GetParam());
  ASSERT_TRUE(key) << key.error().text;
  EXPECT_EQ(key->public_value.size(), public_size(GetParam()));
  const Result<Encapsulation> sent = dh_encapsulate(GetParam(), key->public_value);
  ASSERT_TRUE(sent) << sent.error().text;
  EXPECT_EQ(sent->reply.size(), reply_size(GetParam()));
  const Result<SecretBytes> taken = dh_derive(*key, sent->reply);
  ASSERT_TRUE(taken) << taken.error().text;
  EXPECT_EQ(*taken, sent->shared);
}

// FIPS 203 7.2: coefficients that are not reduced are no key.
TEST_P(Kem, BadKeysAreRefused) {
  const Bytes ones(public_size(GetParam()), 0xff);
  const Result<Encapsulation> sent = dh_encapsulate(GetParam(), ones);
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error().code, Errc::kInvalid);
}

// FIPS 203 6.3: a damaged ciphertext gives another secret, and no error.
TEST_P(Kem, DamagedCiphertexts) {
  const DhKey key = *dh_generate(GetParam());
  Encapsulation sent = *dh_encapsulate(GetParam(), key.public_value);
  sent.reply[7] ^= 1;
  const Result<SecretBytes> taken = dh_derive(key, sent.reply);
  ASSERT_TRUE(taken);
  EXPECT_NE(*taken, sent.shared);
}

INSTANTIATE_TEST_SUITE_P(
    MlKem, Kem, ::testing::Values(DhGroup::kMlKem512, DhGroup::kMlKem768, DhGroup::kMlKem1024),
    [](const auto& given) { return "Group" + std::to_string(static_cast<int>(given.param)); });

// FIPS 203, table 3
TEST(KemSizes, AreThoseOfTheStandard) {
  EXPECT_EQ(public_size(DhGroup::kMlKem512), 800U);
  EXPECT_EQ(reply_size(DhGroup::kMlKem512), 768U);
  EXPECT_EQ(public_size(DhGroup::kMlKem768), 1184U);
  EXPECT_EQ(reply_size(DhGroup::kMlKem768), 1088U);
  EXPECT_EQ(public_size(DhGroup::kMlKem1024), 1568U);
  EXPECT_EQ(reply_size(DhGroup::kMlKem1024), 1568U);
  EXPECT_EQ(shared_size(DhGroup::kMlKem768), 32U);
  EXPECT_EQ(reply_size(DhGroup::kEcp256), public_size(DhGroup::kEcp256));
  EXPECT_TRUE(is_kem(DhGroup::kMlKem1024));
  EXPECT_FALSE(is_kem(DhGroup::kCurve25519));
}

// Values of the wrong size go no further than this, whether the library has the method or not.
TEST(KemSizes, OtherSizesAreRefused) {
  for (const std::size_t size : {0U, 1U, 1183U, 1185U, 1088U}) {
    const Result<Encapsulation> sent = dh_encapsulate(DhGroup::kMlKem768, Bytes(size));
    ASSERT_FALSE(sent);
    EXPECT_EQ(sent.error().code, Errc::kInvalid);
  }
  const DhKey key{DhGroup::kMlKem768, Bytes(1184), nullptr};
  for (const std::size_t size : {0U, 1087U, 1089U, 1184U}) {
    EXPECT_EQ(dh_derive(key, Bytes(size)).error().code, Errc::kInvalid);
  }
  EXPECT_EQ(dh_derive(key, Bytes(1088)).error().code, Errc::kUnsupported);
  EXPECT_EQ(dh_encapsulate(DhGroup::kEcp256, Bytes(64)).error().code, Errc::kUnsupported);
}

// The sentence names the cause, and the remedy.
TEST(KemMissing, IsSaid) {
  if (kem_supported(DhGroup::kMlKem768)) GTEST_SKIP() << "this machine's OpenSSL has ML-KEM";
  const Result<DhKey> key = dh_generate(DhGroup::kMlKem768);
  ASSERT_FALSE(key);
  EXPECT_EQ(key.error().code, Errc::kUnsupported);
  EXPECT_NE(key.error().text.find("OpenSSL: version 3.5"), std::string::npos);
  const OpenSslEngine engine;
  EXPECT_FALSE(engine.supports(DhGroup::kMlKem768));
  EXPECT_TRUE(engine.supports(DhGroup::kEcp256));
}

}  // namespace
}  // namespace spa::crypto
