// SPDX-License-Identifier: Apache-2.0
#include "userspace/ikev1/phase2.h"

#include <gtest/gtest.h>

namespace spa::ikev1 {
namespace {

policy::TrafficSelector net(const char* prefix) {
  return policy::TrafficSelector::of(*IpPrefix::parse(prefix));
}

// RFC 2407 4.6.2: hosts, subnets and ranges, with protocol and port, in both families.
TEST(Phase2Identity, SurvivesTheWire) {
  auto web = net("10.0.0.1/32");
  web.protocol = 6;
  web.port_first = web.port_last = 443;
  auto range = net("10.0.0.0/24");
  range.first = *IpAddress::parse("10.0.0.7");
  for (const policy::TrafficSelector& s :
       {net("192.168.4.0/24"), net("10.0.0.1/32"), net("0.0.0.0/0"), net("2001:db8::/32"),
        net("2001:db8::1/128"), web, range}) {
    const auto id = to_id(s);
    ASSERT_TRUE(id) << s.to_string();
    const auto back = from_id(*id);
    ASSERT_TRUE(back) << s.to_string();
    EXPECT_EQ(*back, s) << s.to_string();
  }
}

TEST(Phase2Identity, TypesAreTheUsualOnes) {
  EXPECT_EQ(to_id(net("10.0.0.1/32"))->type, v1::IdType::kIpv4Addr);
  EXPECT_EQ(to_id(net("10.0.0.0/8"))->type, v1::IdType::kIpv4AddrSubnet);
  EXPECT_EQ(to_id(net("2001:db8::/32"))->type, v1::IdType::kIpv6AddrSubnet);
}

TEST(Phase2Identity, PortRangesCannotBeSaid) {
  auto ports = net("10.0.0.0/8");
  ports.protocol = 17;
  ports.port_first = 100;
  ports.port_last = 200;
  EXPECT_FALSE(to_id(ports));
}

TEST(Phase2Identity, NamesAreNoPackets) {
  v1::IdPayload name;
  name.type = v1::IdType::kFqdn;
  name.data = to_bytes(as_bytes("host.example.com"));
  EXPECT_FALSE(from_id(name));
}

}  // namespace
}  // namespace spa::ikev1
