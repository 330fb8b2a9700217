// SPDX-License-Identifier: Apache-2.0
#include "userspace/pki/key_store.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "userspace/base/file.h"

namespace spa::pki {
namespace {

class KeyStoreTest : public testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/spa-keys-test-XXXXXX";
    ASSERT_NE(mkdtemp(name), nullptr);
    directory = name;
  }
  void TearDown() override { std::filesystem::remove_all(directory); }
  static KeyPair pair(const std::string& label, KeyUsage usage = KeyUsage::kGeneral) {
    return {label,
            usage,
            true,
            WallTime(std::chrono::seconds(1'010'722'668)),
            *crypto::PrivateKey::generate_rsa(512),
            false};
  }
  std::string directory;
};

// R-PKI-10: every property comes back.
TEST_F(KeyStoreTest, ReadsWhatItWrote) {
  KeyStore store(directory + "/keys");
  store.replace("a/b.c",
                {pair("a/b.c", KeyUsage::kSignature), pair("a/b.c", KeyUsage::kEncryption)});
  store.replace("plain", {pair("plain")});
  ASSERT_TRUE(store.write());
  KeyStore again(directory + "/keys");
  ASSERT_TRUE(again.load());
  ASSERT_EQ(again.list().size(), 3u);
  const KeyPair* found = again.find("A/B.C", KeyUsage::kEncryption);
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(found->label, "a/b.c");
  EXPECT_EQ(found->usage, KeyUsage::kEncryption);
  EXPECT_TRUE(found->exportable);
  EXPECT_EQ(found->generated, WallTime(std::chrono::seconds(1'010'722'668)));
  EXPECT_TRUE(found->key.matches(*store.find("a/b.c", KeyUsage::kEncryption)->key.public_key()));
  EXPECT_EQ(again.find("plain", KeyUsage::kEncryption)->usage, KeyUsage::kGeneral);
  EXPECT_EQ(again.find("nobody", KeyUsage::kGeneral), nullptr);
}

// One that is damaged costs no other, is named, and is not deleted by writing the others.
TEST_F(KeyStoreTest, LeavesDamagedFilesAlone) {
  KeyStore store(directory);
  store.replace("good", {pair("good")});
  ASSERT_TRUE(store.write());
  for (const char* content :
       {"", "label: bad\n", "hello", "label: bad\nusage: general\ngenerated: x\n",
        "label: bad\nusage: general\n-----BEGIN PRIVATE KEY-----\n"}) {
    ASSERT_TRUE(write_file_atomically(directory + "/bad.general.pem", as_bytes(content), 0600));
    KeyStore again(directory);
    const Status loaded = again.load();
    ASSERT_FALSE(loaded);
    EXPECT_NE(loaded.error().text.find("bad.general.pem"), std::string::npos);
    EXPECT_EQ(again.list().size(), 1u);
    again.replace("more", {pair("more")});
    EXPECT_TRUE(again.write());
    EXPECT_TRUE(std::filesystem::exists(directory + "/bad.general.pem"));
    EXPECT_TRUE(again.remove("more"));
  }
}

// A pair that took another's place is the only one after writing, whatever it is for.
TEST_F(KeyStoreTest, WritesWhatIsThereAndNothingElse) {
  KeyStore store(directory);
  store.replace("k", {pair("k", KeyUsage::kSignature), pair("k", KeyUsage::kEncryption)});
  ASSERT_TRUE(store.write());
  store.replace("k", {pair("k")});
  ASSERT_TRUE(store.write());
  KeyStore again(directory);
  ASSERT_TRUE(again.load());
  ASSERT_EQ(again.list().size(), 1u);
  EXPECT_EQ(again.list()[0].usage, KeyUsage::kGeneral);
}

}  // namespace
}  // namespace spa::pki
