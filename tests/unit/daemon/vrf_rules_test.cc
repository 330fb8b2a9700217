// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>

#include "userspace/daemon/rules.h"

namespace spa::daemon {
namespace {

IpAddress ip(const char* text) {
  return *IpAddress::parse(text);
}

// Two outer VRFs with one peer address, and the same networks behind both ends in each.
class VrfRulesTest : public ::testing::Test {
 protected:
  VrfRulesTest() {
    snapshot_.transform_sets["TS"].name = "TS";
    policy::AclEntry line;
    line.source = *IpPrefix::parse("10.1.0.0/16");
    line.destination = *IpPrefix::parse("10.2.0.0/16");
    snapshot_.access_lists["101"] = {"101", true, {line}};
    add("red", "eth1", "192.0.2.1/24");
    add("blue", "eth2", "192.0.2.5/24");
  }

  void add(const std::string& vrf, const std::string& device, const char* address) {
    snapshot_.vrfs[vrf].name = vrf;
    policy::CryptoMapEntry entry;
    entry.sequence = 10;
    entry.access_list = "101";
    entry.peers = {ip("192.0.2.2")};
    entry.transform_sets = {"TS"};
    snapshot_.crypto_maps[vrf] = {vrf, "", {entry}, {}, {}};
    policy::Interface& outside = snapshot_.interfaces.emplace_back();
    outside.name = outside.device = device;
    outside.vrf = vrf;
    outside.addresses = {*IpPrefix::parse(address)};
    outside.crypto_map = vrf;
  }
  void use_profile(const std::string& map, const std::string& inside) {
    policy::Ikev2Profile& profile = snapshot_.ikev2_profiles["IN-" + inside];
    profile.name = "IN-" + inside;
    profile.inside_vrf = inside;
    snapshot_.crypto_maps[map].entries.front().ikev2_profile = profile.name;
    snapshot_.vrfs[inside].name = inside;
  }

  Rules build() {
    return builder_.build(
        snapshot_, [](const policy::Interface& interface) -> Result<ResolvedAddress> {
          return ResolvedAddress{interface.device, interface.addresses.front().address};
        });
  }
  static const kernel::DeviceSpec* device(const Rules& rules, const std::string& name) {
    const auto found = std::find_if(rules.devices.begin(), rules.devices.end(),
                                    [&](const auto& spec) { return spec.name == name; });
    return found == rules.devices.end() ? nullptr : &*found;
  }

