// SPDX-License-Identifier: Apache-2.0
// AH, AH around ESP, and IPComp before either, in quick mode: what belongs together has one number,
// SPIs, CPIs and keys of its own (RFC 2407 4.4.3 to 4.4.5, RFC 2408 4.2, RFC 2409 5.5, RFC
// 3173 4.1).
#include <optional>

#include "tests/exchange/bare_ikev1_peer.h"
#include "tests/exchange/two_routers.h"
#include "userspace/wire/v1/phase2_transform.h"

namespace spa::exchange {
namespace {

using wire::EncrId;
using wire::IntegId;
using wire::IpCompId;

policy::TransformSet transform_set(std::optional<policy::Cipher> cipher, IntegId integrity,
                                   IntegId ah, IpCompId compression) {
  policy::TransformSet set;
  set.name = "SET";
  set.esp_cipher = cipher;
  if (integrity != IntegId::kNone) set.esp_integrity = integrity;
  if (ah != IntegId::kNone) set.ah = ah;
  set.compression = compression;
  return set;
}

const policy::Cipher kAes{EncrId::kAesCbc, 256};
const policy::Cipher kGcm{EncrId::kAesGcm16, 256};
const policy::TransformSet kEsp =
    transform_set(kAes, IntegId::kHmacSha256_128, IntegId::kNone, IpCompId::kNone);
const policy::TransformSet kAh =
    transform_set(std::nullopt, IntegId::kNone, IntegId::kHmacSha1_96, IpCompId::kNone);
const policy::TransformSet kBoth =
    transform_set(kAes, IntegId::kHmacSha1_96, IntegId::kHmacSha256_128, IpCompId::kNone);

class Ikev1Bundles : public TwoRouters {
 protected:
  Ikev1Bundles() {
    for (Router* r : {&left, &right}) {
      r->use_ikev1();
      r->options.rekey_to_percent = 80;
    }
  }
  static void use(Router& router, const std::vector<policy::TransformSet>& sets) {
    router.entry().transform_sets.clear();
    for (const policy::TransformSet& set : sets) {
      const std::string name = "S" + std::to_string(router.entry().transform_sets.size());
      router.config.transform_sets[name] = set;
      router.entry().transform_sets.push_back(name);
    }
  }
  void both_use(const std::vector<policy::TransformSet>& sets) {
    use(left, sets);
    use(right, sets);
  }
  static const ports::SaPair& pair(const Router& router) {
    return router.database.pairs.begin()->second;
  }
  void expect_no_reservation() {
    for (const Router* r : {&left, &right}) {
      EXPECT_TRUE(r->database.reserved.empty()) << r->name;
      EXPECT_TRUE(r->database.reserved_cpis.empty()) << r->name;
    }
  }
};

// Every combination that a transform set can say, from either end.
TEST_F(Ikev1Bundles, EveryTransformSet) {
  const std::optional<policy::Cipher> ciphers[] = {std::nullopt, kAes, kGcm,
                                                   policy::Cipher{EncrId::kNull, 0}};
  for (const auto& cipher : ciphers) {
    for (const IntegId ah : {IntegId::kNone, IntegId::kHmacSha1_96, IntegId::kHmacSha256_128,
                             IntegId::kHmacSha384_192, IntegId::kHmacSha512_256}) {
      for (const IpCompId compression : {IpCompId::kNone, IpCompId::kDeflate}) {
        if (!cipher && ah == IntegId::kNone) continue;
        const bool combined = !cipher || cipher->id == EncrId::kAesGcm16;
        const IntegId integrity = combined ? IntegId::kNone : IntegId::kHmacSha256_128;
        for (const bool right_begins : {false, true}) {
          SCOPED_TRACE(wire::to_string(cipher ? cipher->id : EncrId{}) + ", AH " +
                       wire::to_string(ah) + ", " + wire::to_string(compression));
          both_use({transform_set(cipher, integrity, ah, compression)});
          left.restart();
          right.restart();
          bring_up(right_begins ? right : left);
          expect_tunnel();
          if (HasFatalFailure()) return;
          const ports::SaPair& made = pair(left);
          EXPECT_EQ(made.suite.has_esp(), cipher.has_value());
          EXPECT_EQ(made.suite.ah, ah);
          EXPECT_EQ(made.suite.compression, compression);
          EXPECT_EQ(made.cpi_in != 0, compression != IpCompId::kNone);
          EXPECT_EQ(made.ah_spi_in != 0, cipher && ah != IntegId::kNone);
          EXPECT_EQ(made.keys_in.ah.empty(), ah == IntegId::kNone);
          expect_no_reservation();
        }
      }
    }
  }
}

// RFC 2409 5.5: KEYMAT is of one protocol and one SPI.
TEST_F(Ikev1Bundles, EachProtocolHasItsOwnKeys) {
  both_use({transform_set(policy::Cipher{EncrId::kNull, 0}, IntegId::kHmacSha256_128,
                          IntegId::kHmacSha256_128, IpCompId::kNone)});
  start();
  bring_up(left);
  expect_tunnel();
  const ports::SaPair& made = pair(left);
  EXPECT_NE(made.spi_in, made.ah_spi_in);
  EXPECT_NE(made.keys_in.ah, made.keys_in.integrity);
  EXPECT_EQ(made.keys_in.ah.size(), 32U);
}

// One end has several, in its order of preference: neither less nor more than one of them.
TEST_F(Ikev1Bundles, TheFirstThatBothHave) {
  use(left, {kBoth, kAh, kEsp});
  use(right, {kEsp, kAh});
  start();
  bring_up(left);
  expect_tunnel();
  EXPECT_TRUE(pair(left).suite.has_ah());
  EXPECT_FALSE(pair(left).suite.has_esp());
  EXPECT_EQ(pair(left).ah_spi_in, 0U);
  expect_no_reservation();
}

// Never less than what was asked for: ESP is no answer to AH around ESP, nor the other way round.
TEST_F(Ikev1Bundles, ABundleIsTakenAsAWhole) {
  for (const auto& [mine, theirs] : {std::pair{kBoth, kEsp}, std::pair{kEsp, kBoth},
                                     std::pair{kBoth, kAh}, std::pair{kAh, kEsp}}) {
    use(left, {mine});
    use(right, {theirs});
    left.restart();
    right.restart();
    bring_up(left);
    EXPECT_TRUE(left.database.pairs.empty());
    EXPECT_TRUE(right.database.pairs.empty());
    EXPECT_TRUE(left.log.has("peer answered NO-PROPOSAL-CHOSEN"));
    expect_no_reservation();
  }
}

// Compression is no protection: where one end has none, or cannot do the one it should, there is a
// tunnel without.
TEST_F(Ikev1Bundles, CompressionOfOneEndAlone) {
  policy::TransformSet deflate = kBoth;
  deflate.compression = IpCompId::kDeflate;
  policy::TransformSet lzs = kBoth;  // which the data plane cannot do
  lzs.compression = IpCompId::kLzs;
  for (const auto& [mine, theirs] :
       {std::pair{deflate, kBoth}, std::pair{kBoth, deflate}, std::pair{lzs, deflate}}) {
    use(left, {mine});
    use(right, {theirs});
    left.restart();
    right.restart();
    bring_up(left);
    expect_tunnel();
    if (HasFatalFailure()) return;
    EXPECT_FALSE(pair(left).suite.has_ipcomp());
    EXPECT_EQ(pair(left).cpi_in, 0U);
    expect_no_reservation();
  }
}

// RFC 2408 3.15: each protocol's SPI is deleted; rekeying makes new ones of all.
TEST_F(Ikev1Bundles, AreRekeyedAndDeleted) {
  policy::TransformSet all = kBoth;
  all.compression = IpCompId::kDeflate;
  for (const policy::TransformSet& set : {kAh, kBoth, all}) {
    both_use({set});
    left.restart();
    right.restart();
    bring_up(left);
    expect_tunnel();
    if (HasFatalFailure()) return;
    const std::uint32_t before = pair(left).spi_in;
    left.expire_first(false);
    run(Duration(200 * 1000));
    expect_sas(1, 1);
    EXPECT_NE(pair(left).spi_in, before);
    left.expire_first(true);
    run(Duration(10000));
    EXPECT_TRUE(left.database.pairs.empty());
    EXPECT_TRUE(right.database.pairs.empty());
    expect_no_reservation();
  }
}

// A foreign peer may delete AH and ESP one by one: either takes the pair along.
TEST_F(Ikev1Bundles, PerfectForwardSecrecyAndLifetime) {
  both_use({kBoth});
  left.entry().pfs = right.entry().pfs = wire::DhId::kEcp256;
  right.entry().lifetime.seconds = 300;
  start();
  bring_up(left);
  expect_tunnel();
  EXPECT_EQ(pair(left).lifetime.seconds, 300U);  // RESPONDER-LIFETIME (RFC 2407 4.6.3.1)
  EXPECT_EQ(left.status()[0].children[0].pfs, wire::DhId::kEcp256);
}

// R-NAT-15: AH protects what a NAT changes; compression goes through.
TEST_F(Ikev1Bundles, NoAhThroughANat) {
  left.database.udp_only = true;
  policy::TransformSet compressed = kEsp;
  compressed.compression = IpCompId::kDeflate;
  both_use({kBoth, kAh, compressed});
  start();
  bring_up(left);
  expect_tunnel();
  EXPECT_FALSE(pair(left).suite.has_ah());
  EXPECT_TRUE(pair(left).suite.has_ipcomp());
  EXPECT_TRUE(pair(left).udp_encapsulation);
  expect_no_reservation();
}

// Transport mode is one mode of all that belongs together.
TEST_F(Ikev1Bundles, TransportMode) {
  policy::TransformSet all = kBoth;
  all.compression = IpCompId::kDeflate;
  all.mode = policy::EncapsulationMode::kTransport;
  both_use({all});
  for (Router* r : {&left, &right}) {
    ports::PolicyRule& rule = r->rules.front();
    rule.mode = policy::EncapsulationMode::kTransport;
    rule.selectors.local = policy::TrafficSelector::of({r->address, 32});
    rule.selectors.remote = policy::TrafficSelector::of({r->peer_address, 32});
  }
  start();
  bring_up(left);
  expect_tunnel();
  EXPECT_EQ(pair(left).mode, policy::EncapsulationMode::kTransport);
  EXPECT_TRUE(pair(left).suite.has_ipcomp());
}

// A data plane that has nothing left refuses, and nothing stays reserved.
TEST_F(Ikev1Bundles, NothingStaysReserved) {
  policy::TransformSet all = kBoth;
  all.compression = IpCompId::kDeflate;
  both_use({all});
  right.database.refuse_adds = true;
  start();
  bring_up(left);
  run(Duration(120 * 1000));
  EXPECT_TRUE(right.database.pairs.empty());
  expect_no_reservation();
  left.database.refuse_spis = true;
  left.traffic();
  run(Duration(10000));
  expect_no_reservation();
}

// A peer that writes bundles with compression as strongSwan does.
class Ikev1OtherBundles : public Ikev1Bundles {
 protected:
  Ikev1OtherBundles() {
    BareIkev1Peer::invite(right, address_);
    for (auto& [name, set] : right.config.transform_sets) set.compression = IpCompId::kDeflate;
  }

