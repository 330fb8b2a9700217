// SPDX-License-Identifier: Apache-2.0
// The dialect of the PIX: whole configurations, what they mean, and how they are printed.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/unit/config/fake_backend.h"
#include "tests/unit/config/same_policy.h"
#include "userspace/config/configuration.h"
#include "userspace/config/import_pix.h"
#include "userspace/config/session.h"
#include "userspace/config/tree.h"

namespace spa::config {
namespace {

std::string vector_file(const std::string& name) {
  std::ifstream file(SPA_SOURCE_DIR "/tests/vectors/pix/" + name);
  std::stringstream text;
  text << file.rdbuf();
  EXPECT_FALSE(text.str().empty()) << name;
  return text.str();
}

struct Loaded {
  explicit Loaded(std::string_view text) : configuration(backend, "/nonexistent/startup-config") {
    messages = configuration.load(text).value();
  }
  [[nodiscard]] const policy::Snapshot& policy() const { return *backend.in_force; }
  [[nodiscard]] std::string rejected() const {
    std::string out;
    for (const auto& message : messages)
      if (message.rejected) out += message.source + ": " + message.text + "\n";
    return out;
  }
  FakeBackend backend;
  Configuration configuration;
  std::vector<LoadMessage> messages;
};

std::string with_pix(const std::string& lines) {
  return "PIX Version 6.0(1)\n" + lines;
}

// Lines that a person types at the PIX's prompt.
class Pix : public testing::Test {
 protected:
  Pix() {
    session.execute("configure terminal");
    session.execute("dialect pix");
  }
  std::string type(const std::string& line) {
    const Output output = session.execute(line);
    return output.rejection ? output.rejection->text : output.text;
  }
  [[nodiscard]] std::string printed() const { return configuration.running_config(); }
  [[nodiscard]] bool has(const std::string& line) const {
    return printed().find("\n" + line + "\n") != std::string::npos;
  }
  [[nodiscard]] const policy::Snapshot& policy() const { return *configuration.snapshot(); }

  FakeBackend backend;
  Configuration configuration{backend, "/nonexistent/startup-config"};
  Session session{configuration, true};
};

// R-PIX-1, R-CLI-11, R-PIX-2, 3, 12, 13 and 15: a whole configuration, unmodified, is the tunnel
// that the equal configuration of a router is.
TEST(PixConfiguration, MeansWhatTheRoutersConfigurationMeans) {
  for (const std::string legacy : {"", "crypto legacy-algorithms\n"}) {
    Loaded pix(vector_file("pix520-1.cfg") + legacy);
    EXPECT_EQ(pix.rejected(), "");
    Loaded router(legacy + vector_file("pix520-1.ios.cfg"));
    EXPECT_EQ(router.rejected(), "");
    expect_same_policy(pix.policy(), router.policy());
    EXPECT_EQ(pix.policy().legacy_algorithms, !legacy.empty());
    EXPECT_EQ(pix.policy().transform_sets.count("myset"), legacy.empty() ? 0u : 1u);
    const auto& entry = pix.policy().crypto_maps.at("mymap").entries.at(0);
    EXPECT_EQ(entry.peers.at(0).to_string(), "172.16.172.39");
    EXPECT_EQ(pix.policy().interfaces.at(0).crypto_map, "mymap");
    EXPECT_EQ(pix.policy().default_lifetime.seconds, 28800u);
    EXPECT_EQ(pix.policy().isakmp.identity, policy::IsakmpIdentity::kHostname);
  }
}

// R-PIX-1: the excerpt has no line that says what it is; a person does.
TEST_F(Pix, TakesAnExcerpt) {
  std::istringstream lines(vector_file("crypto-only.cfg"));
  for (std::string line; std::getline(lines, line);)
    EXPECT_FALSE(session.execute(line).rejection) << line;
  Loaded whole(vector_file("pix520-1.cfg"));
  expect_same_policy(policy(), whole.policy());
}

// R-PIX-1, R-CFG-3: what `write terminal` prints are the lines that were pasted, in the same order,
// and pasting them again changes nothing.
TEST(PixConfiguration, IsPrintedAsItWasPasted) {
  const std::string pasted = vector_file("pix520-1.cfg");
  Loaded pix(pasted);
  Session session(pix.configuration, true);
  const std::string printed = session.execute("write terminal").text;
  const auto commands = [](const std::string& text) {
    std::multiset<std::string> out;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);)
      if (!line.starts_with(":") && !line.starts_with("Cryptochecksum") && line[0] != '[' &&
          !line.starts_with("Building"))
        out.insert(line);
    return out;
  };
  EXPECT_EQ(commands(printed), commands(pasted));
  EXPECT_NE(printed.find("\nCryptochecksum:"), std::string::npos);
  EXPECT_TRUE(printed.ends_with(": end\n[OK]\n"));

