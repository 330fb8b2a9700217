// SPDX-License-Identifier: Apache-2.0
// Another configuration in place of the running one, and the way back.
#include <gtest/gtest.h>

#include <chrono>
#include <fstream>

#include "tests/unit/config/fake_backend.h"
#include "userspace/config/session.h"
#include "userspace/config/tree.h"

namespace spa::config {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

constexpr const char* kRunning = R"(hostname left
crypto isakmp key cisco123 address 192.0.2.1
crypto ipsec transform-set TS esp-gcm 256
crypto map vpn 10 ipsec-isakmp
 set peer 192.0.2.1
 set transform-set TS
 match address 101
crypto map vpn 20 ipsec-isakmp
 set peer 192.0.2.2
 set transform-set TS
 match address 102
access-list 101 permit ip host 10.0.0.1 host 10.0.1.1
access-list 102 permit ip host 10.0.0.1 host 10.0.2.1
end
)";

class ReplaceTest : public testing::Test {
 protected:
  ReplaceTest() {
    EXPECT_TRUE(configuration.load(kRunning));
    before = configuration.tree().print("");
  }
  std::string type(std::string_view line) { return type(session, line); }
  static std::string type(Session& who, std::string_view line) {
    const Output output = who.execute(line);
    std::string out = output.text;
    if (output.rejection) out += output.rejection->text + "\n";
    return out;
  }
  void write(std::string text) { std::ofstream(file) << text; }
  // The running configuration with a piece changed.
  void write_changed(const std::string& from, const std::string& to) {
    std::string text = kRunning;
    text.replace(text.find(from), from.size(), to);
    write(text);
  }
  [[nodiscard]] std::string lines() { return configuration.tree().print(""); }

  FakeBackend backend;
  std::string file = testing::TempDir() + "spa-replace-test.cfg";
  Configuration configuration{backend, testing::TempDir() + "spa-replace-test-startup"};
  Session session{configuration, true};
  std::string before;
};

// R-CFG: lines in the router's form under their block, and the SAs that would drop; nothing is
// done.
TEST_F(ReplaceTest, ShowsWhatWouldChange) {
  write_changed(" set peer 192.0.2.2", " set peer 192.0.2.3");
  backend.apply_report.changes = {"CHILD SA 4 with 192.0.2.2: vpn 20 has changed"};
  const int applied = backend.applied;
  EXPECT_EQ(type("show archive config differences " + file),
            "!Contextual Config Diffs:\n"
            " crypto map vpn 20 ipsec-isakmp\n"
            "- set peer 192.0.2.2\n"
            "+ set peer 192.0.2.3\n"
            "!SAs that are dropped:\n"
            "!  CHILD SA 4 with 192.0.2.2: vpn 20 has changed\n");
  EXPECT_EQ(backend.applied, applied);
  EXPECT_EQ(lines(), before);
  EXPECT_EQ(backend.planned->crypto_maps.at("vpn").entries[1].peers[0].to_string(), "192.0.2.3");
  const Output json =
      session.execute("show archive config differences " + file, OutputFormat::kJson);
  EXPECT_NE(json.json.find(R"({"change":"added","depth":1,"line":"set peer 192.0.2.3"})"),
            std::string::npos);
}

TEST_F(ReplaceTest, BlotsOutSecretsInWhatItShows) {
  write_changed("cisco123", "secret456");
  const std::string shown = type("show archive config differences " + file);
  EXPECT_NE(shown.find("-crypto isakmp key <removed> address 192.0.2.1\n"
                       "+crypto isakmp key <removed> address 192.0.2.1\n"),
            std::string::npos)
      << shown;
  EXPECT_EQ(shown.find("cisco123"), std::string::npos);
  EXPECT_EQ(shown.find("secret456"), std::string::npos);
}

TEST_F(ReplaceTest, FindsNoDifferenceToItself) {
  write(kRunning);
  EXPECT_EQ(type("configure replace " + file), "!No changes were found\n");
  EXPECT_EQ(session.asking(), Asking::kNothing);
}

// R-DLG-10, R-CLI-13
TEST_F(ReplaceTest, AsksBeforeItChangesAnything) {
  write_changed("hostname left", "hostname right");
  EXPECT_EQ(session.execute("configure replace " + file).prompt, "Put this in force? [yes/no]: ");
  EXPECT_EQ(type("perhaps"), "% Please answer 'yes' or 'no'.\n");
  EXPECT_EQ(type("no"), "");
  EXPECT_EQ(lines(), before);
  type("configure replace " + file);
  EXPECT_EQ(type("y"), "[OK]\n");
  EXPECT_EQ(backend.in_force->hostname, "right");
  EXPECT_EQ(session.prompt(), "right#");
}

TEST_F(ReplaceTest, RefusesAnAnswerToWhatHasChangedMeanwhile) {
  write_changed("hostname left", "hostname right");
  type("configure replace " + file);
  Session other(configuration, true);
  type(other, "configure terminal");
  type(other, "ip domain name example.com");
  EXPECT_EQ(type("yes"), "% Somebody changed the configuration meanwhile; nothing was changed.\n");
  EXPECT_EQ(backend.in_force->hostname, "left");
}

