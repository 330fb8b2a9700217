// SPDX-License-Identifier: Apache-2.0
// The router's RSA keys: how they are made, shown, kept and deleted.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/unit/config/pki_backend.h"

namespace spa::config {
namespace {

class RsaKeys : public testing::Test {
 protected:
  std::string type(std::string_view line) { return person.type(line); }
  std::vector<std::string> labels() {
    std::vector<std::string> all;
    for (const pki::KeyPair& pair : person.backend->key_store.list()) all.push_back(pair.label);
    return all;
  }
  PkiSession person;
};

// R-PKI-1: both names are needed, and the refusal says which is missing.
TEST_F(RsaKeys, NeedTheNamesOfTheRouter) {
  type("configure terminal");
  EXPECT_EQ(type("crypto key generate rsa"), "% Please define a hostname other than Router.\n");
  type("hostname left");
  EXPECT_EQ(type("crypto key generate rsa modulus 512"), "% Please define a domain-name first.\n");
  EXPECT_TRUE(labels().empty());
  type("ip domain-name example.com");
  type("crypto key generate rsa modulus 512");
  EXPECT_EQ(labels().front(), "left.example.com");
}

// R-PKI-4, R-PKI-6: another size is asked for again; 512 is Enter; LABEL.server comes by itself.
TEST_F(RsaKeys, AskForTheirSize) {
  person.named();
  type("crypto key generate rsa");
  for (const char* wrong : {"359", "2049", "many", "512 bits"}) {
    EXPECT_NE(type(wrong).find("360 to 2048"), std::string::npos) << wrong;
    EXPECT_EQ(person.session->prompt(), "How many bits in the modulus [512]: ");
  }
  EXPECT_EQ(type("360"), "Generating RSA keys ...\n[OK]\n\n");
  const auto& pairs = person.backend->key_store.list();
  ASSERT_EQ(pairs.size(), 2u);
  EXPECT_EQ(pairs[0].key.bits(), 360u);
  EXPECT_EQ(pairs[1].label, "left.example.com.server");
  EXPECT_EQ(pairs[1].usage, pki::KeyUsage::kEncryption);
  EXPECT_EQ(pairs[1].key.bits(), 768u);
  ASSERT_FALSE(person.backend->lines.empty());
  EXPECT_NE(person.backend->lines.back().text.find("WEAK_KEY"), std::string::npos);
}

// R-PKI-3: the work is done elsewhere; the session says so at once, and takes no line before it is
// over.
TEST_F(RsaKeys, AreMadeInTheBackground) {
  person.named();
  const Output output =
      person.session->execute("crypto key generate rsa label L modulus 1024 exportable");
  EXPECT_TRUE(output.unfinished);
  EXPECT_EQ(output.text,
            "The name for the keys will be: L\n% The key modulus size is 1024 bits\n"
            "% Generating 1024 bit RSA keys, keys will be exportable...\n");
  EXPECT_TRUE(labels().empty());
  EXPECT_NE(person.session->execute("hostname right").rejection, std::nullopt);
  EXPECT_EQ(person.configuration->snapshot()->hostname, "left");
  EXPECT_EQ(person.finish(), "[OK]\n\n");
  EXPECT_EQ(labels(), std::vector<std::string>{"L"});  // no .server: the name is not the router's
  EXPECT_EQ(person.session->execute("hostname right").rejection, std::nullopt);
}

// Somebody who has gone away gets no answer, and the keys are there all the same.
TEST_F(RsaKeys, OutliveTheSession) {
  person.named();
  person.session->execute("crypto key generate rsa modulus 512");
  person.session.reset();
  person.finish();
  EXPECT_EQ(labels().size(), 2u);
}

// R-PKI-5
TEST_F(RsaKeys, ForTwoPurposes) {
  person.named();
  EXPECT_NE(type("crypto key generate rsa usage-keys").find("Signature Keys"), std::string::npos);
  EXPECT_NE(type("512").find("Encryption Keys"), std::string::npos);
  type("768");
  const auto& pairs = person.backend->key_store.list();
  ASSERT_EQ(pairs.size(), 3u);
  EXPECT_EQ(pairs[0].usage, pki::KeyUsage::kSignature);
  EXPECT_EQ(pairs[0].key.bits(), 512u);
  EXPECT_EQ(pairs[1].usage, pki::KeyUsage::kEncryption);
  EXPECT_EQ(pairs[1].key.bits(), 768u);
  EXPECT_EQ(pairs[0].label, pairs[1].label);
}

// R-DLG-11, R-DLG-10
TEST_F(RsaKeys, AskBeforeTheyAreReplaced) {
  person.named();
  type("crypto key generate rsa modulus 512");
  const Bytes before = *person.backend->key_store.list()[0].key.public_key()->to_der();
  const auto now = [&] { return *person.backend->key_store.list()[0].key.public_key()->to_der(); };
  EXPECT_NE(type("crypto key generate rsa modulus 512").find("already have RSA keys"),
            std::string::npos);
  EXPECT_EQ(type("perhaps"), "% Please answer 'yes' or 'no'.\n");
  EXPECT_EQ(type("no"), "");
  EXPECT_EQ(now(), before);
  type("crypto key generate rsa modulus 512");
  EXPECT_NE(type("y").find("[OK]"), std::string::npos);
  EXPECT_NE(now(), before);
  EXPECT_EQ(labels().size(), 2u);
}

// R-PKI-10: kept once written, in files that nobody else reads; a key that was not written is gone,
// and one that was replaced without being written comes back.
TEST_F(RsaKeys, SurviveAReloadOnceWritten) {
  person.named();
  type("crypto key generate rsa modulus 512");
  type("do write memory");
  const auto written = *person.backend->key_store.list()[0].key.public_key()->to_der();
  type("crypto key generate rsa label later modulus 512");
  type("crypto key generate rsa modulus 512");
  type("yes");
  EXPECT_EQ(labels().size(), 3u);
  EXPECT_EQ(person.configuration->running_config().find("PRIVATE"), std::string::npos);
  person.reload();
  ASSERT_EQ(labels(), (std::vector<std::string>{"left.example.com", "left.example.com.server"}));
  EXPECT_EQ(*person.backend->key_store.list()[0].key.public_key()->to_der(), written);
  EXPECT_EQ(person.backend->key_store.list()[0].generated,
            std::chrono::floor<std::chrono::seconds>(person.backend->time));
  std::size_t files = 0;
  for (const auto& file : std::filesystem::directory_iterator(person.directory + "/keys")) {
    struct stat status{};
    ASSERT_EQ(stat(file.path().c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0600u) << file.path();
    ++files;
  }
  EXPECT_EQ(files, 2u);
}

// R-SHOW-11, R-PKI-8, R-TIME-1: the form that is read today, in the zone of the configuration.
TEST_F(RsaKeys, AreShown) {
  person.named();
  EXPECT_EQ(type("do show crypto key mypubkey rsa"), "");
  type("clock timezone PST -8");
  type("crypto key generate rsa modulus 512");
  const std::string text = type("do show crypto key mypubkey rsa");
  const std::string head =
      "% Key pair was generated at: 20:17:48 PST Jan 10 2002\n"
      "Key name: left.example.com\n"
      "Key type: RSA KEYS\n"
      " Usage: General Purpose Key\n"
      " Key is not exportable.\n"
      " Key Data:\n"
      "  305C300D 06092A86 4886F70D 01010105 00034B00 30480241 00";
  EXPECT_TRUE(text.starts_with(head)) << text;
  EXPECT_NE(text.find("0301 0001\n\n% Key pair was generated at:"), std::string::npos) << text;
  EXPECT_NE(text.find("Key name: left.example.com.server\nKey type: RSA KEYS\n Usage: Encryption "
                      "Key\n"),
            std::string::npos)
      << text;
  EXPECT_EQ(type("do show crypto key mypubkey rsa nobody"), "");
}

// R-PKI-67, R-DLG-5: one label, or all; no changes nothing; the files go at once.
TEST_F(RsaKeys, AreDeleted) {
  person.named();
  type("crypto key generate rsa modulus 512");
  type("crypto key generate rsa label other modulus 512");
  type("do write memory");
  EXPECT_EQ(type("crypto key zeroize rsa"),
            "% Keys to be removed are named left.example.com.\n"
            "% Keys to be removed are named other.\n");
  type("no");
  EXPECT_EQ(labels().size(), 3u);
  type("crypto key zeroize rsa OTHER");
  type("yes");
  EXPECT_EQ(labels(), (std::vector<std::string>{"left.example.com", "left.example.com.server"}));
  type("crypto key zeroize rsa");
  type("yes");
  EXPECT_TRUE(std::filesystem::is_empty(person.directory + "/keys"));
  person.reload();
  EXPECT_TRUE(labels().empty());
  type("configure terminal");
  EXPECT_EQ(type("crypto key zeroize rsa"), "% No RSA keys found in configuration.\n");
}

}  // namespace
}  // namespace spa::config
