// SPDX-License-Identifier: Apache-2.0
// Policies, keyrings and profiles of IKEv1, as they are typed.
#include <gtest/gtest.h>

#include "tests/unit/config/fake_backend.h"
#include "userspace/config/session.h"
#include "userspace/crypto/key.h"

namespace spa::config {
namespace {

using policy::IdentityMatch;
using wire::DhId;
using wire::EncrId;
using wire::PrfId;

class IsakmpTest : public testing::Test {
 protected:
  IsakmpTest() { type("configure terminal"); }
  std::string type(std::string_view line) {
    const Output output = session.execute(line);
    std::string out = output.text;
    if (output.rejection) out += output.rejection->text;
    return out;
  }
  // Every line is taken without a word.
  void quietly(std::initializer_list<const char*> lines) {
    for (const char* line : lines) EXPECT_EQ(type(line), "") << line;
  }
  bool runs(const std::string& lines) {
    return configuration.running_config().find(lines) != std::string::npos;
  }
  [[nodiscard]] const policy::Isakmp& isakmp() const { return configuration.snapshot()->isakmp; }
  [[nodiscard]] policy::IsakmpSuite suite(std::uint32_t priority) const {
    return isakmp().policies.at(priority).suite(true);
  }

  FakeBackend backend;
  Configuration configuration{backend, testing::TempDir() + "spa-isakmp-test-startup"};
  Session session{configuration, true};
};

// R-POL-4
TEST_F(IsakmpTest, PrioritiesHaveARange) {
  EXPECT_NE(type("crypto isakmp policy 0"), "");
  EXPECT_NE(type("crypto isakmp policy 10001"), "");
  quietly({"crypto isakmp policy 1", "crypto isakmp policy 10000", "crypto isakmp policy 1"});
  EXPECT_EQ(isakmp().policies.size(), 2u);
  EXPECT_EQ(session.prompt(), "Router(config-isakmp)#");
}

// R-POL-5 to R-POL-9: what a policy leaves out is DES, SHA, RSA signatures, group 1 and a day.
TEST_F(IsakmpTest, ASuiteAndItsDefaults) {
  type("crypto legacy-algorithms");
  quietly({"crypto isakmp policy 10", "encryption aes", "hash md5", "authentication pre-share",
           "group 5", "lifetime 180", "crypto isakmp policy 20"});
  EXPECT_EQ(suite(10).cipher, (policy::Cipher{EncrId::kAesCbc, 128}));
  EXPECT_EQ(suite(10).hash, PrfId::kHmacMd5);
  EXPECT_EQ(suite(10).auth, policy::IsakmpAuth::kPreShare);
  EXPECT_EQ(suite(10).group, DhId::kModp1536);
  EXPECT_EQ(suite(10).lifetime_seconds, 180u);
  EXPECT_EQ(suite(20).cipher.id, EncrId::kDes);
  EXPECT_EQ(suite(20).hash, PrfId::kHmacSha1);
  EXPECT_EQ(suite(20).auth, policy::IsakmpAuth::kRsaSig);
  EXPECT_EQ(suite(20).group, DhId::kModp768);
  EXPECT_EQ(suite(20).lifetime_seconds, 86400u);
  quietly({"encryption aes 192"});
  EXPECT_EQ(suite(20).cipher.key_bits, 192);
  quietly({"encryption aes 256", "authentication rsa-encr"});
  EXPECT_EQ(suite(20).cipher.key_bits, 256);
  EXPECT_EQ(suite(20).auth, policy::IsakmpAuth::kRsaEncr);
  EXPECT_NE(type("lifetime 59"), "");
  EXPECT_NE(type("lifetime 86401"), "");
}

// R-KEY-13: public keys of peers, in the chain that everybody has and in keyrings; what is printed
// is read again.
TEST_F(IsakmpTest, PublicKeys) {
  const auto key = *crypto::PrivateKey::generate_rsa(1024);
  const Bytes der = *key.public_key()->to_der();
  const std::string hex = to_hex(der);
  quietly({"crypto key pubkey-chain rsa", "addressed-key 192.0.2.7"});
  EXPECT_EQ(session.prompt(), "Router(config-pubkey-key)#");
  quietly({"key-string"});
  EXPECT_EQ(session.prompt(), "Router(config-pubkey)#");
  for (std::size_t at = 0; at < hex.size(); at += 40) {
    const std::string line = hex.substr(at, 40);
    EXPECT_EQ(type("  " + line.substr(0, 4) + " " + line.substr(4)), "");
  }
  quietly({" quit", "exit", "named-key b.example.com encryption", "address 192.0.2.8"});
  EXPECT_EQ(
      type("key-string " + hex.substr(0, 100) + " " + hex.substr(100, 100) + " " + hex.substr(200)),
      "");
  quietly({"crypto keyring RING", "rsa-pubkey name c.example.com signature"});
  EXPECT_NE(type("key-string 30820102"), "");
  EXPECT_EQ(
      type("key-string " + hex.substr(0, 128) + " " + hex.substr(128, 128) + " " + hex.substr(256)),
      "");
  quietly({"end"});
  const auto check = [&] {
    const auto& chain = isakmp().keyrings.at(policy::kDefaultKeyring).public_keys;
    ASSERT_EQ(chain.size(), 2u);
    EXPECT_EQ(chain[0].address, *IpAddress::parse("192.0.2.7"));
    EXPECT_EQ(chain[0].der, der);
    EXPECT_EQ(chain[1].name, "b.example.com");
    EXPECT_EQ(chain[1].address, *IpAddress::parse("192.0.2.8"));
    EXPECT_EQ(chain[1].der, der);
    const auto& ring = isakmp().keyrings.at("RING").public_keys;
    ASSERT_EQ(ring.size(), 1u);
    EXPECT_EQ(ring[0].name, "c.example.com");
    EXPECT_TRUE(ring[0].der.empty()) << "for signatures alone";
  };
  check();
  EXPECT_TRUE(runs("crypto key pubkey-chain rsa\n addressed-key 192.0.2.7\n  key-string 30"));
  const std::string text = configuration.running_config();
  Configuration again{backend, testing::TempDir() + "spa-isakmp-test-again"};
  const auto messages = again.load(text);
  ASSERT_TRUE(messages);
  EXPECT_TRUE(messages->empty());
  check();
  type("configure terminal");
  quietly({"crypto key pubkey-chain rsa", "no named-key b.example.com", "end"});
  EXPECT_EQ(isakmp().keyrings.at(policy::kDefaultKeyring).public_keys.size(), 1u);
}

// R-POL-15, R-POL-17: several beside one another; `no` and `default` restore, and what is the
// default is not written down.
TEST_F(IsakmpTest, PoliciesAreRemovedAndRestored) {
  type("crypto legacy-algorithms");
  quietly({"crypto isakmp policy 20", "hash md5", "lifetime 86400", "authentication rsa-sig",
           "crypto isakmp policy 10", "hash md5", "group 2"});
  EXPECT_TRUE(runs("crypto isakmp policy 10\n hash md5\n group 2\n"));
  EXPECT_TRUE(runs("crypto isakmp policy 20\n hash md5\n!"));
  quietly({"no group 2", "default hash"});
  EXPECT_EQ(suite(10).group, DhId::kModp768);
  EXPECT_EQ(suite(10).hash, PrfId::kHmacSha1);
  quietly({"exit", "no crypto isakmp policy 10"});
  EXPECT_FALSE(isakmp().policies.contains(10));
  EXPECT_TRUE(isakmp().policies.contains(20));
}

// R-CLI-8: `encr` is taken, and is what is printed, whichever was typed.
TEST_F(IsakmpTest, TheCipherIsPrintedInItsShortForm) {
  quietly({"crypto isakmp policy 10", "encr aes 256"});
  EXPECT_EQ(suite(10).cipher, (policy::Cipher{EncrId::kAesCbc, 256}));
  EXPECT_NE(type("do show running-config").find("\n encr aes 256\n"), std::string::npos);
  quietly({"encryption aes 192"});
  EXPECT_EQ(suite(10).cipher, (policy::Cipher{EncrId::kAesCbc, 192}));
  const std::string text = type("do show running-config");
  EXPECT_NE(text.find("\n encr aes 192\n"), std::string::npos) << text;
  EXPECT_EQ(text.find("aes 256"), std::string::npos) << text;
}

// R-POL-16, R-SHOW-1: in ascending order, then the default suite.
TEST_F(IsakmpTest, PoliciesAreShownInTheirOrder) {
  type("crypto legacy-algorithms");
  quietly({"crypto isakmp policy 20", "encryption 3des", "crypto isakmp policy 10", "hash md5"});
  const std::string text = type("do show crypto isakmp policy");
  const auto first = text.find("priority 10\n"), second = text.find("priority 20\n");
  const auto last = text.find("Default protection suite\n");
  ASSERT_NE(last, std::string::npos) << text;
  EXPECT_LT(first, second);
  EXPECT_LT(second, last);
  EXPECT_NE(text.find("DES - Data Encryption Standard (56 bit keys)", last), std::string::npos);
  EXPECT_NE(text.find("#1 (768 bit)", last), std::string::npos);
  EXPECT_NE(text.find("86400 seconds, no volume limit", last), std::string::npos);
}

// R-POL-18: an address unless another identity is chosen.
TEST_F(IsakmpTest, OwnIdentity) {
  quietly({"crypto isakmp identity hostname"});
  EXPECT_EQ(isakmp().identity, policy::IsakmpIdentity::kHostname);
  quietly({"crypto isakmp identity dn"});
  EXPECT_EQ(isakmp().identity, policy::IsakmpIdentity::kDn);
  quietly({"crypto isakmp identity address"});
  EXPECT_EQ(isakmp().identity, policy::IsakmpIdentity::kAddress);
  EXPECT_FALSE(runs("isakmp identity"));
}

// R-POL-23, R-KEY-9, R-KEY-12, R-SHOW-22: with and without the digit; in the keyring `default`.
TEST_F(IsakmpTest, GlobalKeys) {
  quietly({"crypto isakmp key 0 cisco123 address 10.0.0.2",
           "crypto isakmp key secret address 10.1.0.0 255.255.0.0",
           "crypto isakmp key third hostname peer.example.com"});
  const auto& keys = isakmp().keyrings.at("default").keys;
  ASSERT_EQ(keys.size(), 3u);
  EXPECT_EQ(keys[0].address->to_string(), "10.0.0.2/32");
  EXPECT_EQ(keys[1].address->to_string(), "10.1.0.0/16");
  EXPECT_EQ(keys[2].hostname, "peer.example.com");
  const std::string shown = type("do show crypto isakmp key");
  EXPECT_NE(shown.find("default      10.0.0.2"), std::string::npos) << shown;
  EXPECT_NE(shown.find("default      10.1.0.0 [255.255.0.0]"), std::string::npos) << shown;
}

// R-KEY-1, R-KEY-2, R-KEY-4: the bare word of the manuals is the same command.
TEST_F(IsakmpTest, Keyrings) {
  quietly({"keyring key0", "pre-shared-key address 10.0.0.2 key cisco",
           "pre-shared-key hostname peer.example.com key 0 other", "keyring key1 vrf blue"});
  EXPECT_EQ(session.prompt(), "Router(conf-keyring)#");
  EXPECT_EQ(isakmp().keyrings.at("key0").keys.size(), 2u);
  EXPECT_EQ(isakmp().keyrings.at("key1").vrf, "blue");
  EXPECT_TRUE(runs("crypto keyring key0\n pre-shared-key address 10.0.0.2 key cisco\n"));
  quietly({"no keyring key1"});
  EXPECT_FALSE(isakmp().keyrings.contains("key1"));
  EXPECT_NE(type("keyring"), "");
}

// R-KEY-3, R-PROF-7: an address or an interface.
TEST_F(IsakmpTest, LocalAddresses) {
  quietly({"crypto keyring K", "local-address 11.0.0.1"});
  EXPECT_EQ(isakmp().keyrings.at("K").local.address, IpAddress::parse("11.0.0.1").value());
  EXPECT_TRUE(runs(" local-address 11.0.0.1\n"));
  quietly({"local-address Serial2/0"});
  EXPECT_EQ(isakmp().keyrings.at("K").local.interface, "Serial2/0");
  EXPECT_FALSE(isakmp().keyrings.at("K").local.address.has_value());
  type("crypto isakmp profile P");
  quietly({"local-address 11.0.0.1"});
  EXPECT_EQ(isakmp().profiles.at("P").local.address, IpAddress::parse("11.0.0.1").value());
}

// R-PROF-1, R-PROF-3 to R-PROF-11
TEST_F(IsakmpTest, EverythingThatAProfileSays) {
  EXPECT_EQ(type("crypto isakmp profile P"),
            "% A profile is deemed incomplete until it has match identity statements\n");
  EXPECT_FALSE(isakmp().profiles.at("P").complete());  // R-PROF-2
  quietly({"crypto keyring K1", "crypto keyring K2", "crypto pki trustpoint T"});
  type("crypto isakmp profile P");
  quietly({"description of it", "keyring K1", "keyring K2",
           "match identity address 10.0.0.0 255.0.0.0",
           "match identity address 10.0.0.2 255.255.255.255",
           "match identity host domain cisco.com", "match identity host peer.example.com",
           "match identity user me@example.com", "match identity user domain example.com",
           "match identity group sales", "match certificate cert_map", "ca trust-point T",
           "client configuration group sales", "initiate mode aggressive", "vrf inside",
           "self-identity user-fqdn me@example.com", "keepalive 20 retry 3"});
  const policy::IsakmpProfile& profile = isakmp().profiles.at("P");
  EXPECT_EQ(profile.keyrings, (std::vector<std::string>{"K1", "K2"}));
  ASSERT_EQ(profile.match_remote.size(), 7u);
  EXPECT_EQ(profile.match_remote[0].address.to_string(), "10.0.0.0/8");
  EXPECT_EQ(profile.match_remote[1].address.to_string(), "10.0.0.2/32");
  EXPECT_EQ(profile.match_remote[2].kind, IdentityMatch::Kind::kFqdnDomain);
  EXPECT_EQ(profile.match_remote[3].kind, IdentityMatch::Kind::kFqdn);
  EXPECT_EQ(profile.match_remote[4].kind, IdentityMatch::Kind::kEmail);
  EXPECT_EQ(profile.match_remote[5].kind, IdentityMatch::Kind::kEmailDomain);
  EXPECT_EQ(profile.match_remote[6].kind, IdentityMatch::Kind::kKeyId);
  EXPECT_EQ(profile.match_certificate_maps, std::vector<std::string>{"cert_map"});
  EXPECT_EQ(profile.trustpoints, std::vector<std::string>{"T"});
  EXPECT_EQ(profile.client_group, "sales");
  EXPECT_TRUE(profile.initiate_aggressive);
  EXPECT_EQ(profile.vrf, "inside");
  EXPECT_EQ(profile.self_identity->text, "me@example.com");
  EXPECT_EQ(profile.keepalive->interval_seconds, 20u);
  EXPECT_EQ(profile.keepalive->retry_seconds, 3u);
  EXPECT_TRUE(profile.complete());
  EXPECT_TRUE(runs(" match identity address 10.0.0.2 255.255.255.255\n"));
}

// R-PROF-17, R-MAP-22: bound to what we begin, by the entry or by the map.
TEST_F(IsakmpTest, ProfilesAreBoundToCryptoMaps) {
  type("crypto isakmp profile P");
  type("crypto map M 10 ipsec-isakmp");
  quietly({"set isakmp-profile P"});
  quietly({"crypto map M isakmp-profile P", "crypto map M local-address Loopback0"});
  const policy::CryptoMap& map = backend.in_force->crypto_maps.at("M");
  EXPECT_EQ(map.entries.at(0).isakmp_profile, "P");
  EXPECT_EQ(map.isakmp_profile, "P");
  EXPECT_EQ(map.local_address_interface, "Loopback0");
}

// R-DPD-2, R-DPD-3, R-DPD-4, R-DPD-5, R-DPD-22, R-DPD-26: on demand is not written down, and 2
// seconds are between two questions unless given.
TEST_F(IsakmpTest, Keepalives) {
  quietly({"crypto isakmp keepalive 60 5"});
  EXPECT_EQ(isakmp().keepalive, (policy::DpdSettings{60, 5, false}));
  EXPECT_TRUE(runs("crypto isakmp keepalive 60 5\n"));
  quietly({"crypto isakmp keepalive 10 periodic"});
  EXPECT_EQ(isakmp().keepalive, (policy::DpdSettings{10, 2, true}));
  EXPECT_TRUE(runs("crypto isakmp keepalive 10 periodic\n"));
  quietly({"crypto isakmp keepalive 10 3 on-demand"});
  EXPECT_EQ(isakmp().keepalive, (policy::DpdSettings{10, 3, false}));
  EXPECT_TRUE(runs("crypto isakmp keepalive 10 3\n"));
  for (const char* beyond : {"crypto isakmp keepalive 9", "crypto isakmp keepalive 3601",
                             "crypto isakmp keepalive 10 1", "crypto isakmp keepalive 10 61"})
    EXPECT_NE(type(beyond), "") << beyond;
  quietly({"crypto isakmp keepalive 3600 60", "no crypto isakmp keepalive"});
  EXPECT_EQ(isakmp().keepalive.interval_seconds, 0u);
  EXPECT_FALSE(runs("crypto isakmp keepalive"));
}

// R-NAT-2, R-NAT-3, R-NAT-4
TEST_F(IsakmpTest, NatTransparency) {
  quietly({"crypto isakmp enable"});
  quietly({"crypto isakmp nat keepalive 5"});
  EXPECT_EQ(backend.in_force->nat_keepalive_seconds, 5u);
  EXPECT_TRUE(isakmp().udp_encapsulation) << "on unless it is negated";
  EXPECT_NE(type("crypto isakmp nat keepalive 4"), "");
  EXPECT_NE(type("crypto isakmp nat keepalive 3601"), "");
  quietly({"no crypto ipsec nat-transparency udp-encapsulation"});
  EXPECT_FALSE(isakmp().udp_encapsulation);
  EXPECT_TRUE(runs("no crypto ipsec nat-transparency udp-encapsulation\n"));
  quietly({"crypto ipsec nat-transparency udp-encapsulation"});
  EXPECT_TRUE(isakmp().udp_encapsulation);
}

// R-PROF-19: the profile of an SA comes last.
TEST_F(IsakmpTest, ScreensNameTheProfile) {
  ike::IkeSaStatus sa;
  sa.id = 7;
  sa.version = 1;
  sa.state = ike::IkeSaState::kReady;
  sa.isakmp_state = "QM_IDLE";
  sa.local = {IpAddress::parse("10.0.0.1").value(), 500};
  sa.remote = {IpAddress::parse("10.0.0.2").value(), 500};
  sa.profile = "P";
  backend.sas = {sa};
  const std::string text = type("do show crypto isakmp sa");
  EXPECT_NE(text.find("QM_IDLE              7 ACTIVE P\n"), std::string::npos) << text;
}

// R-DPD-21, R-NAT-13, R-SHOW-5: what the peer can, in letters.
TEST_F(IsakmpTest, ScreensNameTheCapabilities) {
  ike::IkeSaStatus sa;
  sa.id = 7;
  sa.version = 1;
  sa.state = ike::IkeSaState::kReady;
  sa.cipher = {EncrId::k3Des, 0};
  sa.group = DhId::kModp1024;
  sa.local_auth = "RSA";
  sa.lifetime_seconds = 3600;
  backend.sas = {sa, sa};
  backend.sas[1].dpd = {30, 2, true};
  backend.sas[1].remote_behind_nat = true;
  const std::string text = type("do show crypto isakmp sa detail");
  EXPECT_NE(text.find("D - Dead Peer Detection"), std::string::npos) << text;
  EXPECT_NE(text.find("N - NAT-traversal"), std::string::npos);
  EXPECT_NE(text.find("ACTIVE 3des "), std::string::npos);
  EXPECT_NE(text.find(" rsig 2  01:00:00 \n"), std::string::npos);
  EXPECT_NE(text.find(" rsig 2  01:00:00 DN\n"), std::string::npos);
}

// R-SPI-1
TEST_F(IsakmpTest, InvalidSpiRecoveryIsOffUnlessGiven) {
  quietly({"crypto isakmp enable"});
  EXPECT_FALSE(isakmp().invalid_spi_recovery);
  quietly({"crypto isakmp invalid-spi-recovery"});
  EXPECT_TRUE(isakmp().invalid_spi_recovery);
  quietly({"no crypto isakmp invalid-spi-recovery"});
  EXPECT_FALSE(isakmp().invalid_spi_recovery);
}

TEST_F(IsakmpTest, InvalidSpiRecoveryIsKept) {  // R-SPI-18
  quietly({"crypto ipsec transform-set auth2 ah-sha-hmac esp-aes esp-sha-hmac", "exit",
           "crypto isakmp invalid-spi-recovery", "crypto isakmp key 1234 address 10.2.2.2"});
  EXPECT_TRUE(
      runs("crypto isakmp key 1234 address 10.2.2.2\n"
           "!\n"
           "crypto isakmp invalid-spi-recovery\n"
           "!\n"
           "crypto ipsec transform-set auth2"))
      << configuration.running_config();
}

}  // namespace
}  // namespace spa::config
