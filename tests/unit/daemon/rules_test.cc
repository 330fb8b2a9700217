// SPDX-License-Identifier: Apache-2.0
#include "userspace/daemon/rules.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace spa::daemon {
namespace {

IpAddress ip(const char* text) {
  return *IpAddress::parse(text);
}

policy::AclEntry line(const char* from, const char* to, bool permit = true) {
  policy::AclEntry entry;
  entry.permit = permit;
  entry.source = *IpPrefix::parse(from);
  entry.destination = *IpPrefix::parse(to);
  return entry;
}

class RulesTest : public ::testing::Test {
 protected:
  RulesTest() {
    snapshot_.access_lists["101"] = {
        "101",
        true,
        {line("1.1.1.0/24", "192.168.4.0/24"), line("1.1.1.0/24", "10.0.0.0/8", false),
         line("1.1.2.0/24", "192.168.4.0/24")}};
    snapshot_.transform_sets["strong"].name = "strong";
    policy::CryptoMapEntry entry;
    entry.sequence = 10;
    entry.access_list = "101";
    entry.peers = {ip("172.16.172.34")};
    entry.transform_sets = {"strong"};
    snapshot_.crypto_maps["vpn"] = {"vpn", "", {entry}};
    bind("Ethernet0", "172.16.172.39/24", "vpn");
  }

  void bind(const char* name, const char* address, const char* map) {
    policy::Interface interface;
    interface.name = name;
    interface.addresses = {*IpPrefix::parse(address)};
    interface.crypto_map = map;
    snapshot_.interfaces.push_back(interface);
  }

  Rules build() {
    return builder_.build(snapshot_,
                          [this](const policy::Interface& interface) -> Result<ResolvedAddress> {
                            if (absent_)
                              return fail(Errc::kNotFound, "no device carries the address");
                            return ResolvedAddress{"spa0", interface.addresses.front().address};
                          });
  }

