// SPDX-License-Identifier: Apache-2.0
// enable and its password.
#include <gtest/gtest.h>

#include "tests/unit/config/fake_backend.h"
#include "userspace/config/session.h"

namespace spa::config {
namespace {

constexpr const char* kHashed = "$9$2MJBozw/9R3UsU$2lFhcKvpghcyw8deP25GOfyZaagyUOGBymkryvOdfo6";

class EnableTest : public testing::Test {
 protected:
  // In global configuration.
  std::string configure(std::string_view line) {
    root.execute("configure terminal");
    const Output output = root.execute(line);
    root.execute("end");
    return output.text + (output.rejection ? output.rejection->text : "");
  }
  std::string said(const Output& output) {
    return output.text + (output.rejection ? output.rejection->text : "");
  }
  bool runs(const std::string& text) const {
    return configuration.running_config().find(text) != std::string::npos;
  }
  // Whether these answers lead from user EXEC to privileged EXEC.
  bool enters(const std::vector<std::string>& answers) {
    Session user(configuration, false);
    Output output = user.execute("enable");
    for (const std::string& answer : answers) {
      EXPECT_EQ(output.asking, Asking::kHidden);
      EXPECT_EQ(output.prompt, "Password: ");
      output = user.execute(answer);
    }
    EXPECT_EQ(output.asking, Asking::kNothing);
    return output.prompt == "Router#";
  }

