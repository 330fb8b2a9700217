// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "userspace/daemon/rules.h"
#include "userspace/policy/tunnel_protection.h"

namespace spa::daemon {
namespace {

IpAddress ip(const char* text) {
  return *IpAddress::parse(text);
}

class TunnelRulesTest : public ::testing::Test {
 protected:
  TunnelRulesTest() {
    snapshot_.transform_sets["TS"].name = "TS";
    snapshot_.transform_sets["TS"].esp_cipher = policy::Cipher{wire::EncrId::kAesGcm16, 128};
    snapshot_.transform_sets["TS"].mode = policy::EncapsulationMode::kTransport;
    snapshot_.ipsec_profiles["GRE"].transform_sets = {"TS"};
    policy::Interface outside;
    outside.name = "Ethernet0";
    outside.addresses = {*IpPrefix::parse("192.0.2.1/24")};
    snapshot_.interfaces = {outside};
    policy::Interface& inner = add("Tunnel0");
    inner.addresses = {*IpPrefix::parse("10.0.0.1/30")};
    inner.mtu = 1400;
  }

  policy::Interface& add(const char* name) {
    policy::Interface& made = snapshot_.interfaces.emplace_back();
    made.name = name;
    made.tunnel = policy::Tunnel{"Ethernet0", {}, ip("192.0.2.2"), false, {}, "GRE"};
    return made;
  }
  policy::Tunnel& tunnel() { return *snapshot_.interfaces[1].tunnel; }

  Rules build() {
    snapshot_.protections = policy::tunnel_protections(snapshot_);
    return builder_.build(snapshot_,
                          [](const policy::Interface& interface) -> Result<ResolvedAddress> {
                            return ResolvedAddress{"eth0", interface.addresses.front().address};
                          });
  }
  // What was said, when nothing was put in force.
  std::string refused() {
    const Rules result = build();
    EXPECT_TRUE(result.rules.empty());
    EXPECT_TRUE(result.devices.empty());
    return result.warnings.empty() ? std::string() : result.warnings.front();
  }

