// SPDX-License-Identifier: Apache-2.0
#include "userspace/ikev2/selectors.h"

#include <gtest/gtest.h>

namespace spa::ikev2 {
namespace {

policy::TrafficSelector net(const char* text) {
  return policy::TrafficSelector::of(*IpPrefix::parse(text));
}

// RFC 7296 2.9
TEST(Selectors, Narrowing) {
  EXPECT_EQ(narrow({net("10.0.0.0/8")}, net("10.1.0.0/16")), Selectors{net("10.1.0.0/16")});
  EXPECT_EQ(narrow({net("10.1.2.0/24"), net("10.2.0.0/16")}, net("10.1.0.0/16")),
            Selectors{net("10.1.2.0/24")});
  EXPECT_TRUE(narrow({net("192.168.0.0/16")}, net("10.0.0.0/8")).empty());
  EXPECT_TRUE(narrow({net("2001:db8::/32")}, net("10.0.0.0/8")).empty());
}

// The selector of the packet that asked stands first and lies within the second.
TEST(Selectors, PacketSelectorIsAbsorbed) {
  EXPECT_EQ(narrow({net("10.1.1.1/32"), net("10.1.0.0/16")}, net("10.0.0.0/8")),
            Selectors{net("10.1.0.0/16")});
}

TEST(Selectors, Covering) {
  EXPECT_TRUE(covers({net("10.0.0.0/8")}, {net("10.1.0.0/16"), net("10.2.0.0/16")}));
  EXPECT_FALSE(covers({net("10.0.0.0/8")}, {net("10.1.0.0/16"), net("11.0.0.0/8")}));
  EXPECT_FALSE(covers({net("10.0.0.0/8")}, {}));
}

// RFC 7296 2.9: what SINGLE_PAIR_REQUIRED is about.
TEST(Selectors, SinglePairs) {
  policy::TrafficSelector web = net("10.1.1.1/32");
  web.protocol = 6;
  web.port_first = web.port_last = 80;
  EXPECT_TRUE(is_single_pair({net("10.1.1.1/32"), web}, {net("10.2.1.1/32")}));
  EXPECT_FALSE(is_single_pair({net("10.1.1.1/32"), net("10.1.1.2/32")}, {net("10.2.1.1/32")}));
  EXPECT_FALSE(is_single_pair({net("10.1.1.1/32")}, {net("10.2.1.0/31")}));
  EXPECT_FALSE(is_single_pair({}, {net("10.2.1.1/32")}));

  const policy::SelectorPair rule{net("10.1.0.0/16"), net("10.2.0.0/16")};
  const auto pair = of_hosts(rule, {web, net("10.2.1.1/32")});
  ASSERT_TRUE(pair);
  EXPECT_EQ(pair->local, net("10.1.1.1/32"));
  EXPECT_EQ(pair->remote, net("10.2.1.1/32"));
  EXPECT_FALSE(of_hosts(rule, {web, net("10.3.1.1/32")}));
  EXPECT_FALSE(of_hosts(rule, {web, net("10.2.0.0/24")}));
}

TEST(Selectors, GoToTheWireAndBack) {
  policy::TrafficSelector tcp = net("10.0.0.0/8");
  tcp.protocol = 6;
  tcp.port_first = tcp.port_last = 443;
  const Selectors list{tcp, net("2001:db8::/32")};
  const wire::TsPayload payload = to_payload(list, wire::Side::kResponder);
  EXPECT_EQ(payload.side, wire::Side::kResponder);
  EXPECT_EQ(from_payload(payload), list);
}

}  // namespace
}  // namespace spa::ikev2
