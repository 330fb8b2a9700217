// SPDX-License-Identifier: Apache-2.0
// IKE_SA_INIT and IKE_AUTH between two managers (RFC 7296 1.2, 2.6, 2.9, 2.15, 2.23; RFC 7427).
#include "tests/exchange/two_routers.h"
#include "userspace/wire/message.h"

namespace spa::exchange {
namespace {

using IdKind = policy::Identity::Kind;

// RFC 7296 1.2: the whole exchange is four messages.
TEST_F(TwoRouters, PreSharedKey) {
  start();
  bring_up(left);
  expect_tunnel();
  EXPECT_EQ(network.sent.size(), 4U);
  const ike::IkeSaStatus s = left.status().front();
  EXPECT_TRUE(s.initiator);
  EXPECT_EQ(s.profile, "PROFILE");
  EXPECT_EQ(s.local_auth, "PSK");
  EXPECT_EQ(s.status_description, "Negotiation done");
  EXPECT_EQ(s.dh_engine, "OpenSSL");
  EXPECT_EQ(s.remote_identity.to_string(), "172.16.172.39");
  EXPECT_EQ(s.local_request_id, 2U);
  ASSERT_EQ(s.children.size(), 1U);
  EXPECT_EQ(s.children[0].id, 200U);  // R-MAP-29
  EXPECT_EQ(right.status().front().remote_identity.to_string(), "172.16.172.34");
  EXPECT_EQ(right.manager->half_open(), 0U);
}

// RFC 7296 2.1: public-key work and certificate checks that take their time change nothing.
TEST_F(TwoRouters, CertificatesWithSlowEngines) {
  left.use_certificates("CN=left");
  right.use_certificates("CN=right");
  for (Router* r : {&left, &right}) {
    r->engine_delay.wait = Duration(700);
    r->credentials.delay = Duration(900);
  }
  start();
  bring_up(left);
  run(Duration(10000));
  expect_tunnel();
  EXPECT_EQ(left.status()[0].remote_auth, "RSA");
  EXPECT_EQ(left.status()[0].auth_engine, "OpenSSL");
  EXPECT_EQ(right.status()[0].remote_identity.to_string(), "left.example.com");
}

// RFC 7427 4: both announce hashes, so AUTH is method 14 with SHA-256.
TEST_F(TwoRouters, CertificatesUseDigitalSignatures) {
  left.use_certificates("CN=left");
  right.use_certificates("CN=right");
  start();
  bring_up(left);
  expect_tunnel();
  const Result<wire::Message> first = wire::parse(network.sent[0].octets);
  ASSERT_TRUE(first);
  EXPECT_NE(wire::find_notify(first->payloads, wire::NotifyType::kSignatureHashAlgorithms),
            nullptr);
}

// RFC 7296 3.5: without an identity of its own a profile with certificates sends the DN.
TEST_F(TwoRouters, CertificatesWithDistinguishedNames) {
  left.use_certificates("CN=left");
  right.use_certificates("CN=right");
  for (Router* r : {&left, &right}) {
    r->profile().local_identity.reset();
    r->profile().match_remote.clear();
    r->profile().match_certificate_maps = {"PEERS"};
    r->credentials.maps["PEERS"] = "CN=";
  }
  start();
  bring_up(left);
  expect_tunnel();
  EXPECT_EQ(right.status()[0].remote_identity.to_string(), "CN=left");
  EXPECT_TRUE(right.log.has("certificate map matches PROFILE profile"));  // R-PROF-13
}

// R-PROF-6, RFC 4945 3.1: a certificate that no map admits.
TEST_F(TwoRouters, CertificateMapRefuses) {
  left.use_certificates("CN=left");
  right.use_certificates("CN=right");
  right.profile().match_remote.clear();
  right.profile().match_certificate_maps = {"PEERS"};
  right.credentials.maps["PEERS"] = "CN=somebody else";
  start();
  bring_up(left);
  EXPECT_TRUE(right.log.has("no profile matches identity left.example.com"));
  EXPECT_EQ(left.up(), 0U);
}

// A wrong key is told to nobody but the log (RFC 7296 2.21.2).
TEST_F(TwoRouters, WrongPreSharedKey) {
  right.key().remote_key = to_secret(as_bytes("another secret"));
  start();
  bring_up(left);
  EXPECT_EQ(left.up(), 0U);
  EXPECT_TRUE(right.log.has("pre-shared key mismatch with 172.16.172.34"));
  EXPECT_TRUE(
      right.log.has("%CRYPTO-6-IKMP_AUTH_FAIL: Authentication method 2 failed with host "
                    "172.16.172.34"));  // R-DBG-36
  EXPECT_TRUE(left.log.has("AUTHENTICATION_FAILED"));
  EXPECT_EQ(right.manager->counters().auth_failures, 1U);
  EXPECT_EQ(right.manager->half_open(), 1U);  // failed attempts count until they are gone
  run(Duration(60000));
  expect_clean(left);
  expect_clean(right);
}

// The responder proves itself with a key that the initiator does not accept (2.21.2): the initiator
// says so and deletes.
TEST_F(TwoRouters, ResponderFailsToProveItself) {
  left.key().remote_key = to_secret(as_bytes("another secret"));
  start();
  bring_up(left);
  EXPECT_TRUE(left.log.has("pre-shared key mismatch"));
  EXPECT_TRUE(right.log.has("reports AUTHENTICATION_FAILED"));
  run(Duration(60000));
  expect_clean(left);
  expect_clean(right);
}

TEST_F(TwoRouters, CertificateOfAnotherCa) {
  left.use_certificates("CN=stranger");
  right.use_certificates("CN=right");
  start();
  bring_up(left);
  EXPECT_EQ(right.up(), 0U);
  EXPECT_TRUE(
      right.log.has("%CRYPTO-5-IKMP_INVAL_CERT: Certificate received from 172.16.172.34 is "
                    "bad: certificate of CN=stranger is of an unknown CA"));  // R-DBG-37
  EXPECT_TRUE(left.log.has("AUTHENTICATION_FAILED"));
}

TEST_F(TwoRouters, RevokedCertificate) {
  left.use_certificates("CN=left");
  right.use_certificates("CN=right");
  pki.entries.at("CN=left").bad = "certificate 01 is revoked";
  start();
  bring_up(left);
  EXPECT_EQ(right.up(), 0U);
  EXPECT_TRUE(right.log.has("certificate 01 is revoked"));
}

// RFC 4945 3.1: the identity has to stand in the certificate. R-DBG-35, R-DBG-37.
TEST_F(TwoRouters, IdentityNotInCertificate) {
  left.use_certificates("CN=left");
  right.use_certificates("CN=right");
  left.profile().local_identity->text = "right.example.com";
  start();
  bring_up(left);
  EXPECT_EQ(right.up(), 0U);
  EXPECT_TRUE(
      right.log.has("%CRYPTO-6-IKMP_NO_ID_CERT_FQDN_MATCH: ID of right.example.com (type 2) "
                    "and certificate fqdn with left.example.com"));
}

// R-PROF-2, R-PROF-12: nobody is let in under an identity that no complete profile names.
TEST_F(TwoRouters, NoProfileForIdentity) {
  policy::Identity own;
  own.kind = IdKind::kFqdn;
  own.text = "left.example.com";
  left.profile().local_identity = own;
  start();
  bring_up(left);
  EXPECT_EQ(right.up(), 0U);
  EXPECT_TRUE(right.log.has("peer matches *none* of the profiles"));
}

// R-VRF-2: a profile for peers that are met in one VRF is for nobody who is met elsewhere.
TEST_F(TwoRouters, ProfileForAnotherVrf) {
  right.profile().match_front_vrf = "red";
  start();
  bring_up(left);
  EXPECT_EQ(right.up(), 0U);
  EXPECT_TRUE(right.log.has("is for another VRF"));
}

// An initiator does not take anybody else for the peer that its profile names.
TEST_F(TwoRouters, InitiatorRefusesAnotherIdentity) {
  policy::Identity own;
  own.kind = IdKind::kFqdn;
  own.text = "impostor.example.com";
  right.profile().local_identity = own;
  start();
  bring_up(left);
  EXPECT_TRUE(left.log.has("does not admit identity impostor.example.com"));
  run(Duration(60000));
  expect_clean(left);
}

// RFC 7296 3.5, R-KEY-11: names and key ids as identities, found in the keyring by identity.
TEST_F(TwoRouters, NamesAsIdentities) {
  policy::Identity left_id, right_id;
  left_id.kind = IdKind::kEmail;
  left_id.text = "left@example.com";
  right_id.kind = IdKind::kKeyId;
  right_id.text = "right gate";
  left.profile().local_identity = left_id;
  right.profile().local_identity = right_id;
  left.profile().match_remote = {{policy::IdentityMatch::Kind::kKeyId, {}, "right gate"}};
  right.profile().match_remote = {{policy::IdentityMatch::Kind::kEmailDomain, {}, "example.com"}};
  right.key().address.reset();
  right.key().identity = left_id;
  start();
  bring_up(left);
  expect_tunnel();
}

// RFC 7296 2.6, RFC 8019 4.3: a threshold of one half-open SA makes the second one bring a cookie.
TEST_F(TwoRouters, CookieWhenHalfOpen) {
  right.options.cookie_threshold = 1;
  right.engine_delay.wait = Duration(3000);
  start();
  // Somebody else's request is half open while left's arrives.
  ASSERT_TRUE(left.manager->initiate(left.rule_id()));
  Packet other = network.sent.front();
  other.from.address = *IpAddress::parse("10.9.9.9");
  other.octets[0] ^= 1;
  network.deliver(other);
  EXPECT_EQ(right.manager->half_open(), 1U);
  run(Duration(20000));
  EXPECT_GE(right.manager->counters().cookies_sent, 1U);
  EXPECT_EQ(left.up(), 1U);
  EXPECT_EQ(mismatch(left.database, right.database), "");
  run(Duration(60000));
  EXPECT_EQ(right.manager->half_open(), 0U);
  EXPECT_EQ(right.manager->counters().half_open_timeouts, 1U);
}

// A cookie that is not ours gets a fresh one and no SA.
TEST_F(TwoRouters, WrongCookieAllocatesNothing) {
  right.config.cookie_challenge = 1;
  right.engine_delay.wait = Duration(3000);
  start();
  ASSERT_TRUE(left.manager->initiate(left.rule_id()));
  Result<wire::Message> request = wire::parse(network.sent.front().octets);
  ASSERT_TRUE(request);
  run(Duration(10));
  EXPECT_EQ(right.manager->half_open(), 1U);
  for (int i = 0; i < 50; ++i) {
    request->header.initiator_spi += 1;
    if (i == 0) {
      request->payloads.insert(request->payloads.begin(),
                               wire::notify(wire::NotifyType::kCookie, Bytes(33, 7)));
    }
    network.deliver({{left.address, 500}, {right.address, 500}, *wire::serialize(*request)});
  }
  EXPECT_EQ(right.manager->half_open(), 1U);
  EXPECT_EQ(right.manager->counters().cookies_wrong, 50U);
}

// RFC 7296 1.2: the group of our KE is not the one that the peer takes.
TEST_F(TwoRouters, InvalidKeIsRetried) {
  policy::Ikev2Proposal modern = policy::default_ikev2_proposal();
  modern.groups = {wire::DhId::kModp2048, wire::DhId::kEcp256};
  left.config.ikev2_proposals["P"] = modern;
  left.config.ikev2_policies["POL"] = {"POL", {}, {"P"}};
  modern.groups = {wire::DhId::kEcp256};
  right.config.ikev2_proposals["P"] = modern;
  right.config.ikev2_policies["POL"] = {"POL", {}, {"P"}};
  start();
  bring_up(left);
  expect_tunnel();
  EXPECT_EQ(left.status()[0].group, wire::DhId::kEcp256);
  EXPECT_EQ(right.manager->counters().invalid_ke, 1U);
}

// RFC 7296 2.6.1: a cookie and another group are both asked for.
TEST_F(TwoRouters, CookieThenInvalidKe) {
  policy::Ikev2Proposal modern = policy::default_ikev2_proposal();
  modern.groups = {wire::DhId::kModp2048, wire::DhId::kCurve25519};
  left.config.ikev2_proposals["P"] = modern;
  left.config.ikev2_policies["POL"] = {"POL", {}, {"P"}};
  modern.groups = {wire::DhId::kCurve25519};
  right.config.ikev2_proposals["P"] = modern;
  right.config.ikev2_policies["POL"] = {"POL", {}, {"P"}};
  right.options.cookie_threshold = 0;
  start();
  bring_up(left);
  expect_tunnel();
  EXPECT_EQ(right.manager->counters().cookies_sent, 1U);
  EXPECT_EQ(right.manager->counters().invalid_ke, 1U);
}

// RFC 7296 2.1: late copies of what was asked for are no new demands.
TEST_F(TwoRouters, CookieAndInvalidKeWithCopies) {
  policy::Ikev2Proposal modern = policy::default_ikev2_proposal();
  modern.groups = {wire::DhId::kModp2048, wire::DhId::kCurve25519};
  left.config.ikev2_proposals["P"] = modern;
  left.config.ikev2_policies["POL"] = {"POL", {}, {"P"}};
  modern.groups = {wire::DhId::kCurve25519};
  right.config.ikev2_proposals["P"] = modern;
  right.config.ikev2_policies["POL"] = {"POL", {}, {"P"}};
  right.options.cookie_threshold = 0;
  network.plan = [](std::size_t, const Packet&) {
    return std::vector<Duration>{Duration(5), Duration(6), Duration(7), Duration(300)};
  };
  start();
  bring_up(left);
  EXPECT_EQ(left.up(), 1U);
  EXPECT_EQ(mismatch(left.database, right.database), "");
}

// RFC 7296 2.7: no common algorithm; the record says which candidates were looked at.
TEST_F(TwoRouters, NoProposalChosen) {
  policy::Ikev2Proposal p{"P",
                          {{wire::EncrId::kAesCbc, 128}},
                          {wire::IntegId::kHmacSha256_128},
                          {},
                          {wire::DhId::kEcp256}};
  left.config.ikev2_proposals["P"] = p;
  left.config.ikev2_policies["POL"] = {"POL", {}, {"P"}};
  p.ciphers = {{wire::EncrId::kAesCbc, 256}};
  right.config.ikev2_proposals["P"] = p;
  right.config.ikev2_policies["POL"] = {"POL", {}, {"P"}};
  start();
  bring_up(left);
  EXPECT_TRUE(left.log.has("peer answered NO_PROPOSAL_CHOSEN"));
  EXPECT_TRUE(right.log.has("no common ENCR"));
  ASSERT_FALSE(right.manager->decisions().empty());
  EXPECT_EQ(right.manager->decisions().back().outcome, "NO_PROPOSAL_CHOSEN");
  expect_clean(left);
  expect_clean(right);
}

// Legacy algorithms stand in the configuration and are not negotiated without the switch.
TEST_F(TwoRouters, LegacyAlgorithmsNeedTheSwitch) {
  const policy::Ikev2Proposal old{
      "OLD", {{wire::EncrId::kDes, 0}}, {wire::IntegId::kHmacMd5_96}, {}, {wire::DhId::kModp1024}};
  for (Router* r : {&left, &right}) {
    r->config.ikev2_proposals["OLD"] = old;
    r->config.ikev2_policies["POL"] = {"POL", {}, {"OLD"}};
  }
  start();
  bring_up(left);
  EXPECT_TRUE(left.log.has("legacy algorithm, needs crypto legacy-algorithms"));
  EXPECT_EQ(left.up(), 0U);
}

// RFC 7296 1.2: the CHILD SA fails, the IKE SA stands.
TEST_F(TwoRouters, ChildRefusedForSelectors) {
  right.rules[0].selectors.local = policy::TrafficSelector::of(*IpPrefix::parse("2.2.2.0/24"));
  start();
  bring_up(left);
  EXPECT_EQ(left.up(), 1U);
  EXPECT_EQ(right.up(), 1U);
  EXPECT_TRUE(left.database.pairs.empty());
  EXPECT_TRUE(left.database.reserved.empty());
  EXPECT_TRUE(left.log.has("peer answered TS_UNACCEPTABLE"));
  EXPECT_TRUE(right.log.has("no crypto map entry fits"));
}

TEST_F(TwoRouters, ChildRefusedForProposal) {
  right.config.transform_sets.at("SET").esp_cipher = policy::Cipher{wire::EncrId::kAesCbc, 128};
  right.config.transform_sets.at("SET").esp_integrity = wire::IntegId::kHmacSha1_96;
  start();
  bring_up(left);
  EXPECT_EQ(left.up(), 1U);
  EXPECT_TRUE(right.database.pairs.empty());
  EXPECT_TRUE(left.log.has("peer answered NO_PROPOSAL_CHOSEN"));
}

TEST_F(TwoRouters, ChildRefusedByDataPlane) {
  left.database.refuse_adds = true;
  start();
  bring_up(left);
  EXPECT_EQ(left.up(), 1U);
  EXPECT_TRUE(left.log.has("table is full"));
  EXPECT_TRUE(left.database.reserved.empty());
  EXPECT_TRUE(right.database.pairs.empty());  // withdrawn by a Delete
}

// RFC 7296 2.9, 2.9.1: the responder narrows, and both protect the narrower selectors.
TEST_F(TwoRouters, SelectorsAreNarrowed) {
  left.rules[0].selectors.remote = policy::TrafficSelector::of(*IpPrefix::parse("1.1.0.0/16"));
  start();
  bring_up(left);
  expect_tunnel();
  EXPECT_EQ(left.status()[0].children[0].selectors_remote[0].to_string(),
            "1.1.1.0-1.1.1.255 proto 0 port 0-65535");
}

// RFC 7296 1.3.1: transport mode where both want it, tunnel mode where one does not.
TEST_F(TwoRouters, TransportMode) {
  left.rules[0].mode = policy::EncapsulationMode::kTransport;
  right.rules[0].mode = policy::EncapsulationMode::kTransport;
  start();
  bring_up(left);
  expect_tunnel();
  EXPECT_EQ(left.status()[0].children[0].mode, policy::EncapsulationMode::kTransport);
}

TEST_F(TwoRouters, TransportModeDeclined) {
  left.rules[0].mode = policy::EncapsulationMode::kTransport;
  start();
  bring_up(left);
  expect_tunnel();
  EXPECT_EQ(left.status()[0].children[0].mode, policy::EncapsulationMode::kTunnel);
}

// Every cipher family that ESP is given keys for.
TEST_F(TwoRouters, EspSuites) {
  struct Case {
    policy::Cipher cipher;
    std::optional<wire::IntegId> integrity;
    std::size_t key, integrity_key;
  };
  const Case cases[]{{{wire::EncrId::kAesGcm16, 128}, {}, 20, 0},
                     {{wire::EncrId::kAesCbc, 256}, wire::IntegId::kHmacSha256_128, 32, 32},
                     {{wire::EncrId::kAesCbc, 128}, wire::IntegId::kHmacSha1_96, 16, 20},
                     {{wire::EncrId::k3Des, 0}, wire::IntegId::kHmacSha1_96, 24, 20},
                     {{wire::EncrId::kNull, 0}, wire::IntegId::kHmacSha1_96, 0, 20},
                     {{wire::EncrId::kAesCtr, 256}, wire::IntegId::kHmacSha256_128, 36, 32},
                     {{wire::EncrId::kNullAuthAesGmac, 128}, {}, 20, 0},
                     {{wire::EncrId::kChaCha20Poly1305, 0}, {}, 36, 0}};
  for (const Case& c : cases) {
    for (Router* r : {&left, &right}) {
      r->config.transform_sets.at("SET").esp_cipher = c.cipher;
      r->config.transform_sets.at("SET").esp_integrity = c.integrity;
      r->database.pairs.clear();
      r->manager.reset();
    }
    start();
    bring_up(left);
    ASSERT_EQ(left.database.pairs.size(), 1U);
    const ports::SaPair& pair = left.database.pairs.begin()->second;
    EXPECT_EQ(pair.suite.cipher, c.cipher.id);
    EXPECT_TRUE(pair.suite.esn);
    EXPECT_EQ(pair.keys_in.cipher.size(), c.key);
    EXPECT_EQ(pair.keys_in.integrity.size(), c.integrity_key);
    const ports::SaPair& other = right.database.pairs.begin()->second;
    EXPECT_EQ(pair.keys_in.integrity, other.keys_out.integrity);
    EXPECT_EQ(pair.keys_out.cipher, other.keys_in.cipher);
  }
}

// RFC 7296 2.23; R-NAT-2, R-NAT-11: no NAT, no encapsulation, port 500 throughout unless an end may
// move (RFC 4555 3.3).
TEST_F(TwoRouters, NoNat) {
  left.config.mobike = false;
  start();
  bring_up(left);
  expect_tunnel();
  EXPECT_FALSE(left.status()[0].local_behind_nat || left.status()[0].remote_behind_nat);
  for (const Packet& p : network.sent) EXPECT_EQ(p.to.port, 500);
}

// RFC 7296 2.23; R-NAT-1, R-NAT-2, R-NAT-12: left stands behind a NAT that gives it another address
// and port.
TEST_F(TwoRouters, BehindNat) {
  const IpAddress outside = *IpAddress::parse("203.0.113.7");
  network.rewrite = [&](Packet& p) {
    if (p.from.address == left.address) {
      const std::uint16_t mapped = p.from.port == 500 ? 10500 : 14500;
      p.from = {outside, mapped};
    } else if (p.to.address == outside) {
      p.to = {left.address, static_cast<std::uint16_t>(p.to.port - 10000)};
    }
  };
  right.config.ikev2_keyrings.at("RING").peers[0].address = IpPrefix{outside, 32};
  right.rules[0].remote = outside;
  right.entry().peers = {outside};
  start();
  bring_up(left);
  expect_tunnel();
  EXPECT_TRUE(left.status()[0].local_behind_nat);
  EXPECT_FALSE(left.status()[0].remote_behind_nat);
  EXPECT_TRUE(right.status()[0].remote_behind_nat);
  EXPECT_EQ(right.status()[0].remote.to_string(), "203.0.113.7:14500");
  EXPECT_EQ(left.status()[0].remote.port, 4500);
  const ports::SaPair& pair = right.database.pairs.begin()->second;
  EXPECT_TRUE(pair.udp_encapsulation);
  EXPECT_EQ(pair.remote.port, 14500);
}

// A data plane without raw ESP pretends a NAT, so that both ends encapsulate.
TEST_F(TwoRouters, ForcedEncapsulationByInitiator) {
  left.database.udp_only = true;
  start();
  bring_up(left);
  expect_tunnel();
  EXPECT_TRUE(left.database.pairs.begin()->second.udp_encapsulation);
  EXPECT_EQ(right.status()[0].local.port, 4500);
}

TEST_F(TwoRouters, ForcedEncapsulationByResponder) {
  right.database.udp_only = true;
  start();
  bring_up(left);
  expect_tunnel();
  EXPECT_TRUE(left.database.pairs.begin()->second.udp_encapsulation);
  EXPECT_EQ(right.status()[0].remote.port, 4500);
}

// RFC 7296 2.4: after a crash the peer's INITIAL_CONTACT clears what is left of the old sessions.
TEST_F(TwoRouters, InitialContactAfterCrash) {
  start();
  bring_up(left);
  expect_tunnel();
  left.crash();
  left.database.pairs.clear();
  left.start();
  bring_up(left);
  EXPECT_EQ(right.up(), 1U);
  expect_tunnel();
  EXPECT_TRUE(right.log.has("peer made initial contact anew"));
}

// Nobody answers: the attempt ends, and the next one has to wait.
TEST_F(TwoRouters, DeafPeer) {
  network.plan = [](std::size_t, const Packet&) { return std::vector<Duration>{}; };
  start();
  bring_up(left);
  run(Duration(120000));
  EXPECT_EQ(network.sent.size(), left.options.retransmit_tries);
  for (const Packet& p : network.sent) EXPECT_EQ(p.octets, network.sent[0].octets);
  EXPECT_TRUE(left.log.has("peer is not responding"));
  expect_clean(left);
}

// Traffic asks for the tunnel, as often as it likes.
TEST_F(TwoRouters, AcquireIsAskedOften) {
  start();
  for (int i = 0; i < 100; ++i) left.manager->on_acquire(left.rule_id(), std::nullopt);
  run(Duration(1000));
  expect_tunnel();
  for (int i = 0; i < 100; ++i) left.manager->on_acquire(left.rule_id(), std::nullopt);
  EXPECT_EQ(network.sent.size(), 4U);
}

TEST_F(TwoRouters, InitiateSaysWhyNot) {
  start();
  EXPECT_EQ(left.manager->initiate({"MAP", 99, 1}).error().code, Errc::kNotFound);
  left.profile().match_remote.clear();  // R-PROF-2
  left.start();
  const Status incomplete = left.manager->initiate(left.rule_id());
  ASSERT_FALSE(incomplete);
  EXPECT_NE(incomplete.error().text.find("incomplete"), std::string::npos);
}

}  // namespace
}  // namespace spa::exchange
