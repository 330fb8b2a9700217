// SPDX-License-Identifier: Apache-2.0
// The commands by which an operator verifies: that they are there, and that programs can read them.
#include <gtest/gtest.h>

#include <fstream>

#include "tests/unit/config/example_line.h"
#include "tests/unit/config/fake_backend.h"
#include "tests/unit/config/sample.h"
#include "userspace/config/session.h"

namespace spa::config {
namespace {

policy::TrafficSelector net(const char* prefix) {
  return policy::TrafficSelector::of(IpPrefix::parse(prefix).value());
}

ike::IkeSaStatus isakmp_sa(std::uint32_t id, ike::IkeSaState state) {
  ike::IkeSaStatus sa;
  sa.id = id;
  sa.version = 1;
  sa.state = state;
  sa.isakmp_state = "QM_IDLE";
  sa.local = {IpAddress::parse("172.16.172.39").value(), 500};
  sa.remote = {IpAddress::parse("172.16.172.34").value(), 500};
  return sa;
}

ike::ChildSaStatus child(std::uint32_t id, std::uint32_t spi) {
  ike::ChildSaStatus sa;
  sa.id = id;
  sa.spi_in = spi;
  sa.spi_out = spi + 1;
  sa.rule = {"vpn", 10, 1};
  sa.suite = {wire::EncrId::kAesCbc, 256, wire::IntegId::kHmacSha256_128, false};
  sa.local = {IpAddress::parse("172.16.172.39").value(), 500};
  sa.remote = {IpAddress::parse("172.16.172.34").value(), 500};
  sa.selectors_local = {net("1.1.1.0/24")};
  sa.selectors_remote = {net("192.168.4.0/24")};
  sa.remaining_seconds = 77;
  return sa;
}

class VerifyCommands : public testing::Test {
 protected:
  std::string show(const std::string& command) {
    const Output output = session.execute(command);
    EXPECT_FALSE(output.rejection) << command << ": " << output.rejection->text;
    return output.text;
  }