  void establish() {
    start();
    bare_.emplace(network, address_, right);
    ASSERT_TRUE(bare_->establish());
  }

  // The payloads of a quick mode whose SA has ESP and IPComp, and again ESP alone.
  BareIkev1Peer::Payloads with_compression(wire::DhId group) {
    BareIkev1Peer::Payloads payloads = bare_->quick_mode_request();
    auto& sa = std::get<wire::v1::SaPayload>(payloads.at(0));
    wire::v1::Phase2Transform compression;
    compression.id = static_cast<std::uint8_t>(IpCompId::kDeflate);
    compression.encapsulation = wire::v1::EncapsulationMode::kTunnel;
    compression.life.seconds = 3600;
    auto esp = *wire::v1::decode_phase2(sa.proposals[0].transforms[0]);
    esp.group = group;
    sa.proposals[0].transforms = {wire::v1::encode_phase2(1, esp)};
    wire::v1::Proposal again = sa.proposals[0];
    again.number = 2;
    sa.proposals.push_back({1,
                            wire::v1::ProtocolId::kIpcomp,
                            wire::v1::cpi_octets(0x4711),
                            {wire::v1::encode_phase2(1, compression)}});
    sa.proposals.push_back(again);
    return payloads;
  }
  // The same as the answer: its ends the other way round.
  BareIkev1Peer::Payloads answer() {
    BareIkev1Peer::Payloads payloads = with_compression(wire::DhId::kNone);
    std::swap(payloads.at(2), payloads.at(3));
    return payloads;
  }
  [[nodiscard]] const ports::SaPair& only_pair() const {
    return right.database.pairs.begin()->second;
  }

