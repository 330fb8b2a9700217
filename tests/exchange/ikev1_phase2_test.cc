// SPDX-License-Identifier: Apache-2.0
// Quick mode, rekeying, informational exchanges and dead peer detection of IKEv1 (RFC
// 2409 5.5, 5.7; RFC 3706).
#include "tests/exchange/two_routers.h"
#include "userspace/wire/v1/header.h"

namespace spa::exchange {
namespace {

class Ikev1Life : public TwoRouters {
 protected:
  Ikev1Life() {
    for (Router* r : {&left, &right}) {
      r->use_ikev1();
      r->options.rekey_to_percent = 80;
      ports::PolicyRule second = r->rules.front();
      second.id.line = 2;
      second.reqid = 2;
      auto& mine = r == &left ? second.selectors.local : second.selectors.remote;
      mine = policy::TrafficSelector::of(*IpPrefix::parse("192.168.5.0/24"));
      r->rules.push_back(second);
    }
  }
  void expect_pairs(std::size_t count, const char* after) {
    EXPECT_EQ(left.database.pairs.size(), count) << after;
    EXPECT_EQ(right.database.pairs.size(), count) << after;
    EXPECT_EQ(mismatch(left.database, right.database), "") << after;
    EXPECT_TRUE(left.database.reserved.empty()) << after;
    EXPECT_TRUE(right.database.reserved.empty()) << after;
  }
  bool lose_hash_3_ = false;
};

// RFC 2409 5.5, R-MAP-19: several SAs under one phase 1.
TEST_F(Ikev1Life, SecondQuickMode) {
  start();
  bring_up(left);
  ASSERT_TRUE(left.manager->initiate(left.rules[1].id));
  run(Duration(1000));
  expect_pairs(2, "second quick mode");
  EXPECT_EQ(left.status().size(), 1U);
  EXPECT_EQ(left.status()[0].children[1].id, 202U);
}

// RFC 2409 3.3, 5.5, R-MAP-13: with PFS there is a KE payload, and the keys agree.
TEST_F(Ikev1Life, PerfectForwardSecrecy) {
  left.entry().pfs = right.entry().pfs = wire::DhId::kEcp256;
  start();
  bring_up(left);
  expect_tunnel();
  EXPECT_EQ(left.status()[0].children[0].pfs, wire::DhId::kEcp256);
}

// RFC 2409 5.5: the initiator has all keys with the second message, and what it sends may overtake
// its third. The responder takes it from the second message on, and sends nothing before the third.
TEST_F(Ikev1Life, TheResponderReceivesBeforeHash3) {
  start();
  network.plan = [this](std::size_t, const Packet& p) {
    const bool hash_3 = p.from.address == left.address && !right.database.halves.empty();
    if (!hash_3 || !lose_hash_3_) return std::vector<Duration>{Duration(5)};
    lose_hash_3_ = false;
    return std::vector<Duration>{};
  };
  lose_hash_3_ = true;
  ASSERT_TRUE(left.manager->initiate(left.rule_id()));
  run(Duration(1000));
  ASSERT_FALSE(lose_hash_3_);
  ASSERT_EQ(left.database.pairs.size(), 1U);
  EXPECT_TRUE(right.database.pairs.empty());
  ASSERT_EQ(right.database.halves.size(), 1U);
  const ports::SaPair& half = right.database.halves.begin()->second;
  EXPECT_EQ(half.spi_in, left.database.pairs.begin()->second.spi_out);
  EXPECT_EQ(half.keys_in.cipher, left.database.pairs.begin()->second.keys_out.cipher);
  // The second message comes again, and with it the third.
  run(Duration(10000));
  expect_tunnel();
  EXPECT_TRUE(right.database.halves.empty());
}

// RFC 2409 5.5: without the third message it goes.
TEST_F(Ikev1Life, WithoutHash3TheResponderReceivesNoMore) {
  start();
  network.plan = [this](std::size_t, const Packet& p) {
    const bool hash_3 = p.from.address == left.address && !right.database.halves.empty();
    return hash_3 ? std::vector<Duration>{} : std::vector<Duration>{Duration(5)};
  };
  ASSERT_TRUE(left.manager->initiate(left.rule_id()));
  run(Duration(1000));
  ASSERT_EQ(right.database.halves.size(), 1U);
  run(Duration(150 * 1000));
  EXPECT_TRUE(right.database.halves.empty());
  EXPECT_TRUE(right.database.pairs.empty());
  EXPECT_TRUE(right.database.reserved.empty());
}

TEST_F(Ikev1Life, PfsWantedByTheInitiatorAlone) {
  left.entry().pfs = wire::DhId::kCurve25519;
  start();
  bring_up(left);
  expect_tunnel();
}

TEST_F(Ikev1Life, PfsWantedByTheResponderAlone) {
  right.entry().pfs = wire::DhId::kEcp256;
  start();
  bring_up(left);
  expect_pairs(0, "refused");
  EXPECT_TRUE(left.log.has("peer answered NO-PROPOSAL-CHOSEN"));
  EXPECT_EQ(left.up(), 1U);  // phase 1 stands
}

// RFC 2407 4.6.2: protocol and port are part of the identities.
TEST_F(Ikev1Life, ProtocolAndPort) {
  for (Router* r : {&left, &right}) {
    auto& s = r->rules[0].selectors;
    s.local.protocol = s.remote.protocol = 6;
    auto& server = r == &left ? s.remote : s.local;
    server.port_first = server.port_last = 443;
  }
  start();
  bring_up(left);
  expect_tunnel();
  EXPECT_EQ(right.database.pairs.begin()->second.selectors_local[0].port_first, 443);
}

TEST_F(Ikev1Life, PortRangesCannotBeExpressed) {
  left.rules[0].selectors.remote.protocol = 6;
  left.rules[0].selectors.remote.port_first = 1000;
  left.rules[0].selectors.remote.port_last = 2000;
  start();
  bring_up(left);
  EXPECT_TRUE(left.log.has("IKEv1 cannot express the ports"));
  expect_pairs(0, "refused");
}

// R-MAP-19: what no entry covers is refused, and phase 1 stands.
TEST_F(Ikev1Life, OtherPackets) {
  right.rules[0].selectors.local = policy::TrafficSelector::of(*IpPrefix::parse("10.9.0.0/16"));
  right.rules.resize(1);
  start();
  bring_up(left);
  EXPECT_TRUE(left.log.has("peer answered INVALID-ID-INFORMATION"));
  EXPECT_TRUE(right.log.has("no crypto map entry for"));
  EXPECT_EQ(left.up(), 1U);
  expect_pairs(0, "refused");
}

// RFC 2407 4.5.3, 4.5.4, 4.6.3.1, R-MAP-23: a responder with a shorter lifetime says so.
TEST_F(Ikev1Life, ResponderLifetime) {
  right.entry().lifetime.seconds = 600;
  start();
  bring_up(left);
  expect_tunnel();
  EXPECT_EQ(left.status()[0].children[0].lifetime.seconds, 600U);
  EXPECT_EQ(right.status()[0].children[0].lifetime.seconds, 600U);
}

TEST_F(Ikev1Life, TransportMode) {
  for (Router* r : {&left, &right}) {
    r->config.transform_sets.at("SET").mode = policy::EncapsulationMode::kTransport;
    r->rules[0].mode = policy::EncapsulationMode::kTransport;
    r->rules[0].selectors.local = policy::TrafficSelector::of({r->address, 32});
    r->rules[0].selectors.remote = policy::TrafficSelector::of({r->peer_address, 32});
  }
  start();
  bring_up(left);
  expect_tunnel();
  EXPECT_EQ(left.database.pairs.begin()->second.mode, policy::EncapsulationMode::kTransport);
}

// R-GRE-2, R-GRE-4, R-NAT-7: GRE between two ends keeps its mode, but through a NAT it has a
// tunnel.
TEST_F(Ikev1Life, GreThroughANatTakesATunnel) {
  for (const bool nat : {false, true}) {
    for (Router* r : {&left, &right}) {
      r->config.transform_sets.at("SET").mode = policy::EncapsulationMode::kTransport;
      r->rules[0].mode = policy::EncapsulationMode::kTransport;
      r->rules[0].selectors.local.protocol = r->rules[0].selectors.remote.protocol = 47;
      r->database.udp_only = nat;
      r->restart();
    }
    bring_up(left);
    expect_tunnel();
    EXPECT_EQ(left.database.pairs.begin()->second.mode,
              nat ? policy::EncapsulationMode::kTunnel : policy::EncapsulationMode::kTransport);
    EXPECT_EQ(left.database.pairs.begin()->second.selectors_local.at(0).protocol, 47);
  }
}

// R-NAT-6: everything else passes a NAT in transport mode too.
TEST_F(Ikev1Life, TransportModeThroughANat) {
  for (Router* r : {&left, &right}) {
    r->config.transform_sets.at("SET").mode = policy::EncapsulationMode::kTransport;
    r->rules[0].mode = policy::EncapsulationMode::kTransport;
    r->rules[0].selectors.local = policy::TrafficSelector::of({r->address, 32});
    r->rules[0].selectors.remote = policy::TrafficSelector::of({r->peer_address, 32});
    r->database.udp_only = true;
  }
  start();
  bring_up(left);
  expect_tunnel();
  EXPECT_TRUE(left.database.pairs.begin()->second.udp_encapsulation);
  EXPECT_EQ(left.database.pairs.begin()->second.mode, policy::EncapsulationMode::kTransport);
}

// Before a pair expires a new one is there; the old one goes after a while, and both ends agree.
TEST_F(Ikev1Life, RekeyingOfAPair) {
  start();
  bring_up(left);
  const std::uint32_t old_spi = left.database.pairs.begin()->first;
  run(Duration(3600 * 850));
  EXPECT_FALSE(left.database.pairs.contains(old_spi));
  expect_pairs(1, "rekeyed by time");
  EXPECT_EQ(left.manager->counters().child_sas_rekeyed, 1U);
  left.manager->on_expire(left.database.pairs.begin()->first, false);
  run(Duration(1000));
  expect_pairs(2, "rekeyed by volume, the old one still there");
  run(Duration(60000));
  expect_pairs(1, "rekeyed by volume");
}

TEST_F(Ikev1Life, BothRekeyAtOnce) {
  start();
  bring_up(left);
  left.manager->on_expire(left.database.pairs.begin()->first, false);
  right.manager->on_expire(right.database.pairs.begin()->first, false);
  run(Duration(120000));
  expect_pairs(2, "one of each");
  run(Duration(7200 * 1000LL));
  EXPECT_GE(left.database.pairs.size(), 1U);
  EXPECT_EQ(mismatch(left.database, right.database), "");
}

// RFC 2408 2.4, 2.5.3: phase 2 outlives phase 1. Before it expires there is a new one, with
// cookies of its own.
TEST_F(Ikev1Life, RekeyingOfPhase1) {
  for (Router* r : {&left, &right}) r->config.isakmp.policies.at(10).lifetime_seconds = 1000;
  start();
  bring_up(left);
  const std::uint64_t cookie = left.status()[0].spi_local;
  const std::uint32_t spi = left.database.pairs.begin()->first;
  run(Duration(900 * 1000));
  ASSERT_EQ(left.status().size(), 1U);
  EXPECT_EQ(right.status().size(), 1U);
  EXPECT_NE(left.status()[0].spi_local, cookie);
  EXPECT_TRUE(left.database.pairs.contains(spi));
  expect_pairs(1, "the same pair");
  EXPECT_EQ(left.status()[0].children.size(), 1U);
  EXPECT_EQ(left.database.adds, 1U);
}

// RFC 2408 4.8, 5.15: a Delete of one pair takes both directions of it, at both ends.
TEST_F(Ikev1Life, DeleteOfAPair) {
  start();
  bring_up(left);
  ASSERT_TRUE(left.manager->initiate(left.rules[1].id));
  run(Duration(1000));
  ikev2::SessionFilter filter;
  filter.child_spi = right.database.pairs.begin()->first;
  EXPECT_EQ(right.manager->clear(filter), 1U);
  run(Duration(1000));
  expect_pairs(1, "one is deleted");
  EXPECT_EQ(left.up(), 1U);
}

// R-REV-4, R-DBG-1, R-DBG-4: the IKE SA and the IPsec SAs, and the peer is told.
TEST_F(Ikev1Life, ClearSession) {
  start();
  bring_up(left);
  EXPECT_EQ(right.manager->clear({}), 1U);
  run(Duration(1000));
  expect_clean(left);
  expect_clean(right);
}

// RFC 3706 5.2, 5.5, R-DPD-1, R-DPD-9, R-DPD-19: asked when nothing was heard; without an answer
// the peer is dead, and its SAs go.
TEST_F(Ikev1Life, DeadPeerDetection) {
  for (Router* r : {&left, &right}) r->config.isakmp.keepalive = {30, 2, true};
  start();
  bring_up(left);
  run(Duration(100 * 1000));
  EXPECT_EQ(left.up(), 1U);
  EXPECT_GT(left.manager->counters().liveness_checks, 0U);
  right.crash();
  run(Duration(60 * 1000));
  expect_clean(left);
  EXPECT_EQ(left.manager->counters().peers_dead, 1U);
}

// R-DPD-25: without the command nothing is asked, but the peer is answered.
TEST_F(Ikev1Life, DeadPeerDetectionOfOneSide) {
  left.config.isakmp.keepalive = {30, 2, true};
  start();
  bring_up(left);
  run(Duration(300 * 1000));
  EXPECT_EQ(left.up(), 1U);
  EXPECT_EQ(right.manager->counters().liveness_checks, 0U);
  EXPECT_GT(left.manager->counters().liveness_checks, 5U);
}

// RFC 2407 4.6.3.3, RFC 3947 6: after a crash the new first contact clears what the peer believes
// to have, by identity and only once it is authenticated.
TEST_F(Ikev1Life, InitialContact) {
  start();
  bring_up(left);
  left.crash();
  left.database.pairs.clear();
  start();
  bring_up(left);
  expect_tunnel();
  EXPECT_EQ(right.status().size(), 1U);
  EXPECT_TRUE(right.log.has("peer made initial contact anew"));
}

// Both ends begin at once: both come up, and nothing of it is lost.
TEST_F(Ikev1Life, BothBeginAtOnce) {
  start();
  ASSERT_TRUE(left.manager->initiate(left.rules[0].id));
  ASSERT_TRUE(right.manager->initiate(right.rules[0].id));
  run(Duration(20000));
  EXPECT_GE(left.database.pairs.size(), 1U);
  EXPECT_EQ(left.database.pairs.size(), right.database.pairs.size());
  EXPECT_EQ(mismatch(left.database, right.database), "");
}

// RFC 2408 2.4: of two phase 1 that came up together one is renewed; neither relies on the other
// until both are over.
TEST_F(Ikev1Life, BothBeganAtOnceAndOneIsRenewed) {
  for (Router* r : {&left, &right}) r->config.isakmp.policies.at(10).lifetime_seconds = 1000;
  start();
  ASSERT_TRUE(left.manager->initiate(left.rules[0].id));
  ASSERT_TRUE(right.manager->initiate(right.rules[0].id));
  run(Duration(20000));
  ASSERT_EQ(left.up(), 2U);
  run(Duration(1500 * 1000));
  EXPECT_GE(left.up(), 1U);
  EXPECT_GE(right.up(), 1U);
  EXPECT_EQ(mismatch(left.database, right.database), "");
}

// RFC 2408 2.4, 5.15: the Delete of a phase 1 that has been renewed overtakes the message by which
// the peer knows of the new one. The pairs stay, at both ends.
TEST_F(Ikev1Life, ADeleteOfPhase1AloneLeavesThePairs) {
  for (Router* r : {&left, &right}) {
    r->options.rekey_from_percent = r->options.rekey_to_percent = 50;
    r->config.isakmp.policies.at(10).lifetime_seconds = 1000;
    r->isakmp_profile().initiate_aggressive = true;
    r->entry().isakmp_profile = "V1";
  }
  start();
  bring_up(left);
  const std::uint32_t spi = left.database.pairs.begin()->first;
  // The third message of aggressive mode: the one whose header already names both cookies.
  network.plan = [this](std::size_t, const Packet& packet) {
    const auto header = wire::v1::parse_header(packet.octets);
    const bool third = header->exchange == wire::v1::ExchangeType::kAggressive &&
                       packet.from.address == left.address && header->responder_cookie != 0;
    return std::vector<Duration>{Duration(third ? 15000 : 5)};
  };
  run(Duration(600 * 1000));
  EXPECT_EQ(left.up(), 1U);
  EXPECT_EQ(right.up(), 1U);
  EXPECT_TRUE(left.database.pairs.contains(spi));
  expect_pairs(1, "the same pair");
  EXPECT_EQ(right.status().at(0).children.size(), 1U);
}

// RFC 2409 5.5: whoever sends HASH(3) has the pair already. A phase 1 that is renewed while it is
// on its way stays until it has come.
TEST_F(Ikev1Life, Phase1IsRenewedWhileHash3IsOnItsWay) {
  for (Router* r : {&left, &right}) r->config.isakmp.policies.at(10).lifetime_seconds = 1000;
  start();
  bring_up(right);
  run(Duration(789'500));  // half a second before it is renewed
  std::set<std::uint32_t> begun;
  network.plan = [this, &begun](std::size_t, const Packet& packet) {
    const auto header = wire::v1::parse_header(packet.octets);
    const bool quick = header->exchange == wire::v1::ExchangeType::kQuickMode &&
                       packet.from.address == left.address;
    const bool third = quick && !begun.insert(header->message_id).second;
    return std::vector<Duration>{Duration(third ? 1500 : 5)};
  };
  ASSERT_TRUE(left.manager->initiate(left.rules[1].id));
  run(Duration(60 * 1000));
  EXPECT_EQ(left.up(), 1U);
  EXPECT_TRUE(right.log.has("near its end"));
  expect_pairs(2, "renewed in the middle of quick mode");
}

// --- every message lost, doubled or late once ---

// R-MAP-22: a peer that no entry names, with two networks; each gets a rule of its own.
TEST_F(Ikev1Life, ADynamicMapAnswers) {
  right.answer_anybody();
  start();
  bring_up(left);
  left.traffic(1);
  run(Duration(10000));
  expect_pairs(2, "two networks");
  std::set<ports::PolicyId> rules;
  for (const auto& [spi, pair] : right.database.pairs) {
    ASSERT_NE(pair.own_rule, nullptr);
    EXPECT_EQ(pair.rule, pair.own_rule->id);
    EXPECT_EQ(pair.rule.dynamic, 20U);
    EXPECT_EQ(pair.own_rule->remote, left.address);
    EXPECT_EQ(pair.own_rule->selectors.remote, pair.selectors_remote.at(0));
    rules.insert(pair.rule);
  }
  EXPECT_EQ(rules.size(), 2U);
}

TEST_F(Ikev1Life, WhatADynamicMapGrantedIsRekeyedUnderItsRule) {
  right.answer_anybody();
  start();
  bring_up(left);
  const ports::PolicyId rule = right.database.pairs.begin()->second.rule;
  for (Router* who : {&left, &right}) {
    const std::uint32_t before = right.database.pairs.begin()->first;
    who->expire_first(false);
    run(Duration(60000));
    expect_pairs(1, who->name.c_str());
    EXPECT_NE(right.database.pairs.begin()->first, before) << who->name;
    EXPECT_EQ(right.database.pairs.begin()->second.rule, rule) << who->name;
  }
  right.rules.clear();
  right.start();
  run(Duration(10000));
  EXPECT_TRUE(right.database.pairs.empty()) << "the rule goes with its entry";
}

class OneFault : public Ikev1Life {
 public:
  std::size_t live_with(std::size_t n, std::vector<Duration> fate, bool aggressive) {
    if (aggressive) {
      left.isakmp_profile().initiate_aggressive = true;
      left.entry().isakmp_profile = right.entry().isakmp_profile = "V1";
    }
    for (Router* r : {&left, &right}) r->config.isakmp.keepalive = {30, 2, true};
    network.plan = [n, fate = std::move(fate)](std::size_t i, const Packet&) {
      return i == n ? fate : std::vector<Duration>{Duration(5)};
    };
    start();
    EXPECT_TRUE(left.manager->initiate(left.rules[0].id));
    run(Duration(60000));
    expect_pairs(1, "first tunnel");
    EXPECT_EQ(left.up(), 1U);
    EXPECT_EQ(right.up(), 1U);
    EXPECT_TRUE(right.manager->initiate(right.rules[1].id));
    run(Duration(60000));
    expect_pairs(2, "second pair");
    const std::size_t sent = network.sent.size();
    left.manager->on_expire(left.database.pairs.begin()->first, false);
    run(Duration(40000));
    EXPECT_GE(left.database.pairs.size(), 2U);
    return sent;
  }
  void TestBody() override {}
};

void for_each_datagram(const std::vector<Duration>& fate, bool aggressive) {
  std::size_t total = 1;
  for (std::size_t n = 0; n < total; ++n) {
    SCOPED_TRACE("datagram " + std::to_string(n));
    OneFault world;
    const std::size_t sent = world.live_with(n, fate, aggressive);
    if (n == 0) total = std::min<std::size_t>(sent, 16);
    if (::testing::Test::HasFailure()) return;
  }
  EXPECT_GE(total, 9U);
}

TEST(EveryIkev1Datagram, LostOnce) {
  for_each_datagram({}, false);
}
TEST(EveryIkev1Datagram, DoubledOnce) {
  for_each_datagram({Duration(5), Duration(7), Duration(9000)}, false);
}
TEST(EveryIkev1Datagram, LateOnce) {
  for_each_datagram({Duration(2500)}, false);
}
TEST(EveryIkev1Datagram, LostOnceInAggressiveMode) {
  for_each_datagram({}, true);
}

// RFC 2408 3.1, 4.1.1: the commit bit of the peer, in either role and phase, changes nothing.
TEST_F(Ikev1Life, CommitBitIsTolerated) {
  for (const Router* setter : {&left, &right}) {
    SCOPED_TRACE(setter->name);
    network.rewrite = [setter](Packet& p) {
      constexpr std::size_t kFlags = 19;
      if (p.from.address == setter->address) p.octets.at(kFlags) |= 0x02;
    };
    start();
    bring_up(left);
    expect_tunnel();
    expect_nothing_left_over();
  }
}

// RFC 3947 5, 5.2: transport mode with the initiator behind a NAT. What quick mode calls by the
// address inside is, for the responder, the address of the NAT.
class Ikev1TransportBehindNat : public Ikev1Life {
 protected:
  Ikev1TransportBehindNat() {
    network.attach(outside, [this](const Endpoint&, const Endpoint& from, ByteView message) {
      network.deliver({from, {left.address, from.port}, to_bytes(message)});
    });
    network.rewrite = [this](Packet& p) {
      if (p.from.address == left.address) p.from.address = outside;
    };
    right.isakmp_key().address = IpPrefix{outside, 32};
    right.entry().peers = {outside};
    right.rules[0].remote = outside;
    for (Router* r : {&left, &right}) {
      r->rules.resize(1);
      r->rules[0].mode = policy::EncapsulationMode::kTransport;
      r->config.transform_sets.at("SET").mode = policy::EncapsulationMode::kTransport;
      r->rules[0].selectors.local = host(r->address);
      r->rules[0].selectors.remote = host(r->rules[0].remote);
    }
  }
  static policy::TrafficSelector host(const IpAddress& address) {
    return policy::TrafficSelector::of({address, 32});
  }
  void expect_transport_mode() {
    ASSERT_EQ(left.database.pairs.size(), 1U);
    ASSERT_EQ(right.database.pairs.size(), 1U);
    const ports::SaPair& l = left.database.pairs.begin()->second;
    const ports::SaPair& r = right.database.pairs.begin()->second;
    EXPECT_EQ(l.keys_in.cipher, r.keys_out.cipher);
    EXPECT_EQ(l.keys_out.cipher, r.keys_in.cipher);
    for (const ports::SaPair* pair : {&l, &r}) {
      EXPECT_EQ(pair->mode, policy::EncapsulationMode::kTransport);
      EXPECT_TRUE(pair->udp_encapsulation);
    }
    EXPECT_EQ(l.selectors_local.front(), host(left.address));
    EXPECT_EQ(l.selectors_remote.front(), host(right.address));
    EXPECT_EQ(r.selectors_local.front(), host(right.address));
    EXPECT_EQ(r.selectors_remote.front(), host(outside));
  }
  const IpAddress outside = *IpAddress::parse("192.0.2.1");
};

TEST_F(Ikev1TransportBehindNat, InitiatorInside) {
  start();
  bring_up(left);
  expect_transport_mode();
}

// The phase 1 is there; the next quick mode is the other end's.
TEST_F(Ikev1TransportBehindNat, ResponderInside) {
  start();
  bring_up(left);
  left.expire_first(true);
  run(Duration(2000));
  (void)right.manager->initiate(right.rule_id());
  run(Duration(5000));
  expect_transport_mode();
}

// An address that is not the peer's is no address of the peer's NAT.
TEST_F(Ikev1TransportBehindNat, OtherAddressesAreRefused) {
  left.rules[0].selectors.local = host(*IpAddress::parse("10.9.9.9"));
  start();
  (void)left.manager->initiate(left.rule_id());
  run(Duration(10000));
  EXPECT_TRUE(right.database.pairs.empty());
}

}  // namespace
}  // namespace spa::exchange
