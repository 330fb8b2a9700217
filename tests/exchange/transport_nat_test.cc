// SPDX-License-Identifier: Apache-2.0
// Transport mode through NATs (RFC 7296 2.23.1): whose addresses the traffic selectors of either
// end are, and who is granted what.
#include <tuple>

#include "tests/exchange/two_routers.h"

namespace spa::exchange {
namespace {

using policy::EncapsulationMode;
using policy::TrafficSelector;

class TransportThroughNat : public TwoRouters {
 protected:
  TransportThroughNat() {
    network.rewrite = [this](Packet& p) { translate(p); };
  }
  void stand(bool left_behind, bool right_behind) {
    left_behind_ = left_behind;
    right_behind_ = right_behind;
    left_seen_ = left_behind ? outside_left_ : left.address;
    right_seen_ = right_behind ? outside_right_ : right.address;
    face(left, right_seen_);
    face(right, left_seen_);
  }
  // The peer is known by this address alone, and all packets between the two are protected.
  static void face(Router& router, const IpAddress& peer) {
    ports::PolicyRule& rule = router.rules[0];
    rule.mode = EncapsulationMode::kTransport;
    rule.remote = peer;
    rule.selectors = {host(router.address), host(peer)};
    router.entry().peers = {peer};
    router.key().address = IpPrefix{peer, 32};
    const auto ring = router.config.isakmp.keyrings.find(policy::kDefaultKeyring);
    if (ring == router.config.isakmp.keyrings.end()) return;
    ring->second.keys.at(0).address = IpPrefix{peer, 32};
  }
  static TrafficSelector host(const IpAddress& address, std::uint8_t protocol = 0) {
    return TrafficSelector::of({address, 32}, protocol);
  }
  static const ports::SaPair& pair(const Router& router) {
    return router.database.pairs.begin()->second;
  }
  // One pair at each end, for what each end sees, under the keys of the other.
  void expect_one(EncapsulationMode mode) {
    for (const Router* r : {&left, &right}) {
      ASSERT_EQ(r->database.pairs.size(), 1U) << r->name << ": " << r->log.lines.back();
      EXPECT_TRUE(r->database.reserved.empty());
      EXPECT_EQ(pair(*r).mode, mode);
      EXPECT_TRUE(pair(*r).udp_encapsulation);
    }
    EXPECT_EQ(pair(left).spi_in, pair(right).spi_out);
    EXPECT_EQ(pair(left).keys_in.cipher, pair(right).keys_out.cipher);
    EXPECT_EQ(pair(left).keys_out.cipher, pair(right).keys_in.cipher);
  }
  static void expect_selectors(const Router& router, const TrafficSelector& local,
                               const TrafficSelector& remote) {
    EXPECT_EQ(pair(router).selectors_local, std::vector{local}) << router.name;
    EXPECT_EQ(pair(router).selectors_remote, std::vector{remote}) << router.name;
  }
  void expect_ends() {
    expect_one(EncapsulationMode::kTransport);
    expect_selectors(left, host(left.address), host(right_seen_));
    expect_selectors(right, host(right.address), host(left_seen_));
  }

  const IpAddress outside_left_ = *IpAddress::parse("203.0.113.7");
  const IpAddress outside_right_ = *IpAddress::parse("203.0.113.9");
  IpAddress left_seen_;
  IpAddress right_seen_;

