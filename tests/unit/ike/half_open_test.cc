// SPDX-License-Identifier: Apache-2.0
#include "userspace/ike/half_open.h"

#include <gtest/gtest.h>

namespace spa::ike {
namespace {

using Verdict = HalfOpen::Verdict;
const HalfOpen::Limits kLimits{10, 100};

TEST(HalfOpen, AsksForCookiesFromTheThreshold) {
  HalfOpen table;
  const IpAddress peer = IpAddress::v4(1);
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(table.judge(peer, false, kLimits), Verdict::kAccept);
    table.add(peer);
  }
  EXPECT_EQ(table.judge(peer, false, kLimits), Verdict::kAskCookie);
  EXPECT_EQ(table.judge(peer, true, kLimits), Verdict::kAccept);
  table.remove(peer);
  EXPECT_EQ(table.judge(peer, false, kLimits), Verdict::kAccept);
}

// One source may not keep the others out; many behind one address get their part.
TEST(HalfOpen, SourcesShare) {
  HalfOpen table;
  const IpAddress greedy = IpAddress::v4(1), other = IpAddress::v4(2);
  int taken = 0;
  while (table.judge(greedy, true, kLimits) == Verdict::kAccept) {
    table.add(greedy);
    ++taken;
  }
  EXPECT_EQ(taken, 50);
  EXPECT_EQ(table.judge(greedy, true, kLimits), Verdict::kRefuseSource);
  for (int i = 0; i < 12; ++i) {
    EXPECT_EQ(table.judge(other, true, kLimits), Verdict::kAccept);
    table.add(other);
  }
  EXPECT_EQ(table.judge(other, true, kLimits), Verdict::kRefuseSource);
}

TEST(HalfOpen, FullIsFull) {
  HalfOpen table;
  for (std::uint32_t i = 0; i < 100; ++i) table.add(IpAddress::v4(i));
  EXPECT_EQ(table.judge(IpAddress::v4(1000), true, kLimits), Verdict::kRefuseFull);
  for (std::uint32_t i = 0; i < 100; ++i) table.remove(IpAddress::v4(i));
  EXPECT_EQ(table.count(), 0U);
  table.remove(IpAddress::v4(5));  // never added
  EXPECT_EQ(table.count(), 0U);
}

// An IPv6 host has many addresses: its network counts.
TEST(HalfOpen, Ipv6CountsByNetwork) {
  HalfOpen table;
  for (int i = 0; i < 50; ++i) {
    table.add(*IpAddress::parse("2001:db8::" + std::to_string(i + 1)));
  }
  EXPECT_EQ(table.judge(*IpAddress::parse("2001:db8::ffff"), true, kLimits),
            Verdict::kRefuseSource);
  EXPECT_EQ(table.judge(*IpAddress::parse("2001:db9::1"), true, kLimits), Verdict::kAccept);
}

}  // namespace
}  // namespace spa::ike
