// SPDX-License-Identifier: Apache-2.0
#include "userspace/kernel/protected_routes.h"

#include <net/if.h>

#include "tests/unit/kernel/namespace.h"

namespace spa::kernel {
namespace {

using testing_net::sh;

policy::SelectorPair selectors(std::string_view local, std::string_view remote,
                               std::uint8_t protocol = 0) {
  return {policy::TrafficSelector::of(IpPrefix::parse(local).value_or(IpPrefix{}), protocol),
          policy::TrafficSelector::of(IpPrefix::parse(remote).value_or(IpPrefix{}), protocol)};
}

class ProtectedRoutesTest : public testing_net::NamespaceTest {
 protected:
  void SetUp() override {
    NamespaceTest::SetUp();
    if (IsSkipped()) return;
    ASSERT_EQ(sh("ip link add wan type veth peer name wan1 && ip link set wan up && ip link set "
                 "wan1 up && "
                 "ip addr add 172.16.0.1/24 dev wan && ip addr add 1.1.1.1/24 dev wan && "
                 "ip addr add fd01::1/64 dev wan nodad && ip route add default dev wan && "
                 "ip -6 route add default dev wan && "
                 "ip link add plain type veth peer name plain1 && ip link set plain up && ip link "
                 "set plain1 up"),
              0);
    auto opened = ProtectedRoutes::open({53500, 5350, 0x53500000});
    ASSERT_TRUE(opened.has_value()) << opened.error().text;
    routes_ = std::move(*opened);
    target_.device = static_cast<int>(if_nametoindex("plain"));
  }
  // Whether the kernel sends there, asked with these words of `ip route get`.
  static bool goes_plain(const std::string& question) {
    return sh("ip route get " + question + " | grep -q 'dev plain'") == 0;
  }
  std::unique_ptr<ProtectedRoutes> routes_;
  RouteTarget target_;
};

// R-MAP-20: what matches goes the protected way, everything else as before.
TEST_F(ProtectedRoutesTest, OnlyWhatTheSelectorWantsTakesTheNewWay) {
  const auto pair = selectors("1.1.1.0/24", "192.168.4.0/24");
  const IpAddress inner = IpAddress::v4(0x01010101);
  ASSERT_TRUE(routes_->add(pair, inner, target_).has_value());
  EXPECT_TRUE(goes_plain("192.168.4.7 from 1.1.1.1"));
  EXPECT_TRUE(goes_plain("192.168.4.7"));
  EXPECT_EQ(sh("ip route get 192.168.4.7 | grep -q 'src 1.1.1.1'"), 0);
  EXPECT_FALSE(goes_plain("192.168.5.7 from 1.1.1.1"));
  EXPECT_FALSE(goes_plain("192.168.4.7 mark 0x53500000"));  // the sockets' own traffic
  ASSERT_TRUE(routes_->remove(pair).has_value());
  EXPECT_FALSE(goes_plain("192.168.4.7 from 1.1.1.1"));
  EXPECT_FALSE(routes_->remove(pair).has_value());
}

// R-MAP-20: permit and deny in their order, whatever they share.
TEST_F(ProtectedRoutesTest, WhatIsDeniedGoesItsOwnWay) {
  const IpAddress inner = IpAddress::v4(0x01010101);
  ASSERT_TRUE(routes_->add(selectors("1.1.1.0/24", "192.168.4.7/32"), inner, target_, 0));
  ASSERT_TRUE(routes_->exempt(selectors("1.1.1.0/24", "192.168.4.0/28"), 1));
  ASSERT_TRUE(routes_->add(selectors("1.1.1.0/24", "192.168.4.0/24"), inner, target_, 2));
  EXPECT_TRUE(goes_plain("192.168.4.7 from 1.1.1.1"));
  EXPECT_FALSE(goes_plain("192.168.4.8 from 1.1.1.1"));
  EXPECT_TRUE(goes_plain("192.168.4.99 from 1.1.1.1"));
  ASSERT_TRUE(routes_->remove_exempt(selectors("1.1.1.0/24", "192.168.4.0/28"), 1));
  EXPECT_TRUE(goes_plain("192.168.4.8 from 1.1.1.1"));
  EXPECT_FALSE(routes_->remove_exempt(selectors("1.1.1.0/24", "192.168.4.0/28"), 1));
}

TEST_F(ProtectedRoutesTest, WithoutAnInnerAddressTheHostsOwnTrafficStaysInTheClear) {
  ASSERT_TRUE(routes_->add(selectors("1.1.1.0/24", "192.168.4.0/24"), {}, target_).has_value());
  EXPECT_TRUE(goes_plain("192.168.4.7 from 1.1.1.1"));
  EXPECT_FALSE(goes_plain("192.168.4.7"));
  EXPECT_FALSE(goes_plain("192.168.4.7 from 172.16.0.1"));
}

TEST_F(ProtectedRoutesTest, ProtocolsAreToldApart) {
  ASSERT_TRUE(routes_->add(selectors("1.1.1.0/24", "192.168.4.0/24", 6), {}, target_).has_value());
  EXPECT_TRUE(goes_plain("192.168.4.7 from 1.1.1.1 ipproto tcp sport 1000 dport 80"));
  EXPECT_FALSE(goes_plain("192.168.4.7 from 1.1.1.1 ipproto udp sport 1000 dport 80"));
}

TEST_F(ProtectedRoutesTest, OverIpv6) {
  const auto source = IpAddress::parse("fd01::1").value_or(IpAddress{});
  ASSERT_TRUE(routes_->add(selectors("fd01::/64", "fd02::/64"), source, target_).has_value());
  EXPECT_TRUE(goes_plain("fd02::9 from fd01::1"));
  EXPECT_TRUE(goes_plain("fd02::9"));
  EXPECT_FALSE(goes_plain("fd03::9 from fd01::1"));
}

TEST_F(ProtectedRoutesTest, SelectorsAreCountedAndOneRuleServesManyPeers) {
  const auto one = selectors("1.1.1.0/24", "192.168.4.0/24");
  ASSERT_TRUE(routes_->add(one, {}, target_).has_value());
  ASSERT_TRUE(routes_->add(one, {}, target_).has_value());
  ASSERT_TRUE(routes_->add(selectors("1.1.1.0/24", "192.168.9.0/24"), {}, target_).has_value());
  EXPECT_EQ(sh("test $(ip rule show pref 5350 | wc -l) = 1"), 0);
  ASSERT_TRUE(routes_->remove(one).has_value());
  EXPECT_TRUE(goes_plain("192.168.4.7 from 1.1.1.1"));
  ASSERT_TRUE(routes_->remove(one).has_value());
  EXPECT_FALSE(goes_plain("192.168.4.7 from 1.1.1.1"));
}

TEST_F(ProtectedRoutesTest, LeavesNothingBehindAndSweepsWhatAnotherRunLeft) {
  ASSERT_TRUE(routes_->add(selectors("1.1.1.0/24", "192.168.4.0/24"), {}, target_).has_value());
  ASSERT_EQ(sh("ip rule add from 9.9.9.0/24 pref 5350 protocol 83 table 53501"), 0);
  ASSERT_EQ(sh("ip rule add from 8.8.8.0/24 pref 5350 table 99"), 0);  // not ours
  routes_.reset();
  EXPECT_EQ(sh("test $(ip rule show pref 5350 | wc -l) = 2"), 0);
  EXPECT_TRUE(ProtectedRoutes::open({53500, 5350, 0}).has_value());
  EXPECT_EQ(sh("test $(ip rule show pref 5350 | wc -l) = 1"), 0);
}

TEST_F(ProtectedRoutesTest, TellsTheWayToAPeer) {
  const auto way = routes_->towards(IpAddress::v4(0xc0000201));
  ASSERT_TRUE(way.has_value());
  EXPECT_EQ(way->device, static_cast<int>(if_nametoindex("wan")));
  ASSERT_EQ(sh("ip route replace default via 172.16.0.254"), 0);
  EXPECT_EQ(routes_->towards(IpAddress::v4(0xc0000201))->gateway, IpAddress::v4(0xac1000fe));
}

}  // namespace
}  // namespace spa::kernel
