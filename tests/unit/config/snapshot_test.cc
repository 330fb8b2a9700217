// SPDX-License-Identifier: Apache-2.0
// From lines to policy, and back.
#include <gtest/gtest.h>

#include "tests/unit/config/fake_backend.h"
#include "tests/unit/config/sample.h"
#include "userspace/config/configuration.h"

namespace spa::config {
namespace {

std::string describe(const std::vector<LoadMessage>& messages) {
  std::string out;
  for (const auto& message : messages)
    out += std::to_string(message.line) + ": " + message.source + ": " + message.text + "\n";
  return out;
}

struct Loaded {
  explicit Loaded(std::string_view text) : configuration(backend, "/nonexistent/startup-config") {
    messages = configuration.load(text).value();
  }
  [[nodiscard]] const policy::Snapshot& policy() const { return *backend.in_force; }
  FakeBackend backend;
  Configuration configuration;
  std::vector<LoadMessage> messages;
};

// R-CFG-6: what goes in comes out.
TEST(RunningConfig, ReproducesTheSample) {
  Loaded loaded(kSample);
  EXPECT_EQ(describe(loaded.messages), "");
  std::string text = loaded.configuration.running_config();
  const auto head = text.find("!\nhostname");
  EXPECT_EQ(text.substr(head), kSample);
}

// R-CFG-3: printed and read again it means the same.
TEST(RunningConfig, IsAFixedPoint) {
  Loaded first(kSample);
  Loaded second(first.configuration.running_config());
  EXPECT_EQ(describe(second.messages), "");
  EXPECT_EQ(second.configuration.running_config(), first.configuration.running_config());
}

TEST(Snapshot, HasTheIkev2Objects) {
  Loaded loaded(kSample);
  const auto& proposal = loaded.policy().ikev2_proposals.at("OLD");
  ASSERT_EQ(proposal.ciphers.size(), 2u);
  EXPECT_EQ(proposal.ciphers[0], (policy::Cipher{wire::EncrId::kAesCbc, 256}));
  EXPECT_EQ(proposal.groups[1], wire::DhId::kModp1024);
  const auto& policy = loaded.policy().ikev2_policies.at("MAIN");
  EXPECT_EQ(policy.proposals, (std::vector<std::string>{"MODERN", "OLD"}));
  EXPECT_EQ(policy.match_local_address, IpAddress::parse("172.16.172.39").value());

  const auto& peers = loaded.policy().ikev2_keyrings.at("KEYS").peers;
  ASSERT_EQ(peers.size(), 2u);
  EXPECT_EQ(peers[0].local_key, to_secret(as_bytes("left")));
  EXPECT_EQ(peers[0].remote_key, to_secret(as_bytes("right")));
  EXPECT_EQ(peers[1].local_key, peers[1].remote_key);
  EXPECT_EQ(peers[1].identity->text, "other.example.com");

  const auto& profile = loaded.policy().ikev2_profiles.at("TO-PIX");
  EXPECT_TRUE(profile.complete());
  ASSERT_EQ(profile.match_remote.size(), 2u);
  EXPECT_EQ(profile.match_remote[1].kind, policy::IdentityMatch::Kind::kFqdnDomain);
  EXPECT_EQ(profile.lifetime_seconds, 7200u);
  EXPECT_EQ(profile.dpd, (policy::DpdSettings{30, 5, true}));
  EXPECT_EQ(profile.trustpoints, std::vector<std::string>{"LAB"});
  EXPECT_EQ(loaded.policy().cookie_challenge, 100u);
  EXPECT_TRUE(loaded.policy().disconnect_revoked_peers);  // R-REV-1: one switch for each version
  EXPECT_FALSE(loaded.policy().isakmp.disconnect_revoked_peers);
}

// R-MAP-10, 11, 12, 13, 18
// R-MAP-9 to R-MAP-14, R-MAP-18
TEST(Snapshot, HasTheIpsecObjects) {
  Loaded loaded(kSample);
  const auto& map = loaded.policy().crypto_maps.at("vpn");
  EXPECT_EQ(map.local_address_interface, "Loopback0");
  ASSERT_EQ(map.entries.size(), 1u);
  EXPECT_EQ(map.entries[0].peers.size(), 2u);
  EXPECT_EQ(map.entries[0].transform_sets, (std::vector<std::string>{"AES", "GCM"}));
  EXPECT_EQ(map.entries[0].pfs, wire::DhId::kEcp256);
  EXPECT_EQ(map.entries[0].lifetime.seconds, 900u);
  EXPECT_EQ(loaded.policy().default_lifetime.seconds, 1800u);
  EXPECT_EQ(loaded.policy().default_lifetime.kilobytes, 4608000u);
  EXPECT_EQ(loaded.policy().replay_window, 256u);

  const auto& set = loaded.policy().transform_sets.at("GCM");
  EXPECT_EQ(set.mode, policy::EncapsulationMode::kTransport);
  EXPECT_EQ(set.words, std::vector<std::string>{"esp-gcm 256"});
  EXPECT_FALSE(set.esp_integrity);

  const auto& list = loaded.policy().access_lists.at("130");
  ASSERT_EQ(list.entries.size(), 2u);
  EXPECT_EQ(list.entries[0].source.to_string(), "1.1.1.0/24");
  EXPECT_FALSE(list.entries[1].permit);
  EXPECT_EQ(list.entries[1].protocol, 6);
  EXPECT_EQ(list.entries[1].source_port_last, 2048);
  EXPECT_EQ(list.entries[1].destination_port_first, 80);
  EXPECT_EQ(list.entries[1].destination.to_string(), "0.0.0.0/0");
  EXPECT_EQ(loaded.policy().access_lists.at("SIX").entries[0].source.to_string(),
            "2001:db8:1::/48");

  const auto& interface = loaded.policy().interfaces.at(1);
  EXPECT_EQ(interface.device, "spawan7");
  EXPECT_EQ(interface.addresses.at(0).to_string(), "172.16.172.39/28");  // R-KEY-5
  EXPECT_EQ(interface.addresses.size(), 3u);
}

TEST(Snapshot, HasTheTrustpoint) {
  Loaded loaded(kSample);
  const auto* trustpoint = loaded.policy().trustpoint("lab");  // R-PROF-20
  ASSERT_NE(trustpoint, nullptr);
  EXPECT_EQ(trustpoint->crl_query_url, "file:///etc/spa/lab.crl");
  EXPECT_EQ(trustpoint->revocation, policy::RevocationCheck::kCrl);
  ASSERT_EQ(loaded.policy().certificate_maps.size(), 1u);  // R-CMAP-1, R-CMAP-2
  EXPECT_EQ(loaded.policy().certificate_maps[0].criteria[0].value, "ou = green");  // R-CMAP-9
}

// R-CFG-7
TEST(RunningConfig, LeavesDefaultsOut) {
  Loaded loaded(R"(crypto ikev2 profile P
 lifetime 3600
 lifetime 86400
crypto ipsec transform-set T esp-aes esp-sha-hmac
 mode transport
 mode tunnel
crypto ipsec security-association lifetime seconds 3600
)");
  EXPECT_EQ(loaded.configuration.running_config().find("lifetime"), std::string::npos);
  EXPECT_EQ(loaded.configuration.running_config().find("mode"), std::string::npos);
  EXPECT_EQ(loaded.policy().ikev2_profiles.at("P").lifetime_seconds, 86400u);
}

// Legacy algorithms are kept in the configuration, warned of, and not negotiated.
TEST(Snapshot, LeavesLegacyAlgorithmsOutUnlessAskedFor) {
  const std::string text = R"(crypto ikev2 proposal P
 encryption des aes-cbc-128
 integrity md5 sha1
 group 1 14
crypto ikev2 proposal ONLY-OLD
 encryption des
 integrity md5
 group 1
crypto ipsec transform-set T esp-des esp-md5-hmac
)";
  Loaded without(text);
  EXPECT_EQ(without.messages.size(), 7u) << describe(without.messages);
  for (const auto& message : without.messages) EXPECT_FALSE(message.rejected);
  const auto& proposal = without.policy().ikev2_proposals.at("P");
  EXPECT_EQ(proposal.ciphers.size(), 1u);
  EXPECT_EQ(proposal.groups, std::vector<wire::DhId>{wire::DhId::kModp2048});
  EXPECT_FALSE(without.policy().ikev2_proposals.contains("ONLY-OLD"));
  EXPECT_FALSE(without.policy().transform_sets.contains("T"));
  EXPECT_NE(without.configuration.running_config().find("esp-des esp-md5-hmac"), std::string::npos);

