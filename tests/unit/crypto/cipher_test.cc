// SPDX-License-Identifier: Apache-2.0
#include "userspace/crypto/cipher.h"

#include <gtest/gtest.h>

#include "userspace/crypto/hash.h"

namespace spa::crypto {
namespace {

constexpr CipherSuite kSuites[] = {
    {EncrAlgorithm::kDes, 0, IntegAlgorithm::kHmacMd5_96},
    {EncrAlgorithm::k3Des, 0, IntegAlgorithm::kHmacSha1_96},
    {EncrAlgorithm::kAesCbc, 128, IntegAlgorithm::kHmacSha1_96},
    {EncrAlgorithm::kAesCbc, 192, IntegAlgorithm::kHmacSha384_192},
    {EncrAlgorithm::kAesCbc, 256, IntegAlgorithm::kHmacSha256_128},
    {EncrAlgorithm::kAesCbc, 256, IntegAlgorithm::kHmacSha512_256},
    {EncrAlgorithm::kAesCtr, 128, IntegAlgorithm::kHmacSha1_96},
    {EncrAlgorithm::kAesCtr, 192, IntegAlgorithm::kHmacSha256_128},
    {EncrAlgorithm::kAesCtr, 256, IntegAlgorithm::kHmacSha512_256},
    {EncrAlgorithm::kAesGcm8, 128, IntegAlgorithm::kNone},
    {EncrAlgorithm::kAesGcm12, 192, IntegAlgorithm::kNone},
    {EncrAlgorithm::kAesGcm16, 128, IntegAlgorithm::kNone},
    {EncrAlgorithm::kAesGcm16, 192, IntegAlgorithm::kNone},
    {EncrAlgorithm::kAesGcm16, 256, IntegAlgorithm::kNone},
    {EncrAlgorithm::kChaCha20Poly1305, 0, IntegAlgorithm::kNone},
};

IkeCipher make(const CipherSuite& suite) {
  const Bytes encr(*encr_key_size(suite.encr, suite.key_bits), 0x5a);
  const Bytes integ(integ_key_size(suite.integ), 0xa5);
  Result<IkeCipher> cipher = IkeCipher::create(suite, encr, integ);
  EXPECT_TRUE(cipher) << cipher.error().text;
  return *cipher;
}

Bytes joined(std::initializer_list<ByteView> parts) {
  Bytes out;
  for (const ByteView part : parts) out.insert(out.end(), part.begin(), part.end());
  return out;
}

class EverySuite : public testing::TestWithParam<CipherSuite> {};
INSTANTIATE_TEST_SUITE_P(Suites, EverySuite, testing::ValuesIn(kSuites));

// RFC 7296 3.14, RFC 5282 3: what one end seals the other opens, at every size around a block.
TEST_P(EverySuite, OpensWhatItSealed) {
  IkeCipher sender = make(GetParam());
  const IkeCipher receiver = make(GetParam());
  for (std::size_t size = 0; size < 40; ++size) {
    const Bytes plaintext(size, 0x33);
    Bytes message = to_bytes(as_bytes("header and generic header"));
    const std::size_t prefix = message.size();
    ASSERT_TRUE(sender.seal(message, plaintext));
    EXPECT_EQ(message.size() - prefix, sender.sealed_size(size));
    EXPECT_GE(sender.plaintext_limit(message.size() - prefix), size);
    EXPECT_EQ(sender.sealed_size(sender.plaintext_limit(message.size() - prefix)),
              message.size() - prefix);
    const Result<Bytes> opened = receiver.open(message, prefix);
    ASSERT_TRUE(opened) << opened.error().text;
    EXPECT_EQ(*opened, plaintext);
  }
}

// RFC 5282 5.1: every octet of the message is covered, and every cut is refused.
TEST_P(EverySuite, RefusesAnyChange) {
  IkeCipher sender = make(GetParam());
  const IkeCipher receiver = make(GetParam());
  Bytes message = to_bytes(as_bytes("prefix"));
  ASSERT_TRUE(sender.seal(message, as_bytes("the payloads")));
  for (std::size_t i = 0; i < message.size(); ++i) {
    Bytes changed = message;
    changed[i] ^= 0x10;
    const Result<Bytes> opened = receiver.open(changed, 6);
    ASSERT_FALSE(opened) << "octet " << i;
    EXPECT_EQ(opened.error().code, Errc::kCrypto);
  }
  for (std::size_t size = 0; size < message.size(); ++size) {
    EXPECT_FALSE(receiver.open(ByteView(message).first(size), 6)) << "size " << size;
  }
  EXPECT_FALSE(receiver.open(message, message.size() + 1));
}

// RFC 5282 3.1
TEST_P(EverySuite, NeverRepeatsAnIv) {
  IkeCipher sender = make(GetParam());
  Bytes first;
  Bytes second;
  ASSERT_TRUE(sender.seal(first, as_bytes("x")));
  ASSERT_TRUE(sender.seal(second, as_bytes("x")));
  const std::size_t iv = iv_size(GetParam().encr);
  EXPECT_NE(to_hex(ByteView(first).first(iv)), to_hex(ByteView(second).first(iv)));
}

// RFC 7634 appendix B: an IKEv2 message under ChaCha20-Poly1305.
TEST(IkeCipher, Rfc7634AppendixB) {
  const Bytes key =
      from_hex("808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9fa0a1a2a3");
  const Bytes header = from_hex("c0c1c2c3c4c5c6c7d0d1d2d3d4d5d6d72e202500000000090000004529000029");
  const Bytes message =
      joined({header, from_hex("1011121314151617"), from_hex("610394701f8d017f7c12924889"),
              from_hex("6b71bfe25236efd7cdc67066906315b2")});
  const Result<IkeCipher> cipher =
      IkeCipher::create({EncrAlgorithm::kChaCha20Poly1305, 0, IntegAlgorithm::kNone}, key, {});
  ASSERT_TRUE(cipher);
  const Result<Bytes> opened = cipher->open(message, header.size());
  ASSERT_TRUE(opened) << opened.error().text;
  EXPECT_EQ(to_hex(*opened), "0000000c000040010000000a");
}

// The GCM specification's test case 4 (AES-128) and 16 (AES-256): the last octet of the plaintext
// is 0x39, which leaves 60 - 58 octets (RFC 5282 4 has the same nonce: salt, then IV).
TEST(IkeCipher, GcmTestCases) {
  const Bytes aad = from_hex("feedfacedeadbeeffeedfacedeadbeefabaddad2");
  const Bytes iv = from_hex("facedbaddecaf888");
  struct Case {
    unsigned bits;
    const char* key;
    const char* ciphertext;
    const char* tag;
  };
  const Case cases[] = {
      {128, "feffe9928665731c6d6a8f9467308308cafebabe",
       "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e21d514b25466931c7d8f6a5aac8"
       "4"
       "aa051ba30b396a0aac973d58e091",
       "5bc94fbc3221a5db94fae95ae7121a47"},
      {256, "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308cafebabe",
       "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b10568"
       "2"
       "8838c5f61e6393ba7a0abcc9f662",
       "76fc6ece0f4e1768cddf8853bb2d551b"},
  };
  for (const Case& c : cases) {
    const Result<IkeCipher> cipher = IkeCipher::create(
        {EncrAlgorithm::kAesGcm16, c.bits, IntegAlgorithm::kNone}, from_hex(c.key), {});
    ASSERT_TRUE(cipher);
    const Bytes message = joined({aad, iv, from_hex(c.ciphertext), from_hex(c.tag)});
    const Result<Bytes> opened = cipher->open(message, aad.size());
    ASSERT_TRUE(opened) << opened.error().text;
    EXPECT_EQ(to_hex(*opened), "d931");
  }
}

// A message in CBC mode whose MAC is made here from the vectors of hash_test.cc.
Bytes cbc_message(const CipherSuite& suite, ByteView prefix, ByteView iv, ByteView ciphertext,
                  ByteView integ_key, HashAlgorithm hash) {
  Bytes message = joined({prefix, iv, ciphertext});
  const Result<SecretBytes> mac = hmac(hash, integ_key, {ByteView(message)});
  message.insert(message.end(), mac->begin(),
                 mac->begin() + static_cast<std::ptrdiff_t>(icv_size(suite)));
  return message;
}

// NIST SP 800-38A F.2.1; the fourth block ends with 0x10, so that 64 - 17 octets are left.
TEST(IkeCipher, AesCbcVector) {
  const CipherSuite suite{EncrAlgorithm::kAesCbc, 128, IntegAlgorithm::kHmacSha256_128};
  const Bytes integ(32, 7);
  const Bytes message =
      cbc_message(suite, as_bytes("prefix"), from_hex("000102030405060708090a0b0c0d0e0f"),
                  from_hex("7649abac8119b246cee98e9b12e9197d5086cb9b507219ee95db113a917678b2"
                           "73bed6b8e3c1743b7116e69e222295163ff1caa1681fac09120eca307586e1a7"),
                  integ, HashAlgorithm::kSha256);
  const Result<IkeCipher> cipher =
      IkeCipher::create(suite, from_hex("2b7e151628aed2a6abf7158809cf4f3c"), integ);
  const Result<Bytes> opened = cipher->open(message, 6);
  ASSERT_TRUE(opened) << opened.error().text;
  EXPECT_EQ(to_hex(*opened),
            "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"
            "30c81c46a35ce411e5fbc1191a0a52");
}

// Ciphertexts from the openssl command line (des-ede3-cbc, and des-cbc of the legacy provider).
TEST(IkeCipher, DesVectors) {
  const Bytes iv = from_hex("1122334455667788");
  const CipherSuite triple{EncrAlgorithm::k3Des, 0, IntegAlgorithm::kHmacSha1_96};
  const Bytes integ(20, 7);
  const Result<IkeCipher> cipher3 = IkeCipher::create(
      triple, from_hex("0123456789abcdeffedcba98765432100011223344556677"), integ);
  const Result<Bytes> opened3 =
      cipher3->open(cbc_message(triple, {}, iv, from_hex("98e8a839c1db34ec1ef7847c7dddfbb0"), integ,
                                HashAlgorithm::kSha1),
                    0);
  ASSERT_TRUE(opened3) << opened3.error().text;
  EXPECT_EQ(*opened3, to_bytes(as_bytes("0123456789abcde")));

  const CipherSuite single{EncrAlgorithm::kDes, 0, IntegAlgorithm::kHmacSha1_96};
  const Result<IkeCipher> cipher1 = IkeCipher::create(single, from_hex("0123456789abcdef"), integ);
  const Result<Bytes> opened1 =
      cipher1->open(cbc_message(single, {}, iv, from_hex("cd87abda6098c21925e7ecaed84add1d"), integ,
                                HashAlgorithm::kSha1),
                    0);
  ASSERT_TRUE(opened1) << opened1.error().text;
  EXPECT_EQ(*opened1, to_bytes(as_bytes("0123456789abcde")));
}

// RFC 7296 3.14: a Pad Length beyond the plaintext is refused, after integrity held.
TEST(IkeCipher, RefusesImpossiblePadding) {
  const CipherSuite suite{EncrAlgorithm::kAesCbc, 128, IntegAlgorithm::kHmacSha1_96};
  const Bytes integ(20, 7);
  // First block of SP 800-38A F.2.1: 16 octets of which the last is 0x2a.
  const Bytes message =
      cbc_message(suite, {}, from_hex("000102030405060708090a0b0c0d0e0f"),
                  from_hex("7649abac8119b246cee98e9b12e9197d"), integ, HashAlgorithm::kSha1);
  const Result<IkeCipher> cipher =
      IkeCipher::create(suite, from_hex("2b7e151628aed2a6abf7158809cf4f3c"), integ);
  const Result<Bytes> opened = cipher->open(message, 0);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Errc::kInvalid);
  EXPECT_NE(opened.error().text.find("Pad Length of 42"), std::string::npos);
}

TEST(IkeCipher, RefusesSuitesThatCannotProtectIke) {
  const Bytes key(16, 1);
  const Bytes integ(20, 1);
  EXPECT_FALSE(
      IkeCipher::create({EncrAlgorithm::kNull, 0, IntegAlgorithm::kHmacSha1_96}, {}, integ));
  EXPECT_FALSE(IkeCipher::create({EncrAlgorithm::kAesCbc, 128, IntegAlgorithm::kNone}, key, {}));
  EXPECT_FALSE(IkeCipher::create({EncrAlgorithm::kAesGcm16, 128, IntegAlgorithm::kHmacSha1_96},
                                 Bytes(20, 1), integ));
  EXPECT_FALSE(IkeCipher::create({EncrAlgorithm::kAesGcm16, 128, IntegAlgorithm::kNone}, key, {}));
  EXPECT_FALSE(
      IkeCipher::create({EncrAlgorithm::kAesCbc, 100, IntegAlgorithm::kHmacSha1_96}, key, integ));
}

TEST(CipherSuite, Names) {
  EXPECT_EQ(to_string(CipherSuite{EncrAlgorithm::kAesCbc, 128, IntegAlgorithm::kHmacSha256_128}),
            "AES-CBC-128 with HMAC-SHA2-256-128");
  EXPECT_EQ(to_string(CipherSuite{EncrAlgorithm::kAesGcm16, 256, IntegAlgorithm::kNone}),
            "AES-GCM-256");
  EXPECT_EQ(encr_from_id(12), EncrAlgorithm::kAesCbc);
  EXPECT_EQ(encr_from_id(13), EncrAlgorithm::kAesCtr);
  EXPECT_EQ(encr_from_id(14), std::nullopt);
  EXPECT_EQ(integ_from_id(14), IntegAlgorithm::kHmacSha512_256);
  EXPECT_EQ(integ_from_id(5), std::nullopt);
}

}  // namespace
}  // namespace spa::crypto