  FakeBackend backend;
  Configuration configuration{backend, "/nonexistent/startup-config"};
  Session root{configuration, true};
};

TEST_F(EnableTest, WithoutAPasswordNothingIsAsked) {  // R-CLI-1
  EXPECT_TRUE(enters({}));
}

// R-CLI-1: not echoed, three attempts, then the answer of the router and the same mode.
TEST_F(EnableTest, AsksThreeTimes) {
  configure("enable secret Sesame");
  EXPECT_TRUE(enters({"Sesame"}));
  EXPECT_TRUE(enters({"sesame", "", "Sesame"}));
  Session user(configuration, false);
  user.execute("enable");
  EXPECT_EQ(said(user.execute("a")), "");
  EXPECT_EQ(said(user.execute("b")), "");
  const Output last = user.execute("c");
  EXPECT_EQ(said(last), "% Bad secrets");
  EXPECT_EQ(last.prompt, "Router>");
  EXPECT_EQ(last.asking, Asking::kNothing);
  ASSERT_FALSE(backend.lines.empty());
  EXPECT_EQ(backend.lines.back().text.find("%SYS-5-ENABLE_FAILED"), 0U);
  // Who goes away, or types Ctrl-Z, has not answered.
  user.execute("enable");
  EXPECT_EQ(user.execute("\x1a").prompt, "Router>");
}

TEST_F(EnableTest, PrivilegedExecIsNotAsked) {
  configure("enable secret Sesame");
  EXPECT_EQ(root.execute("enable").prompt, "Router#");
  EXPECT_EQ(root.execute("disable").prompt, "Router>");
  EXPECT_EQ(root.execute("enable").asking, Asking::kHidden);
}

// R-CFG-8: a secret is nowhere in clear; a password is, as it was typed.
TEST_F(EnableTest, KeepsAHashOfASecret) {
  const std::string notice = configure("enable secret Sesame");
  EXPECT_NE(notice.find("control socket"), std::string::npos) << notice;
  EXPECT_TRUE(runs("\nenable secret 9 $9$")) << configuration.running_config();
  EXPECT_FALSE(runs("Sesame"));
  configure("enable secret 0 0pen");
  EXPECT_FALSE(runs("0pen"));
  EXPECT_TRUE(enters({"0pen"}));
  EXPECT_FALSE(enters({"Sesame", "Sesame", "Sesame"}));
  configure("enable password lab");
  EXPECT_TRUE(runs("\nenable password lab\n"));
}

// R-CFG-8: hashes that other routers made are kept as they are, and checked.
TEST_F(EnableTest, TakesHashes) {
  configure(std::string("enable secret 9 ") + kHashed);
  EXPECT_TRUE(runs(std::string("\nenable secret 9 ") + kHashed + "\n"));
  EXPECT_TRUE(enters({"hashcat"}));
  configure("enable secret 8 $8$TnGX/fE4KGHOVU$pEhnEvxrvaynpi8j4f.EMHr6M.FzU8xnZnBr/tJdFWk");
  EXPECT_TRUE(enters({"hashcat"}));
  EXPECT_FALSE(runs("$9$"));  // one secret at a time
  configure("enable secret 5 $1$28772684$iEwNOgGugqO9.bIz5sk8k/");
  EXPECT_TRUE(runs("\nenable secret 5 $1$28772684$iEwNOgGugqO9.bIz5sk8k/\n"));
  Session user(configuration, false);
  user.execute("enable");
  const Output output = user.execute("hashcat");
  EXPECT_TRUE(output.prompt == "Router#" ||
              said(output).find("cannot be checked") != std::string::npos)
      << said(output);
}

TEST_F(EnableTest, RefusesWordsThatAreNoHash) {
  EXPECT_EQ(configure("enable secret 9 Sesame"), "% The word is no password of type 9.");
  EXPECT_EQ(configure("enable secret 5 $9$x"), "% The word is no password of type 5.");
  EXPECT_EQ(configure("enable password 7 cisco"), "% The word is no password of type 7.");
  EXPECT_EQ(configure("enable secret " + std::string(200, 'x')),
            "% A password has 127 characters at most.");
  EXPECT_FALSE(runs("enable "));
  EXPECT_TRUE(enters({}));
}

// A secret counts before a password, and each goes with its `no`.
TEST_F(EnableTest, SecretBeforePassword) {
  configure("enable password 7 0822455D0A16");
  EXPECT_TRUE(enters({"cisco"}));
  configure("enable secret Sesame");
  EXPECT_TRUE(enters({"Sesame"}));
  EXPECT_FALSE(enters({"cisco", "cisco", "cisco"}));
  configure("no enable secret");
  EXPECT_TRUE(enters({"cisco"}));
  configure("no enable password");
  EXPECT_TRUE(enters({}));
  configure("enable secret level 7 Sesame");  // kept, and not for privileged EXEC
  EXPECT_TRUE(runs("\nenable secret level 7 9 $9$"));
  EXPECT_TRUE(enters({}));
}

// R-CFG-8: `service password-encryption` hides from eyes what was typed before it and after it; its
// `no` shows nothing again.
TEST_F(EnableTest, HidesPasswords) {
  configure("enable password lab");
  configure("username alice password 0 open");
  EXPECT_TRUE(runs("\nenable password lab\n"));
  configure("service password-encryption");
  EXPECT_TRUE(runs("\nservice password-encryption\n"));
  EXPECT_TRUE(runs("\nenable password 7 "));
  EXPECT_TRUE(runs("\nusername alice password 7 "));
  EXPECT_FALSE(runs("lab"));
  EXPECT_FALSE(runs("open"));
  EXPECT_TRUE(enters({"lab"}));
  EXPECT_EQ(backend.in_force->users.at("alice").password, to_secret(as_bytes("open")));
  const std::string hidden = configuration.running_config();
  configure("ip domain-name example.com");  // what is hidden is not hidden anew
  configure("no ip domain-name");
  EXPECT_EQ(configuration.running_config(), hidden);
  configure("enable password level 7 other");
  EXPECT_TRUE(runs("\nenable password level 7 7 "));
  configure("enable secret Sesame");
  EXPECT_TRUE(runs("\nenable secret 9 $9$"));

  configure("no service password-encryption");
  EXPECT_FALSE(runs("\nservice password-encryption\n"));
  EXPECT_TRUE(runs("\nenable password 7 "));
  EXPECT_FALSE(runs("open"));
  configure("no enable secret");
  EXPECT_TRUE(enters({"lab"}));
  configure("enable password plain");
  EXPECT_TRUE(runs("\nenable password plain\n"));
}

// R-CFG-8: a file that was hidden elsewhere, and one that hides what stands in it.
TEST_F(EnableTest, ReadsHiddenPasswords) {
  ASSERT_TRUE(configuration
                  .load("service password-encryption\nenable password 7 0822455D0A16\n"
                        "username bob password 7 045802150C2E\nusername eve password clear\n")
                  .value()
                  .empty());
  EXPECT_TRUE(runs("\nenable password 7 0822455D0A16\n"));
  EXPECT_TRUE(runs("\nusername bob password 7 045802150C2E\n"));
  EXPECT_FALSE(runs("clear"));
  EXPECT_TRUE(enters({"cisco"}));
  EXPECT_EQ(backend.in_force->users.at("eve").password, to_secret(as_bytes("clear")));
  EXPECT_EQ(configure("username bob password 7 nothing"), "% the word is no password of type 7");
}

// R-CFG-3: what is printed is read again.
TEST_F(EnableTest, SurvivesAReload) {
  configure("enable secret Sesame");
  configure("enable password 0 0822");
  FakeBackend other;
  Configuration again(other, "/nonexistent/startup-config");
  EXPECT_TRUE(again.load(configuration.running_config()).value().empty());
  Session user(again, false);
  user.execute("enable");
  EXPECT_EQ(user.execute("Sesame").prompt, "Router#");
  const auto line = [](const Configuration& c, const char* word) {
    const std::string text = c.running_config();
    const std::size_t at = text.find(word);
    return text.substr(at, text.find('\n', at) - at);
  };
  EXPECT_EQ(line(again, "enable secret"), line(configuration, "enable secret"));
  EXPECT_EQ(line(again, "enable password"), line(configuration, "enable password"));
}

}  // namespace
}  // namespace spa::config