  const auto in_force = pix.backend.in_force;
  const std::size_t lines = pix.configuration.tree().lines();
  session.begin_batch();
  session.execute("configure terminal");
  std::istringstream again(printed);
  for (std::string line; std::getline(again, line);)
    EXPECT_FALSE(session.execute(line).rejection) << line;
  session.end_batch();
  EXPECT_EQ(pix.configuration.tree().lines(), lines);
  EXPECT_EQ(commands(pix.configuration.running_config()), commands(pasted));
  expect_same_policy(*pix.backend.in_force, *in_force);

  Loaded fresh(printed);
  EXPECT_EQ(fresh.rejected(), "");
  EXPECT_EQ(commands(fresh.configuration.running_config()), commands(pasted));
  expect_same_policy(fresh.policy(), *in_force);
}

// R-PIX-1: written to the startup file and read from there, it is the same PIX.
TEST(PixConfiguration, SurvivesARestart) {
  const std::string path = testing::TempDir() + "spa-pix-startup";
  std::filesystem::remove(path);
  FakeBackend backend;
  Configuration configuration(backend, path);
  ASSERT_TRUE(configuration.load(vector_file("pix520-1.cfg")));
  ASSERT_TRUE(configuration.save());
  FakeBackend fresh;
  Configuration again(fresh, path);
  const auto messages = again.load_startup();
  ASSERT_TRUE(messages);
  EXPECT_EQ(again.running_config(), configuration.running_config());
  EXPECT_TRUE(again.running_config().starts_with(": Saved\n"));
  expect_same_policy(*fresh.in_force, *backend.in_force);
  std::filesystem::remove(path);
}

// The dialect is never guessed, and never mixed.
TEST(PixDialect, IsChosenByWhatSaysSo) {
  Loaded router("interface Loopback0\n ip address 10.0.0.1 255.255.255.0\n");
  Session session(router.configuration, true);
  session.execute("configure terminal");
  const Output refused = session.execute("PIX Version 6.0(1)");
  ASSERT_TRUE(refused.rejection);
  EXPECT_NE(refused.rejection->text.find("interface Loopback0"), std::string::npos);
  EXPECT_NE(refused.rejection->text.find("ipsec-tool import pix"), std::string::npos);
  EXPECT_TRUE(session.execute("isakmp enable outside").rejection);
  EXPECT_TRUE(session.execute("access-list 130 permit ip 10.0.0.0 255.255.255.0 any").rejection);

  Loaded pix(with_pix("hostname a\n"));
  Session other(pix.configuration, true);
  other.execute("configure terminal");
  EXPECT_TRUE(other.execute("crypto isakmp policy 10").rejection);
  EXPECT_TRUE(other.execute("dialect ios").rejection == std::nullopt);  // hostname is in both
  EXPECT_FALSE(other.execute("crypto isakmp policy 10").rejection);
  EXPECT_TRUE(other.execute("ASA Version 8.2(5)").rejection);
}

// Somebody who is typing when the dialect changes types in the new one.
TEST(PixDialect, HoldsForEverySession) {
  Loaded empty("");
  Session first(empty.configuration, true), second(empty.configuration, true);
  first.execute("configure terminal");
  second.execute("configure terminal");
  first.execute("dialect pix");
  EXPECT_FALSE(second.execute("isakmp enable outside").rejection);
  EXPECT_TRUE(second.execute("crypto isakmp policy 10").rejection);
}