  policy::Snapshot snapshot_;
  RuleBuilder builder_;
};

// R-VRF-8: the same peer and the same traffic in two VRFs are two rules that do not meet.
TEST_F(VrfRulesTest, TheSameTrafficInTwoVrfsIsKeptApart) {
  const Rules result = build();
  EXPECT_TRUE(result.warnings.empty());
  ASSERT_EQ(result.rules.size(), 2u);
  const ports::PolicyRule& red = result.rules[0];
  const ports::PolicyRule& blue = result.rules[1];
  EXPECT_EQ(red.selectors, blue.selectors);
  EXPECT_NE(red.scope.if_id, 0u);
  EXPECT_NE(red.scope.if_id, blue.scope.if_id);
  EXPECT_NE(red.scope.device, blue.scope.device);
  EXPECT_NE(red.scope.table, blue.scope.table);
  // The VRFs come before what is in them.
  EXPECT_TRUE(std::holds_alternative<kernel::VrfTable>(result.devices[0].kind));
  EXPECT_TRUE(std::holds_alternative<kernel::VrfTable>(result.devices[1].kind));
  const kernel::DeviceSpec* inside = device(result, red.scope.device);
  ASSERT_NE(inside, nullptr);
  EXPECT_EQ(inside->kind, kernel::DeviceKind(kernel::XfrmInterface{red.scope.if_id, 0}));
  EXPECT_EQ(inside->link, "red");
  EXPECT_EQ(inside->master, "red");
  EXPECT_EQ(result.members.at("eth1"), "red");
  EXPECT_EQ(result.members.at("eth2"), "blue");
  EXPECT_EQ(result.front_vrfs.at(ip("192.0.2.5")), "blue");
}

// R-VRF-2, R-VRF-4: outside and inside may be different, and one of them none.
TEST_F(VrfRulesTest, TheInsideIsWhatTheProfileSays) {
  use_profile("red", "green");
  snapshot_.interfaces[1].vrf.clear();
  use_profile("blue", "green");
  const Rules result = build();
  ASSERT_EQ(result.rules.size(), 2u);
  const kernel::DeviceSpec* first = device(result, result.rules[0].scope.device);
  const kernel::DeviceSpec* second = device(result, result.rules[1].scope.device);
  ASSERT_TRUE(first != nullptr && second != nullptr && first != second);
  EXPECT_EQ(first->link, "red");
  EXPECT_EQ(first->master, "green");
  EXPECT_EQ(second->link, "");
  EXPECT_EQ(second->master, "green");
  EXPECT_EQ(result.rules[0].scope.table, result.rules[1].scope.table);
}

TEST_F(VrfRulesTest, WithoutVrfsThereAreNoScopes) {
  snapshot_.vrfs.clear();
  for (auto& interface : snapshot_.interfaces) interface.vrf.clear();
  const Rules result = build();
  ASSERT_EQ(result.rules.size(), 2u);
  EXPECT_EQ(result.rules[0].scope, ports::PolicyRule::Scope{});
  EXPECT_TRUE(result.devices.empty());
  EXPECT_TRUE(result.front_vrfs.empty());
}

// Numbers and tables stay with their VRF while others come and go; a device's own table wins.
TEST_F(VrfRulesTest, NumbersStay) {
  const Rules before = build();
  add("aaa", "eth3", "192.0.2.9/24");
  const Rules after = build();
  ASSERT_EQ(after.rules.size(), 3u);
  EXPECT_EQ(after.rules[0].scope, before.rules[0].scope);
  EXPECT_EQ(after.rules[1].scope, before.rules[1].scope);
  builder_.use_tables([](const std::string& vrf) -> std::optional<std::uint32_t> {
    return vrf == "red" ? std::optional<std::uint32_t>(77) : std::nullopt;
  });
  EXPECT_EQ(build().rules[0].scope.table, 77u);
}

TEST_F(VrfRulesTest, WhatCannotBeIsNamed) {
  snapshot_.vrfs.erase("red");
  Rules result = build();
  EXPECT_EQ(result.rules.size(), 1u);
  ASSERT_EQ(result.warnings.size(), 1u);
  EXPECT_NE(result.warnings.front().find("VRF red is not defined"), std::string::npos);
  // The tunnel itself would be routed into the tunnel.
  snapshot_.vrfs["red"].name = "red";
  snapshot_.access_lists["101"].entries.front().destination = *IpPrefix::parse("0.0.0.0/0");
  result = build();
  EXPECT_TRUE(result.rules.empty());
  ASSERT_EQ(result.warnings.size(), 2u);
  EXPECT_NE(result.warnings.front().find("the way to peer 192.0.2.2"), std::string::npos);
  use_profile("red", "green");
  EXPECT_EQ(build().rules.size(), 1u);
  builder_.refuse_tunnels("not here");
  result = build();
  EXPECT_TRUE(result.rules.empty());
  EXPECT_TRUE(result.devices.empty());
  EXPECT_NE(result.warnings.front().find("need the kernel data plane"), std::string::npos);
}

// Addresses of ours tell VRFs apart: one of them cannot be in two.
TEST_F(VrfRulesTest, AnAddressIsInOneVrf) {
  snapshot_.interfaces[1].addresses = snapshot_.interfaces[0].addresses;
  const Rules result = build();
  EXPECT_EQ(result.rules.size(), 1u);
  ASSERT_EQ(result.warnings.size(), 1u);
  EXPECT_NE(result.warnings.front().find("192.0.2.1 is in VRF red already"), std::string::npos);
  EXPECT_EQ(result.front_vrfs.at(ip("192.0.2.1")), "red");
}

}  // namespace
}  // namespace spa::daemon
