// SPDX-License-Identifier: Apache-2.0
#include "userspace/policy/traffic.h"

#include <gtest/gtest.h>

namespace spa::policy {
namespace {

TrafficSelector selector(const char* prefix, std::uint8_t protocol = 0) {
  return TrafficSelector::of(*IpPrefix::parse(prefix), protocol);
}

// RFC 7296 2.9: a responder narrows to what both sides allow.
TEST(TrafficSelector, IntersectionIsWhatBothAllow) {
  TrafficSelector common;
  ASSERT_TRUE(intersect(selector("10.0.0.0/8"), selector("10.1.0.0/16", 6), common));
  EXPECT_EQ(common, selector("10.1.0.0/16", 6));
  EXPECT_FALSE(intersect(selector("10.0.0.0/8"), selector("11.0.0.0/8"), common));
  EXPECT_FALSE(intersect(selector("10.0.0.0/8", 17), selector("10.0.0.0/8", 6), common));
  EXPECT_FALSE(intersect(selector("0.0.0.0/0"), selector("::/0"), common));
}

TEST(TrafficSelector, CoveringPrefixOfARangeThatIsNone) {
  TrafficSelector range = selector("10.0.0.0/32");
  EXPECT_TRUE(range.is_exact_prefix());
  range.last = *IpAddress::parse("10.0.0.2");
  EXPECT_EQ(range.covering_prefix().to_string(), "10.0.0.0/30");
  EXPECT_FALSE(range.is_exact_prefix());
  EXPECT_EQ(selector("0.0.0.0/0").covering_prefix().length, 0u);
}

// R-MAP-17, R-MAP-19: a permit line is one pair of proxy identities.
TEST(AclEntry, GivesItsSelectorPair) {
  AclEntry entry;
  entry.source = *IpPrefix::parse("1.1.1.0/24");
  entry.destination = *IpPrefix::parse("192.168.4.0/24");
  entry.protocol = 17;
  entry.destination_port_first = entry.destination_port_last = 53;
  const SelectorPair pair = entry.selectors();
  EXPECT_EQ(pair.local, selector("1.1.1.0/24", 17));
  EXPECT_EQ(pair.remote.port_first, 53);
  EXPECT_EQ(pair.remote.port_last, 53);
  EXPECT_EQ(pair.remote.last.to_string(), "192.168.4.255");
}

}  // namespace
}  // namespace spa::policy
