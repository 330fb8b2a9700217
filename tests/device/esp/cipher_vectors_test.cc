// SPDX-License-Identifier: Apache-2.0
// Published test vectors of the ciphers that are not in vectors_test.cc, against every backend:
// RFC 3686 6 for AES-CTR, FIPS 81 for DES-CBC, NIST's sample for three-key DES-CBC, RFC 7634
// appendix A for ChaCha20-Poly1305. RFC 4543 has none for GMAC: reference.cc covers it.
#include <gtest/gtest.h>

#include <algorithm>

#include "firmware-sim/esp/crypto_backend.h"
#include "tests/device/esp/packets.h"

namespace spa::esp::test {
namespace {

struct CipherVector {
  const char* name;
  spa_cipher cipher;
  const char* key;
  const char* salt;
  const char* iv;
  const char* plain;
  const char* sealed;
};

const CipherVector kVectors[] = {
    {"RFC 3686 1", SPA_CIPHER_AES_CTR, "ae6852f8121067cc4bf7a5765577f39e", "00000030",
     "0000000000000000", "53696e676c6520626c6f636b206d7367", "e4095d4fb7a7b3792d6175a3261311b8"},
    {"RFC 3686 2", SPA_CIPHER_AES_CTR, "7e24067817fae0d743d6ce1f32539163", "006cb6db",
     "c0543b59da48d90b", "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
     "5104a106168a72d9790d41ee8edad388eb2e1efc46da57c8fce630df9141be28"},
    {"RFC 3686 4", SPA_CIPHER_AES_CTR, "16af5b145fc9f579c175f93e3bfb0eed863d06ccfdb78515",
     "00000048", "36733c147d6d93cb", "53696e676c6520626c6f636b206d7367",
     "4b55384fe259c9c84e7935a003cbe928"},
    {"RFC 3686 7", SPA_CIPHER_AES_CTR,
     "776beff2851db06f4c8a0542c8696f6c6a81af1eec96b4d37fc1d689e6c1c104", "00000060",
     "db5672c97aa8f0b2", "53696e676c6520626c6f636b206d7367", "145ad01dbf824ec7560863dc71e3e0c0"},
    {"FIPS 81 C.1", SPA_CIPHER_DES_CBC, "0123456789abcdef", "", "1234567890abcdef",
     "4e6f77206973207468652074696d6520666f7220616c6c20",
     "e5c7cdde872bf27c43e934008c389c0f683788499a7c05f6"},
    {"three-key DES", SPA_CIPHER_3DES_CBC, "0123456789abcdeff1e0d3c2b5a49786fedcba9876543210", "",
     "fedcba9876543210", "37363534333231204e6f77206973207468652074696d6520666f722000000000",
     "3fe301c962ac01d02213763c1cbd4cdc799657c064ecf5d41c673812cfde9675"},
};

class CipherVectors : public testing::TestWithParam<Backend> {
 protected:
  std::unique_ptr<CryptoBackend> backend = make_crypto_backend(GetParam());
};

TEST_P(CipherVectors, WithHmac) {
  const Bytes auth_key(20, 0x11);
  for (const CipherVector& vector : kVectors) {
    SCOPED_TRACE(vector.name);
    const CipherTraits& traits = *cipher_traits(vector.cipher);
    const Bytes key = from_hex(vector.key);
    const Bytes salt = from_hex(vector.salt);
    const Bytes iv = from_hex(vector.iv);
    const Bytes plain = from_hex(vector.plain);
    ASSERT_EQ(iv.size(), traits.iv_length);
    Bytes packet = from_hex("00004321 00000001");
    packet.insert(packet.end(), iv.begin(), iv.end());
    packet.insert(packet.end(), plain.begin(), plain.end());
    packet.resize(packet.size() + 12);
    CryptoJob job;
    job.esp = packet.data();
    job.body = plain.size();
    const auto text = [&] { return Bytes(job.text(), job.text() + job.body); };

    const Transform out = make_transform(traits, SPA_AUTH_HMAC_SHA1_96, 12, false, true);
    const auto seal_keys = backend->expand(out, {key, salt, auth_key});
    job.transform = &out;
    job.keys = seal_keys.get();
    backend->seal({&job, 1});
    EXPECT_TRUE(job.ok);
    EXPECT_EQ(text(), from_hex(vector.sealed));

    const Transform in = make_transform(traits, SPA_AUTH_HMAC_SHA1_96, 12, false, false);
    const auto open_keys = backend->expand(in, {key, salt, auth_key});
    job.transform = &in;
    job.keys = open_keys.get();
    backend->open({&job, 1});
    EXPECT_TRUE(job.ok);
    EXPECT_EQ(text(), plain);
  }
}

struct CombinedVector {
  const char* name;
  spa_cipher cipher;
  const char* key;
  const char* salt;
  const char* plain;   // SPI to padding
  const char* packet;  // SPI to ICV
};

const CombinedVector kCombined[] = {
    {"RFC 7634 A", SPA_CIPHER_CHACHA20_POLY1305,
     "808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f", "a0a1a2a3",
     "01020304 00000005 1011121314151617 45000054a6f200004001e778c6336405c000020508005b7a3a080000"
     "553bec100007362708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d"
     "2e2f3031323334353637 01020204",
     "01020304 00000005 1011121314151617 24039428b97f417e3c13753a4f05087b67c352e6a7fab1b982d466ef"
     "407ae5c614ee8099d52844eb61aa95dfab4c02f72aa71e7c4c4f64c9befe2facc638e8f3cbec163fac469b502773"
     "f6fb94e664da9165b82829f641e0 76aaa8266b7fb0f7b11b369907e1ad43"},
};

TEST_P(CipherVectors, Combined) {
  for (const CombinedVector& vector : kCombined) {
    SCOPED_TRACE(vector.name);
    const CipherTraits& traits = *cipher_traits(vector.cipher);
    const Bytes key = from_hex(vector.key);
    const Bytes salt = from_hex(vector.salt);
    const Bytes plain = from_hex(vector.plain);
    Bytes packet = plain;
    packet.resize(packet.size() + 16);
    const Transform out = make_transform(traits, SPA_AUTH_NONE, 16, false, true);
    const auto seal_keys = backend->expand(out, {key, salt, {}});
    CryptoJob job;
    job.transform = &out;
    job.keys = seal_keys.get();
    job.esp = packet.data();
    job.body = plain.size() - 16;
    backend->seal({&job, 1});
    EXPECT_TRUE(job.ok);
    EXPECT_EQ(packet, from_hex(vector.packet));

    const Transform in = make_transform(traits, SPA_AUTH_NONE, 16, false, false);
    const auto open_keys = backend->expand(in, {key, salt, {}});
    job.transform = &in;
    job.keys = open_keys.get();
    backend->open({&job, 1});
    EXPECT_TRUE(job.ok);
    EXPECT_EQ(Bytes(packet.begin(), packet.end() - 16), plain);
  }
}

INSTANTIATE_TEST_SUITE_P(Backends, CipherVectors, testing::ValuesIn(backends()),
                         [](const auto& info) { return backend_name(info.param); });

// RFC 2405 3, RFC 2451 2.3: keys that make the cipher its own inverse, or 3DES as weak as DES,
// whatever their parity bits.
TEST(Algorithms, WeakKeysAreKnown) {
  EXPECT_TRUE(is_weak_key(SPA_CIPHER_DES_CBC, from_hex("0101010101010101")));
  EXPECT_TRUE(is_weak_key(SPA_CIPHER_DES_CBC, from_hex("0000000000000000")));
  EXPECT_TRUE(is_weak_key(SPA_CIPHER_DES_CBC, from_hex("1f1f1f1f0e0e0e0e")));
  EXPECT_TRUE(is_weak_key(SPA_CIPHER_DES_CBC, from_hex("011f011f010e010e")));
  EXPECT_FALSE(is_weak_key(SPA_CIPHER_DES_CBC, from_hex("0123456789abcdef")));
  const char* good = "0123456789abcdef f1e0d3c2b5a49786 fedcba9876543210";
  EXPECT_FALSE(is_weak_key(SPA_CIPHER_3DES_CBC, from_hex(good)));
  const char* first_two = "0123456789abcdef 0022446688aaccee fedcba9876543210";
  EXPECT_TRUE(is_weak_key(SPA_CIPHER_3DES_CBC, from_hex(first_two)));
  const char* last_two = "0123456789abcdef fedcba9876543210 fedcba9876543210";
  EXPECT_TRUE(is_weak_key(SPA_CIPHER_3DES_CBC, from_hex(last_two)));
  EXPECT_FALSE(is_weak_key(SPA_CIPHER_AES_CBC, Bytes(16)));
}

// RFC 4106 6 and 8.1, RFC 3602 2.2, RFC 2405, RFC 2451, RFC 7634 2, RFC 4543 3.3.
TEST(Algorithms, LengthsAreThoseOfTheRfcs) {
  const CipherTraits& gcm = *cipher_traits(SPA_CIPHER_AES_GCM_16);
  for (std::size_t length = 0; length < 64; ++length) {
    EXPECT_EQ(gcm.takes_key(length), length == 16 || length == 24 || length == 32) << length;
    EXPECT_EQ(gcm.takes_icv(length), length == 8 || length == 12 || length == 16) << length;
    EXPECT_EQ(cipher_traits(SPA_CIPHER_DES_CBC)->takes_key(length), length == 8);
    EXPECT_EQ(cipher_traits(SPA_CIPHER_3DES_CBC)->takes_key(length), length == 24);
    EXPECT_EQ(cipher_traits(SPA_CIPHER_NULL)->takes_key(length), length == 0);
    EXPECT_EQ(cipher_traits(SPA_CIPHER_CHACHA20_POLY1305)->takes_key(length), length == 32);
    EXPECT_EQ(cipher_traits(SPA_CIPHER_CHACHA20_POLY1305)->takes_icv(length), length == 16);
    EXPECT_EQ(cipher_traits(SPA_CIPHER_AES_GMAC)->takes_icv(length), length == 16);
    EXPECT_FALSE(cipher_traits(SPA_CIPHER_AES_CBC)->takes_icv(length));
  }
  EXPECT_EQ(cipher_traits(8), nullptr);
  EXPECT_EQ(auth_traits(SPA_AUTH_NONE), nullptr);
  EXPECT_EQ(auth_traits(6), nullptr);
}

}  // namespace
}  // namespace spa::esp::test
