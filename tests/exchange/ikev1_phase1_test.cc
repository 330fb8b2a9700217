// SPDX-License-Identifier: Apache-2.0
// Main mode and aggressive mode between two managers (RFC 2409 5.1, 5.4; RFC 2408 4.5, 4.7; RFC
// 3947).
#include "tests/exchange/two_routers.h"
#include "userspace/wire/v1/message.h"

namespace spa::exchange {
namespace {

namespace v1 = wire::v1;

class Ikev1 : public TwoRouters {
 protected:
  Ikev1() {
    left.use_ikev1();
    right.use_ikev1();
  }
  void use_aggressive_mode() {
    for (Router* r : {&left, &right}) {
      r->isakmp_profile().initiate_aggressive = true;
      r->entry().isakmp_profile = "V1";
    }
  }
  void use_signatures() {
    left.use_isakmp_certificates("CN=left");
    right.use_isakmp_certificates("CN=right");
  }
};

// RFC 2409 5.4, 5.5, 7.1, 7.2, RFC 2408 4.5: pre-shared keys, six messages and three.
TEST_F(Ikev1, MainModeWithPreSharedKey) {
  start();
  bring_up(left);
  expect_tunnel();
  EXPECT_EQ(network.sent.size(), 9U);
  const ike::IkeSaStatus s = left.status().front();
  EXPECT_EQ(s.version, 1);
  EXPECT_TRUE(s.initiator);
  EXPECT_EQ(s.isakmp_state, "QM_IDLE");  // R-SHOW-3
  EXPECT_EQ(s.remote_identity.to_string(), "172.16.172.39");
  EXPECT_EQ(s.local_auth, "PSK");
  ASSERT_EQ(s.children.size(), 1U);
  EXPECT_EQ(s.children[0].id, 200U);  // R-MAP-29
  EXPECT_EQ(right.manager->half_open(), 0U);
}

// RFC 2409 5.1: signatures of the hash itself, certificates on request (RFC 4945 3.2).
TEST_F(Ikev1, MainModeWithSignatures) {
  use_signatures();
  start();
  bring_up(left);
  expect_tunnel();
  EXPECT_EQ(left.status()[0].local_auth, "RSA");
  EXPECT_EQ(left.status()[0].remote_identity.to_string(), "right.example.com");
  EXPECT_EQ(right.status()[0].remote_identity.to_string(), "left.example.com");
}

// RFC 2408 5.1: public-key work that takes its time changes nothing.
TEST_F(Ikev1, SlowEngines) {
  use_signatures();
  for (Router* r : {&left, &right}) {
    r->engine_delay.wait = Duration(700);
    r->credentials.delay = Duration(900);
  }
  start();
  bring_up(left);
  run(Duration(20000));
  expect_tunnel();
}

// RFC 2409 5.4, RFC 2408 4.7: three messages, of which we send the last one encrypted.
TEST_F(Ikev1, AggressiveModeWithPreSharedKey) {
  use_aggressive_mode();
  start();
  bring_up(left);
  expect_tunnel();
  EXPECT_EQ(network.sent.size(), 6U);
  EXPECT_EQ(right.status()[0].profile, "V1");
}

TEST_F(Ikev1, AggressiveModeWithSignatures) {
  use_signatures();
  use_aggressive_mode();
  start();
  bring_up(left);
  expect_tunnel();
}

// R-POL: `crypto isakmp aggressive-mode disable` answers nothing.
TEST_F(Ikev1, AggressiveModeDisabled) {
  use_aggressive_mode();
  right.config.isakmp.aggressive_mode = false;
  start();
  bring_up(left);
  EXPECT_TRUE(right.status().empty());
  EXPECT_EQ(left.up(), 0U);
}

// With a wrong key the fifth message is noise: nothing is told, nothing comes up.
TEST_F(Ikev1, WrongPreSharedKey) {
  right.isakmp_key().key = to_secret(as_bytes("another secret"));
  start();
  bring_up(left);
  EXPECT_EQ(left.up(), 0U);
  EXPECT_TRUE(right.log.has("%CRYPTO-4-IKMP_BAD_MESSAGE"));
  run(Duration(120000));
  expect_clean(left);
  expect_clean(right);
}

TEST_F(Ikev1, WrongPreSharedKeyInAggressiveMode) {
  use_aggressive_mode();
  right.isakmp_key().key = to_secret(as_bytes("another secret"));
  start();
  bring_up(left);
  EXPECT_EQ(left.up(), 0U);
  EXPECT_TRUE(left.log.has("pre-shared key mismatch with 172.16.172.39"));
  run(Duration(120000));
  expect_clean(left);
  expect_clean(right);
}

TEST_F(Ikev1, NoKeyForThePeer) {
  right.isakmp_key().address = *IpPrefix::parse("10.0.0.0/8");
  start();
  bring_up(left);
  EXPECT_TRUE(right.log.has("No pre-shared key with 172.16.172.34!"));
  EXPECT_TRUE(right.status().empty());
}

// R-POL-11, R-POL-12, RFC 2408 5.4, 5.14: every comparison leaves a line.
TEST_F(Ikev1, NoCommonPolicy) {
  right.config.isakmp.policies.at(10).hash = wire::PrfId::kHmacSha512;
  start();
  bring_up(left);
  EXPECT_GE(right.manager->counters().no_proposal, 1U);
  EXPECT_TRUE(
      right.log.has("Checking ISAKMP transform 1 against priority 10 policy: atts are not "
                    "acceptable: hash"));
  EXPECT_TRUE(left.log.has("Unprotected NO-PROPOSAL-CHOSEN"));
  EXPECT_EQ(left.status().size(), 1U);  // a hint at most: it goes on asking
  run(Duration(120000));
  expect_clean(left);
}

// R-POL-13: the shorter lifetime holds where it is offered; an answer cannot change it.
TEST_F(Ikev1, ShorterLifetime) {
  left.config.isakmp.policies.at(10).lifetime_seconds = 600;
  start();
  bring_up(left);
  expect_tunnel();
  EXPECT_EQ(left.status()[0].lifetime_seconds, 600U);
  EXPECT_EQ(right.status()[0].lifetime_seconds, 600U);
}

// design: legacy algorithms are negotiated only where both allow them.
TEST_F(Ikev1, LegacyAlgorithms) {
  for (Router* r : {&left, &right}) {
    policy::IsakmpPolicy& p = r->config.isakmp.policies.at(10);
    p.cipher = policy::Cipher{wire::EncrId::kDes, 0};
    p.hash = wire::PrfId::kHmacMd5;
    p.group = wire::DhId::kModp768;
    policy::TransformSet& set = r->config.transform_sets.at("SET");
    set.esp_cipher = policy::Cipher{wire::EncrId::kDes, 0};
    set.esp_integrity = wire::IntegId::kHmacMd5_96;
  }
  start();
  bring_up(left);
  EXPECT_EQ(left.up(), 0U);
  left.crash();
  right.crash();
  left.config.legacy_algorithms = right.config.legacy_algorithms = true;
  start();
  bring_up(left);
  expect_tunnel();
  EXPECT_EQ(left.status()[0].group, wire::DhId::kModp768);
}

// The spec's LAN-to-LAN example: RSA signatures, DES, MD5, group 1, identities by name.
TEST_F(Ikev1, LanToLanExample) {
  use_signatures();
  for (Router* r : {&left, &right}) {
    r->config.legacy_algorithms = true;
    r->config.isakmp.policies.clear();
    r->config.isakmp.policies[10].hash = wire::PrfId::kHmacMd5;  // the rest is the default suite
    policy::TransformSet& set = r->config.transform_sets.at("SET");
    set.esp_cipher = policy::Cipher{wire::EncrId::kDes, 0};
    set.esp_integrity = wire::IntegId::kHmacMd5_96;
  }
  start();
  bring_up(right);
  expect_tunnel();
  const ike::IkeSaStatus s = left.status()[0];
  EXPECT_EQ(s.cipher.id, wire::EncrId::kDes);
  EXPECT_EQ(s.group, wire::DhId::kModp768);
  EXPECT_EQ(s.local_auth, "RSA");
}

TEST_F(Ikev1, CertificateOfAnotherCa) {
  use_signatures();
  left.use_isakmp_certificates("CN=stranger");
  start();
  bring_up(left);
  EXPECT_EQ(right.up(), 0U);
  EXPECT_TRUE(right.log.has("certificate of CN=stranger is of an unknown CA"));
  EXPECT_EQ(right.manager->counters().auth_failures, 1U);
}

TEST_F(Ikev1, RevokedCertificate) {
  use_signatures();
  pki.entries.at("CN=left").bad = "certificate 01 is revoked";
  start();
  bring_up(left);
  EXPECT_EQ(right.up(), 0U);
  EXPECT_TRUE(right.log.has("certificate 01 is revoked"));
}

// R-POL-20: an identity that the certificate does not carry is logged; the certificate counts.
TEST_F(Ikev1, IdentityThatTheCertificateDoesNotCarry) {
  use_signatures();
  left.isakmp_profile().self_identity =
      policy::Identity{policy::Identity::Kind::kFqdn, {}, "somebody.else.com", {}};
  left.entry().isakmp_profile = "V1";
  right.isakmp_profile().match_remote.clear();
  right.isakmp_profile().match_certificate_maps = {"PEERS"};
  right.credentials.maps["PEERS"] = "CN=left";
  start();
  bring_up(left);
  expect_tunnel();
  EXPECT_TRUE(right.log.has("IKMP_NO_ID_CERT_FQDN_MATCH"));
  EXPECT_EQ(right.status()[0].remote_identity.to_string(), "CN=left");
  EXPECT_EQ(right.status()[0].profile, "V1");  // R-PROF-13
}

// RFC 3947 3, 4: the initiator behind a NAT floats to 4500 with the fifth message.
TEST_F(Ikev1, NatTraversal) {
  const IpAddress outside = *IpAddress::parse("192.0.2.1");
  network.attach(outside, [this](const Endpoint&, const Endpoint& from, ByteView message) {
    network.deliver({from, {left.address, from.port}, to_bytes(message)});
  });
  network.rewrite = [&](Packet& p) {
    if (p.from.address == left.address) p.from.address = outside;
  };
  right.isakmp_key().address = IpPrefix{outside, 32};
  right.entry().peers = {outside};
  right.rules[0].remote = outside;
  start();
  bring_up(left);
  ASSERT_EQ(left.up(), 1U);
  ASSERT_EQ(right.up(), 1U);
  EXPECT_TRUE(left.status()[0].local_behind_nat);
  EXPECT_TRUE(right.status()[0].remote_behind_nat);
  EXPECT_EQ(left.status()[0].remote.port, 4500);
  EXPECT_EQ(right.status()[0].remote.to_string(), "192.0.2.1:4500");
  ASSERT_EQ(left.database.pairs.size(), 1U);
  EXPECT_TRUE(left.database.pairs.begin()->second.udp_encapsulation);
  EXPECT_EQ(mismatch(left.database, right.database), "");
}

// R-KEY-11: behind a NAT the source is the NAT's, while the profile matches the address in the
// identity. The key is in a keyring that only the profile has.
TEST_F(Ikev1, KeyringOfAProfileBehindNat) {
  const IpAddress outside = *IpAddress::parse("192.0.2.1");
  network.attach(outside, [this](const Endpoint&, const Endpoint& from, ByteView message) {
    network.deliver({from, {left.address, from.port}, to_bytes(message)});
  });
  network.rewrite = [&](Packet& p) {
    if (p.from.address == left.address) p.from.address = outside;
  };
  policy::IsakmpKeyring ring = right.config.isakmp.keyrings.at(policy::kDefaultKeyring);
  right.config.isakmp.keyrings.clear();
  ring.name = "RING";
  ring.keys.at(0).address = IpPrefix{outside, 32};
  right.config.isakmp.keyrings["RING"] = ring;
  right.isakmp_profile().keyrings = {"RING"};
  right.entry().peers = {outside};
  right.rules[0].remote = outside;
  start();
  bring_up(left);
  ASSERT_EQ(right.up(), 1U);
  EXPECT_EQ(right.status()[0].profile, "V1");

  // Who falls under no profile does not get in with the key of one.
  right.isakmp_profile().match_remote[0].address = IpPrefix{outside, 32};
  right.isakmp_profile().local.address = *IpAddress::parse("10.255.255.1");
  (void)left.manager->clear({});
  run(Duration(5000));
  start();
  (void)left.manager->initiate(left.rule_id());
  run(Duration(10000));
  EXPECT_EQ(right.up(), 0U);
}

TEST_F(Ikev1, KeyringOfAnotherProfileIsNoKey) {
  policy::IsakmpKeyring ring = right.config.isakmp.keyrings.at(policy::kDefaultKeyring);
  right.config.isakmp.keyrings.clear();
  ring.name = "RING";
  right.config.isakmp.keyrings["RING"] = ring;
  right.isakmp_profile().keyrings = {"RING"};
  right.isakmp_profile().match_remote[0].address = *IpPrefix::parse("203.0.113.5/32");
  start();
  (void)left.manager->initiate(left.rule_id());
  run(Duration(10000));
  EXPECT_EQ(right.up(), 0U);
  EXPECT_TRUE(right.database.pairs.empty());
}

// R-PROF-11: message 2 of aggressive mode says what the profile of the claimed identity says.
TEST_F(Ikev1, SelfIdentityOfAProfileInAggressiveMode) {
  use_aggressive_mode();
  policy::Identity self;
  self.kind = policy::Identity::Kind::kFqdn;
  self.text = "hub.example.com";
  right.isakmp_profile().self_identity = self;
  start();
  bring_up(left);
  expect_tunnel();
  EXPECT_EQ(left.status()[0].remote_identity.to_string(), "hub.example.com");
  EXPECT_EQ(right.status()[0].profile, "V1");
}

// A data plane without raw ESP pretends to be behind a NAT, in aggressive mode too.
TEST_F(Ikev1, ForcedUdpEncapsulation) {
  left.database.udp_only = right.database.udp_only = true;
  use_aggressive_mode();
  start();
  bring_up(left);
  expect_tunnel();
  EXPECT_TRUE(left.database.pairs.begin()->second.udp_encapsulation);
}

// R-NAT-3
TEST_F(Ikev1, NatTransparencyOff) {
  left.database.udp_only = true;
  right.config.isakmp.udp_encapsulation = false;
  start();
  bring_up(left);
  expect_tunnel();
  EXPECT_FALSE(left.database.pairs.begin()->second.udp_encapsulation);
  EXPECT_TRUE(left.log.has("does not support NAT traversal"));
}

// RFC 2408 4.8, 5.14, 5.15: what comes unprotected ends nothing.
TEST_F(Ikev1, UnprotectedDeleteIsIgnored) {
  start();
  bring_up(left);
  expect_tunnel();
  const ike::IkeSaStatus s = left.status()[0];
  v1::Message forged;
  forged.header.initiator_cookie = s.spi_local;
  forged.header.responder_cookie = s.spi_remote;
  forged.header.exchange = v1::ExchangeType::kInformational;
  forged.header.message_id = 77;
  forged.payloads.emplace_back(v1::delete_isakmp(s.spi_local, s.spi_remote));
  network.deliver({{right.address, 500}, {left.address, 500}, *v1::serialize(forged)});
  run(Duration(1000));
  expect_tunnel();
  EXPECT_EQ(left.manager->counters().hints_ignored, 1U);
}

// RFC 2409 appendix B: garbage in place of an encrypted message disturbs no later one.
TEST_F(Ikev1, GarbageDoesNotMoveTheIv) {
  network.plan = [this](std::size_t n, const Packet& p) {
    if (n == 4) {  // the fifth message: garbage arrives first
      Packet garbage = p;
      for (std::size_t i = v1::Header::kSize; i < garbage.octets.size(); ++i)
        garbage.octets[i] ^= 7;
      network.deliver(garbage);
    }
    return std::vector<Duration>{Duration(5)};
  };
  start();
  bring_up(left);
  expect_tunnel();
  EXPECT_EQ(network.sent.size(), 9U);
}

// A stranger's first messages cost bounded memory.
TEST_F(Ikev1, HalfOpenLimit) {
  right.options.half_open_max = 16;
  start();
  bring_up(left);
  const Packet first = network.sent[0];
  for (int i = 0; i < 40; ++i) {
    Packet forged = first;
    forged.octets[0] ^= static_cast<std::uint8_t>(i + 1);
    network.deliver(forged);
  }
  run(Duration(1000));
  EXPECT_LE(right.manager->half_open(), 16U);
  EXPECT_GT(right.manager->counters().half_open_refused + right.manager->counters().source_refused,
            0U);
  EXPECT_EQ(right.up(), 1U);
  run(Duration(60000));
  EXPECT_EQ(right.manager->half_open(), 0U);
}

// R-MAP: the entry decides about the version, for traffic that goes out and for what comes in.
TEST_F(Ikev1, TwoVersionsSideBySide) {
  start();
  bring_up(left);
  expect_tunnel();
  left.crash();
  right.crash();
  left.entry().ikev2_profile = right.entry().ikev2_profile = "PROFILE";
  start();
  bring_up(left);
  ASSERT_EQ(left.up(), 1U);
  EXPECT_EQ(left.status()[0].version, 2);
}

}  // namespace
}  // namespace spa::exchange