// R-PIX-2: a mask of ones selects a network; the router's wildcard bits are no mask here.
TEST_F(Pix, AccessListsHaveNetworkMasks) {
  type("access-list crypto permit tcp host 10.0.0.1 eq www 10.1.0.0 255.255.0.0 range 10 20");
  type("access-list 150 permit ip any 10.2.0.0 255.255.255.0");
  const auto& named = policy().access_lists.at("crypto").entries.at(0);
  EXPECT_EQ(named.source, IpPrefix::parse("10.0.0.1/32").value());
  EXPECT_EQ(named.destination, IpPrefix::parse("10.1.0.0/16").value());
  EXPECT_EQ(named.source_port_first, 80);
  EXPECT_EQ(named.destination_port_last, 20);
  EXPECT_EQ(policy().access_lists.at("150").entries.at(0).destination,
            IpPrefix::parse("10.2.0.0/24").value());
  // A list with a line that no tunnel can select by is kept, and used for nothing.
  EXPECT_NE(type("access-list 150 permit icmp any any echo-reply").find("can no longer be used"),
            std::string::npos);
  EXPECT_TRUE(has("access-list 150 permit icmp any any echo-reply"));
  EXPECT_FALSE(policy().access_lists.contains("150"));
  EXPECT_NE(type("access-list 151 permit ip 10.0.0.0 0.0.0.255 any").find("can no longer"),
            std::string::npos);
  type("no access-list 150 permit icmp any any echo-reply");
  EXPECT_TRUE(policy().access_lists.contains("150"));
  type("no access-list 150");
  EXPECT_FALSE(policy().access_lists.contains("150"));
}

// R-PIX-3
TEST_F(Pix, SasLive28800Seconds) {
  EXPECT_EQ(policy().default_lifetime, (policy::SaLifetime{28800, 4608000}));
  type("crypto ipsec security-association lifetime seconds 3600");
  EXPECT_EQ(policy().default_lifetime.seconds, 3600u);
  EXPECT_TRUE(has("crypto ipsec security-association lifetime seconds 3600"));
  type("no crypto ipsec security-association lifetime seconds 3600");
  EXPECT_EQ(policy().default_lifetime.seconds, 28800u);
}

// R-PIX-12
TEST_F(Pix, IkeIsOnWhereAnInterfaceHasIt) {
  EXPECT_FALSE(policy().isakmp.enabled);
  type("isakmp enable outside");
  EXPECT_TRUE(policy().isakmp.enabled);
  type("isakmp policy 20 authentication pre-share");
  type("isakmp policy 20 encryption aes-256");
  type("isakmp policy 20 hash sha");
  type("isakmp policy 20 group 2");
  type("isakmp policy 20 lifetime 1000");
  const auto& suite = policy().isakmp.policies.at(20);
  EXPECT_EQ(suite.cipher, (policy::Cipher{wire::EncrId::kAesCbc, 256}));
  EXPECT_EQ(suite.auth, policy::IsakmpAuth::kPreShare);
  EXPECT_EQ(suite.group, wire::DhId::kModp1024);
  EXPECT_EQ(suite.lifetime_seconds, 1000u);
  type("no isakmp policy 20");
  EXPECT_TRUE(policy().isakmp.policies.empty());
  type("no isakmp enable outside");
  EXPECT_FALSE(policy().isakmp.enabled);
}

// R-PIX-12: keys, with a network mask or without.
TEST_F(Pix, TakesKeys) {
  type("isakmp key cisco123 address 172.16.172.39 netmask 255.255.255.255");
  type("isakmp key 0 address 10.0.0.0 netmask 255.0.0.0 no-xauth");
  const auto& keys = policy().isakmp.keyrings.at(policy::kDefaultKeyring).keys;
  ASSERT_EQ(keys.size(), 2u);
  EXPECT_EQ(keys[0].key, to_secret(as_bytes("cisco123")));
  EXPECT_EQ(keys[0].address, IpPrefix::parse("172.16.172.39/32").value());
  EXPECT_EQ(keys[1].key, to_secret(as_bytes("0")));
  EXPECT_EQ(keys[1].address, IpPrefix::parse("10.0.0.0/8").value());
  EXPECT_TRUE(keys[1].no_xauth);
  // The screen has no key.
  const std::string screen = type("show isakmp");
  EXPECT_NE(screen.find("isakmp key ******** address 172.16.172.39"), std::string::npos);
  EXPECT_EQ(screen.find("cisco123"), std::string::npos);
}

