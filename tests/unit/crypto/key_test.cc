// SPDX-License-Identifier: Apache-2.0
#include "userspace/crypto/key.h"

#include <gtest/gtest.h>

#include "userspace/crypto/signature.h"

namespace spa::crypto {
namespace {

TEST(Key, SurvivesDer) {
  const Result<PrivateKey> key = PrivateKey::generate_rsa(1024);
  ASSERT_TRUE(key);
  EXPECT_EQ(key->type(), KeyType::kRsa);
  EXPECT_EQ(key->bits(), 1024u);
  const Result<SecretBytes> der = key->to_der();
  ASSERT_TRUE(der);
  const Result<PrivateKey> back = PrivateKey::from_der(*der);
  ASSERT_TRUE(back) << back.error().text;
  const Result<PublicKey> pub = key->public_key();
  ASSERT_TRUE(pub);
  EXPECT_TRUE(back->matches(*pub));
  EXPECT_EQ(*PublicKey::from_der(*pub->to_der())->to_der(), *pub->to_der());
  const Result<PrivateKey> other = PrivateKey::generate_rsa(1024);
  EXPECT_FALSE(other->matches(*pub));
}

TEST(Key, EveryCurve) {
  for (const KeyType type : {KeyType::kEcdsaP256, KeyType::kEcdsaP384, KeyType::kEcdsaP521}) {
    const Result<PrivateKey> key = PrivateKey::generate_ec(type);
    ASSERT_TRUE(key);
    EXPECT_EQ(key->type(), type);
    const Result<PrivateKey> back = PrivateKey::from_der(*key->to_der());
    ASSERT_TRUE(back);
    EXPECT_EQ(back->type(), type);
    EXPECT_EQ(key->public_key()->type(), type);
  }
  EXPECT_FALSE(PrivateKey::generate_ec(KeyType::kRsa));
}

TEST(Key, RefusesTruncationAndTrailingOctets) {
  const Result<PrivateKey> key = PrivateKey::generate_ec(KeyType::kEcdsaP256);
  const Bytes spki = *key->public_key()->to_der();
  for (std::size_t size = 0; size < spki.size(); ++size) {
    EXPECT_FALSE(PublicKey::from_der(ByteView(spki).first(size))) << size;
  }
  Bytes longer = spki;
  longer.push_back(0);
  EXPECT_FALSE(PublicKey::from_der(longer));
  SecretBytes der = *key->to_der();
  der.push_back(0);
  EXPECT_FALSE(PrivateKey::from_der(der));
}

TEST(Key, RefusesOtherTypesAndSizes) {
  // The X25519 key of RFC 7748 6.1 as a SubjectPublicKeyInfo (RFC 8410 4): it signs nothing.
  const Result<PublicKey> x25519 = PublicKey::from_der(
      from_hex("302a300506032b656e0321008520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa"
               "9b4e6a"));
  ASSERT_FALSE(x25519);
  EXPECT_EQ(x25519.error().code, Errc::kUnsupported);
  EXPECT_FALSE(PrivateKey::generate_rsa(359));
  EXPECT_FALSE(PrivateKey::generate_rsa(16384));
}

// openssl ecparam -name prime256v1 -genkey | openssl pkcs8 -topk8 -v2 aes128 -passout
// pass:opensesame
constexpr const char* kEncryptedPem = R"(-----BEGIN ENCRYPTED PRIVATE KEY-----
MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAiJFJKHJD/rWwICCAAw
DAYIKoZIhvcNAgkFADAdBglghkgBZQMEAQIEEAMRIA9dtZpA8gIHugmMsQEEgZAf
xI3RX+QydSgYxShujwaTzKZFBPm7z/kF3XTX1QdqbYY5Me+eesl5tD0XGDR3qyIv
LfQhnENttk0o3LOaeJjgwVAZ/WUaswT6cs7dV0Nqm2JCE0Xvs9jt3+wyEt+x68K1
muSEYkSNp4W2Sg5cLS5Y/ytoXAp0o0paBl0P5UNGnFuzruU7+IGq3EhPBCu4Fdk=
-----END ENCRYPTED PRIVATE KEY-----
)";

TEST(Key, EncryptedPemNeedsItsPassPhrase) {
  const Result<PrivateKey> key = PrivateKey::from_pem(kEncryptedPem, "opensesame");
  ASSERT_TRUE(key) << key.error().text;
  EXPECT_EQ(key->type(), KeyType::kEcdsaP256);
  const Result<PrivateKey> wrong = PrivateKey::from_pem(kEncryptedPem, "sesame");
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().code, Errc::kDenied);
  const Result<PrivateKey> none = PrivateKey::from_pem(kEncryptedPem);
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, Errc::kDenied);
  const Result<PrivateKey> no_pem = PrivateKey::from_pem("hello");
  ASSERT_FALSE(no_pem);
  EXPECT_EQ(no_pem.error().code, Errc::kInvalid);
}

// R-PKI-4: what a router makes and OpenSSL does not.
TEST(Key, MakesKeysShorterThanOpensslDoes) {
  for (const unsigned bits : {360u, 361u, 511u}) {
    const Result<PrivateKey> key = PrivateKey::generate_rsa(bits);
    ASSERT_TRUE(key) << bits;
    EXPECT_EQ(key->bits(), bits);
    const Result<PrivateKey> read = PrivateKey::from_der(*key->to_der());
    ASSERT_TRUE(read) << bits;
    const SignatureMethod method{SignatureScheme::kRsaPkcs1Bare, {}};
    const Bytes hash(16, 0x5a);
    const auto signature = sign(*read, method, hash);
    ASSERT_TRUE(signature) << bits << ": " << signature.error().text;
    EXPECT_TRUE(verify(*key->public_key(), method, hash, *signature)) << bits;
  }
}

}  // namespace
}  // namespace spa::crypto