TEST_F(ReplaceTest, ChangesNothingForAFileWithARefusedLine) {
  write_changed("set peer 192.0.2.2", "set pier 192.0.2.2");
  const int applied = backend.applied;
  const std::string said = type("configure replace " + file + " force");
  EXPECT_NE(said.find(file + ":9:  set pier 192.0.2.2\n"), std::string::npos) << said;
  EXPECT_NE(said.find("% 1 line is refused: nothing was changed"), std::string::npos) << said;
  EXPECT_EQ(lines(), before);
  EXPECT_EQ(backend.applied, applied);
}

TEST_F(ReplaceTest, ChangesNothingWhenTheDataPlaneRefuses) {
  write_changed("hostname left", "hostname right");
  backend.refuse_apply = true;
  EXPECT_EQ(type("configure replace " + file + " force revert timer 5"),
            "!Contextual Config Diffs:\n-hostname left\n+hostname right\n!No SA is dropped\n"
            "% Not put in force: the data plane is away; nothing was changed\n");
  EXPECT_EQ(lines(), before);
  EXPECT_EQ(session.prompt(), "left#");
  EXPECT_EQ(type("configure confirm"), "% No configuration waits to be confirmed.\n");
}

// Whoever stands in a block of the old lines does not edit what is no longer there.
TEST_F(ReplaceTest, LeadsOthersOutOfTheBlocksThatWereReplaced) {
  Session other(configuration, true);
  type(other, "configure terminal");
  type(other, "crypto map vpn 20");
  write_changed("hostname left", "hostname right");
  type("configure replace " + file + " force");
  EXPECT_EQ(type(other, "ip domain name example.com"),
            "% The block you were in has been deleted.\n");
  EXPECT_EQ(backend.in_force->domain_name, "example.com");
}

TEST_F(ReplaceTest, ComesBackUnlessItIsConfirmed) {
  write_changed("hostname left", "hostname right");
  {
    Session gone(configuration, true);  // the client that asked is not needed for it
    type(gone, "configure replace " + file + " force revert timer 2");
  }
  EXPECT_EQ(backend.in_force->hostname, "right");
  backend.clock.advance(seconds(119));
  EXPECT_EQ(backend.in_force->hostname, "right");
  EXPECT_EQ(type("show archive config rollback timer"),
            "The configuration before the last comes back in 1 seconds unless 'configure confirm' "
            "is typed.\n");
  backend.clock.advance(seconds(1));
  EXPECT_EQ(backend.in_force->hostname, "left");
  EXPECT_EQ(lines(), before);
  EXPECT_NE(backend.lines.back().text.find("nobody confirmed"), std::string::npos);
  backend.clock.advance(minutes(10));
  EXPECT_EQ(type("configure revert now"), "% No configuration waits to be confirmed.\n");
}

TEST_F(ReplaceTest, StaysWhenItIsConfirmed) {
  type("configure terminal revert timer 3");
  type("hostname other");
  type("end");
  type("configure revert timer 10");
  backend.clock.advance(minutes(9));
  EXPECT_EQ(type("configure confirm"), "");
  backend.clock.advance(minutes(10));
  EXPECT_EQ(backend.in_force->hostname, "other");
}

// `commit confirmed`: what was typed goes back to what was saved, unless it is confirmed in time.
TEST_F(ReplaceTest, CommitsForATime) {
  type("write memory");
  EXPECT_EQ(type("commit confirmed 5"), "% Nothing has changed since it was saved.\n");
  type("configure terminal");
  type("hostname other");
  EXPECT_EQ(type("commit confirmed 5"),
            "% The startup configuration comes back in 5 minutes unless 'commit' is typed.\n");
  backend.clock.advance(minutes(5));
  EXPECT_EQ(backend.in_force->hostname, "left");
  EXPECT_EQ(lines(), before);
  type("hostname other");
  type("commit confirmed 5");
  EXPECT_EQ(type("commit"), "");
  backend.clock.advance(minutes(10));
  EXPECT_EQ(backend.in_force->hostname, "other");
  EXPECT_EQ(type("commit"), "% No configuration waits to be confirmed.\n");
}

TEST_F(ReplaceTest, RevertsAtOnceWhatWasTyped) {
  type("configure terminal revert timer 3");
  EXPECT_EQ(type("do configure terminal revert timer 3"),
            "% A configuration waits to be confirmed already: 'configure confirm' or 'configure "
            "revert now' comes first.\n");
  type("no crypto map vpn 10");
  type("end");
  EXPECT_EQ(type("configure revert now"), "");
  EXPECT_EQ(lines(), before);
  EXPECT_EQ(backend.in_force->crypto_maps.at("vpn").entries.size(), 2U);
}

// A daemon that starts within the time has the startup configuration: so that may not be the one
// that nobody has confirmed yet.
TEST_F(ReplaceTest, DoesNotSaveWhatIsNotConfirmed) {
  type("configure terminal revert timer 3");
  type("hostname other");
  type("end");
  EXPECT_NE(type("write memory").find("% The configuration was not saved"), std::string::npos);
  type("configure confirm");
  EXPECT_NE(type("write memory").find("[OK]"), std::string::npos);
}

TEST_F(ReplaceTest, TriesAgainWhenTheWayBackIsBarred) {
  type("configure terminal revert timer 1");
  type("hostname other");
  type("end");
  backend.refuse_apply = true;
  backend.clock.advance(minutes(1));
  EXPECT_NE(backend.lines.back().text.find("the data plane is away"), std::string::npos);
  backend.refuse_apply = false;
  backend.clock.advance(seconds(10));
  EXPECT_EQ(backend.in_force->hostname, "left");
  EXPECT_EQ(lines(), before);
}

}  // namespace
}  // namespace spa::config
