// SPDX-License-Identifier: Apache-2.0
// Authentication with RSA encryption: two managers that hide ID and nonce from everybody else (RFC
// 2409 5.2), and what a stranger sees of it.
#include <utility>

#include "tests/exchange/rsa_encryption.h"
#include "tests/exchange/two_routers.h"
#include "userspace/crypto/hash.h"
#include "userspace/crypto/rsa_encryption.h"
#include "userspace/wire/v1/message.h"
#include "userspace/wire/v1/phase1_transform.h"

namespace spa::exchange {
namespace {

namespace v1 = wire::v1;
using v1::PayloadType;

constexpr std::size_t kModulus = 256;  // octets of the keys of FakePki

class Ikev1Encryption : public TwoRouters, public ::testing::WithParamInterface<bool> {
 protected:
  Ikev1Encryption() {
    use_rsa_encryption(left, "CN=left", key_of("CN=right"));
    use_rsa_encryption(right, "CN=right", key_of("CN=left"));
    for (Router* r : {&left, &right}) {
      r->isakmp_profile().initiate_aggressive = GetParam();
      r->entry().isakmp_profile = "V1";
    }
  }
  [[nodiscard]] crypto::PublicKey key_of(const std::string& subject) const {
    return *pki.entries.at(subject).key().public_key();
  }
  // The datagram that hides what the initiator (or the responder) has to say.
  [[nodiscard]] static std::size_t hiding(bool initiators) {
    return (GetParam() ? 0U : 2U) + (initiators ? 0U : 1U);
  }
  [[nodiscard]] static v1::Message read(const Packet& packet) {
    return v1::parse(packet.octets, v1::Bodies::kEncrypted).value_or(v1::Message{});
  }
  // Changes the payloads of the n-th datagram on its way.
  void change(std::size_t n, const std::function<void(std::vector<v1::Payload>&)>& what) {
    network.plan = [this, n, what](std::size_t i, const Packet& packet) {
      if (i != n) return std::vector<Duration>{Duration(5)};
      v1::Message message = read(packet);
      what(message.payloads);
      Packet changed = packet;
      changed.octets = *v1::serialize(message);
      (void)timers.after(Duration(5), [this, changed] { network.deliver(changed); });
      return std::vector<Duration>{};
    };
  }
  void expect_nothing() {
    run(Duration(120000));
    EXPECT_EQ(left.up(), 0U);
    EXPECT_EQ(right.up(), 0U);
    expect_clean(left);
    expect_clean(right);
  }
};

INSTANTIATE_TEST_SUITE_P(Modes, Ikev1Encryption, ::testing::Bool(),
                         [](const auto& tested) { return tested.param ? "Aggressive" : "Main"; });

v1::OpaquePayload& opaque(std::vector<v1::Payload>& payloads, PayloadType type) {
  for (v1::Payload& payload : payloads) {
    auto* found = std::get_if<v1::OpaquePayload>(&payload);
    if (found != nullptr && found->type == type) return *found;
  }
  throw std::logic_error("no such payload");
}

// RFC 2409 5.2: as the figure has it, and neither identity nor nonce in the clear.
TEST_P(Ikev1Encryption, Figure) {
  start();
  bring_up(left);
  expect_tunnel();
  EXPECT_EQ(network.sent.size(), GetParam() ? 6U : 9U);
  for (const bool initiators : {true, false}) {
    const v1::Message message = read(network.sent.at(hiding(initiators)));
    ASSERT_NE(v1::find<v1::KePayload>(message.payloads), nullptr);
    for (const PayloadType type : {PayloadType::kId, PayloadType::kNonce}) {
      const auto* hidden = v1::find_opaque(message.payloads, type);
      ASSERT_NE(hidden, nullptr) << v1::to_string(type);
      EXPECT_EQ(hidden->data.size(), kModulus);
    }
  }
  const ike::IkeSaStatus s = left.status().front();
  EXPECT_EQ(s.local_auth, "RSA-ENCR");
  EXPECT_EQ(s.auth_engine, "OpenSSL");
  EXPECT_EQ(s.remote_identity.to_string(), "172.16.172.39");
  EXPECT_EQ(right.status().front().remote_identity.to_string(), "172.16.172.34");
  EXPECT_EQ(right.status().front().profile, "V1");
  expect_nothing_left_over();
}

// R-KEY-13: a key by name, in the keyring of the profile that admits that name.
TEST_P(Ikev1Encryption, NamesAndKeyrings) {
  for (Router* r : {&left, &right}) {
    Router& other = r == &left ? right : left;
    r->config.isakmp.identity = policy::IsakmpIdentity::kHostname;
    r->config.hostname = r->name;
    r->config.domain_name = "example.com";
    policy::IsakmpKeyring ring = r->config.isakmp.keyrings.at(policy::kDefaultKeyring);
    r->config.isakmp.keyrings.at(policy::kDefaultKeyring).public_keys.clear();
    ring.public_keys.front().name = other.name + ".example.com";
    r->config.isakmp.keyrings["RSA"] = std::move(ring);
    r->isakmp_profile().match_remote = {
        {policy::IdentityMatch::Kind::kFqdnDomain, {}, "example.com"}};
    r->isakmp_profile().keyrings = {"RSA"};
  }
  start();
  bring_up(left);
  expect_tunnel();
  EXPECT_EQ(left.status().front().remote_identity.to_string(), "right.example.com");
  EXPECT_EQ(right.status().front().remote_identity.to_string(), "left.example.com");
}

// R-POL-11: without the peer's key, or without one of our own, the method is not offered, and not
// taken.
TEST_P(Ikev1Encryption, NeedsBothKeys) {
  left.config.isakmp.keyrings.at(policy::kDefaultKeyring).public_keys.clear();
  right.credentials.points.clear();
  start();
  // The suite that is always tried last has signatures (R-POL-10), for which a certificate is
  // enough.
  (void)left.manager->initiate(left.rule_id());
  ASSERT_FALSE(network.sent.empty());
  const v1::Message offer = v1::parse(network.sent[0].octets).value_or(v1::Message{});
  const auto* sa = v1::find<v1::SaPayload>(offer.payloads);
  ASSERT_NE(sa, nullptr);
  for (const v1::Transform& transform : sa->proposals.at(0).transforms) {
    EXPECT_NE(v1::decode_phase1(transform)->auth, v1::Phase1Auth::kRsaEncryption);
  }
  run(Duration(120000));
  const std::size_t before = network.sent.size();
  (void)right.manager->initiate(right.rule_id());
  EXPECT_EQ(network.sent.size(), before);
}

TEST_P(Ikev1Encryption, ResponderWithoutAKeyOfItsOwn) {
  right.credentials.points.clear();
  start();
  bring_up(left);
  EXPECT_GE(right.manager->counters().no_proposal, 1U);
  expect_nothing();
}

// Either end knows another key than the one that the peer has.
TEST_P(Ikev1Encryption, WrongKey) {
  for (Router World::* who : {&World::left, &World::right}) {
    World world;
    use_rsa_encryption(world.left, "CN=left", key_of("CN=right"));
    use_rsa_encryption(world.right, "CN=right", key_of("CN=left"));
    for (Router* r : {&world.left, &world.right}) {
      r->isakmp_profile().initiate_aggressive = GetParam();
      r->entry().isakmp_profile = "V1";
    }
    (world.*who).config.isakmp.keyrings.at(policy::kDefaultKeyring).public_keys.front().der =
        *key_of("CN=stranger").to_der();
    world.start();
    (void)world.left.manager->initiate(world.left.rule_id());
    world.run(Duration(120000));
    EXPECT_EQ(world.left.up() + world.right.up(), 0U) << (world.*who).name;
    world.expect_clean(world.left);
    world.expect_clean(world.right);
  }
}

// Who proves one key is not taken for the owner of another: what goes back is for the owner of the
// name that was given.
TEST_P(Ikev1Encryption, NameOfSomebodyElse) {
  policy::Identity claimed;
  claimed.kind = policy::Identity::Kind::kFqdn;
  claimed.text = "other.example.com";
  left.isakmp_profile().self_identity = claimed;
  policy::RsaPublicKey others;
  others.name = claimed.text;
  others.der = *key_of("CN=stranger").to_der();
  right.config.isakmp.keyrings.at(policy::kDefaultKeyring).public_keys.push_back(others);
  start();
  bring_up(left);
  expect_nothing();
}

// HASH(1) names the certificate, and with it the key, that the initiator encrypted for.
TEST_P(Ikev1Encryption, HashOfTheCertificate) {
  pki.issue("CN=second", "CN=Test CA", {}, 3);
  right.credentials.points["LATER"] = {"CN=Test CA", "CN=second"};
  right.config.trustpoints.emplace_back().name = "LATER";  // looked at first (R-PROF-16)
  const auto insert = [](const std::string& subject) {
    return [subject](std::vector<v1::Payload>& payloads) {
      const auto certificate = "certificate of " + subject;
      const v1::HashPayload hash{
          *crypto::hash(crypto::HashAlgorithm::kSha256, {as_bytes(certificate)})};
      payloads.insert(payloads.begin() + (GetParam() ? 1 : 0), hash);
    };
  };
  start();
  change(hiding(true), insert("CN=right"));
  bring_up(left);
  expect_tunnel();
  (void)left.manager->clear({});
  run(Duration(150000));
  // Without it, and with a hash that fits nothing, nothing comes up.
  network.plan = [](std::size_t, const Packet&) { return std::vector<Duration>{Duration(5)}; };
  bring_up(left);
  expect_nothing();
  change(network.sent.size() + hiding(true), insert("CN=nobody"));
  (void)left.manager->initiate(left.rule_id());
  expect_nothing();
}

// Without a key in the configuration: first the ends show their certificates, then they hide values
// under the keys of those, if their policies want that more.
class SeenBefore : public Ikev1Encryption {
 protected:
  SeenBefore() {
    for (Router* r : {&left, &right}) {
      r->config.isakmp.keyrings.at(policy::kDefaultKeyring).public_keys.clear();
      r->config.isakmp.policies[20] = r->config.isakmp.policies.at(10);
      r->config.isakmp.policies.at(20).auth = policy::IsakmpAuth::kRsaSig;
      r->config.hostname = r->name;
      r->config.domain_name = "example.com";
      r->isakmp_profile().match_remote = {
          {policy::IdentityMatch::Kind::kFqdnDomain, {}, "example.com"}};
    }
    start();
    bring_up(left);
  }
  void come_again() {
    (void)left.manager->clear({});
    run(Duration(150000));
    network.sent.clear();
    bring_up(left);
  }
  [[nodiscard]] std::string method() const {
    return left.up() == 0 ? "none" : left.status().front().local_auth;
  }
};

INSTANTIATE_TEST_SUITE_P(Modes, SeenBefore, ::testing::Bool(),
                         [](const auto& tested) { return tested.param ? "Aggressive" : "Main"; });

// RFC 2409 5.2: HASH(1) says which of the responder's certificates was used.
TEST_P(SeenBefore, TheKeyOfItsCertificateIsUsed) {
  expect_tunnel();
  EXPECT_EQ(method(), "RSA");
  come_again();
  expect_tunnel();
  EXPECT_EQ(method(), "RSA-ENCR");
  EXPECT_EQ(left.status().front().remote_identity.to_string(), "right.example.com");
  const v1::Message message = read(network.sent.at(hiding(true)));
  const auto* hash = v1::find<v1::HashPayload>(message.payloads);
  ASSERT_NE(hash, nullptr);
  EXPECT_EQ(hash->data,
            *crypto::hash(crypto::HashAlgorithm::kSha256, {as_bytes("certificate of CN=right")}));
  // And so it stays.
  come_again();
  EXPECT_EQ(method(), "RSA-ENCR");
}

// RFC 2409 5.2: a certificate that has become bad since proves nothing.
TEST_P(SeenBefore, ABadCertificateProvesNothing) {
  for (const char* who : {"CN=left", "CN=right"}) {
    const std::string before = std::exchange(pki.entries.at(who).bad, "certificate is revoked");
    come_again();
    EXPECT_TRUE(left.database.pairs.empty() && right.database.pairs.empty()) << who;
    pki.entries.at(who).bad = before;
    for (int i = 0; i < 2 && right.database.pairs.empty(); ++i) come_again();
    EXPECT_EQ(right.database.pairs.size(), 1U) << who;
  }
}

// A peer that has forgotten us gets along by signatures again, at the second attempt at the latest.
TEST_P(SeenBefore, APeerThatHasForgotten) {
  right.restart();
  come_again();
  if (left.up() == 0) come_again();
  expect_tunnel();
  EXPECT_EQ(method(), "RSA");
}

// Whatever comes out of a ciphertext, the responder shows nothing of it: the padding may be wrong,
// the identity none or unknown, the nonce of an impossible size. All that is seen is what is seen
// when all is well and only the HASH is wrong (CVE-2018-0131 told these apart).
TEST_P(Ikev1Encryption, NoOracle) {
  const crypto::PublicKey key = key_of("CN=right");
  const auto hide = [&key](PayloadType type, const Bytes& plain) {
    return [&key, type, plain](std::vector<v1::Payload>& payloads) {
      opaque(payloads, type).data = *crypto::rsa_encrypt(key, plain);
    };
  };
  const auto damage = [](PayloadType type) {
    return
        [type](std::vector<v1::Payload>& payloads) { opaque(payloads, type).data.back() ^= 0x40; };
  };
  const Bytes nobody = v1::id_body(v1::id_of(*IpAddress::parse("192.0.2.77")));
  const std::vector<std::pair<std::string, std::function<void(std::vector<v1::Payload>&)>>> cases{
      {"wrong hash", hide(PayloadType::kNonce, Bytes(32, 0x55))},
      {"padding of the nonce", damage(PayloadType::kNonce)},
      {"padding of the identity", damage(PayloadType::kId)},
      {"empty nonce", hide(PayloadType::kNonce, {})},
      {"short nonce", hide(PayloadType::kNonce, Bytes(3, 1))},
      {"identity that is none", hide(PayloadType::kId, Bytes(20, 0xee))},
      {"empty identity", hide(PayloadType::kId, {})},
      {"unknown identity", hide(PayloadType::kId, nobody)}};
  std::vector<std::string> first;
  for (const auto& [name, what] : cases) {
    SCOPED_TRACE(name);
    left.crash();
    right.crash();
    start();
    const std::size_t before = network.sent.size();
    change(before + hiding(true), what);
    (void)left.manager->initiate(left.rule_id());
    run(Duration(120000));
    EXPECT_EQ(right.up(), 0U);
    expect_clean(right);
    std::vector<std::string> seen;
    for (std::size_t i = before; i < network.sent.size(); ++i) {
      const Packet& packet = network.sent[i];
      if (packet.from.address != right.address) continue;
      std::string shape = std::to_string(packet.octets.size());
      for (const v1::Payload& payload : read(packet).payloads) {
        shape += " " + v1::to_string(v1::type_of(payload));
      }
      seen.push_back(shape);
    }
    if (first.empty()) first = seen;
    EXPECT_EQ(seen, first);
  }
  EXPECT_FALSE(first.empty());
}

// Neither does the initiator: it says what it has to say, whatever it could read. A changed answer
// of main mode costs the attempt, as it does with every other method; in aggressive mode the HASH
// comes with it, and the true answer may still come.
TEST_P(Ikev1Encryption, NoOracleAtTheInitiator) {
  std::vector<std::size_t> messages;
  for (const PayloadType type : {PayloadType::kId, PayloadType::kNonce}) {
    left.crash();
    right.crash();
    start();
    const std::size_t before = network.sent.size();
    change(before + hiding(false), [type](std::vector<v1::Payload>& payloads) {
      opaque(payloads, type).data.back() ^= 0x40;
    });
    (void)left.manager->initiate(left.rule_id());
    run(Duration(4000));
    messages.push_back(static_cast<std::size_t>(std::count_if(
        network.sent.begin() + static_cast<std::ptrdiff_t>(before), network.sent.end(),
        [&](const Packet& p) { return p.from.address == left.address; })));
    run(Duration(120000));
    EXPECT_EQ(left.up(), GetParam() ? 1U : 0U);
  }
  EXPECT_EQ(messages.at(0), messages.at(1));
}

// What everybody can see needs no hiding: a body that is no ciphertext of the key is refused, and
// the true message is taken.
TEST_P(Ikev1Encryption, NoCiphertext) {
  change(hiding(true), [](std::vector<v1::Payload>& payloads) {
    opaque(payloads, PayloadType::kNonce).data.pop_back();
  });
  start();
  bring_up(left);
  run(Duration(20000));
  expect_tunnel();
}

// RFC 2408 5.1: public-key work that takes its time changes nothing, nor does the loss or the
// repetition of any datagram.
TEST_P(Ikev1Encryption, SlowEngines) {
  for (Router* r : {&left, &right}) r->engine_delay.wait = Duration(700);
  start();
  bring_up(left);
  run(Duration(20000));
  expect_tunnel();
}

TEST_P(Ikev1Encryption, EveryDatagramLostOrDoubled) {
  const std::size_t datagrams = GetParam() ? 6 : 9;
  for (std::size_t n = 0; n < datagrams; ++n) {
    for (const bool doubled : {false, true}) {
      SCOPED_TRACE((doubled ? "doubled " : "lost ") + std::to_string(n));
      left.restart();
      right.restart();
      const std::size_t at = network.sent.size() + n;
      network.plan = [at, doubled](std::size_t i, const Packet&) {
        if (i != at) return std::vector<Duration>{Duration(5)};
        return doubled ? std::vector<Duration>{Duration(5), Duration(9)} : std::vector<Duration>{};
      };
      (void)left.manager->initiate(left.rule_id());
      run(Duration(60000));
      expect_sas(1, 1);
    }
  }
}

}  // namespace
}  // namespace spa::exchange