// R-PIX-13
TEST_F(Pix, CryptoMapsAreFlatLines) {
  type("crypto ipsec transform-set strong esp-aes-256 esp-sha256-hmac");
  type("crypto ipsec transform-set strong mode transport");
  type("access-list 130 permit ip 10.0.0.0 255.255.255.0 10.1.0.0 255.255.255.0");
  type("crypto map m 10 ipsec-isakmp");
  type("crypto map m 10 match address 130");
  type("crypto map m 10 set peer 192.0.2.1");
  type("crypto map m 10 set peer 192.0.2.2");
  type("crypto map m 10 set transform-set strong");
  type("crypto map m 10 set pfs");
  type("crypto map m 10 set security-association lifetime seconds 1000 kilobytes 5000");
  type("crypto dynamic-map d 1 set transform-set strong");
  type("crypto map m 20 ipsec-isakmp dynamic d");
  type("crypto map m interface outside");
  EXPECT_NE(type("crypto map m 20 match address 130").find("dynamic map"), std::string::npos);
  const auto& set = policy().transform_sets.at("strong");
  EXPECT_EQ(set.esp_cipher, (policy::Cipher{wire::EncrId::kAesCbc, 256}));
  EXPECT_EQ(set.mode, policy::EncapsulationMode::kTransport);
  const auto entries = policy().crypto_maps.at("m").entries;
  ASSERT_EQ(entries.size(), 2u);
  EXPECT_EQ(entries[0].peers.size(), 2u);
  EXPECT_EQ(entries[0].pfs, wire::DhId::kModp768);
  EXPECT_EQ(entries[0].lifetime, (policy::SaLifetime{1000, 5000}));
  EXPECT_EQ(entries[1].dynamic_map, "d");
  EXPECT_EQ(policy().interfaces.at(0).crypto_map, "m");
  type("no crypto map m 10 set peer 192.0.2.2");
  EXPECT_EQ(policy().crypto_maps.at("m").entries.at(0).peers.size(), 1u);
  type("no crypto map m 10 ipsec-isakmp");  // an entry goes with its settings
  EXPECT_EQ(printed().find("crypto map m 10"), std::string::npos);
  EXPECT_EQ(policy().crypto_maps.at("m").entries.size(), 1u);
  type("crypto map m 10 ipsec-isakmp");
  EXPECT_TRUE(policy().crypto_maps.at("m").entries.at(0).peers.empty());
  type("no crypto map m 10");
  EXPECT_EQ(policy().crypto_maps.at("m").entries.size(), 1u);
  EXPECT_EQ(printed().find("crypto map m 10"), std::string::npos);
}

// R-PIX-14
TEST_F(Pix, NatIsSaidToBeTheHosts) {
  type("access-list 140 permit ip 10.0.0.0 255.255.255.0 10.1.0.0 255.255.255.0");
  EXPECT_NE(type("nat (inside) 0 access-list 140").find("NAT is the host's"), std::string::npos);
  EXPECT_NE(type("nat (inside) 0 access-list 9").find("9 is not defined"), std::string::npos);
  EXPECT_EQ(type("nat (inside) 1 0.0.0.0 0.0.0.0 0 0"), "");
  EXPECT_EQ(type("global (outside) 1 172.16.172.57 netmask 255.255.255.255"), "");
  EXPECT_TRUE(has("nat (inside) 0 access-list 140"));
}

// R-PIX-15
TEST_F(Pix, CallsItselfByItsHostName) {
  EXPECT_EQ(policy().isakmp.identity, policy::IsakmpIdentity::kHostname);
  type("isakmp identity address");
  EXPECT_EQ(policy().isakmp.identity, policy::IsakmpIdentity::kAddress);
  type("isakmp identity hostname");
  EXPECT_EQ(policy().isakmp.identity, policy::IsakmpIdentity::kHostname);
  EXPECT_EQ(printed().find("isakmp identity"), std::string::npos);
}

// R-PIX-4, R-PIX-6
TEST_F(Pix, DescribesTheAuthority) {
  type("ca identity cisco 171.69.89.16 171.69.89.16");
  EXPECT_TRUE(has("ca identity cisco 171.69.89.16:/cgi-bin 171.69.89.16"));
  EXPECT_NE(type("ca identity other 192.0.2.1").find("one authority at a time"), std::string::npos);
  EXPECT_NE(type("ca identity cisco nowhere").find("ADDRESS"), std::string::npos);
  type("ca configure cisco ra 20 5 crloptional");
  EXPECT_TRUE(has("ca configure cisco ra 20 5 crloptional"));
  ASSERT_EQ(policy().trustpoints.size(), 1u);
  EXPECT_EQ(policy().trustpoints[0].revocation, policy::RevocationCheck::kCrlIfThere);
  EXPECT_EQ(policy().trustpoints[0].retry_minutes, 20u);
  EXPECT_EQ(policy().trustpoints[0].retry_count, 5u);
  EXPECT_TRUE(session.execute("ca configure cisco ra 61 5").rejection);
  EXPECT_TRUE(session.execute("ca configure cisco ra 20 101").rejection);
  EXPECT_NE(type("ca configure nobody ra 20 5").find("no authority nobody"), std::string::npos);
}