  const IpAddress address_ = *IpAddress::parse("198.51.100.7");
  std::optional<BareIkev1Peer> bare_;
};

// RFC 2408 4.2: an answer is one proposal. strongSwan's repeats itself without compression, and its
// first is taken; two that differ are none.
TEST_F(Ikev1OtherBundles, AnswerThatRepeatsItselfWithoutCompression) {
  establish();
  ASSERT_TRUE(right.manager->initiate(right.rules.back().id));
  ASSERT_TRUE(bare_->read_quick_mode(network.sent.back().octets));
  (void)bare_->send(bare_->answer_quick_mode(answer()));
  ASSERT_EQ(right.database.pairs.size(), 1U) << right.log.lines.back();
  EXPECT_TRUE(only_pair().suite.has_ipcomp());
  EXPECT_EQ(only_pair().cpi_out, 0x4711);
}

TEST_F(Ikev1OtherBundles, AnswerWithTwoChoicesIsRefused) {
  establish();
  ASSERT_TRUE(right.manager->initiate(right.rules.back().id));
  ASSERT_TRUE(bare_->read_quick_mode(network.sent.back().octets));
  BareIkev1Peer::Payloads two = answer();
  std::get<wire::v1::SaPayload>(two.at(0)).proposals.back().spi = wire::v1::spi_octets(0x88880001);
  (void)bare_->send(bare_->answer_quick_mode(two));
  EXPECT_TRUE(right.database.pairs.empty());
}

// RFC 2409 5.5 has the group in every transform; compression that leaves it out is taken all the
// same.
TEST_F(Ikev1OtherBundles, CompressionMayLeaveTheGroupToEsp) {
  establish();
  BareIkev1Peer::Payloads request = with_compression(wire::DhId::kEcp256);
  const auto key = crypto::dh_generate(crypto::DhGroup::kEcp256);
  request.insert(request.begin() + 2, wire::v1::KePayload{key->public_value});
  (void)bare_->send(bare_->seal(wire::v1::ExchangeType::kQuickMode, request));
  ASSERT_EQ(right.database.halves.size(), 1U) << right.log.lines.back();
  const ports::SaPair& half = right.database.halves.begin()->second;
  EXPECT_TRUE(half.suite.has_ipcomp());
  EXPECT_EQ(half.cpi_out, 0x4711);
}

}  // namespace
}  // namespace spa::exchange
