// SPDX-License-Identifier: Apache-2.0
// Hashes that other programs made of known passwords.
#include "userspace/crypto/password_hash.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace spa::crypto {
namespace {

using Type = PasswordType;

bool fits(Type type, std::string_view word, std::string_view typed) {
  const auto result = is_password(type, word, as_bytes(typed));
  EXPECT_TRUE(result) << result.error().text;
  return result && *result;
}

TEST(PasswordHash, Scrypt) {  // R-CFG-8
  const char* word = "$9$2MJBozw/9R3UsU$2lFhcKvpghcyw8deP25GOfyZaagyUOGBymkryvOdfo6";
  EXPECT_TRUE(is_password_word(Type::kScrypt, word));
  EXPECT_TRUE(fits(Type::kScrypt, word, "hashcat"));
  EXPECT_FALSE(fits(Type::kScrypt, word, "hashcas"));
}

TEST(PasswordHash, Pbkdf2) {  // R-CFG-8
  const char* word = "$8$TnGX/fE4KGHOVU$pEhnEvxrvaynpi8j4f.EMHr6M.FzU8xnZnBr/tJdFWk";
  EXPECT_TRUE(is_password_word(Type::kSha256, word));
  EXPECT_TRUE(fits(Type::kSha256, word, "hashcat"));
  EXPECT_FALSE(fits(Type::kSha256, word, ""));
}

TEST(PasswordHash, Md5) {  // R-CFG-8
  const char* word = "$1$28772684$iEwNOgGugqO9.bIz5sk8k/";
  EXPECT_TRUE(is_password_word(Type::kMd5, word));
  const auto result = is_password(Type::kMd5, word, as_bytes("hashcat"));
  if (!result && result.error().code == Errc::kUnsupported) GTEST_SKIP() << result.error().text;
  EXPECT_TRUE(fits(Type::kMd5, word, "hashcat"));
  EXPECT_FALSE(fits(Type::kMd5, word, "Hashcat"));
}

TEST(PasswordHash, Hidden) {  // R-CFG-8
  EXPECT_TRUE(fits(Type::kHidden, "094F471A1A0A", "cisco"));
  EXPECT_TRUE(fits(Type::kHidden, "0822455D0A16", "cisco"));
  EXPECT_FALSE(fits(Type::kHidden, "0822455D0A16", "cisca"));
  EXPECT_FALSE(fits(Type::kHidden, "0822455D0A16", "cisco1"));
}

TEST(PasswordHash, EachHasItsOwnSalt) {
  for (const Type type : {Type::kScrypt, Type::kSha256}) {
    const auto first = hash_password(type, as_bytes("cisco")),
               second = hash_password(type, as_bytes("cisco"));
    ASSERT_TRUE(first && second);
    EXPECT_NE(*first, *second);
    EXPECT_TRUE(is_password_word(type, *first)) << *first;
    EXPECT_TRUE(fits(type, *first, "cisco"));
    EXPECT_FALSE(fits(type, *first, "cisco "));
  }
  EXPECT_FALSE(hash_password(Type::kMd5, as_bytes("cisco")));
}

TEST(PasswordHash, TellsWordsThatAreNone) {
  for (const char* word : {"", "$9$", "$9$2MJBozw/9R3UsU", "$9$2MJBozw/9R3UsU$short",
                           "$8$2MJBozw/9R3UsU$2lFhcKvpghcyw8deP25GOfyZaagyUOGBymkryvOdfo6",
                           "$9$2MJBozw/9R3Us$2lFhcKvpghcyw8deP25GOfyZaagyUOGBymkryvOdfo6",
                           "$9$2MJBozw/9R3UsU$2lFhcKvpghcyw8deP25GOfyZaagyUOGBymkryvOdfo=",
                           "$9$2MJBozw/9R3Us\x01$2lFhcKvpghcyw8deP25GOfyZaagyUOGBymkryvOdfo6"})
    EXPECT_FALSE(is_password_word(Type::kScrypt, word)) << word;
  for (const char* word : {"$1$$iEwNOgGugqO9.bIz5sk8k/", "$1$123456789$iEwNOgGugqO9.bIz5sk8k/",
                           "$1$28772684$iEwNOgGugqO9.bIz5sk8k", "cisco"})
    EXPECT_FALSE(is_password_word(Type::kMd5, word)) << word;
  for (const char* word : {"09", "094F4", "xx4F", "994F", "094G", ""})
    EXPECT_FALSE(is_password_word(Type::kHidden, word)) << word;
  EXPECT_FALSE(is_password_word(Type::kPlain, std::string(128, 'x')));
  EXPECT_FALSE(is_password(Type::kHidden, "zz", as_bytes("cisco")));
}

// R-CFG-8: type 7 is what it was, and begins anywhere in its key.
TEST(PasswordHash, HidesAndShows) {
  for (const char* password : {"x", "cisco", "a longer one: with blanks, and 100% more"}) {
    std::set<std::string> words;
    for (int i = 0; i < 64; ++i) {
      const auto word = hide_password(as_bytes(password));
      ASSERT_TRUE(word);
      EXPECT_TRUE(is_password_word(Type::kHidden, *word));
      EXPECT_EQ(hidden_password(*word), to_secret(as_bytes(password)));
      words.insert(*word);
    }
    EXPECT_GT(words.size(), 4u);
  }
  EXPECT_FALSE(hide_password({}));
  EXPECT_FALSE(hide_password(as_bytes(std::string(128, 'x'))));
  EXPECT_FALSE(hidden_password("cisco"));
}

}  // namespace
}  // namespace spa::crypto
