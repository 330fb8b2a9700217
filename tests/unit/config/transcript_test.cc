// SPDX-License-Identifier: Apache-2.0
// Transcripts of a router and of a PIX, replayed prompt for prompt: what is typed at each prompt
// and question, and every line that comes back. An authority of the test's own stands for the
// network: it hands out the certificates of the manual, and signs what is requested.
#include <gtest/gtest.h>

#include <deque>
#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include "tests/unit/config/pki_backend.h"
#include "userspace/config/master_key.h"
#include "userspace/pki/pem.h"

namespace spa::config {
namespace {

std::string without_blanks(std::string text) {
  text = std::regex_replace(text, std::regex("[ \t\r]+"), " ");
  while (!text.empty() && text.back() == ' ') text.pop_back();
  while (!text.empty() && text.front() == ' ') text.erase(0, 1);
  return text;
}

// Without comments, empty lines, and the names, which no prompt stands before.
std::deque<std::string> lines_of(const std::string& file) {
  std::ifstream in(SPA_SOURCE_DIR "/tests/vectors/" + file);
  std::deque<std::string> lines;
  for (std::string line; std::getline(in, line);)
    if (!line.starts_with("#") && !line.starts_with("hostname ") &&
        !line.starts_with("domain-name ") && !without_blanks(line).empty())
      lines.push_back(line);
  EXPECT_FALSE(lines.empty()) << file;
  return lines;
}

class Transcript : public testing::Test {
 protected:
  void SetUp() override {
    const auto seed =
        pki::read_certificates(SPA_SOURCE_DIR "/tests/vectors/router/authority.pem", 1 << 20);
    ASSERT_TRUE(seed) << seed.error().text;
    ASSERT_EQ(seed->size(), 3u);
    FakeAuthority& authority = person.backend->authority;
    authority.certificates.clear();
    for (const auto& certificate : *seed) authority.certificates.push_back(certificate.der());
    authority.issuer = seed->at(2).subject_der();
    person.backend->making.use(&authority);
    CrlView crl;
    crl.issuer = {{"ou", "sjvpn"}, {"o", "cisco"}, {"c", "us"}};
    crl.last_update = WallTime(std::chrono::seconds(1'010'708'254));  // 00:17:34 Jan 11 2002
    crl.next_update = crl.last_update + std::chrono::hours(25);
    crl.source = "CN = CRL1, OU = sjvpn, O = cisco, C = us";
    person.backend->crl_list.push_back(crl);
  }

  // Replays what follows each of the prompts; `host` begins them.
  void replay(const std::string& file, const std::string& host) {
    std::deque<std::string> lines = lines_of(file);
    const std::regex at_prompt(host + "(\\(config\\))?([#>]) ?(.*)");
    while (!lines.empty()) {
      const std::string line = lines.front();
      std::smatch parts;
      if (person.session->asking() != Asking::kNothing) {
        ASSERT_TRUE(answer(lines)) << line;
        continue;
      }
      if (std::regex_match(line, parts, at_prompt)) {
        lines.pop_front();
        const std::string typed = without_blanks(parts[3]);
        if (typed.starts_with("Fingerprint:")) {
          expect_told(typed);
        } else if (!typed.empty()) {
          stand_at(parts[1].matched);
          if (parts[2] == ">") person.type("disable");
          EXPECT_EQ(person.session->prompt(), line.substr(0, line.find_first_of("#>") + 1));
          take(lines, person.type(typed), typed);
        }
        continue;
      }
      ASSERT_TRUE(expect_logged(line)) << line;
      lines.pop_front();
    }
    EXPECT_EQ(person.session->asking(), Asking::kNothing);
  }

  // The answer stands behind the question, unless nobody sees it typed.
  bool answer(std::deque<std::string>& lines) {
    const std::string question = without_blanks(person.session->prompt());
    const std::string line = without_blanks(lines.front());
    if (!line.starts_with(question)) return false;
    const bool key = question.ends_with("key:");
    const bool hidden = key || question.find("assword") != std::string::npos;
    EXPECT_EQ(person.session->asking(), hidden ? Asking::kHidden : Asking::kShown) << question;
    lines.pop_front();
    std::string typed = without_blanks(line.substr(question.size()));
    if (key) {
      if (keys.empty() || !typed.empty()) return false;
      typed = keys.front();
      keys.pop_front();
    }
    take(lines, person.type(typed), question);
    return true;
  }

  // What was printed is what comes next.
  void take(std::deque<std::string>& lines, const std::string& printed, const std::string& cause) {
    std::istringstream got(printed);
    for (std::string line; std::getline(got, line);) {
      if (without_blanks(line).empty()) continue;
      // Some leave the greeting out.
      constexpr std::string_view kGreeting = "Enter configuration commands";
      if (line.starts_with(kGreeting) && !lines.empty() && !lines.front().starts_with(kGreeting))
        continue;
      if (lines.empty()) {
        ADD_FAILURE() << cause << " also printed: " << line;
        return;
      }
      EXPECT_EQ(compared(line), compared(lines.front())) << cause;
      lines.pop_front();
    }
  }

  // A line as it is compared: some have numbers of a moment that contradict each other.
  [[nodiscard]] std::string compared(const std::string& line) const {
    std::string text = without_blanks(line);
    for (const std::string& head : of_a_moment)
      if (text.starts_with(head)) text = std::regex_replace(text, std::regex("[0-9]+"), "N");
    return text;
  }

  // At the prompt of a mode, as if somebody had gone there.
  void stand_at(bool configuring) {
    if (configuring && !person.session->configuring()) person.type("configure terminal");
    if (!configuring && person.session->configuring()) person.session->end();
  }

  // R-PKI-34: the value is that of the request that was sent.
  void expect_told(const std::string& line) {
    ASSERT_FALSE(person.told.empty()) << line;
    const std::string told = without_blanks(person.told.front());
    person.told.erase(person.told.begin());
    EXPECT_TRUE(
        std::regex_match(told, std::regex("Fingerprint: [0-9A-Fa-f]{8}( [0-9A-Fa-f]{8}){3}")))
        << told;
    const auto request = person.backend->authority.requests.at(0);
    const std::string digits = std::regex_replace(told.substr(13), std::regex(" "), "");
    EXPECT_EQ(from_hex(digits), pki::md5_fingerprint(request));
    EXPECT_EQ(std::any_of(told.begin() + 13, told.end(), isupper),
              std::any_of(line.begin() + 13, line.end(), isupper));
  }

  // Lines of the log, behind the time since the start. The authority has granted the request by
  // the time that a transcript shows its certificate.
  bool expect_logged(const std::string& line) {
    const std::string wanted = std::regex_replace(line, std::regex("^[0-9dh:]+: "), "");
    if (wanted.find("CERTRET") != std::string::npos)
      person.backend->authority.state = ports::AuthorityReply::State::kGranted;
    for (int minutes = 0; minutes < 3; ++minutes) {
      for (; logged < person.backend->lines.size(); ++logged)
        if (person.backend->lines[logged].text == wanted) {
          ++logged;
          return true;
        }
      person.backend->clock.advance(std::chrono::minutes(20));
      person.finish();
    }
    return false;
  }

  PkiSession person;
  std::size_t logged = 0;
  std::deque<std::string> keys;  // that are typed unseen
  std::vector<std::string> of_a_moment;
};

// R-SHOW-13, R-TIME-1, R-DLG-1, 2, 3 and 10, R-PKI-3, 24, 25, 32, 33, 34, 35 and 36, R-CLI-6
TEST_F(Transcript, OfARouterThatEnrols) {
  person.type("terminal dialect d-c");
  person.type("configure terminal");
  for (const char* line : {"hostname 1720-1", "ip domain-name cisco.com", "clock timezone PST -8"})
    person.type(line);
  person.type("crypto ca identity vpn");
  EXPECT_EQ(person.session->prompt(), "1720-1(ca-identity)#");
  for (const char* line :
       {"enrollment url http://171.69.89.16:80", "query url ldap://171.69.89.16",
        "enrollment retry count 20", "enrollment retry period 5", "enrollment mode ra", "exit"})
    EXPECT_EQ(person.type(line), "") << line;
  replay("router/enrolment.session.txt", "1720-1");
  EXPECT_EQ(person.backend->authority.asked.at(0).url, "http://171.69.89.16:80");
  EXPECT_TRUE(person.backend->authority.asked.at(0).registration_authority);
  EXPECT_EQ(person.backend->authority.authorities_sent, 3u);
  const std::string shown = person.type("show crypto ca certificates");
  EXPECT_NE(shown.find("Subject Name Contains:\n    Name: 1720-1.cisco.com"), std::string::npos)
      << shown;
  EXPECT_EQ(shown.find("Pending"), std::string::npos);
}

// R-DLG-4, R-DLG-5, R-PKI-64, 65, 66 and 67
TEST_F(Transcript, OfARouterThatDeletes) {
  person.type("configure terminal");
  for (const char* line : {"hostname 1720-1", "ip domain-name cisco.com", "crypto ca identity vpn",
                           "enrollment url http://171.69.89.16:80", "exit"})
    person.type(line);
  person.type("crypto key generate rsa modulus 512");
  person.type("crypto ca authenticate vpn");
  person.type("yes");
  ASSERT_FALSE(person.type("do show crypto ca certificates").empty());
  ASSERT_FALSE(person.type("do show crypto key mypubkey rsa").empty());
  person.session->end();
  replay("router/deletion.session.txt", "1720-1");
  EXPECT_TRUE(person.configuration->snapshot()->trustpoints.empty());
  EXPECT_EQ(person.type("show crypto ca certificates"), "");
  EXPECT_EQ(person.type("show crypto key mypubkey rsa"), "");
}

// R-DLG-8, R-PIX-5, 7, 8 and 9, R-PKI-36
TEST_F(Transcript, OfAPixThatEnrols) {
  for (const char* line : {"configure terminal", "dialect pix", "terminal dialect pix",
                           "hostname pix520-1", "domain-name vpn.com"})
    person.type(line);
  replay("pix/enrolment.session.txt", "pix520-1");
  EXPECT_EQ(person.backend->key_store.list().size(), 1u);
  EXPECT_TRUE(person.backend->key_store.list().at(0).written);  // ca save all
}

// R-PKI-10, R-CFG-1: a certificate that was taken in is there after a reload once it was written.
TEST_F(Transcript, OfARouterThatForgets) {
  const Bytes der = person.backend->authority.ca.der();
  for (const bool written : {false, true}) {
    person.type("configure terminal");
    person.type("crypto pki trustpoint vpn");
    person.session->end();
    ASSERT_TRUE(person.backend->trust_store.add_certificate("vpn", der));
    if (written) EXPECT_NE(person.type("write memory").find("[OK]"), std::string::npos);
    person.reload();
    EXPECT_EQ(std::filesystem::exists(person.directory + "/pki/vpn"), written);
    EXPECT_EQ(person.backend->trust_store.list().size(), written ? 1u : 0u);
  }
}

// R-PIX-9, R-CFG-2: writing the configuration does not save keys and certificates.
TEST_F(Transcript, OfAPixThatForgets) {
  for (const char* line : {"configure terminal", "dialect pix", "hostname pix520-1",
                           "domain-name vpn.com", "ca generate rsa key 512"})
    person.type(line);
  for (const bool saved : {false, true}) {
    EXPECT_NE(person.type("write memory").find("[OK]"), std::string::npos);
    EXPECT_FALSE(std::filesystem::exists(person.directory + "/keys"));
    if (saved) EXPECT_EQ(person.type("ca save all"), "");
    person.reload();
    EXPECT_EQ(person.backend->key_store.list().size(), saved ? 1u : 0u);
    person.type("configure terminal");
    if (!saved) person.type("ca generate rsa key 512");
  }
}

// R-DLG-9, R-PIX-11
TEST_F(Transcript, OfAPixThatDeletes) {
  for (const char* line : {"configure terminal", "dialect pix", "terminal dialect pix",
                           "hostname pix520-1", "domain-name vpn.com", "ca generate rsa key 512",
                           "ca identity cisco 171.69.89.16", "ca authenticate cisco"})
    person.type(line);
  ASSERT_FALSE(person.type("show ca certificates").empty());
  // R-PIX-22, R-SHOW-33
  const std::string keys = person.type("show ca mypubkey rsa");
  EXPECT_TRUE(
      keys.starts_with("% Key pair was generated at: 04:17:48 Jan 11 2002\n\n"
                       "Key name: pix520-1.vpn.com\n Usage: General Purpose Key\n"
                       " Key Data:\n  305c300d 06092a86 4886f70d 01010105 00034b00 "))
      << keys;
  replay("pix/deletion.session.txt", "pix520-1");
  EXPECT_EQ(person.type("show ca certificates"), "");
  EXPECT_EQ(person.type("show ca mypubkey rsa"), "");
}

// R-T6-4, R-T6-17, R-T6-18, R-DLG-6
TEST_F(Transcript, OfARouterWithItsFirstMasterKey) {
  person.type("configure terminal");
  for (const char* line : {"crypto isakmp key plain address 192.0.2.1", "password logging"})
    person.type(line);
  keys = {"first-key-1", "first-key-1"};
  replay("router/type6.session.txt", "Router");
  EXPECT_TRUE(keys.empty());
  EXPECT_EQ(person.session->prompt(), "Router#");
  EXPECT_TRUE(person.configuration->master_key().is(as_bytes("first-key-1")));
  const std::string printed = person.configuration->running_config();
  EXPECT_NE(printed.find("password encryption aes\n"), std::string::npos);
  EXPECT_NE(printed.find("crypto isakmp key 6 "), std::string::npos);
}

// R-T6-5, R-T6-12, R-T6-17, R-T6-18, R-DLG-6: three keys are encrypted anew, and each is logged.
TEST_F(Transcript, OfARouterThatChangesItsMasterKey) {
  person.type("configure terminal");
  for (const char* line :
       {"password encryption aes", "crypto isakmp key one address 192.0.2.1",
        "crypto isakmp key two address 192.0.2.2", "crypto isakmp key three address 192.0.2.3"})
    person.type(line);
  keys = {"first-key-1", "first-key-1", "first-key-1", "second-key-2", "second-key-2"};
  replay("router/type6-change.session.txt", "Router");
  EXPECT_TRUE(keys.empty());
  EXPECT_TRUE(person.configuration->master_key().is(as_bytes("second-key-2")));
  EXPECT_EQ(logged, person.backend->lines.size());
}

// R-REV-1, R-REV-15, R-SHOW-17
TEST_F(Transcript, OfARouterThatDisconnectsRevokedPeers) {
  person.type("configure terminal");
  person.type("hostname Device");
  ike::IkeSaStatus sa;
  sa.id = sa.version = 1;
  sa.state = ike::IkeSaState::kReady;
  sa.local = {IpAddress::parse("150.1.1.1").value(), 500};
  sa.remote = {IpAddress::parse("150.1.1.2").value(), 500};
  sa.remote_identity.kind = policy::Identity::Kind::kAddress;
  sa.remote_identity.address = sa.remote.address;
  sa.disconnect_revoked = true;
  person.backend->sas.push_back(sa);
  replay("router/disconnect-revoked-ike.session.txt", "Device");
  EXPECT_EQ(person.backend->cleared.size(), 1u);
  EXPECT_NE(person.configuration->running_config().find("crypto isakmp disconnect-revoked-peers\n"),
            std::string::npos);
}

// R-REV-1, R-REV-15, R-SHOW-18: 86157 of 86400 seconds are not left after 248, and a peer that sent
// request 0 last does not send request 2 next.
TEST_F(Transcript, OfARouterThatDisconnectsRevokedPeersOfIkev2) {
  person.type("configure terminal");
  person.type("hostname Device");
  person.type("do terminal dialect d-a");
  of_a_moment = {"Life/Remaining/Active Time:", "Local req mess id:"};
  const auto host = [](const char* text) {
    return policy::TrafficSelector::of(IpPrefix::parse(std::string(text) + "/32").value());
  };
  ike::ChildSaStatus child;
  child.spi_in = 0x9360A95;
  child.spi_out = 0x6C340600;
  child.cpi_in = 0x9FE5;
  child.cpi_out = 0xC776;
  child.suite = {wire::EncrId::kAesCbc, 128, wire::IntegId::kHmacSha1_96, false};
  child.suite.compression = wire::IpCompId::kLzs;
  child.selectors_local = {host("10.0.0.1")};
  child.selectors_remote = {host("10.0.0.2")};
  ike::IkeSaStatus sa;
  sa.id = 1;
  sa.state = ike::IkeSaState::kReady;
  sa.status_description = "Negotiation done";
  sa.local = {IpAddress::parse("10.0.0.1").value(), 500};
  sa.remote = {IpAddress::parse("10.0.0.2").value(), 500};
  sa.cipher = {wire::EncrId::k3Des, 0};
  sa.integrity = wire::IntegId::kHmacSha1_96;
  sa.group = wire::DhId::kModp1024;
  sa.local_auth = "PSK";
  sa.lifetime_seconds = 86400;
  sa.active_seconds = 248;
  sa.spi_local = 0x750CBE827434A245;
  sa.spi_remote = 0x4353FEDBABEBF24C;
  for (auto* identity : {&sa.local_identity, &sa.remote_identity})
    identity->kind = policy::Identity::Kind::kAddress;
  sa.local_identity.address = sa.local.address;
  sa.remote_identity.address = sa.remote.address;
  sa.remote_request_id = 2;
  sa.local_window = sa.remote_window = 5;
  sa.disconnect_revoked = true;
  sa.children = {child};
  person.backend->sas.push_back(sa);
  person.backend->states[child.spi_in] = {};
  replay("router/disconnect-revoked-ikev2.session.txt", "Device");
  EXPECT_NE(person.configuration->running_config().find("crypto ikev2 disconnect-revoked-peers\n"),
            std::string::npos);
}

}  // namespace
}  // namespace spa::config
