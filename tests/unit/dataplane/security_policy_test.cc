// SPDX-License-Identifier: Apache-2.0
#include "userspace/dataplane/security_policy.h"

#include <gtest/gtest.h>

namespace spa::dataplane {
namespace {

IpAddress address(std::string_view text) {
  return IpAddress::parse(text).value_or(IpAddress{});
}
policy::TrafficSelector selector(std::string_view prefix) {
  return policy::TrafficSelector::of(IpPrefix::parse(prefix).value_or(IpPrefix{}));
}
ports::PolicyRule rule(std::uint32_t sequence, std::string_view local, std::string_view remote) {
  ports::PolicyRule made;
  made.id = {"map", sequence, 1};
  made.selectors = {selector(local), selector(remote)};
  return made;
}
Flow flow(std::string_view from, std::string_view to) {
  return {address(from), address(to), 17, true, 1, 2};
}

// R-MAP-10: the lowest sequence number first, whatever the order of arrival.
TEST(SecurityPolicy, TheLowestSequenceThatFitsWins) {
  SecurityPolicy policy;
  ASSERT_TRUE(policy.add(rule(20, "1.1.1.0/24", "0.0.0.0/0")).has_value());
  EXPECT_EQ(policy.match(flow("1.1.1.1", "192.168.4.1"))->rule.id.sequence, 20u);
  ASSERT_TRUE(policy.add(rule(10, "1.1.1.0/24", "192.168.4.0/24")).has_value());
  EXPECT_EQ(policy.match(flow("1.1.1.1", "192.168.4.1"))->rule.id.sequence, 10u);
  EXPECT_EQ(policy.match(flow("1.1.1.1", "8.8.8.8"))->rule.id.sequence, 20u);
  EXPECT_EQ(policy.match(flow("2.2.2.2", "8.8.8.8")), nullptr);
  ASSERT_TRUE(policy.remove({"map", 10, 1}).has_value());
  EXPECT_EQ(policy.match(flow("1.1.1.1", "192.168.4.1"))->rule.id.sequence, 20u);
}

TEST(SecurityPolicy, RefusesWhatItCannotHold) {
  SecurityPolicy policy;
  EXPECT_EQ(policy.add(rule(1, "1.1.1.0/24", "fd00::/64")).error().code, Errc::kInvalid);
  ASSERT_TRUE(policy.add(rule(1, "1.1.1.0/24", "2.2.2.0/24")).has_value());
  EXPECT_EQ(policy.add(rule(1, "1.1.1.0/24", "2.2.2.0/24")).error().code, Errc::kExists);
  EXPECT_EQ(policy.remove({"other", 1, 1}).error().code, Errc::kNotFound);
}

InstalledPair pair_for(std::uint32_t sequence, std::string_view local, std::string_view remote) {
  InstalledPair pair;
  pair.sa.rule = {"map", sequence, 1};
  pair.sa.selectors_local = {selector(local)};
  pair.sa.selectors_remote = {selector(remote)};
  return pair;
}

// userspace/ports/sa_database.h: outbound traffic uses the newest pair of its rule.
TEST(SecurityPolicy, TheNewestPairCarriesTheTraffic) {
  SecurityPolicy policy;
  ASSERT_TRUE(policy.add(rule(1, "1.1.1.0/24", "2.2.2.0/24")).has_value());
  RuleState& state = *policy.find({"map", 1, 1});
  EXPECT_EQ(SecurityPolicy::choose(state, flow("1.1.1.1", "2.2.2.2")), nullptr);
  InstalledPair first = pair_for(1, "1.1.1.0/24", "2.2.2.0/24");
  InstalledPair second = pair_for(1, "1.1.1.0/24", "2.2.2.0/25");
  policy.attach(first);
  policy.attach(second);
  EXPECT_EQ(SecurityPolicy::choose(state, flow("1.1.1.1", "2.2.2.2")), &second);
  EXPECT_EQ(SecurityPolicy::choose(state, flow("1.1.1.1", "2.2.2.200")), &first);
  policy.detach(second);
  EXPECT_EQ(SecurityPolicy::choose(state, flow("1.1.1.1", "2.2.2.2")), &first);
}

// RFC 4301 5.2 step 4, RFC 3948 3.1.1
TEST(SecurityPolicy, ADecryptedPacketMustFitItsSa) {
  const InstalledPair pair = pair_for(1, "1.1.1.0/24", "2.2.2.0/24");
  EXPECT_TRUE(SecurityPolicy::may_carry(pair, reversed(flow("2.2.2.2", "1.1.1.1"))));
  EXPECT_FALSE(SecurityPolicy::may_carry(pair, reversed(flow("2.2.3.2", "1.1.1.1"))));
  EXPECT_FALSE(SecurityPolicy::may_carry(pair, reversed(flow("1.1.1.1", "2.2.2.2"))));
}

}  // namespace
}  // namespace spa::dataplane