  FakeBackend backend;
  Configuration configuration{backend, testing::TempDir() + "spa-verify-test-startup"};
  Session session{configuration, true};
};

// R-SHOW-39
TEST_F(VerifyCommands, AreInPrivilegedExec) {
  ASSERT_TRUE(configuration.load(kSample).value().empty());
  backend.sas = {isakmp_sa(1, ike::IkeSaState::kReady)};
  backend.sas[0].children = {child(200, 0x1000)};
  CertificateView certificate;
  certificate.trustpoint = "LAB";
  certificate.issuer = {{"cn", "Lab CA"}};
  backend.store = {certificate};
  CrlView crl;
  crl.issuer = certificate.issuer;
  backend.crl_list = {crl};
  const std::pair<const char*, const char*> screens[] = {
      {"show crypto isakmp sa", "QM_IDLE"},
      {"show crypto ipsec sa", "spi: 0x1000("},
      {"show crypto engine connections active", " 200 FastEthernet0"},
      {"show crypto ca crls", "CRL Issuer Name:"},
      {"show crypto ca certificates", "cn=Lab CA"},
      {"show clock", "04:17:48.123 UTC Fri Jan 11 2002"},
  };
  ASSERT_EQ(session.prompt(), "1720-1#");
  for (const auto& [command, said] : screens)
    EXPECT_NE(show(command).find(said), std::string::npos) << command << "\n" << show(command);
}

// Every command that shows something has its data as JSON too, in any of its forms.
TEST_F(VerifyCommands, HaveJson) {
  ASSERT_TRUE(session.execute("configure replace /nonexistent").rejection);
  const std::string file = testing::TempDir() + "spa-verify-test.cfg";
  std::ofstream(file) << "hostname other\n";
  FakeBackend pix_backend;
  Configuration pix(pix_backend, file + ".pix");
  ASSERT_TRUE(pix.set_dialect(Dialect::kPix));
  Session at_pix(pix, true);
  std::size_t count = 0;
  for (const auto& rule : Grammar::instance().rules()) {
    const Command& command = rule->command;
    const bool shows = command.pattern.starts_with("show ") || command.pattern == "write terminal";
    if (!is_exec(command.mode) || !shows) continue;
    ++count;
    Session& where = command.pattern == "show isakmp" ? at_pix : session;
    for (const TokenPath& path : example_paths(*rule)) {
      std::string line = example_line(path);
      if (const auto at = line.find("WORD1"); path.back()->text == "file" && at != line.npos)
        line.replace(at, 5, file);
      const Output output = where.execute(line, OutputFormat::kJson);
      EXPECT_FALSE(output.rejection) << line << ": " << output.rejection->text;
      EXPECT_TRUE(output.json.starts_with("{") && output.json.ends_with("}")) << line;
    }
  }
  EXPECT_GT(count, 35U);
}

// R-SHOW-23
TEST_F(VerifyCommands, IsakmpProfile) {
  const char* lines = R"(interface FastEthernet0
 ip address 172.16.172.39 255.255.255.240
crypto keyring KEYS
 pre-shared-key address 10.0.0.1 key secret
crypto isakmp profile cert_pro
 match certificate cert_map
 ca trust-point 2315
 ca trust-point LaBcA
 client configuration group some_group
crypto isakmp profile prof2
 keyring KEYS
 match identity address 11.0.0.1 255.255.255.255
 match identity host domain cisco.com
 match identity user user@cisco.com
 self-identity fqdn
 local-address FastEthernet0
)";
  ASSERT_TRUE(configuration.load(lines));
  const std::string second =
      "ISAKMP PROFILE prof2\n"
      "   Identities matched are:\n"
      "    ip-address 11.0.0.1 255.255.255.255\n"
      "    FQDN-Domain cisco.com\n"
      "    User-FQDN user@cisco.com\n"
      "   Certificate maps matched are:\n"
      "   Identity presented is: fqdn\n"
      "   keyring(s): KEYS\n"
      "   trustpoint(s): <all>\n"
      "   Interface binding: FastEthernet0 (172.16.172.39 (global))\n"
      "\n";
  EXPECT_EQ(show("show crypto isakmp profile"),
            "ISAKMP PROFILE cert_pro\n"
            "   Identities matched are:\n"
            "   Certificate maps matched are:\n"
            "    cert_map\n"
            "   Identity presented is: ip-address\n"
            "   keyring(s): <none>\n"
            "   trustpoint(s): 2315 LaBcA\n"
            "   group: some_group\n"
            "\n" +
                second);
  EXPECT_EQ(show("show crypto isakmp profile prof2"), second);
  EXPECT_NE(session.execute("show crypto isakmp profile prof2", OutputFormat::kJson)
                .json.find("\"FQDN-Domain cisco.com\""),
            std::string::npos);
}

// R-SHOW-38: by state, and both directions of each pair; one that another replaces is rekeying.
TEST_F(VerifyCommands, Counts) {
  backend.sas = {isakmp_sa(1, ike::IkeSaState::kReady), isakmp_sa(2, ike::IkeSaState::kRekeying),
                 isakmp_sa(3, ike::IkeSaState::kInNegotiation),
                 isakmp_sa(4, ike::IkeSaState::kDeleting)};
  backend.sas[0].children = {child(200, 0x1000), child(202, 0x2000)};
  backend.sas[1].children = {child(204, 0x3000)};
  ike::IkeSaStatus second_version = isakmp_sa(5, ike::IkeSaState::kReady);
  second_version.version = 2;
  backend.sas.push_back(second_version);
  EXPECT_EQ(show("show crypto isakmp sa count"),
            "Active ISAKMP SA's: 2\n"
            "Standby ISAKMP SA's: 0\n"
            "Currently being negotiated ISAKMP SA's: 1\n"
            "Dead ISAKMP SA's: 1\n");
  EXPECT_EQ(show("show crypto ipsec sa count"),
            "IPsec SA total: 6, active: 4, rekeying: 2, unused: 0, invalid: 0\n");
  EXPECT_EQ(session.execute("show crypto ipsec sa count", OutputFormat::kJson).json,
            "{\"total\":6,\"active\":4,\"rekeying\":2,\"unused\":0,\"invalid\":0}");
  EXPECT_EQ(show("show crypto isakmp sa | count QM_IDLE"),
            "Number of lines which match regexp = 4\n");
}

TEST_F(VerifyCommands, LookUpBySpi) {  // R-SHOW-38
  backend.sas = {isakmp_sa(1, ike::IkeSaState::kReady)};
  backend.sas[0].children = {child(200, 0xD740971C), child(202, 0x2000)};
  backend.sas[0].children[1].suite.ah = wire::IntegId::kHmacSha1_96;
  backend.sas[0].children[1].ah_spi_in = 0x3000;
  const std::string head = "SPI         Prot  Direction  Destination      Conn-id  Crypto map\n";
  const std::string in = "0xD740971C  esp   inbound    172.16.172.39        200  vpn 10 line 1\n";
  EXPECT_EQ(show("show crypto ipsec spi-lookup 0xd740971c"), head + in);
  EXPECT_EQ(show("show crypto ipsec spi-lookup 3611334428"), head + in);
  EXPECT_EQ(show("show crypto ipsec spi-lookup 0xD740971C detail"),
            head + in +
                "            transform: esp-256-aes esp-sha256-hmac\n"
                "            peer 172.16.172.34 port 500, remaining 77 seconds\n"
                "            Engine: software\n");
  EXPECT_EQ(show("show crypto ipsec spi-lookup 0x3000"),
            head + "0x00003000  ah    inbound    172.16.172.39        202  vpn 10 line 1\n");
  EXPECT_NE(show("show crypto ipsec spi-lookup")
                .find("0x00002001  esp   outbound   172.16.172.34        203  vpn 10 line 1\n"),
            std::string::npos);
  EXPECT_EQ(show("show crypto ipsec spi-lookup 0x9999"), head);
  for (const char* bad : {"255", "0xFF", "4294967296", "0x100000000", "0xG", "-1", "12x"})
    EXPECT_EQ(session.execute(std::string("show crypto ipsec spi-lookup ") + bad).rejection->kind,
              Rejection::Kind::kInvalid)
        << bad;
}

TEST_F(VerifyCommands, DefaultPolicy) {  // R-SHOW-38
  const std::string text = show("show crypto isakmp default policy");
  EXPECT_TRUE(text.starts_with("\nDefault IKE policy\nDefault protection suite\n")) << text;
  EXPECT_TRUE(show("show crypto isakmp policy").ends_with(text.substr(text.find("Default prot"))));
}

}  // namespace
}  // namespace spa::config