// Nothing speaks to authorities: their lines are understood, and say what is missing.
TEST_F(Pix, SaysWhatIsNotBuilt) {
  type("hostname left");
  type("domain-name example.com");
  type("ca identity cisco 171.69.89.16");
  EXPECT_NE(type("ca authenticate cisco").find("there is no SCEP"), std::string::npos);
  for (const char* line : {"ca enroll cisco 171.69.89.16", "ca enroll cisco word serial ipaddress"})
    EXPECT_NE(type(line).find("first ca authenticate cisco"), std::string::npos) << line;
  EXPECT_NE(type("ca authenticate nobody").find("no authority"), std::string::npos);
}

// R-PIX-9, R-PIX-10, R-CFG-2
TEST_F(Pix, ReadsTheCrlAndSaves) {
  type("ca identity cisco 171.69.89.16");
  EXPECT_EQ(type("ca crl request cisco"), "");
  EXPECT_EQ(backend.requested, std::vector<std::string>{"cisco"});
  EXPECT_EQ(type("ca save all"), "");
}

// R-PIX-11, R-DLG-9
TEST_F(Pix, DeletesWithoutAsking) {
  type("ca identity cisco 171.69.89.16");
  type("ca configure cisco ra 20 5");
  ASSERT_TRUE(backend.store_certificate("cisco", CertificateKind::kOwn, "01", Bytes(4, 1)));
  const Output output = session.execute("no ca identity cisco");
  EXPECT_EQ(output.asking, Asking::kNothing);
  EXPECT_EQ(output.text,
            "% Removing the identity will destroy all certificates.\n"
            "% Be sure to ask the CA administrator to revoke your certificates.\n\n");
  EXPECT_TRUE(backend.store.empty());
  EXPECT_EQ(printed().find("\nca "), std::string::npos);
  EXPECT_TRUE(policy().trustpoints.empty());
  EXPECT_EQ(type("ca zeroize rsa"), "");
}

// R-CLI-10: show, clear and debug at both prompts; the prompts.
TEST_F(Pix, TakesExecCommandsWhileConfiguring) {
  type("hostname pix520-1");
  EXPECT_EQ(session.prompt(), "pix520-1(config)#");
  EXPECT_EQ(type("show crypto isakmp sa").find("% "), std::string::npos);
  // R-PIX-21
  type("clear crypto ipsec sa");
  type("clear crypto isakmp sa");
  ASSERT_EQ(backend.cleared.size(), 2u);
  EXPECT_EQ(backend.cleared[0].what, ClearRequest::What::kIpsecSas);
  EXPECT_EQ(backend.cleared[1].what, ClearRequest::What::kIkeSas);
  // R-PIX-20
  type("debug crypto ipsec");
  type("debug crypto isakmp");
  type("debug crypto ca");
  EXPECT_EQ(backend.streams, (std::set<std::string>{"ipsec", "isakmp", "pki", "pki-messages"}));
  type("no debug crypto ca");
  type("undebug all");
  EXPECT_TRUE(backend.streams.empty());
  EXPECT_EQ(session.end().prompt, "pix520-1#");
  EXPECT_EQ(type("write terminal").substr(0, 12), "Building con");
}

// How key and certificates come to a PIX; and a mistake is shown where it is.
TEST_F(Pix, TakesItsIdentityFromAFile) {
  EXPECT_NE(type("crypto pki import cisco pkcs12 /x.p12 password hush").find("ca identity"),
            std::string::npos);
  type("ca identity cisco 171.69.89.16");
  EXPECT_EQ(type("crypto pki import cisco pkcs12 /x.p12 password hush"),
            "% Imported PKCS12 file successfully.\n");
  EXPECT_EQ(backend.imported, "cisco /x.p12 hush");
  const Output output = session.execute("crypto map m 5 set per 10.0.0.1");
  ASSERT_TRUE(output.rejection);
  EXPECT_EQ(output.rejection->column, 21u);
}

