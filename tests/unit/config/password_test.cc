// SPDX-License-Identifier: Apache-2.0
// Keys of the configuration under a master key, and the questions that go with it.
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "tests/unit/config/fake_backend.h"
#include "userspace/base/file.h"
#include "userspace/config/grammar/grammar.h"
#include "userspace/config/master_key.h"
#include "userspace/config/session.h"
#include "userspace/crypto/type6.h"

namespace spa::config {
namespace {

constexpr const char* kPrompt = "key config-key password-encryption";
constexpr const char* kRouters = "fe_a`iJYE\\DZYJhDhTP[`MYaTgRH_MAAB";  // Cisco123 under Cisco123

class Password : public testing::Test {
 protected:
  Password() {
    char name[] = "/tmp/spa-password-XXXXXX";
    directory = ::mkdtemp(name);
    restart();
    for (const char* line : {"crypto isakmp key plain address 192.0.2.1", "crypto ikev2 keyring K",
                             "peer P", "address 192.0.2.2", "pre-shared-key local one",
                             "pre-shared-key remote two", "exit", "exit"})
      EXPECT_FALSE(session->execute(line).rejection) << line;
  }
  ~Password() override {
    ::unlink((directory + "/startup-config").c_str());
    ::unlink(private_path().c_str());
    ::rmdir(directory.c_str());
  }

  // What is typed, line by line; the last answer comes back with what was printed.
  std::string type(std::initializer_list<std::string_view> lines) {
    std::string out;
    for (const std::string_view line : lines) {
      const Output output = session->execute(line);
      out = output.text;
      if (output.rejection) out += output.rejection->text;
    }
    return out;
  }
  // A new daemon over the same files.
  void restart() {
    session.reset();
    configuration = std::make_unique<Configuration>(backend, directory + "/startup-config");
    loaded = *configuration->load_startup();
    session = std::make_unique<Session>(*configuration, true);
    session->execute("configure terminal");
  }
  void set(std::string_view key) { type({kPrompt, key, key}); }
  [[nodiscard]] std::string private_path() const { return directory + "/private-config"; }
  [[nodiscard]] std::string running() const { return configuration->running_config(); }
  [[nodiscard]] bool printed(std::string_view text) const {
    return running().find(text) != std::string::npos;
  }
  // The pre-shared key towards 192.0.2.1, as IKE would use it.
  [[nodiscard]] std::string key_in_force() const {
    for (const auto& [name, ring] : backend.in_force->isakmp.keyrings)
      for (const auto& key : ring.keys) return {key.key.begin(), key.key.end()};
    return "none";
  }
  [[nodiscard]] bool logged(std::string_view text) const {
    return std::any_of(backend.lines.begin(), backend.lines.end(),
                       [&](const LogLine& line) { return line.text == text; });
  }