  Loaded with("crypto legacy-algorithms\n" + text);
  EXPECT_EQ(describe(with.messages), "");
  EXPECT_EQ(with.policy().ikev2_proposals.at("P").ciphers.size(), 2u);
  EXPECT_TRUE(with.policy().transform_sets.contains("T"));
}

// R-MAP-2
TEST(TransformSet, RefusesBadCombinations) {
  for (const char* words :
       {"esp-aes esp-3des esp-sha-hmac", "esp-sha-hmac esp-sha256-hmac", "esp-sha-hmac", "esp-aes",
        "esp-gcm esp-sha-hmac", "esp-gmac 256 esp-sha-hmac", "esp-chacha20-poly1305 esp-sha-hmac",
        "esp-aes-ctr", "esp-chacha20-poly1305 256"}) {
    Loaded loaded("crypto ipsec transform-set T " + std::string(words));
    ASSERT_EQ(loaded.messages.size(), 1u) << words;
    EXPECT_TRUE(loaded.messages[0].rejected);
    EXPECT_FALSE(loaded.policy().transform_sets.contains("T"));
  }
}

// R-MAP-2; RFC 3686, RFC 4543, RFC 7634: the words beyond the spec's.
TEST(TransformSet, FurtherCiphers) {
  using wire::EncrId;
  struct Case {
    const char* words;
    policy::Cipher cipher;
  };
  for (const Case& c : {Case{"esp-gmac", {EncrId::kNullAuthAesGmac, 128}},
                        Case{"esp-gmac 256", {EncrId::kNullAuthAesGmac, 256}},
                        Case{"esp-chacha20-poly1305", {EncrId::kChaCha20Poly1305, 0}},
                        Case{"esp-aes-ctr 192 esp-sha256-hmac", {EncrId::kAesCtr, 192}},
                        Case{"esp-aes-ctr esp-sha256-hmac", {EncrId::kAesCtr, 128}}}) {
    Loaded loaded("crypto ipsec transform-set T " + std::string(c.words));
    EXPECT_EQ(describe(loaded.messages), "") << c.words;
    ASSERT_TRUE(loaded.policy().transform_sets.contains("T")) << c.words;
    EXPECT_EQ(loaded.policy().transform_sets.at("T").esp_cipher, c.cipher) << c.words;
    EXPECT_NE(loaded.configuration.running_config().find(c.words), std::string::npos);
  }
}

// RFC 5282, RFC 5930, RFC 7634; RFC 3526, RFC 5114, RFC 8031
TEST(Snapshot, TakesEveryCipherAndGroupOfAnIkev2Proposal) {
  Loaded loaded(
      "crypto ikev2 proposal P\n encryption aes-gcm-192 chacha20-poly1305 aes-ctr-128 aes-ctr-256\n"
      " integrity sha256\n group 14 15 16 17 18 19 20 21 23 24 31\n");
  EXPECT_EQ(describe(loaded.messages), "");
  const policy::Ikev2Proposal& p = loaded.policy().ikev2_proposals.at("P");
  using wire::EncrId;
  EXPECT_EQ(p.ciphers, (std::vector<policy::Cipher>{{EncrId::kAesGcm16, 192},
                                                    {EncrId::kChaCha20Poly1305, 0},
                                                    {EncrId::kAesCtr, 128},
                                                    {EncrId::kAesCtr, 256}}));
  EXPECT_EQ(p.groups.size(), 11u);
}

// RFC 7383, RFC 8784 5.2, RFC 7427
TEST(Snapshot, HasWhatProtectsIkev2) {
  EXPECT_EQ(Loaded("").policy().fragmentation_mtu, 1280u);
  EXPECT_EQ(Loaded("crypto ikev2 fragmentation").policy().fragmentation_mtu, 1280u);
  EXPECT_EQ(Loaded("crypto ikev2 fragmentation mtu 600").policy().fragmentation_mtu, 600u);
  EXPECT_EQ(Loaded("crypto ikev2 fragmentation disable").policy().fragmentation_mtu, 0u);
  Loaded loaded(
      "crypto ikev2 keyring K\n peer P\n  address 192.0.2.1\n  ppk manual id lab key secret99\n"
      " peer Q\n  address 192.0.2.2\n  ppk manual id two key secret98 required\n"
      "crypto ikev2 profile F\n match identity remote any\n authentication local rsa-sig pss\n"
      " authentication remote ecdsa-sig\n authentication remote eddsa-sig\n keyring ppk K\n");
  EXPECT_EQ(describe(loaded.messages), "");
  const auto& peers = loaded.policy().ikev2_keyrings.at("K").peers;
  ASSERT_EQ(peers.size(), 2u);
  EXPECT_EQ(peers[0].ppk, (policy::Ppk{"lab", to_secret(as_bytes("secret99")), false}));
  EXPECT_TRUE(peers[1].ppk->required);
  const policy::Ikev2Profile& profile = loaded.policy().ikev2_profiles.at("F");
  EXPECT_EQ(profile.ppk_keyring, "K");
  EXPECT_TRUE(profile.rsa_pss);
  EXPECT_EQ(profile.local_auth, policy::AuthMethod::kRsaSig);
  EXPECT_EQ(profile.remote_auth, (std::vector<policy::AuthMethod>{policy::AuthMethod::kEcdsaSig,
                                                                  policy::AuthMethod::kEddsaSig}));
}

TEST(Load, KeepsGoodLinesAndNumbersBadOnes) {
  Loaded loaded(
      "hostname left\ncrypto ikev2 nonsense\n pre-shared-key local\nip domain name x.y\n");
  ASSERT_EQ(loaded.messages.size(), 2u);
  EXPECT_EQ(loaded.messages[0].line, 2u);
  EXPECT_EQ(loaded.messages[1].line, 3u);
  EXPECT_EQ(loaded.messages[1].source.find("local"), std::string::npos);  // may be a key
  EXPECT_EQ(loaded.policy().hostname, "left");
  EXPECT_EQ(loaded.policy().domain_name, "x.y");
}

// One apply for a whole file, whatever its length.
TEST(Load, AppliesOnce) {
  std::string text;
  for (int i = 1; i <= 1000; ++i) {
    const std::string n = std::to_string(i);
    text += "crypto map big " + n + " ipsec-isakmp\n set peer 10.0." + std::to_string(i / 256) +
            "." + std::to_string(i % 256) + "\n set transform-set T\n match address 101\n";
  }
  Loaded loaded(text);
  EXPECT_EQ(loaded.backend.applied, 1);
  EXPECT_EQ(loaded.policy().crypto_maps.at("big").entries.size(), 1000u);
}

}  // namespace
}  // namespace spa::config
