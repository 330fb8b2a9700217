// SPDX-License-Identifier: Apache-2.0
// Additional key exchanges after CREATE_CHILD_SA (RFC 9370 2.2.4), and ML-KEM as one of them.
#include <algorithm>

#include "tests/exchange/bare_peer.h"
#include "tests/exchange/two_routers.h"
#include "userspace/ikev2/follow_ups.h"
#include "userspace/wire/header.h"

namespace spa::exchange {
namespace {

using wire::DhId;
using wire::ExchangeType;
using wire::NotifyType;
using Methods = std::vector<std::vector<DhId>>;

class FollowUp : public TwoRouters {
 protected:
  static void propose(Router& router, const Methods& of_ike, const Methods& of_children) {
    policy::Ikev2Proposal p = policy::default_ikev2_proposal();
    p.groups = {DhId::kCurve25519};
    p.additional = of_ike;
    router.config.ikev2_proposals["P"] = p;
    router.config.ikev2_policies["POL"] = {"POL", {}, {"P"}};
    router.entry().pfs = DhId::kCurve25519;
    router.entry().additional = of_children;
  }
  void both(const Methods& of_ike, const Methods& of_children) {
    for (Router* r : {&left, &right}) propose(*r, of_ike, of_children);
  }
  [[nodiscard]] std::size_t sent(ExchangeType exchange) const {
    return static_cast<std::size_t>(std::count_if(
        network.sent.begin(), network.sent.end(),
        [&](const Packet& p) { return wire::parse_header(p.octets)->exchange == exchange; }));
  }
  // One tunnel, whatever still lingers to repeat its last reply.
  void expect_one_in_use() {
    for (const Router* r : {&left, &right}) {
      EXPECT_EQ(r->up(), 1U) << r->name;
      EXPECT_EQ(r->database.pairs.size(), 1U) << r->name;
    }
    EXPECT_EQ(mismatch(left.database, right.database), "");
    EXPECT_EQ(violation(), "");
  }
  // Nothing of this exchange arrives from `from` any more.
  void silence(const Router& from, ExchangeType exchange) {
    network.plan = [source = from.address, exchange](std::size_t, const Packet& p) {
      const bool lost =
          p.from.address == source && wire::parse_header(p.octets)->exchange == exchange;
      return lost ? std::vector<Duration>{} : std::vector<Duration>{Duration(5)};
    };
  }
  void hear_again() {
    network.plan = [](std::size_t, const Packet&) { return std::vector<Duration>{Duration(5)}; };
  }
};

// One exchange for each method, up to seven, in order.
TEST_F(FollowUp, OneToSevenForAChildSa) {
  const std::vector<DhId> methods{DhId::kEcp256,        DhId::kEcp384,         DhId::kEcp521,
                                  DhId::kModp2048,      DhId::kModp2048Sub256, DhId::kModp3072,
                                  DhId::kModp2048Sub224};
  Methods list;
  for (const DhId method : methods) {
    list.push_back({method});
    SCOPED_TRACE(list.size());
    for (Router* r : {&left, &right}) {
      r->manager.reset();
      r->database.pairs.clear();
    }
    both({}, list);
    network.sent.clear();
    start();
    bring_up(left);
    left.expire_first(false);
    run(Duration(10000));
    expect_sas(1, 1);
    EXPECT_EQ(sent(ExchangeType::kIkeFollowupKe), 2 * list.size());
    EXPECT_EQ(sent(ExchangeType::kIkeIntermediate), 0U);
  }
}

// The rekeying repeats them all: the keys of the new IKE SA have every secret in them, which the
// exchanges that come after it show.
TEST_F(FollowUp, OfAnIkeSa) {
  both({{DhId::kEcp256}, {DhId::kEcp384}}, {});
  left.profile().lifetime_seconds = 120;
  start();
  bring_up(left);
  run(Duration(115'000));
  EXPECT_EQ(left.manager->counters().ike_sas_rekeyed, 1U);
  EXPECT_EQ(sent(ExchangeType::kIkeFollowupKe), 4U);
  right.expire_first(false);
  run(Duration(4000));
  expect_one_in_use();
}

// A peer that had none when the IKE SA was made is not asked for them later.
TEST_F(FollowUp, NotWithAPeerThatHasNone) {
  propose(left, {{DhId::kEcp256, DhId::kNone}}, {{DhId::kEcp256, DhId::kNone}});
  propose(right, {}, {});
  left.profile().lifetime_seconds = 120;
  start();
  bring_up(left);
  run(Duration(115'000));
  EXPECT_EQ(left.manager->counters().ike_sas_rekeyed, 1U);
  left.expire_first(false);
  run(Duration(4000));
  expect_one_in_use();
  EXPECT_EQ(sent(ExchangeType::kIkeFollowupKe), 0U);
}

// What a CHILD SA is to have in addition is not left out because the peer has none.
TEST_F(FollowUp, RequiredWithAPeerThatHasNone) {
  propose(left, {}, {{DhId::kEcp256}});
  propose(right, {}, {});
  start();
  bring_up(left);
  const std::uint32_t before = left.database.pairs.begin()->first;
  left.expire_first(false);
  run(Duration(4000));
  EXPECT_EQ(left.database.pairs.begin()->first, before);
  EXPECT_TRUE(left.log.has("REKEY_FAILED"));
}

// The responder loses patience and forgets; the initiator is told STATE_NOT_FOUND, begins anew, and
// nothing is left of the first attempt.
TEST_F(FollowUp, StateNotFound) {
  both({}, {{DhId::kEcp256}, {DhId::kEcp384}});
  start();
  bring_up(left);
  silence(left, ExchangeType::kIkeFollowupKe);
  left.expire_first(false);
  run(Duration(21'000));
  EXPECT_TRUE(right.database.reserved.empty());
  hear_again();
  run(Duration(40'000));
  expect_sas(1, 1);
  EXPECT_EQ(left.database.adds, 2U);
  EXPECT_GE(right.manager->counters().temporary_failures, 1U);
}

// The same for the IKE SA.
TEST_F(FollowUp, StateOfAnIkeSaNotFound) {
  both({{DhId::kEcp256}}, {});
  left.profile().lifetime_seconds = 1000;
  left.options.rekey_from_percent = left.options.rekey_to_percent = 80;
  start();
  bring_up(left);
  silence(left, ExchangeType::kIkeFollowupKe);
  run(Duration(812'000));
  EXPECT_EQ(right.status().size(), 1U);
  hear_again();
  run(Duration(60'000));
  EXPECT_EQ(left.manager->counters().ike_sas_rekeyed, 1U);
  expect_sas(1, 1);
}

// A peer that never remembers makes an IKE SA of no use.
TEST_F(FollowUp, StateNeverFound) {
  both({}, {{DhId::kEcp256}});
  start();
  bring_up(left);
  // Each message comes so late that the responder has forgotten what it is about.
  network.plan = [this](std::size_t, const Packet& p) {
    const bool late = p.from.address == left.address &&
                      wire::parse_header(p.octets)->exchange == ExchangeType::kIkeFollowupKe;
    return std::vector<Duration>{Duration(late ? 21'000 : 5)};
  };
  left.expire_first(false);
  run(Duration(200'000));
  EXPECT_TRUE(left.status().empty());
  EXPECT_TRUE(left.log.has("peer forgets every additional key exchange"));
}

// RFC 7296 1.4.1, 2.25.1: what is rekeyed is deleted meanwhile, by either end; then the whole IKE
// SA.
TEST_F(FollowUp, DeletionsMeanwhile) {
  for (Router* who : {&left, &right}) {
    for (const bool whole : {false, true}) {
      SCOPED_TRACE(who->name + (whole ? " deletes all" : " deletes the CHILD SA"));
      for (Router* r : {&left, &right}) {
        r->manager.reset();
        r->database.pairs.clear();
      }
      both({}, {{DhId::kEcp256}, {DhId::kEcp384}});
      hear_again();
      start();
      bring_up(left);
      left.engine_delay.wait = right.engine_delay.wait = Duration(200);
      left.expire_first(false);
      run(Duration(1300));
      ASSERT_GE(sent(ExchangeType::kIkeFollowupKe), 1U);
      ikev2::SessionFilter filter;
      filter.children_only = !whole;
      (void)who->manager->clear(filter);
      run(Duration(100'000));
      left.engine_delay.wait = right.engine_delay.wait = Duration(0);
      EXPECT_EQ(mismatch(left.database, right.database), "");
      EXPECT_EQ(violation(), "");
      EXPECT_EQ(left.status().size(), whole ? 0U : 1U);
      expect_nothing_left_over();
      network.sent.clear();
    }
  }
}

// The peer begins its rekeying while ours is in its additional exchanges: not now (2.2.4).
TEST_F(FollowUp, TheOtherEndComesTooLate) {
  both({}, {{DhId::kEcp256}, {DhId::kEcp384}});
  start();
  bring_up(left);
  left.engine_delay.wait = Duration(300);
  left.expire_first(false);
  run(Duration(1000));
  ASSERT_GE(sent(ExchangeType::kIkeFollowupKe), 1U);
  const std::size_t before = sent(ExchangeType::kCreateChildSa);
  right.expire_first(false);
  run(Duration(100));
  EXPECT_EQ(sent(ExchangeType::kCreateChildSa), before) << "right waits for what it knows of";
  run(Duration(20'000));
  expect_sas(1, 1);
}

// --- a peer without scruples ---

class FollowUpAlone : public FollowUp {
 protected:
  void SetUp() override {
    propose(right, {}, {{DhId::kEcp256}});
    BarePeer::invite(right, kBare);
    start();
    peer_ = std::make_unique<BarePeer>(network, kBare, right);
    ASSERT_TRUE(peer_->establish());
  }
  // A CHILD SA with Curve25519 and, to follow, P-256.
  std::vector<wire::Message> begin() {
    std::vector<wire::Payload> request = peer_->child_request();
    auto& transforms = std::get<wire::SaPayload>(request[0]).proposals[0].transforms;
    transforms.push_back(wire::dh(DhId::kCurve25519));
    wire::Transform more = wire::dh(DhId::kEcp256);
    more.type = wire::TransformType::kAddKe1;
    transforms.push_back(more);
    const auto key = crypto::dh_generate(crypto::DhGroup::kCurve25519);
    request.insert(request.begin() + 2, wire::KePayload{DhId::kCurve25519, key->public_value});
    return peer_->send(peer_->seal(ExchangeType::kCreateChildSa, request));
  }
  std::vector<wire::Message> go_on(const Bytes& link, DhId group = DhId::kEcp256,
                                   std::size_t cut = 0) {
    const auto key = crypto::dh_generate(crypto::DhGroup::kEcp256);
    Bytes value = key->public_value;
    value.resize(value.size() - cut);
    std::vector<wire::Payload> request;
    request.emplace_back(wire::KePayload{group, value});
    request.emplace_back(wire::notify(NotifyType::kAdditionalKeyExchange, link));
    return peer_->send(peer_->seal(ExchangeType::kIkeFollowupKe, request));
  }
  static Bytes link_in(const std::vector<wire::Message>& answers) {
    if (answers.size() != 1) return {};
    const auto* link = wire::find_notify(answers[0].payloads, NotifyType::kAdditionalKeyExchange);
    return link == nullptr ? Bytes{} : link->data;
  }
  static void expect_error(const std::vector<wire::Message>& answers, NotifyType type) {
    ASSERT_EQ(answers.size(), 1U);
    EXPECT_NE(wire::find_notify(answers[0].payloads, type), nullptr);
  }
  const IpAddress kBare = *IpAddress::parse("198.51.100.7");
  std::unique_ptr<BarePeer> peer_;
};

// Nothing is installed before the last of them, and a link is good once.
TEST_F(FollowUpAlone, LinksWhatBelongsTogether) {
  const Bytes first = link_in(begin());
  const Bytes second = link_in(begin());
  ASSERT_FALSE(first.empty());
  ASSERT_NE(first, second);
  EXPECT_EQ(right.database.pairs.size(), 1U);
  const auto done = go_on(second);
  EXPECT_TRUE(link_in(done).empty());
  EXPECT_NE(wire::find<wire::KePayload>(done.at(0).payloads), nullptr);
  EXPECT_EQ(right.database.pairs.size(), 2U);
  expect_error(go_on(second), NotifyType::kStateNotFound);
  (void)go_on(first);
  EXPECT_EQ(right.database.pairs.size(), 3U);
  EXPECT_EQ(right.up(), 1U);
}

TEST_F(FollowUpAlone, WithoutState) {
  expect_error(go_on({}), NotifyType::kStateNotFound);
  expect_error(go_on(Bytes(4, 7)), NotifyType::kStateNotFound);
  expect_error(go_on(Bytes(300, 7)), NotifyType::kStateNotFound);
  const Bytes link = link_in(begin());
  run(Duration(21'000));
  EXPECT_TRUE(right.database.reserved.empty());
  expect_error(go_on(link), NotifyType::kStateNotFound);
  EXPECT_EQ(right.up(), 1U);
}

// What is begun and never completed stays bounded.
TEST_F(FollowUpAlone, BegunWithoutEnd) {
  unsigned refused = 0;
  for (int i = 0; i < 40; ++i) {
    const auto answers = begin();
    ASSERT_EQ(answers.size(), 1U);
    const bool full =
        wire::find_notify(answers[0].payloads, NotifyType::kTemporaryFailure) != nullptr;
    refused += full ? 1 : 0;
  }
  EXPECT_EQ(refused, 40 - ikev2::FollowUps::kMostAwaited);
  EXPECT_LE(right.database.reserved.size(), ikev2::FollowUps::kMostAwaited);
  run(Duration(21'000));
  EXPECT_TRUE(right.database.reserved.empty());
}

TEST_F(FollowUpAlone, WrongKeys) {
  expect_error(go_on(link_in(begin()), DhId::kEcp384), NotifyType::kInvalidSyntax);
  expect_error(go_on(link_in(begin()), DhId::kEcp256, 1), NotifyType::kInvalidSyntax);
  EXPECT_EQ(right.database.pairs.size(), 1U);
  EXPECT_TRUE(right.database.reserved.empty());
}

// --- ML-KEM: the ends do different things ---

class MlKem : public FollowUp {
 protected:
  MlKem() { left.has_kem = right.has_kem = true; }
};

// FIPS 203: the initiator sends a key, the responder a ciphertext, in every exchange that there is.
TEST_F(MlKem, EverySizeInEveryExchange) {
  for (const DhId method : {DhId::kMlKem512, DhId::kMlKem768, DhId::kMlKem1024}) {
    SCOPED_TRACE(wire::to_string(method));
    for (Router* r : {&left, &right}) {
      r->manager.reset();
      r->database.pairs.clear();
      r->profile().lifetime_seconds = 120;
    }
    right.profile().lifetime_seconds = 8000;
    both({{method}, {DhId::kEcp384}}, {{method}});
    start();
    bring_up(left);
    expect_tunnel();
    for (Router* r : {&left, &right}) {
      r->expire_first(false);
      run(Duration(5000));
      expect_one_in_use();
    }
    run(Duration(100'000));
    EXPECT_EQ(left.manager->counters().ike_sas_rekeyed, 1U);
    expect_one_in_use();
  }
}

// RFC 7383: its values come in fragments where a packet would be too long.
TEST_F(MlKem, InFragments) {
  both({{DhId::kMlKem1024}}, {{DhId::kMlKem1024}});
  for (Router* r : {&left, &right}) r->config.fragmentation_mtu = 600;
  start();
  bring_up(left);
  left.expire_first(false);
  run(Duration(5000));
  expect_sas(1, 1);
  EXPECT_GE(left.manager->counters().fragmented, 2U);
}

// A machine without it says so, offers nothing less than what was asked for, and is met by peers
// where it is optional.
TEST_F(MlKem, OneEndHasItNot) {
  right.has_kem = false;
  if (crypto::OpenSslEngine().supports(crypto::DhGroup::kMlKem768)) {
    GTEST_SKIP() << "this machine's OpenSSL has ML-KEM";
  }
  both({{DhId::kMlKem768}}, {});
  start();
  bring_up(left);
  EXPECT_EQ(left.up(), 0U);
  bring_up(right);
  EXPECT_EQ(right.up(), 0U);
  EXPECT_TRUE(right.log.has("ML-KEM-768 left out: not in this machine's OpenSSL"));
  both({{DhId::kMlKem768, DhId::kNone}}, {});
  start();
  run(Duration(60'000));
  bring_up(right);
  expect_tunnel();
  EXPECT_EQ(sent(ExchangeType::kIkeIntermediate), 0U);
}

// A key of another size is refused, and the IKE SA lives on.
TEST_F(MlKem, ResponderRefusesAWrongSize) {
  propose(right, {}, {{DhId::kMlKem768}});
  BarePeer::invite(right, *IpAddress::parse("198.51.100.7"));
  start();
  BarePeer peer(network, *IpAddress::parse("198.51.100.7"), right);
  for (const std::size_t size : {1U, 1088U, 1183U, 1185U}) {
    SCOPED_TRACE(size);
    ASSERT_TRUE(peer.establish());
    const std::size_t up = right.up();
    std::vector<wire::Payload> request = peer.child_request();
    auto& transforms = std::get<wire::SaPayload>(request[0]).proposals[0].transforms;
    transforms.push_back(wire::dh(DhId::kCurve25519));
    wire::Transform more = wire::dh(DhId::kMlKem768);
    more.type = wire::TransformType::kAddKe1;
    transforms.push_back(more);
    const auto key = crypto::dh_generate(crypto::DhGroup::kCurve25519);
    request.insert(request.begin() + 2, wire::KePayload{DhId::kCurve25519, key->public_value});
    const auto begun = peer.send(peer.seal(ExchangeType::kCreateChildSa, request));
    ASSERT_EQ(begun.size(), 1U);
    const auto* link = wire::find_notify(begun[0].payloads, NotifyType::kAdditionalKeyExchange);
    ASSERT_NE(link, nullptr);
    std::vector<wire::Payload> next;
    next.emplace_back(wire::KePayload{DhId::kMlKem768, Bytes(size, 0xee)});
    next.emplace_back(wire::notify(NotifyType::kAdditionalKeyExchange, link->data));
    const auto answers = peer.send(peer.seal(ExchangeType::kIkeFollowupKe, next));
    ASSERT_EQ(answers.size(), 1U);
    EXPECT_NE(wire::find_notify(answers[0].payloads, NotifyType::kInvalidSyntax), nullptr);
    EXPECT_EQ(right.up(), up);
  }
}

}  // namespace
}  // namespace spa::exchange