// A line that is only kept goes when it is taken back, and not with others that begin like it.
TEST_F(Pix, KeptLinesAreTakenBackOneByOne) {
  type("failover poll 15");
  type("no failover");
  EXPECT_TRUE(has("failover poll 15"));
  EXPECT_TRUE(has("no failover"));
  type("no failover poll 15");
  EXPECT_FALSE(has("failover poll 15"));
  EXPECT_TRUE(session.execute("fixup").rejection);
  EXPECT_TRUE(session.execute("fail poll 15").rejection);
}

TEST_F(Pix, RefusesManualKeys) {
  EXPECT_NE(type("crypto map m 10 ipsec-manual").find("Manual keying"), std::string::npos);
}

// R-PIX-1, R-PIX-2: the converted configuration is the tunnel of the PIX, by another way than the
// PIX dialect's.
TEST(PixImport, MeansTheSame) {
  for (const char* name : {"pix520-1.cfg", "crypto-only.cfg"}) {
    const Import import = import_pix(vector_file(name));
    for (const ImportRemark& remark : import.remarks) EXPECT_FALSE(remark.rejected) << remark.text;
    Loaded router(import.configuration);
    EXPECT_EQ(router.rejected(), "");
    EXPECT_EQ(router.configuration.tree().dialect(), Dialect::kRouter);
    Loaded pix(vector_file("pix520-1.cfg"));
    expect_same_policy(router.policy(), pix.policy());
  }
}

TEST(PixImport, TellsWhatItCannotCarryOver) {
  const Import import = import_pix(vector_file("pix520-1.cfg"));
  const auto at_line = [&](std::size_t line) {
    for (const ImportRemark& remark : import.remarks)
      if (remark.line == line) return remark.source + ": " + remark.text;
    return std::string();
  };
  for (const ImportRemark& remark : import.remarks)
    EXPECT_EQ(remark.text.find('\n'), std::string::npos) << remark.text;
  EXPECT_EQ(at_line(10), "fixup protocol ftp 21: nothing is inspected");
  EXPECT_NE(at_line(44).find("nat (inside) 0 access-list 140: NAT is the host's"),
            std::string::npos);
  EXPECT_NE(at_line(6).find("the host has users of its own"), std::string::npos);
  EXPECT_EQ(at_line(19), "");  // an access list is carried over
  EXPECT_NE(at_line(70).find("des is a legacy algorithm"), std::string::npos) << at_line(70);
}

// A list that filters as well is no list for a tunnel, and never becomes a shorter one.
TEST(PixImport, LeavesOutListsItCannotSay) {
  const Import import = import_pix(
      "access-list a permit ip 10.0.0.0 255.255.255.0 any\n"
      "access-list a deny icmp any any echo\n"
      "crypto map m 1 ipsec-isakmp\ncrypto map m 1 match address a\nnonsense\n");
  EXPECT_EQ(import.configuration.find("permit ip"), std::string::npos);
  bool named = false, rejected = false;
  for (const ImportRemark& remark : import.remarks) {
    named = named || (remark.line == 1 && remark.text.find("left out") != std::string::npos);
    rejected = rejected || (remark.line == 5 && remark.rejected);
  }
  EXPECT_TRUE(named);
  EXPECT_TRUE(rejected);
}

// Keys stand in the configuration and nowhere else.
TEST(PixImport, KeepsSecretsOutOfTheReport) {
  const Import import = import_pix(
      "enable password Hush1 encrypted\npasswd Hush2 encrypted\n"
      "isakmp key Hush3 address 192.0.2.1 netmask 255.255.255.255\n"
      "isakmp key Hush4 nonsense\nca identity x 192.0.2.1\nca enroll x Hush5\n"
      "snmp-server community Hush6\nusername joe password Hush7 encrypted\n"
      "vpngroup all password Hush8\naaa-server r (inside) host 10.0.0.1 Hush9 timeout 5\n");
  EXPECT_NE(import.configuration.find("crypto isakmp key Hush3 address 192.0.2.1\n"),
            std::string::npos);
  for (const ImportRemark& remark : import.remarks)
    EXPECT_EQ((remark.source + remark.text).find("Hush"), std::string::npos) << remark.source;
}

}  // namespace
}  // namespace spa::config