 private:
  void translate(Packet& p) const {
    if (left_behind_) {
      if (p.from.address == left.address) p.from.address = outside_left_;
      if (p.to.address == outside_left_) p.to.address = left.address;
    }
    if (right_behind_) {
      if (p.from.address == right.address) p.from.address = outside_right_;
      if (p.to.address == outside_right_) p.to.address = right.address;
    }
  }
  bool left_behind_ = false;
  bool right_behind_ = false;
};

// Which of the two is behind a NAT, and whether `left` begins.
class EachNat : public TransportThroughNat,
                public ::testing::WithParamInterface<std::tuple<bool, bool, bool>> {
 protected:
  void SetUp() override { stand(std::get<0>(GetParam()), std::get<1>(GetParam())); }
  Router& beginner() { return std::get<2>(GetParam()) ? left : right; }
};

// RFC 7296 2.23.1: either end sets up the pair for the addresses that it sees.
TEST_P(EachNat, SelectorsAreTheEndsAsSeen) {
  start();
  bring_up(beginner());
  expect_ends();
}

// RFC 7296 2.23.1, 1.3.3: whoever rekeys, and so writes the selectors.
TEST_P(EachNat, RekeyedFromEitherEnd) {
  start();
  bring_up(beginner());
  for (Router* who : {&left, &right}) {
    ASSERT_EQ(who->database.pairs.size(), 1U);
    const std::uint32_t before = pair(*who).spi_in;
    who->expire_first(false);
    run(Duration(10000));
    expect_ends();
    EXPECT_NE(pair(*who).spi_in, before);
  }
}

// RFC 7296 2.23.1: ports and protocol are narrowed beside the addresses in place of the others.
TEST_P(EachNat, RulesAreNarrowed) {
  Router& asked = &beginner() == &left ? right : left;
  const auto any = TrafficSelector::of(*IpPrefix::parse("0.0.0.0/0"), 6);
  asked.rules[0].selectors = {any, any};
  asked.rules[0].selectors.local.port_first = asked.rules[0].selectors.local.port_last = 80;
  start();
  bring_up(beginner());
  expect_one(EncapsulationMode::kTransport);
  EXPECT_EQ(pair(asked).selectors_local[0].port_first, 80);
  EXPECT_EQ(pair(asked).selectors_local[0].first, asked.address);
  EXPECT_EQ(pair(asked).selectors_local[0].protocol, 6);
  EXPECT_EQ(pair(beginner()).selectors_remote[0].port_last, 80);
  EXPECT_EQ(pair(beginner()).selectors_remote[0].first, beginner().rules[0].remote);
  EXPECT_EQ(pair(beginner()).selectors_local[0], host(beginner().address, 6));
}

// RFC 7296 2.23.1: the policy for the addresses that are seen demands a tunnel, and there is none
// for the others.
TEST_P(EachNat, PolicyForATunnelRefuses) {
  Router& asked = &beginner() == &left ? right : left;
  asked.rules[0].mode = EncapsulationMode::kTunnel;
  start();
  bring_up(beginner());
  EXPECT_TRUE(left.database.pairs.empty());
  EXPECT_TRUE(right.database.pairs.empty());
  EXPECT_EQ(asked.manager->counters().ts_unacceptable, 1U);
  EXPECT_EQ(asked.up(), 1U);
}

std::string name_of_position(const ::testing::TestParamInfo<EachNat::ParamType>& info) {
  const auto [left_behind, right_behind, left_begins] = info.param;
  return std::string(left_behind && right_behind ? "Both"
                     : left_behind               ? "Left"
                                                 : "Right") +
         (left_begins ? "LeftBegins" : "RightBegins");
}

INSTANTIATE_TEST_SUITE_P(
    Positions, EachNat,
    ::testing::Values(std::tuple{true, false, true}, std::tuple{true, false, false},
                      std::tuple{false, true, true}, std::tuple{false, true, false},
                      std::tuple{true, true, true}, std::tuple{true, true, false}),
    name_of_position);

// RFC 7296 2.23.1: a policy for a tunnel between the addresses that were sent is found instead.
TEST_F(TransportThroughNat, TheReplacementIsUndoneForATunnel) {
  stand(true, true);
  right.rules[0].mode = EncapsulationMode::kTunnel;
  right.rules[0].selectors = {host(right_seen_), host(left.address)};
  start();
  bring_up(left);
  expect_one(EncapsulationMode::kTunnel);
  expect_selectors(left, host(left.address), host(right_seen_));
  expect_selectors(right, host(right_seen_), host(left.address));
}

// RFC 7296 2.23.1: selectors that are not the two ends have no transport mode through a NAT.
TEST_F(TransportThroughNat, NetworksTakeATunnel) {
  stand(true, false);
  const auto network4 = TrafficSelector::of(*IpPrefix::parse("192.168.4.0/24"));
  left.rules[0].selectors.local = network4;
  right.rules[0].selectors.remote = network4;
  start();
  bring_up(left);
  expect_one(EncapsulationMode::kTunnel);
  EXPECT_EQ(pair(right).selectors_remote, std::vector{network4});
}

// R-MAP-4: the same where it is not to be given up.
TEST_F(TransportThroughNat, NetworksWithoutATunnelAreNotAskedFor) {
  stand(true, false);
  left.rules[0].selectors.local = TrafficSelector::of(*IpPrefix::parse("192.168.4.0/24"));
  right.rules[0].selectors.remote = left.rules[0].selectors.local;
  left.config.transform_sets.at("SET").mode_required = true;
  start();
  bring_up(left);
  EXPECT_TRUE(left.database.pairs.empty());
  EXPECT_TRUE(right.database.pairs.empty());
}

// A second client, `other`, in a network of its own that has the same addresses as left's, behind
// the same NAT. With either version.
class ClientsBehindOneNat : public TransportThroughNat, public ::testing::WithParamInterface<int> {
 protected:
  ClientsBehindOneNat() {
    for (Router* r : {&left, &right, &other}) {
      if (GetParam() == 1) use_ikev1(*r);
    }
    stand(true, false);
    face(other, right.address);
    call(left, "left");
    call(other, "other");
    call(right, "right");
    for (Router* r : {&left, &right, &other}) admit_all(*r);
    network.rewrite = [this](Packet& p) {
      if (p.from.address == left.address) p.from = {outside_left_, up(p.from.port, 10000)};
      if (p.to.address != outside_left_) return;
      const bool to_left = p.to.port < 20000;
      p.to = {to_left ? left.address : door_, up(p.to.port, to_left ? -10000 : -20000)};
    };
    home.attach(right.address, [this](const Endpoint& to, const Endpoint& from, ByteView message) {
      network.deliver({{outside_left_, up(from.port, 20000)}, to, to_bytes(message)});
    });
    network.attach(door_, [this](const Endpoint& to, const Endpoint& from, ByteView message) {
      home.deliver({from, {other.address, to.port}, to_bytes(message)});
    });
  }
  static std::uint16_t up(std::uint16_t port, int by) {
    return static_cast<std::uint16_t>(port + by);
  }
  static void call(Router& router, const std::string& name) {
    policy::Identity own;
    own.kind = policy::Identity::Kind::kFqdn;
    own.text = name + ".example.com";
    router.profile().local_identity = own;
    router.config.hostname = name;
    router.config.domain_name = "example.com";
    router.config.isakmp.identity = policy::IsakmpIdentity::kHostname;
  }
  static void admit_all(Router& router) {
    const policy::IdentityMatch all{policy::IdentityMatch::Kind::kFqdnDomain, {}, "example.com"};
    router.profile().match_remote = {all};
    if (GetParam() == 1) router.isakmp_profile().match_remote = {all};
  }
  static void use_ikev1(Router& router) {
    router.use_ikev1();
    router.config.transform_sets.at("SET").mode = EncapsulationMode::kTransport;
  }
  // UDP from this port of the client's.
  static void use_port(Router& client, std::uint16_t port) {
    policy::SelectorPair& selectors = client.rules[0].selectors;
    selectors.local.protocol = selectors.remote.protocol = 17;
    selectors.local.port_first = selectors.local.port_last = port;
  }
  void start_all() {
    start();
    other.start();
  }

