// SPDX-License-Identifier: Apache-2.0
#include "userspace/ike/rule_table.h"

#include <gtest/gtest.h>

#include "userspace/policy/tunnel_protection.h"

namespace spa::ike {
namespace {

class RuleTableTest : public ::testing::Test {
 protected:
  RuleTableTest() {
    policy::CryptoMapEntry entry;
    entry.sequence = policy::kProtectionSequence;
    entry.ikev2_profile = "GRE";
    snapshot_.protections["Tunnel0-head-0"] = {"Tunnel0-head-0", {}, {entry}, {}, {}};
    entry.sequence = 10;
    entry.ikev2_profile = "MAP";
    // Somebody may call a map so.
    snapshot_.crypto_maps["Tunnel0-head-0"] = {"Tunnel0-head-0", {}, {entry}, {}, {}};
  }
  policy::Snapshot snapshot_;
};

// R-GRE-5: the rules of a tunnel interface lead to what its IPsec profile says.
TEST_F(RuleTableTest, EntriesOfTunnels) {
  const auto profile = [&](std::uint32_t sequence, std::uint32_t dynamic) {
    const auto* entry = entry_of(snapshot_, {"Tunnel0-head-0", sequence, 1, dynamic});
    return entry == nullptr ? std::string() : entry->ikev2_profile;
  };
  EXPECT_EQ(profile(policy::kProtectionSequence, 0), "GRE");
  EXPECT_EQ(profile(policy::kProtectionSequence, 1), "GRE");  // multipoint
  EXPECT_EQ(profile(10, 0), "MAP");
  EXPECT_EQ(profile(11, 0), "");
}

// R-GRE-6: nobody negotiates about what is discarded.
TEST_F(RuleTableTest, WhatIsDiscardedIsNobodys) {
  ports::PolicyRule rule;
  rule.id = {"Tunnel0-head-0", policy::kProtectionSequence, 2};
  rule.discard = true;
  EXPECT_FALSE(rule.is_template());
  RuleTable table;
  table.replace(snapshot_, {rule});
  EXPECT_EQ(table.find(rule.id), nullptr);
  EXPECT_TRUE(table.towards(*IpAddress::parse("192.0.2.2")).empty());
}

}  // namespace
}  // namespace spa::ike