  std::string directory;
  FakeBackend backend;
  std::unique_ptr<Configuration> configuration;
  std::vector<LoadMessage> loaded;
  std::unique_ptr<Session> session;
};

// R-T6-4, R-DLG-6: hidden, twice, and the old one first where there is one.
TEST_F(Password, AsksForTheMasterKey) {
  Output output = session->execute(kPrompt);
  EXPECT_EQ(output.prompt, "New key: ");
  EXPECT_EQ(output.asking, Asking::kHidden);
  EXPECT_TRUE(session->complete("").empty());
  output = session->execute("first secret");
  EXPECT_EQ(output.prompt, "Confirm key: ");
  output = session->execute("first secret");
  EXPECT_EQ(output.asking, Asking::kNothing);
  EXPECT_EQ(output.prompt, "Router(config)#");
  EXPECT_TRUE(configuration->master_key().is(as_bytes("first secret")));
  EXPECT_EQ(session->execute("key config-key password-encrypt").prompt, "Old key: ");
  EXPECT_EQ(session->execute("first secret").prompt, "New key: ");
  type({"second secret", "second secret"});
  EXPECT_TRUE(configuration->master_key().is(as_bytes("second secret")));
}

// R-T6-5
TEST_F(Password, ChangesNothingForWhoDoesNotKnowTheKey) {
  set("first secret");
  EXPECT_EQ(type({kPrompt, "another secret"}),
            "% The old key is another one; nothing was changed.");
  EXPECT_EQ(type({kPrompt, "first secret", "second secret", "sekond secret"}),
            "% The keys differ; nothing was changed.");
  EXPECT_EQ(type({"key config-key password-encryption second-secret", "wrong one"}),
            "% The old key is another one; nothing was changed.");
  EXPECT_TRUE(configuration->master_key().is(as_bytes("first secret")));
}

// R-T6-28
TEST_F(Password, RefusesAShortMasterKey) {
  EXPECT_EQ(type({kPrompt, "seven77"}),
            "% The master key has 8 to 127 characters; nothing was changed.");
  EXPECT_NE(type({"key config-key password-encryption short"}).find("8 to 127"), std::string::npos);
  EXPECT_FALSE(configuration->master_key().exists());
}

// Who goes away in the middle has not answered.
TEST_F(Password, LeavesNothingHalfDone) {
  type({kPrompt, "first secret"});
  EXPECT_EQ(session->end().prompt, "Router#");
  type({"conf t", kPrompt, "first secret", "\x1a"});
  EXPECT_EQ(session->prompt(), "Router#");
  type({"conf t", kPrompt, "first secret"});
  session.reset();
  EXPECT_FALSE(configuration->master_key().exists());
}

// R-T6-1, R-T6-2, R-T6-11, R-T6-19, R-T6-20: every kind of line; what IKE uses stays the same.
TEST_F(Password, EncryptsWhatStandsInClear) {
  type({"password encryption aes"});
  EXPECT_TRUE(printed("crypto isakmp key plain address 192.0.2.1"));
  set("first secret");
  for (const char* clear : {"key plain", "local one", "remote two"}) EXPECT_FALSE(printed(clear));
  for (const char* form : {"crypto isakmp key 6 ", "pre-shared-key local 6 ",
                           "pre-shared-key remote 6 ", "password encryption aes\n"})
    EXPECT_TRUE(printed(form)) << running();
  EXPECT_EQ(key_in_force(), "plain");
  // R-T6-3
  EXPECT_FALSE(printed("first secret"));
  // And what is typed later.
  type({"crypto isakmp key later address 192.0.2.9"});
  EXPECT_FALSE(printed("later"));
}

// R-T6-19: every line that takes an encrypted key finds it again by something else than the key,
// which has another form each time.
TEST(PasswordGrammar, NoLineIsToldApartByItsKey) {
  std::size_t count = 0;
  for (const auto& rule : Grammar::instance().rules()) {
    const auto& tokens = rule->automaton.tokens();
    const auto is_six = [](const auto& t) { return t->is_keyword() && t->text == "6"; };
    if (std::none_of(tokens.begin(), tokens.end(), is_six)) continue;
    const auto is_secret = [](const auto& t) { return t->kind == TokenKind::kSecret; };
    if (std::none_of(tokens.begin(), tokens.end(), is_secret)) continue;
    EXPECT_NE(rule->command.key.kind, Key::Kind::kWholeLine) << rule->command.pattern;
    ++count;
  }
  EXPECT_GE(count, 7u);
}

// R-T6-2 and the second half of R-T6-11: encrypted keys are not encrypted again.
TEST_F(Password, LeavesEncryptedKeysAsTheyAre) {
  set("Cisco123");
  type({std::string("crypto isakmp key 6 ") + kRouters + " address 192.0.2.1"});
  type({"password-encryption aes"});
  EXPECT_TRUE(printed("password encryption aes\n"));
  EXPECT_TRUE(printed(std::string("crypto isakmp key 6 ") + kRouters + " address 192.0.2.1"));
  EXPECT_EQ(key_in_force(), "Cisco123");
}

// R-T6-10
TEST_F(Password, KeepsWhatIsEncryptedWhenSwitchedOff) {
  type({"password encryption aes"});
  set("first secret");
  const std::string before = running();
  type({"no password encryption aes"});
  EXPECT_TRUE(printed("crypto isakmp key 6 "));
  EXPECT_EQ(key_in_force(), "plain");
  type({"crypto isakmp key later address 192.0.2.9"});
  EXPECT_TRUE(printed("crypto isakmp key later address"));
}

// R-T6-12, R-T6-17, R-T6-18
TEST_F(Password, EncryptsAnewUnderAnotherMasterKey) {
  type({"password encryption aes", "password logging"});
  set("first secret");
  EXPECT_TRUE(
      logged("TYPE6_PASS: New Master key configured, encrypting the keys with the new master key"));
  const std::string before = running();
  backend.lines.clear();
  type({kPrompt, "first secret", "second secret", "second secret"});
  EXPECT_NE(running(), before);
  EXPECT_EQ(key_in_force(), "plain");
  EXPECT_TRUE(logged(
      "TYPE6_PASS: Master key change heralded, re-encrypting the keys with the new master key"));
  EXPECT_EQ(std::count_if(
                backend.lines.begin(), backend.lines.end(),
                [](const auto& l) { return l.text == "TYPE6_PASS: Mac verification successful"; }),
            3);
}

// R-T6-6, R-T6-7, R-T6-9, R-DLG-7, R-CLI-13
TEST_F(Password, DeletesTheMasterKeyAfterAQuestion) {
  type({"password encryption aes"});
  set("first secret");
  Output output = session->execute("no key config-key password-encryption");
  EXPECT_EQ(output.prompt,
            "WARNING: All type 6 encrypted keys will become unusable. Continue with master key "
            "deletion? [yes/no]: ");
  EXPECT_EQ(output.asking, Asking::kShown);
  output = session->execute("perhaps");
  EXPECT_EQ(output.text, "% Please answer 'yes' or 'no'.\n");
  EXPECT_EQ(output.asking, Asking::kShown);
  type({"n"});
  EXPECT_TRUE(configuration->master_key().exists());
  const std::string before = running();
  type({"no key config-key password-encryption", "y"});
  EXPECT_FALSE(configuration->master_key().exists());
  EXPECT_NE(::access(private_path().c_str(), F_OK), 0);
  // The strings stay, and their keys come back with the same master key.
  EXPECT_EQ(running(), before);
  EXPECT_EQ(key_in_force(), "none");
  set("first secret");
  EXPECT_EQ(key_in_force(), "plain");
}

// R-T6-13, R-T6-26, R-T6-27
TEST_F(Password, KeepsAStringThatDoesNotFit) {
  const std::string line = std::string("crypto isakmp key 6 ") + kRouters + " address 192.0.2.1";
  const std::string alert =
      std::string(kRouters) + " is incompatible with the configured master key\n";
  EXPECT_EQ(type({line}), alert);
  set("another key");
  EXPECT_EQ(type({std::string("crypto isakmp key 6 ") + kRouters + " address 192.0.2.7"}), alert);
  EXPECT_TRUE(printed(line));
  EXPECT_EQ(key_in_force(), "none");
}

// R-T6-16
TEST_F(Password, TellsThatItCannotEncrypt) {
  const std::string note =
      "Can not encrypt password. Please configure a configuration-key with 'key config-key'\n";
  type({"password encryption aes"});
  EXPECT_NE(type({"show running-config"}).find(note), std::string::npos);
  EXPECT_NE(type({"do write memory"}).find(note), std::string::npos);
  set("first secret");
  EXPECT_EQ(type({"show running-config"}).find(note), std::string::npos);
}

// R-T6-3, R-CFG-4: it is there after a restart, in a file for nobody else.
TEST_F(Password, SurvivesARestart) {
  type({"password encryption aes"});
  set("first secret");
  type({"do write memory"});
  struct stat status{};
  ASSERT_EQ(::stat(private_path().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
  const auto startup = *configuration->startup_config();
  EXPECT_EQ(startup.find("plain"), std::string::npos);
  EXPECT_EQ(startup.find("first secret"), std::string::npos);
  restart();
  EXPECT_TRUE(loaded.empty()) << loaded.front().text;
  EXPECT_EQ(key_in_force(), "plain");
}

// A restart between a new master key and `write memory`, once and twice over.
TEST_F(Password, NoKeyIsLostBetweenTheKeyAndTheConfiguration) {
  type({"password encryption aes"});
  set("first secret");
  type({"do write memory", kPrompt, "first secret", "second secret", "second secret"});
  restart();
  EXPECT_EQ(key_in_force(), "plain");
  type({kPrompt, "second secret", "third secret", "third secret"});
  restart();
  EXPECT_EQ(key_in_force(), "plain");
  type({"do write memory"});
  restart();
  EXPECT_EQ(key_in_force(), "plain");
  EXPECT_FALSE(configuration->master_key().decrypt_saved(kRouters));
}

TEST_F(Password, SaysThatThePrivateFileIsDamaged) {
  type({"password encryption aes"});
  set("first secret");
  type({"do write memory"});
  ASSERT_TRUE(write_file_atomically(private_path(), as_bytes("master-key 00zz\n"), 0600));
  restart();
  ASSERT_FALSE(loaded.empty());
  EXPECT_NE(loaded.front().text.find("private-config is damaged"), std::string::npos);
  EXPECT_EQ(key_in_force(), "none");
  EXPECT_TRUE(printed("crypto isakmp key 6 "));
}

// R-T6-14: a file may bring the master key, and cannot change it.
TEST_F(Password, TakesTheKeyFromAFile) {
  Configuration fresh(backend, directory + "/startup-config");
  const std::string text = std::string("key config-key password-encryption Cisco123\n") +
                           "crypto isakmp key 6 " + kRouters + " address 192.0.2.1\n";
  EXPECT_TRUE(fresh.load(text)->empty());
  EXPECT_EQ(key_in_force(), "Cisco123");
  EXPECT_TRUE(fresh.load(text)->empty());
  EXPECT_EQ(fresh.load("key config-key password-encryption Cisco124\n")->size(), 1u);
}

// A key that a peer is required to have and that cannot be read: nobody comes in without it.
TEST_F(Password, ARequiredPpkStaysRequired) {
  type({"crypto ikev2 keyring K", "peer P",
        std::string("ppk manual id X key 6 ") + kRouters + " required"});
  const auto& peer = backend.in_force->ikev2_keyrings.at("K").peers.front();
  ASSERT_TRUE(peer.ppk);
  EXPECT_TRUE(peer.ppk->required);
  EXPECT_TRUE(peer.ppk->key.empty());
}

}  // namespace
}  // namespace spa::config
