// SPDX-License-Identifier: Apache-2.0
// What is agreed about a CHILD SA beside its algorithms: protocol, mode, compression, and for whom.
#include "tests/exchange/two_routers.h"

namespace spa::exchange {
namespace {

policy::TrafficSelector selector(const char* prefix) {
  return policy::TrafficSelector::of(*IpPrefix::parse(prefix));
}

class ChildTerms : public TwoRouters {
 protected:
  void use_ah(Router& router) {
    policy::TransformSet& set = router.config.transform_sets.at("SET");
    set.esp_cipher.reset();
    set.ah = wire::IntegId::kHmacSha256_128;
  }
  void compress(Router& router, wire::IpCompId id = wire::IpCompId::kDeflate) {
    router.config.transform_sets.at("SET").compression = id;
  }
  const ports::SaPair& pair(const Router& router) { return router.database.pairs.begin()->second; }
};

// RFC 7296 3.3, 2.17: AH is a proposal of its own, with an integrity key and nothing else.
TEST_F(ChildTerms, AhAlone) {
  use_ah(left);
  use_ah(right);
  start();
  bring_up(left);
  expect_tunnel();
  EXPECT_TRUE(pair(left).suite.has_ah());
  EXPECT_FALSE(pair(left).suite.has_esp());
  EXPECT_EQ(pair(left).keys_in.ah.size(), 32U);
  EXPECT_TRUE(pair(left).keys_in.cipher.empty());
}

// RFC 7296 1.3.3, 1.4.1: REKEY_SA and Delete name AH.
TEST_F(ChildTerms, AhIsRekeyedAndDeleted) {
  use_ah(left);
  use_ah(right);
  start();
  bring_up(left);
  const std::uint32_t before = pair(left).spi_in;
  left.expire_first(false);
  run(Duration(10000));
  expect_sas(1, 1);
  EXPECT_NE(pair(left).spi_in, before);
  left.expire_first(true);
  run(Duration(10000));
  EXPECT_TRUE(right.database.pairs.empty());
}

// One end has both, in its order of preference.
TEST_F(ChildTerms, TheFirstTransformSetThatBothHaveIsTaken) {
  policy::TransformSet ah;
  ah.name = "AH";
  ah.ah = wire::IntegId::kHmacSha1_96;
  left.config.transform_sets["AH"] = ah;
  left.entry().transform_sets = {"AH", "SET"};
  right.config.transform_sets["AH"] = ah;
  right.entry().transform_sets = {"SET"};
  start();
  bring_up(left);
  expect_tunnel();
  EXPECT_TRUE(pair(left).suite.has_esp());
}

// R-NAT-15
TEST_F(ChildTerms, AhIsNotOfferedThroughANat) {
  policy::TransformSet ah;
  ah.name = "AH";
  ah.ah = wire::IntegId::kHmacSha1_96;
  for (Router* r : {&left, &right}) {
    r->config.transform_sets["AH"] = ah;
    r->entry().transform_sets = {"AH", "SET"};
    r->database.udp_only = true;
  }
  start();
  bring_up(left);
  expect_tunnel();
  EXPECT_TRUE(pair(left).suite.has_esp());
}

// RFC 7296 3.3: a proposal has one protocol; bundles are for IKEv1.
TEST_F(ChildTerms, AhAroundEspIsLeftOut) {
  for (Router* r : {&left, &right}) {
    r->config.transform_sets.at("SET").ah = wire::IntegId::kHmacSha1_96;
  }
  start();
  bring_up(left);
  EXPECT_TRUE(left.database.pairs.empty());
}

// RFC 7296 2.22, R-MAP-8
TEST_F(ChildTerms, CompressionThatBothWant) {
  compress(left);
  compress(right);
  start();
  bring_up(left);
  expect_tunnel();
  EXPECT_EQ(pair(left).suite.compression, wire::IpCompId::kDeflate);
  EXPECT_NE(pair(left).cpi_in, 0);
  EXPECT_NE(pair(left).cpi_out, 0);
  // A new SA has CPIs of its own.
  const std::uint16_t before = pair(left).cpi_in;
  right.expire_first(false);
  run(Duration(10000));
  expect_sas(1, 1);
  EXPECT_EQ(pair(left).suite.compression, wire::IpCompId::kDeflate);
  EXPECT_NE(pair(left).cpi_in, before);
  for (const Router* r : {&left, &right}) EXPECT_TRUE(r->database.reserved_cpis.empty());
}

TEST_F(ChildTerms, CompressionThatOneEndDoesNotWant) {
  compress(left);
  start();
  bring_up(left);
  expect_tunnel();
  EXPECT_FALSE(pair(left).suite.has_ipcomp());
  for (const Router* r : {&left, &right}) EXPECT_TRUE(r->database.reserved_cpis.empty());
}

// R-MAP-7: what no engine has is not offered, and no reason to do without a tunnel.
TEST_F(ChildTerms, CompressionThatTheDataPlaneHasNot) {
  compress(left, wire::IpCompId::kLzs);
  compress(right, wire::IpCompId::kLzs);
  start();
  bring_up(left);
  expect_tunnel();
  EXPECT_FALSE(pair(left).suite.has_ipcomp());
}

// R-MAP-4: `mode transport require`.
TEST_F(ChildTerms, RequiredTransportModeIsNotGivenUp) {
  left.rules[0].mode = policy::EncapsulationMode::kTransport;
  left.config.transform_sets.at("SET").mode_required = true;
  start();
  bring_up(left);
  EXPECT_TRUE(left.database.pairs.empty());
  run(Duration(60000));
  EXPECT_TRUE(right.database.pairs.empty()) << "the other half is withdrawn";
  bring_up(right);
  EXPECT_TRUE(left.database.pairs.empty());
}

// R-GRE-2: point-to-point GRE through a NAT goes in tunnel mode.
TEST_F(ChildTerms, GreThroughANatTakesATunnel) {
  for (Router* r : {&left, &right}) {
    r->rules[0].mode = policy::EncapsulationMode::kTransport;
    r->rules[0].selectors.local.protocol = r->rules[0].selectors.remote.protocol = 47;
  }
  right.database.udp_only = true;
  start();
  bring_up(left);
  expect_tunnel();
  EXPECT_EQ(pair(left).mode, policy::EncapsulationMode::kTunnel);
  // R-GRE-4
  EXPECT_EQ(pair(left).selectors_local[0].protocol, 47);
}

TEST_F(ChildTerms, GreWithoutANatTakesTransportMode) {
  for (Router* r : {&left, &right}) {
    r->rules[0].mode = policy::EncapsulationMode::kTransport;
    r->rules[0].selectors.local.protocol = r->rules[0].selectors.remote.protocol = 47;
  }
  start();
  bring_up(left);
  expect_tunnel();
  EXPECT_EQ(pair(left).mode, policy::EncapsulationMode::kTransport);
}

// RFC 7296 2.9: protocols and ports are narrowed like addresses, at both ends.
TEST_F(ChildTerms, ProtocolsAndPortsAreNarrowed) {
  left.rules[0].selectors.remote.protocol = left.rules[0].selectors.local.protocol = 6;
  left.rules[0].selectors.remote.port_first = 1;
  left.rules[0].selectors.remote.port_last = 1023;
  right.rules[0].selectors.local.port_first = 80;
  right.rules[0].selectors.local.port_last = 90;
  start();
  bring_up(left);
  expect_tunnel();
  const auto& remote = pair(left).selectors_remote[0];
  EXPECT_EQ(remote.protocol, 6);
  EXPECT_EQ(remote.port_first, 80);
  EXPECT_EQ(remote.port_last, 90);
}

// R-MAP-20: a line that keeps traffic in clear is nothing to negotiate about.
TEST_F(ChildTerms, ClearRulesAreNotNegotiated) {
  ports::PolicyRule clear;
  clear.id = {"MAP", 10, 1};
  clear.clear = true;
  clear.selectors = right.rules[0].selectors;
  right.rules[0].id.line = 2;
  right.rules.insert(right.rules.begin(), clear);
  start();
  bring_up(left);
  expect_tunnel();
  EXPECT_EQ(pair(right).rule.line, 2U);
}

// R-MAP-22: a peer that is not named anywhere, and its networks.
TEST_F(ChildTerms, ADynamicMapAnswers) {
  right.answer_anybody();
  start();
  bring_up(left);
  expect_tunnel();
  const auto& own = pair(right).own_rule;
  ASSERT_NE(own, nullptr);
  EXPECT_EQ(own->remote, left.address);
  EXPECT_EQ(own->selectors.remote, selector("192.168.4.0/24"));
  EXPECT_EQ(own->selectors.local, selector("1.1.1.0/24"));
  EXPECT_EQ(pair(right).rule, own->id);
  EXPECT_EQ(pair(right).rule.dynamic, 20U);
  EXPECT_NE(pair(right).reqid, 0U);
  EXPECT_EQ(pair(left).own_rule, nullptr);
}

// It never calls: nobody knows whom.
TEST_F(ChildTerms, ADynamicMapOnlyAnswers) {
  right.answer_anybody();
  start();
  right.traffic();
  EXPECT_FALSE(right.manager->initiate(right.rules[0].id).has_value());
  run(Duration(10000));
  EXPECT_TRUE(right.status().empty());
}

// From either end; the rule stays.
TEST_F(ChildTerms, WhatADynamicMapGrantedIsRekeyed) {
  right.answer_anybody();
  start();
  bring_up(left);
  const auto rule = pair(right).rule;
  for (Router* who : {&left, &right}) {
    const std::uint32_t before = pair(right).spi_in;
    who->expire_first(false);
    run(Duration(10000));
    expect_sas(1, 1);
    EXPECT_NE(pair(right).spi_in, before) << who->name;
    EXPECT_EQ(pair(right).rule, rule);
  }
}

// The SAs of an entry stay when something else changes, and go with the entry.
TEST_F(ChildTerms, WhatADynamicMapGrantedFollowsItsEntry) {
  right.answer_anybody();
  start();
  bring_up(left);
  right.start();
  run(Duration(10000));
  expect_sas(1, 1);
  right.rules.clear();
  right.start();
  run(Duration(10000));
  EXPECT_TRUE(right.database.pairs.empty());
}

}  // namespace
}  // namespace spa::exchange
