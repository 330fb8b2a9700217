// SPDX-License-Identifier: Apache-2.0
#include "userspace/kernel/rule_levels.h"

#include <gtest/gtest.h>

namespace spa::kernel {
namespace {

ports::PolicyRule line(std::uint32_t number, bool clear, const char* local, const char* remote) {
  ports::PolicyRule rule;
  rule.id = {"MAP", 10, number};
  rule.clear = clear;
  rule.selectors = {policy::TrafficSelector::of(*IpPrefix::parse(local)),
                    policy::TrafficSelector::of(*IpPrefix::parse(remote))};
  return rule;
}

// R-MAP-20: lines are asked in their order where they share packets, and only there.
TEST(RuleLevels, KeepTheOrderOfPermitAndDeny) {
  RuleLevels levels;
  EXPECT_EQ(levels.add(line(1, false, "1.1.1.1/32", "10.0.0.0/8")), 0u);  // first of all
  EXPECT_EQ(levels.add(line(2, true, "1.1.1.0/24", "10.1.0.0/16")), 1u);  // after that
  EXPECT_EQ(levels.add(line(3, false, "1.1.1.0/24", "10.0.0.0/8")), 2u);  // the rest of it
  EXPECT_EQ(levels.add(line(4, false, "1.1.9.0/24", "10.0.0.0/8")), 0u);  // nothing to do with it
  EXPECT_EQ(levels.of({"MAP", 10, 3}), 2u);
  EXPECT_EQ(levels.remove({"MAP", 10, 2}), 1u);
  EXPECT_EQ(levels.remove({"MAP", 10, 2}), 0u);
  // Without the denied part in between.
  EXPECT_EQ(levels.add(line(3, false, "1.1.1.0/24", "10.0.0.0/8")), 0u);
}

TEST(RuleLevels, WhatComesLaterDoesNotCount) {
  RuleLevels levels;
  EXPECT_EQ(levels.add(line(9, true, "1.1.1.0/24", "10.0.0.0/8")), 0u);
  EXPECT_EQ(levels.add(line(1, false, "1.1.1.0/24", "10.0.0.0/8")), 0u);
}

}  // namespace
}  // namespace spa::kernel