  policy::Snapshot snapshot_;
  RuleBuilder builder_;
};

// R-GRE-4, R-GRE-5: one rule for the GRE between the ends, and the device.
TEST_F(TunnelRulesTest, BetweenTwoEnds) {
  tunnel().key = 7;
  const Rules result = build();
  EXPECT_TRUE(result.warnings.empty());
  ASSERT_EQ(result.rules.size(), 1u);
  const ports::PolicyRule& rule = result.rules.front();
  EXPECT_EQ(rule.id.to_string(), "Tunnel0-head-0 65536 line 1");
  EXPECT_EQ(rule.selectors.local, policy::TrafficSelector::of({ip("192.0.2.1"), 32}, 47));
  EXPECT_EQ(rule.selectors.remote, policy::TrafficSelector::of({ip("192.0.2.2"), 32}, 47));
  EXPECT_EQ(rule.local, ip("192.0.2.1"));
  EXPECT_EQ(rule.remote, ip("192.0.2.2"));
  EXPECT_EQ(rule.device, "eth0");
  EXPECT_EQ(rule.mode, policy::EncapsulationMode::kTransport);
  EXPECT_NE(rule.reqid, 0u);
  ASSERT_EQ(result.devices.size(), 1u);
  kernel::DeviceSpec expected;
  expected.name = "tunnel0";
  expected.kind = kernel::GreTunnel{ip("192.0.2.1"), ip("192.0.2.2"), 7};
  expected.mtu = 1400;
  expected.addresses = {*IpPrefix::parse("10.0.0.1/30")};
  EXPECT_EQ(result.devices.front(), expected);
}

// R-GRE-3, R-GRE-6: whoever calls gets a rule of its own, the GRE of all others is dropped.
TEST_F(TunnelRulesTest, FromOneToMany) {
  tunnel().multipoint = true;
  tunnel().destination.reset();
  const Rules result = build();
  EXPECT_TRUE(result.warnings.empty());
  ASSERT_EQ(result.rules.size(), 2u);
  EXPECT_TRUE(result.rules[0].is_template());
  EXPECT_NE(result.rules[0].id.dynamic, 0u);
  EXPECT_EQ(result.rules[0].selectors.remote, policy::TrafficSelector::of({ip("0.0.0.0"), 0}, 47));
  EXPECT_TRUE(result.rules[1].discard);
  EXPECT_FALSE(result.rules[1].is_template());
  EXPECT_EQ(result.rules[1].selectors, result.rules[0].selectors);
  EXPECT_EQ(std::get<kernel::GreTunnel>(result.devices.front().kind).remote, IpAddress{});
}

// R-GRE-3
TEST_F(TunnelRulesTest, MultipointInTunnelModeIsWarnedOf) {
  tunnel().multipoint = true;
  snapshot_.transform_sets["TS"].mode = policy::EncapsulationMode::kTunnel;
  const Rules result = build();
  ASSERT_EQ(result.warnings.size(), 1u);
  EXPECT_NE(result.warnings.front().find("mode transport"), std::string::npos);
}

// R-GRE-6: without protection there is no device that could speak in clear.
TEST_F(TunnelRulesTest, NothingIsMadeUnprotected) {
  tunnel().protection.clear();
  EXPECT_NE(refused().find("nothing protects it"), std::string::npos);
  tunnel().protection = "OTHER";
  EXPECT_NE(refused().find("IPsec profile OTHER is not defined"), std::string::npos);
  tunnel().protection = "GRE";
  snapshot_.ipsec_profiles["GRE"].transform_sets.clear();
  EXPECT_NE(refused().find("incomplete"), std::string::npos);
}

TEST_F(TunnelRulesTest, WhatATunnelLacksIsNamed) {
  tunnel().destination.reset();
  EXPECT_NE(refused().find("no tunnel destination"), std::string::npos);
  tunnel().destination = ip("2001:db8::2");
  EXPECT_NE(refused().find("different families"), std::string::npos);
  tunnel().source_interface = "Ethernet9";
  EXPECT_NE(refused().find("no interface Ethernet9"), std::string::npos);
  tunnel().source_interface.clear();
  EXPECT_NE(refused().find("no tunnel source"), std::string::npos);
  builder_.refuse_tunnels("not here");
  EXPECT_NE(refused().find("not here"), std::string::npos);
}

// Tunnels between the same ends share their rule; keys tell them apart.
TEST_F(TunnelRulesTest, TheSameEndsAreProtectedOnce) {
  add("Tunnel1").tunnel->key = 1;
  const Rules result = build();
  EXPECT_EQ(result.rules.size(), 1u);
  EXPECT_EQ(result.devices.size(), 2u);
}

// R-GRE-4: the older way, a crypto map whose access list permits GRE.
TEST_F(TunnelRulesTest, ACryptoMapProtectsATunnelToo) {
  tunnel().protection.clear();
  policy::AclEntry line;
  line.protocol = 47;
  line.source = *IpPrefix::parse("192.0.2.1/32");
  line.destination = *IpPrefix::parse("192.0.2.2/32");
  snapshot_.access_lists["101"] = {"101", true, {line}};
  policy::CryptoMapEntry entry;
  entry.sequence = 10;
  entry.access_list = "101";
  entry.peers = {ip("192.0.2.2")};
  entry.transform_sets = {"TS"};
  snapshot_.crypto_maps["vpn"] = {"vpn", "", {entry}, {}, {}};
  snapshot_.interfaces[0].crypto_map = "vpn";
  const Rules result = build();
  ASSERT_EQ(result.rules.size(), 1u);
  EXPECT_EQ(result.rules.front().id.crypto_map, "vpn");
  EXPECT_EQ(result.devices.size(), 1u);
}

TEST_F(TunnelRulesTest, ShutDownMeansNotThere) {
  snapshot_.interfaces[1].shutdown = true;
  EXPECT_EQ(refused(), "");
}

}  // namespace
}  // namespace spa::daemon