  const IpAddress door_ = *IpAddress::parse("192.0.2.99");
  FakeNetwork home{timers};
  Router other{timers,          home,         pki,   "other", "172.16.172.34", "192.168.4.0/24",
               "172.16.172.39", "1.1.1.0/24", 0x5000};
};

// RFC 7296 2.23.1: they are told apart by their ports, also where their own addresses are the same.
TEST_P(ClientsBehindOneNat, BothAreServed) {
  use_port(left, 1701);
  use_port(other, 1702);
  start_all();
  bring_up(left);
  bring_up(other);
  ASSERT_EQ(left.database.pairs.size(), 1U) << left.log.lines.back();
  ASSERT_EQ(other.database.pairs.size(), 1U) << other.log.lines.back();
  ASSERT_EQ(right.database.pairs.size(), 2U);
  for (const Router* client : {&left, &other}) {
    const ports::SaPair& theirs = pair(*client);
    const ports::SaPair& ours = right.database.pairs.at(theirs.spi_out);
    EXPECT_EQ(ours.keys_in.cipher, theirs.keys_out.cipher);
    EXPECT_EQ(ours.mode, EncapsulationMode::kTransport);
    ASSERT_EQ(ours.selectors_remote.size(), 1U);
    EXPECT_EQ(ours.selectors_remote[0].first, outside_left_);
    EXPECT_EQ(ours.selectors_remote[0].port_first, client == &left ? 1701 : 1702);
    EXPECT_EQ(ours.remote.port, client == &left ? 14500 : 24500);
    EXPECT_EQ(theirs.selectors_local[0].first, client->address);
  }
}

// RFC 3948 5.2: what cannot be told apart is not granted twice, not even in part.
TEST_P(ClientsBehindOneNat, TheSamePacketsAreTheFirstOnes) {
  use_port(other, 1702);
  start_all();
  bring_up(left);
  bring_up(other);
  EXPECT_EQ(left.database.pairs.size(), 1U);
  EXPECT_TRUE(other.database.pairs.empty());
  ASSERT_EQ(right.database.pairs.size(), 1U);
  EXPECT_EQ(pair(right).spi_in, pair(left).spi_out);
  EXPECT_EQ(right.manager->counters().ts_unacceptable, 1U);
  EXPECT_TRUE(right.log.has("left.example.com behind the same NAT protects these packets already"));
  // INVALID-ID-INFORMATION (RFC 2408 3.14.1), or TS_UNACCEPTABLE.
  EXPECT_TRUE(other.log.has(GetParam() == 1 ? "INVALID-ID-INFORMATION" : "TS_UNACCEPTABLE"));
  // With the first one's end the way is free.
  EXPECT_EQ(left.manager->clear({}), 1U);
  run(Duration(60000));
  bring_up(other);
  EXPECT_EQ(other.database.pairs.size(), 1U) << other.log.lines.back();
}

// RFC 3948 5.2: at the same time too, when neither has a pair yet.
TEST_P(ClientsBehindOneNat, BothAtOnceAreNotBothServed) {
  start_all();
  ASSERT_TRUE(left.manager->initiate(left.rule_id()));
  ASSERT_TRUE(other.manager->initiate(other.rule_id()));
  run(Duration(10000));
  EXPECT_EQ(right.up(), 2U);
  ASSERT_EQ(right.database.pairs.size(), 1U);
  EXPECT_TRUE(right.database.halves.empty());
  EXPECT_EQ(left.database.pairs.size() + other.database.pairs.size(), 1U);
  EXPECT_TRUE(right.log.has("behind the same NAT protects these packets already"));
}

// A client that lost everything is no rival of itself.
TEST_P(ClientsBehindOneNat, TheSameClientComesAgain) {
  start_all();
  bring_up(left);
  left.restart();
  bring_up(left);
  expect_one(EncapsulationMode::kTransport);
}

INSTANTIATE_TEST_SUITE_P(Versions, ClientsBehindOneNat, ::testing::Values(1, 2),
                         [](const auto& info) { return "Ikev" + std::to_string(info.param); });

}  // namespace
}  // namespace spa::exchange
