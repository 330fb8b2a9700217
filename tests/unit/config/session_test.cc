// SPDX-License-Identifier: Apache-2.0
// What a person sees who types.
#include "userspace/config/session.h"

#include <gtest/gtest.h>

#include "tests/unit/config/fake_backend.h"
#include "tests/unit/config/sample.h"

namespace spa::config {
namespace {

class SessionTest : public testing::Test {
 protected:
  std::string type(std::string_view line) {
    const Output output = session.execute(line);
    std::string out = output.text;
    if (output.rejection) out += output.rejection->text + "\n";
    return out;
  }
  std::string prompt() { return session.prompt(); }

  FakeBackend backend;
  Configuration configuration{backend, testing::TempDir() + "spa-session-test-startup"};
  Session session{configuration, true};
};

// R-CLI-1, R-CLI-2
TEST_F(SessionTest, MovesBetweenModes) {
  Session user(configuration, false);
  EXPECT_EQ(user.prompt(), "Router>");
  EXPECT_EQ(user.execute("configure terminal").rejection->kind, Rejection::Kind::kInvalid);
  EXPECT_EQ(user.execute("enable").prompt, "Router#");
  EXPECT_EQ(user.execute("conf t").text,
            "Enter configuration commands, one per line.  End with CNTL/Z.\n");
  EXPECT_EQ(user.prompt(), "Router(config)#");
  user.execute("crypto ikev2 keyring K");
  EXPECT_EQ(user.prompt(), "Router(config-ikev2-keyring)#");
  user.execute("peer P");
  EXPECT_EQ(user.prompt(), "Router(config-ikev2-keyring-peer)#");
  user.execute("exit");
  EXPECT_EQ(user.prompt(), "Router(config-ikev2-keyring)#");
  user.execute("end");
  EXPECT_EQ(user.prompt(), "Router#");
  user.execute("conf");
  EXPECT_EQ(user.execute("\x1a").prompt, "Router#");
  EXPECT_TRUE(user.execute("exit").closed);
}

TEST_F(SessionTest, TakesEffectAtOnce) {
  type("conf t");
  EXPECT_EQ(type("hostname left"), "");
  EXPECT_EQ(prompt(), "left(config)#");
  EXPECT_EQ(backend.in_force->hostname, "left");
  EXPECT_EQ(type("no hostname"), "");
  EXPECT_EQ(prompt(), "Router(config)#");
}

// R-CLI-4, R-CLI-5, R-CLI-14
TEST_F(SessionTest, PastesFlushLeftWithCommentsAndFallsBack) {
  type("conf t");
  for (const char* line :
       {"crypto map testtag1 10 ipsec-isakmp", "! a comment inside the block", "set peer 10.1.1.1",
        "", "match address 150", "interface Serial0", " ip nat inside",
        " ip nat inside source route-map nonat interface FastEthernet0 overload", " ip classless",
        " access-list 150 permit ip host 10.0.2.2 host 10.0.0.1"})
    EXPECT_EQ(session.execute(line).rejection, std::nullopt) << line;
  EXPECT_EQ(prompt(), "Router(config)#");
  EXPECT_TRUE(backend.in_force->access_lists.contains("150"));
  const std::string text = configuration.running_config();
  EXPECT_NE(text.find("interface Serial0\n ip nat inside\n"), std::string::npos) << text;
  EXPECT_NE(text.find("\nip nat inside source route-map"), std::string::npos) << text;
}

// R-CLI-11: what is only kept, word for word, is not taken for an abbreviation in the block before.
TEST_F(SessionTest, KeepsALineThatAbbreviatesOneOfTheBlock) {
  type("conf t");
  type("crypto pki trustpoint LAB");
  EXPECT_EQ(session.execute("ip community-list 1 permit 65000:1").rejection, std::nullopt);
  EXPECT_EQ(prompt(), "Router(config)#");
  type("crypto pki trustpoint LAB");
  EXPECT_EQ(session.execute("ip none").rejection, std::nullopt);
  EXPECT_EQ(prompt(), "Router(ca-trustpoint)#");
  const std::string text = configuration.running_config();
  EXPECT_NE(text.find("crypto pki trustpoint LAB\n ip-address none\n"), std::string::npos) << text;
  EXPECT_NE(text.find("\nip community-list 1 permit 65000:1\n"), std::string::npos) << text;
}

// R-CLI-14: kept at the top, it would be printed behind an interface block and read back into it.
TEST_F(SessionTest, RefusesTheLineOfAnInterfaceOutsideOfOne) {
  type("conf t");
  for (const char* line : {"ip nat outside", "ip nat inside", "ip pim sparse-mode"}) {
    EXPECT_NE(session.execute(line).rejection, std::nullopt) << line;
  }
  EXPECT_EQ(session.execute("ip nat pool p 10.0.0.1 10.0.0.9 netmask 255.0.0.0").rejection,
            std::nullopt);
}

// R-CLI-7
TEST_F(SessionTest, TakesCaForPki) {
  type("conf t");
  EXPECT_EQ(type("cr ca identity vpn"), "");
  EXPECT_EQ(prompt(), "Router(ca-identity)#");
  EXPECT_EQ(type("enrollment retry count 20"), "");
  EXPECT_NE(configuration.running_config().find("crypto pki trustpoint vpn\n enrollment retry"),
            std::string::npos);
}

// R-CLI-6
TEST_F(SessionTest, EachModeHasItsPrompt) {
  type("conf t");
  for (const auto& [line, mode] :
       {std::pair{"crypto isakmp policy 10", "(config-isakmp)"},
        std::pair{"crypto isakmp profile P", "(conf-isa-prof)"},
        std::pair{"crypto keyring K", "(conf-keyring)"},
        std::pair{"crypto ca identity vpn", "(ca-identity)"},
        std::pair{"crypto ca trustpoint vpn", "(ca-trustpoint)"},
        std::pair{"crypto pki certificate map M 10", "(ca-certificate-map)"}}) {
    EXPECT_EQ(session.execute(line).prompt, std::string("Router") + mode + "#") << line;
    EXPECT_EQ(session.execute("exit").prompt, "Router(config)#") << line;
  }
}

// R-CLI-9
TEST_F(SessionTest, ShowsAtConfigurationPrompts) {
  type("conf t");
  EXPECT_EQ(type("do clear crypto session"), "");
  EXPECT_EQ(type("clear crypto session remote 10.0.0.1"), "");
  ASSERT_EQ(backend.cleared.size(), 2u);
  EXPECT_EQ(backend.cleared[1].remote, IpAddress::parse("10.0.0.1").value());
  EXPECT_EQ(prompt(), "Router(config)#");
}

// R-CLI-12: column of the caret.
TEST_F(SessionTest, PointsAtTheMistake) {
  type("conf t");
  const Output output = session.execute("crypto ikev2 profil P extra");
  ASSERT_TRUE(output.rejection);
  EXPECT_EQ(output.rejection->column, 22u);
  EXPECT_EQ(output.rejection->text, "% Invalid input detected at '^' marker.");
  EXPECT_EQ(type("crypto ikev2"), "% Incomplete command.\n");
  EXPECT_EQ(type("crypto ikev2 pro X"), "% Ambiguous command:  \"crypto ikev2 pro\"\n");
  EXPECT_EQ(type("no such line"), "% Invalid input detected at '^' marker.\n");
  EXPECT_EQ(type("mystery 1 2 3"), "% Invalid input detected at '^' marker.\n");
}

// R-POL-2
TEST_F(SessionTest, RefusesManualKeying) {
  type("conf t");
  EXPECT_EQ(type("crypto map m 10 ipsec-manual"),
            "% Manual keying is not supported; use ipsec-isakmp.\n");
  EXPECT_TRUE(backend.in_force == nullptr || backend.in_force->crypto_maps.empty());
}

// R-MAP-16, R-PROF-2
TEST_F(SessionTest, WarnsOfWhatIsMissing) {
  type("conf t");
  EXPECT_EQ(type("crypto ikev2 profile P"),
            "% A profile is deemed incomplete until it has match identity statements\n");
  EXPECT_EQ(type("keyring local K"), "% Warning: IKEv2 keyring K is not defined\n");
  type("crypto map m 10 ipsec-isakmp");
  EXPECT_EQ(type("match address 101"), "% Warning: access list 101 is not defined\n");
}

TEST_F(SessionTest, RemovesWithNoAndDefault) {
  session.begin_batch();
  type("conf t");
  std::string_view text = kSample;
  while (!text.empty()) {
    const auto newline = text.find('\n');
    type(text.substr(0, newline));
    text.remove_prefix(newline + 1);
  }
  session.end_batch();
  type("conf t");
  type("crypto ikev2 profile TO-PIX");
  EXPECT_EQ(type("no dpd"), "");
  EXPECT_EQ(type("no lifetime 4000"), "");  // the value does not matter
  EXPECT_EQ(type("no match identity remote fqdn domain example.com"), "");
  EXPECT_EQ(type("default nat keepalive"), "");
  const auto& profile = backend.in_force->ikev2_profiles.at("TO-PIX");
  EXPECT_EQ(profile.dpd.interval_seconds, 0u);
  EXPECT_EQ(profile.lifetime_seconds, 86400u);
  EXPECT_EQ(profile.match_remote.size(), 1u);
  EXPECT_EQ(profile.nat_keepalive_seconds, 0u);
  EXPECT_EQ(type("no crypto map"), "% Incomplete command.\n");
  EXPECT_EQ(type("no crypto map vpn"), "");
  EXPECT_TRUE(backend.in_force->crypto_maps.empty());
  EXPECT_EQ(type("no access-list 130"), "");
  EXPECT_FALSE(backend.in_force->access_lists.contains("130"));
  EXPECT_EQ(type("interface FastEthernet 0"), "");
  EXPECT_EQ(type("no ip address"), "");
  EXPECT_EQ(backend.in_force->interfaces.at(1).addresses.size(), 1u);  // IPv6 stays
  EXPECT_EQ(type("no crypto legacy-algorithms"), "");
  EXPECT_FALSE(backend.in_force->legacy_algorithms);
}

// Sequence numbers put the lines of a named list in order; `no` needs to say which line.
TEST_F(SessionTest, EditsNamedAccessLists) {
  type("conf t");
  type("ip access-list extended L");
  EXPECT_EQ(type("20 permit ip host 10.0.0.2 any"), "");
  EXPECT_EQ(type("10 permit ip host 10.0.0.1 any"), "");
  EXPECT_EQ(backend.in_force->access_lists.at("L").entries.at(0).source.to_string(), "10.0.0.1/32");
  EXPECT_EQ(type("no permit"), "% Incomplete command.\n");
  EXPECT_EQ(type("no 10"), "");
  ASSERT_EQ(backend.in_force->access_lists.at("L").entries.size(), 1u);
  EXPECT_EQ(backend.in_force->access_lists.at("L").entries.at(0).source.to_string(), "10.0.0.2/32");
}

TEST_F(SessionTest, ReturnsToAnEntryWithoutItsKind) {
  type("conf t");
  EXPECT_NE(type("crypto map m 10").find("There is no such entry"), std::string::npos);
  type("crypto map m 10 ipsec-isakmp");
  type("set peer 10.0.0.1");
  type("exit");
  EXPECT_EQ(type("crypto map m 10"), "");
  EXPECT_EQ(prompt(), "Router(config-crypto-map)#");
  type("set peer 10.0.0.2");
  EXPECT_EQ(backend.in_force->crypto_maps.at("m").entries.at(0).peers.size(), 2u);
}

TEST_F(SessionTest, LeavesABlockThatSomebodyElseDeleted) {
  Session other(configuration, true);
  type("conf t");
  type("crypto ikev2 keyring K");
  other.execute("conf t");
  other.execute("no crypto ikev2 keyring K");
  EXPECT_EQ(type("peer P"),
            "% The block you were in has been deleted.\n"
            "% Invalid input detected at '^' marker.\n");
  EXPECT_EQ(prompt(), "Router(config)#");
}

// R-CLI-15, R-PKI-61
TEST_F(SessionTest, TakesCertificatesInHexadecimal) {
  type("conf t");
  type("crypto ca trustpoint vpn");
  EXPECT_EQ(type("crypto ca certificate chain vpn"), "");
  EXPECT_EQ(prompt(), "Router(config-cert-chain)#");
  type(" certificate ca 3b2fd307");
  EXPECT_EQ(prompt(), "Router(config-pubkey)#");
  type("  30820102  ! this is no comment but data");
  EXPECT_NE(type("  quit").find("not hexadecimal"), std::string::npos);
  type(" certificate ca 3b2fd307");
  type("  30820102 0304");
  type("");
  type(" 771DA2 ");
  EXPECT_EQ(type("\tquit"), "");
  ASSERT_EQ(backend.store.size(), 1u);
  EXPECT_EQ(backend.store[0].kind, CertificateKind::kCa);
  EXPECT_EQ(backend.store[0].serial, "3B2FD307");
  EXPECT_EQ(to_hex(backend.store[0].der), "308201020304771da2");
  EXPECT_NE(configuration.running_config().find("crypto pki certificate chain vpn\n"
                                                " certificate ca 3B2FD307\n"
                                                "  30820102 0304771D A2\n"
                                                "  \tquit\n"),
            std::string::npos);
  EXPECT_EQ(type("no certificate ca 3B2FD307"), "");
  EXPECT_TRUE(backend.store.empty());
}

// R-PKI-59: each kind has a word of its own, and is printed back with it.
TEST_F(SessionTest, TakesTheCertificatesOfARegistrationAuthority) {
  type("conf t");
  type("crypto ca trustpoint vpn");
  type("crypto ca certificate chain vpn");
  const std::pair<const char*, CertificateKind> kinds[] = {
      {"certificate 01", CertificateKind::kOwn},
      {"certificate ra-sign 02", CertificateKind::kRaSign},
      {"certificate ra-encrypt 03", CertificateKind::kRaEncrypt},
      {"certificate ca 04", CertificateKind::kCa}};
  for (const auto& [line, kind] : kinds) {
    type(line);
    type("3003020101");
    EXPECT_EQ(type("quit"), "");
    EXPECT_EQ(backend.store.back().kind, kind) << line;
    EXPECT_NE(configuration.running_config().find("\n " + std::string(line) + "\n"),
              std::string::npos)
        << line;
  }
}

TEST_F(SessionTest, TellsWhyACertificateWasNotTaken) {
  backend.refuse_certificates = true;
  type("conf t");
  type("crypto pki trustpoint vpn");
  type("crypto pki certificate chain vpn");
  type("certificate ca 01");
  type("3003020101");
  EXPECT_EQ(type("quit"),
            "% Certificate of trustpoint vpn was not taken: the serial number is another one\n");
}

TEST_F(SessionTest, ImportsPkcs12) {
  EXPECT_EQ(type("crypto pki import LAB pkcs12 /root/peer.p12 password pw"),
            "% Imported PKCS12 file successfully.\n");
  EXPECT_EQ(backend.imported, "LAB /root/peer.p12 pw");
  EXPECT_EQ(backend.in_force->trustpoint("lab")->rsa_keypair, "LAB");
  EXPECT_EQ(type("crypto pki import LAB pkcs12 /missing.p12 password pw"),
            "% PKCS12 import failed: there is no file /missing.p12\n");
  EXPECT_EQ(type("crypto pki crl request LAB"), "");
  EXPECT_EQ(backend.requested, std::vector<std::string>{"LAB"});
  EXPECT_EQ(type("crypto pki crl request NONE"), "% Trustpoint NONE does not exist.\n");
}

TEST_F(SessionTest, TellsWhenTheSystemRefuses) {
  backend.refuse_apply = true;
  type("conf t");
  EXPECT_EQ(type("hostname left"), "% Not put in force: the data plane is away\n");
  backend.refuse_apply = false;
  EXPECT_EQ(type("! try again"), "");
  EXPECT_EQ(backend.in_force->hostname, "left");
}

TEST_F(SessionTest, WarnsOnceOfWhatLasts) {
  backend.apply_report.warnings = {"interface Fa0: there is no device"};
  type("conf t");
  EXPECT_EQ(type("hostname left"), "% Warning: interface Fa0: there is no device\n");
  EXPECT_EQ(type("hostname right"), "");
  backend.apply_report.warnings.clear();
  type("hostname middle");
  backend.apply_report.warnings = {"interface Fa0: there is no device"};
  EXPECT_EQ(type("hostname left"), "% Warning: interface Fa0: there is no device\n");
}

// R-CFG-1, R-CFG-3
TEST_F(SessionTest, SavesAndComesBack) {
  type("conf t");
  type("hostname left");
  type("end");
  EXPECT_EQ(type("wr m"), "Building configuration...\n[OK]\n");
  FakeBackend fresh;
  Configuration again(fresh, testing::TempDir() + "spa-session-test-startup");
  EXPECT_TRUE(again.load_startup().value().empty());
  EXPECT_EQ(fresh.in_force->hostname, "left");
}

TEST_F(SessionTest, OffersWords) {
  type("conf t");
  const auto choices = session.complete("crypto ikev2 pro");
  ASSERT_EQ(choices.size(), 2u);
  EXPECT_EQ(choices[0].word, "profile");
  EXPECT_EQ(session.help("crypto ikev2 pro"), "profile  proposal\n");
  EXPECT_EQ(session.help("crypto map vpn "),
            "  client          What clients are given\n"
            "  isakmp          IKEv1\n"
            "  isakmp-profile  ISAKMP profile\n"
            "  local-address   Interface of the tunnel address\n"
            "  <1-65535>       Sequence number\n");
  EXPECT_EQ(session.help("crypto legacy-algorithms "), "  <cr>\n");
  EXPECT_EQ(session.help("crypto bogus "), "% Unrecognized command\n");
  EXPECT_NE(session.help("no crypto ikev2 ").find("profile"), std::string::npos);
  EXPECT_NE(session.help("do clear crypto ").find("session"), std::string::npos);
}

TEST_F(SessionTest, RefusesWhatIsTooLong) {
  EXPECT_EQ(type(std::string(kMaxLineLength + 1, 'x')), "% The line is too long.\n");
}

}  // namespace
}  // namespace spa::config
