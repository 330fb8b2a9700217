// SPDX-License-Identifier: Apache-2.0
#include "userspace/crypto/type6.h"

#include <gtest/gtest.h>

namespace spa::crypto {
namespace {

std::string text_of(const SecretBytes& key) {
  return {key.begin(), key.end()};
}

struct Vector {
  const char* master_key;
  const char* word;
  const char* key;
};
// R-T6-25: the first was made on a router.
constexpr Vector kVectors[] = {
    {"Cisco123", "fe_a`iJYE\\DZYJhDhTP[`MYaTgRH_MAAB", "Cisco123"},
    {"mySecretMasterkey", "XOUDEUYHeLGdB`UAZKX\\GK[iEgCWMZXEXN^dTGZ[UAAAB", "mySecretPassword"},
    {"mySecretMasterkey", "EEZSHGVTieg[VWEXaMCHDEePCPUKBNKKWLYN^^NSi[AAB", "mySecretPassword"},
};

// R-T6-21, R-T6-22, R-T6-25
TEST(Type6, DecryptsPublishedStrings) {
  for (const Vector& vector : kVectors) {
    const auto key = type6_decrypt(as_bytes(vector.master_key), vector.word);
    ASSERT_TRUE(key) << vector.word << ": " << key.error().text;
    EXPECT_EQ(text_of(*key), vector.key);
  }
}

// R-T6-23, R-T6-24: the salt of the router's string, which is its first eight octets.
TEST(Type6, MakesTheStringThatTheRouterMade) {
  const Type6Salt salt = {0xf8, 0xd7, 0xd7, 0x3f, 0x3e, 0xf5, 0xb1, 0xdf};
  EXPECT_EQ(*type6_encrypt(as_bytes("Cisco123"), as_bytes("Cisco123"), salt), kVectors[0].word);
}

// R-T6-24: odd and even counts, and what ends in a zero octet.
TEST(Type6, ComesBackWhateverTheLength) {
  Bytes key;
  for (std::size_t length = 1; length <= 70; ++length) {
    key.push_back(static_cast<std::uint8_t>(length % 7));
    const auto word = type6_encrypt(as_bytes("a master key"), key);
    ASSERT_TRUE(word);
    EXPECT_TRUE(is_type6(*word));
    const auto back = type6_decrypt(as_bytes("a master key"), *word);
    ASSERT_TRUE(back) << length;
    EXPECT_EQ(to_bytes(*back), key);
  }
  key.assign(kType6MaxKey, 0x5a);
  EXPECT_EQ(to_bytes(*type6_decrypt(as_bytes("m"), *type6_encrypt(as_bytes("m"), key))), key);
}

TEST(Type6, NeverMakesTheSameStringTwice) {
  EXPECT_NE(*type6_encrypt(as_bytes("master"), as_bytes("key")),
            *type6_encrypt(as_bytes("master"), as_bytes("key")));
}

// R-T6-26
TEST(Type6, AnotherMasterKeyDoesNotFit) {
  EXPECT_EQ(type6_decrypt(as_bytes("Cisco124"), kVectors[0].word).error().code, Errc::kCrypto);
}

TEST(Type6, RefusesWhatWasChanged) {
  const std::string good = kVectors[1].word;
  // The last three characters are padding, which says how many octets count and nothing else.
  for (std::size_t at = 0; at + 3 < good.size(); ++at) {
    std::string bad = good;
    bad[at] = bad[at] == 'B' ? 'C' : 'B';
    EXPECT_FALSE(type6_decrypt(as_bytes(kVectors[1].master_key), bad)) << bad;
  }
  for (std::size_t length = 0; length < good.size(); ++length)
    EXPECT_FALSE(type6_decrypt(as_bytes(kVectors[1].master_key), good.substr(0, length)));
}

TEST(Type6, RefusesWhatIsNoSuchString) {
  for (const char* word : {"", "A", "AAA", "plain key", "fe_a`iJYE\\DZYJhDhTP[`MYaTgRH_MAAj",
                           "iiifffAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"})
    EXPECT_FALSE(is_type6(word)) << word;
  EXPECT_FALSE(is_type6(std::string(6000, 'A')));
  EXPECT_EQ(type6_encrypt(as_bytes("m"), {}).error().code, Errc::kInvalid);
  EXPECT_EQ(type6_encrypt(as_bytes("m"), Bytes(kType6MaxKey + 1)).error().code, Errc::kInvalid);
}

}  // namespace
}  // namespace spa::crypto