  policy::Snapshot snapshot_;
  RuleBuilder builder_;
  bool absent_ = false;
};

// R-MAP-14, R-MAP-19: a permit line of a bound map is a rule; R-MAP-20: a deny line is not.
TEST_F(RulesTest, PermitLinesOfABoundMap) {
  const Rules result = build();
  ASSERT_EQ(result.rules.size(), 2u);
  EXPECT_TRUE(result.warnings.empty());
  const ports::PolicyRule& first = result.rules.front();
  EXPECT_EQ(first.id.to_string(), "vpn 10 line 1");
  EXPECT_EQ(first.local, ip("172.16.172.39"));
  EXPECT_EQ(first.remote, ip("172.16.172.34"));
  EXPECT_EQ(first.device, "spa0");
  EXPECT_EQ(first.selectors.remote.last, ip("192.168.4.255"));
  EXPECT_EQ(result.rules.back().id.line, 3u);
}

TEST_F(RulesTest, RequestIdsStayWithTheirRule) {
  const Rules before = build();
  EXPECT_NE(before.rules[0].reqid, before.rules[1].reqid);
  auto& entries = snapshot_.access_lists["101"].entries;
  entries.pop_back();
  const Rules after = build();
  ASSERT_EQ(after.rules.size(), 1u);
  EXPECT_EQ(after.rules[0].reqid, before.rules[0].reqid);
}

// R-MAP-15, R-MAP-16, R-KEY-7: not in force, and the operator is told why.
TEST_F(RulesTest, WhatIsNotInForceIsNamed) {
  const auto only_warning = [&] {
    const Rules result = build();
    EXPECT_TRUE(result.rules.empty());
    return result.warnings.empty() ? std::string() : result.warnings.front();
  };
  absent_ = true;
  EXPECT_NE(only_warning().find("no device carries"), std::string::npos);
  absent_ = false;
  snapshot_.crypto_maps["vpn"].entries[0].access_list = "199";
  EXPECT_NE(only_warning().find("access list 199 is not defined"), std::string::npos);
  snapshot_.crypto_maps["vpn"].entries[0].access_list = "";
  EXPECT_NE(only_warning().find("is incomplete"), std::string::npos);
  snapshot_.interfaces[0].crypto_map = "none";
  EXPECT_NE(only_warning().find("there is no crypto map none"), std::string::npos);
  snapshot_.interfaces[0].shutdown = true;
  EXPECT_EQ(only_warning(), "");
}

// R-MAP-14: a map on several interfaces is in force, for each peer, on the one that leads to it.
TEST_F(RulesTest, AMapOnTwoInterfaces) {
  bind("Ethernet1", "10.9.9.9/24", "vpn");
  policy::CryptoMapEntry other = snapshot_.crypto_maps["vpn"].entries.front();
  other.sequence = 20;
  other.peers = {ip("10.9.9.1")};
  snapshot_.access_lists["102"] = {"102", true, {line("1.1.1.0/24", "192.168.5.0/24")}};
  other.access_list = "102";
  snapshot_.crypto_maps["vpn"].entries.push_back(other);
  IpAddress uplink = ip("172.16.172.39");
  builder_.use_sources(
      [&](const IpAddress& peer) { return peer == ip("10.9.9.1") ? ip("10.9.9.9") : uplink; });
  Rules result = build();
  EXPECT_TRUE(result.warnings.empty());
  ASSERT_EQ(result.rules.size(), 3u);
  EXPECT_EQ(result.rules[0].local, ip("172.16.172.39"));
  EXPECT_EQ(result.rules[2].local, ip("10.9.9.9"));
  // The way changes: so does the end.
  uplink = ip("10.9.9.9");
  EXPECT_EQ(build().rules[0].local, ip("10.9.9.9"));
  // Where no interface of the map leads there, the first one stands.
  uplink = {};
  EXPECT_EQ(build().rules[0].local, ip("172.16.172.39"));
}

// R-MAP-14, R-MAP-22: with local-address all interfaces have one end, and the rules are there once.
TEST_F(RulesTest, AMapOnTwoInterfacesWithOneLocalAddress) {
  bind("Ethernet1", "10.9.9.9/24", "vpn");
  bind("Loopback0", "9.9.9.9/32", "");
  snapshot_.crypto_maps["vpn"].local_address_interface = "Loopback0";
  const Rules result = build();
  EXPECT_TRUE(result.warnings.empty());
  ASSERT_EQ(result.rules.size(), 2u);
  EXPECT_EQ(result.rules[0].local, ip("9.9.9.9"));
}

// R-MAP-14: callers may come in on each of them.
TEST_F(RulesTest, ADynamicMapOnTwoInterfaces) {
  policy::CryptoMapEntry how;
  how.sequence = 10;
  how.access_list = "101";
  how.transform_sets = {"strong"};
  snapshot_.dynamic_maps["callers"] = {"callers", "", {how}};
  policy::CryptoMapEntry entry;
  entry.sequence = 10;
  entry.dynamic_map = "callers";
  snapshot_.crypto_maps["vpn"].entries = {entry};
  bind("Ethernet1", "10.9.9.9/24", "vpn");
  std::set<std::pair<IpAddress, std::uint32_t>> ends;
  for (const ports::PolicyRule& rule : build().rules) ends.emplace(rule.local, rule.id.line);
  EXPECT_EQ(ends.size(), 4u);
  EXPECT_EQ(std::count_if(ends.begin(), ends.end(),
                          [](const auto& end) { return end.first == ip("10.9.9.9"); }),
            2);
}

// R-MAP-22
TEST_F(RulesTest, LocalAddressOfAnotherInterface) {
  bind("Loopback0", "9.9.9.9/32", "");
  snapshot_.crypto_maps["vpn"].local_address_interface = "Loopback0";
  EXPECT_EQ(build().rules.at(0).local, ip("9.9.9.9"));
  snapshot_.crypto_maps["vpn"].local_address_interface = "Loopback1";
  EXPECT_TRUE(build().rules.empty());
}

// One interface, peers of both families: each tunnel ends on the first address of its own.
TEST_F(RulesTest, APeerMeetsAnAddressOfItsFamily) {
  snapshot_.interfaces[0].addresses.push_back(*IpPrefix::parse("2001:db8::39/64"));
  policy::CryptoMapEntry six = snapshot_.crypto_maps["vpn"].entries[0];
  six.sequence = 20;
  six.peers = {ip("2001:db8::34")};
  snapshot_.crypto_maps["vpn"].entries.push_back(six);
  const Rules result = build();
  EXPECT_TRUE(result.warnings.empty());
  ASSERT_FALSE(result.rules.empty());
  EXPECT_EQ(result.rules.front().local, ip("172.16.172.39"));
  EXPECT_EQ(result.rules.back().local, ip("2001:db8::39"));
  // Without one it is said.
  snapshot_.interfaces[0].addresses.pop_back();
  const Rules without = build();
  ASSERT_EQ(without.warnings.size(), 1u);
  EXPECT_NE(without.warnings[0].find("different families"), std::string::npos);
}

// R-MAP-20: a deny line that stands before a permit line it shares packets with is a rule of its
// own.
TEST_F(RulesTest, DenyLinesThatTakeSomethingAreRules) {
  snapshot_.access_lists["101"].entries = {
      line("1.1.1.0/24", "10.1.0.0/16", false), line("1.1.1.0/24", "10.0.0.0/8"),
      line("0.0.0.0/0", "0.0.0.0/0", false),  // the usual last line says nothing
  };
  const Rules result = build();
  ASSERT_EQ(result.rules.size(), 2u);
  EXPECT_TRUE(result.rules[0].clear);
  EXPECT_EQ(result.rules[0].id.line, 1u);
  EXPECT_FALSE(result.rules[1].clear);
  EXPECT_TRUE(result.warnings.empty());
}

TEST_F(RulesTest, ALineThatRepeatsAnotherIsNotUsed) {
  snapshot_.access_lists["101"].entries = {line("1.1.1.0/24", "10.0.0.0/8"),
                                           line("1.1.1.0/24", "10.0.0.0/8")};
  const Rules result = build();
  ASSERT_EQ(result.rules.size(), 1u);
  ASSERT_EQ(result.warnings.size(), 1u);
  EXPECT_NE(result.warnings[0].find("line 2"), std::string::npos);
}

// R-MAP-22: a dynamic map gives templates, in the order of its entries.
TEST_F(RulesTest, TemplatesOfADynamicMap) {
  policy::CryptoMapEntry open, listed, unfinished;
  open.sequence = 10;
  open.transform_sets = {"strong"};
  listed = open;
  listed.sequence = 20;
  listed.access_list = "101";
  listed.reverse_route = true;
  unfinished.sequence = 30;
  snapshot_.dynamic_maps["dyn"] = {};
  snapshot_.dynamic_maps["dyn"].entries = {open, listed, unfinished};
  policy::CryptoMapEntry entry;
  entry.sequence = 65000;
  entry.dynamic_map = "dyn";
  snapshot_.crypto_maps["vpn"].entries = {entry};
  const Rules result = build();
  ASSERT_EQ(result.rules.size(), 4u);
  for (const auto& rule : result.rules) EXPECT_TRUE(rule.is_template());
  EXPECT_EQ(result.rules[0].id.to_string(), "vpn 65000 dynamic 10 line 1");
  EXPECT_TRUE(result.rules[0].selectors.local.first.is_v4());
  EXPECT_TRUE(result.rules[1].selectors.local.first.is_v6());
  EXPECT_EQ(result.rules[2].id.to_string(), "vpn 65000 dynamic 20 line 1");
  EXPECT_EQ(result.rules[3].id.line, 2u);
  EXPECT_TRUE(result.rules[3].reverse_route);
  ASSERT_EQ(result.warnings.size(), 1u);
  EXPECT_NE(result.warnings[0].find("dynamic-map dyn 30"), std::string::npos);

  snapshot_.interfaces[0].addresses.push_back(*IpPrefix::parse("2001:db8::1/64"));
  const Rules both = build();
  ASSERT_EQ(both.rules.size(), 8u);
  EXPECT_EQ(both.rules[1].local, ip("2001:db8::1"));
  EXPECT_EQ(both.rules[0].selectors, both.rules[1].selectors);
  EXPECT_NE(both.rules[0].id, both.rules[1].id);
}

TEST_F(RulesTest, WhatADynamicMapLacksIsNamed) {
  policy::CryptoMapEntry entry, how;
  entry.sequence = 65000;
  entry.dynamic_map = "dyn";
  snapshot_.crypto_maps["vpn"].entries = {entry};
  Rules result = build();
  ASSERT_EQ(result.warnings.size(), 1u);
  EXPECT_NE(result.warnings[0].find("dyn is not defined"), std::string::npos);
  how.sequence = 10;
  how.transform_sets = {"strong"};
  how.access_list = "199";
  snapshot_.dynamic_maps["dyn"].entries = {how};
  result = build();
  ASSERT_EQ(result.warnings.size(), 1u);
  EXPECT_NE(result.warnings[0].find("access list 199"), std::string::npos);
  EXPECT_TRUE(result.rules.empty());
  snapshot_.access_lists["199"].entries = {line("1.1.1.0/24", "10.1.0.0/16", false),
                                           line("1.1.1.0/24", "10.0.0.0/8")};
  result = build();
  EXPECT_EQ(result.rules.size(), 1u);
  ASSERT_EQ(result.warnings.size(), 1u);
  EXPECT_NE(result.warnings[0].find("line 1 of access list 199"), std::string::npos);
}

}  // namespace
}  // namespace spa::daemon
