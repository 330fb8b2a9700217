// SPDX-License-Identifier: Apache-2.0
#include "userspace/kernel/made_devices.h"

#include "tests/unit/kernel/namespace.h"

namespace spa::kernel {
namespace {

using testing_net::sh;

IpAddress ip(const char* text) {
  return *IpAddress::parse(text);
}

class MadeDevicesTest : public testing_net::NamespaceTest {
 protected:
  void SetUp() override {
    NamespaceTest::SetUp();
    if (IsSkipped()) return;
    for (const char* kind : {"gre local 10.9.0.1 remote 10.9.0.2", "vrf table 7"}) {
      if (sh(std::string("ip link add probe type ") + kind + " 2>/dev/null") != 0)
        GTEST_SKIP() << "this kernel has no devices of kind " << kind;
      ASSERT_EQ(sh("ip link del probe"), 0);
    }
    devices = open();
  }
  static std::unique_ptr<MadeDevices> open() {
    auto opened = MadeDevices::open();
    EXPECT_TRUE(opened.has_value());
    return opened ? std::move(*opened) : nullptr;
  }
  static bool shows(const std::string& command, const std::string& text) {
    return sh("ip " + command + " | grep -q '" + text + "'") == 0;
  }
  static DeviceSpec tunnel() {
    DeviceSpec spec;
    spec.name = "tunnel0";
    spec.kind = GreTunnel{ip("10.9.0.1"), ip("10.9.0.2"), 77};
    spec.mtu = 1400;
    spec.addresses = {*IpPrefix::parse("10.0.0.1/30"), *IpPrefix::parse("2001:db8::1/64")};
    return spec;
  }
  // Makes them as a configuration that wants these and no others.
  std::vector<std::string> want(const std::vector<DeviceSpec>& specs) {
    devices->remove_others(specs);
    return devices->make(specs);
  }

  std::unique_ptr<MadeDevices> devices;
};

// R-GRE-5
TEST_F(MadeDevicesTest, MakesATunnelAndTakesItAway) {
  EXPECT_EQ(want({tunnel()}), std::vector<std::string>{});
  EXPECT_TRUE(shows("-d link show tunnel0", "gre remote 10.9.0.2 local 10.9.0.1"));
  EXPECT_TRUE(shows("-d link show tunnel0", "ikey 0.0.0.77 okey 0.0.0.77"));
  EXPECT_TRUE(shows("link show tunnel0", "UP.* mtu 1400"));
  EXPECT_TRUE(shows("addr show tunnel0", "10.0.0.1/30"));
  EXPECT_TRUE(shows("addr show tunnel0", "2001:db8::1/64"));
  EXPECT_EQ(want({}), std::vector<std::string>{});
  EXPECT_FALSE(shows("link", "tunnel0"));
}

TEST_F(MadeDevicesTest, FollowsTheConfiguration) {
  ASSERT_EQ(want({tunnel()}), std::vector<std::string>{});
  DeviceSpec other = tunnel();
  other.mtu = 1300;
  other.addresses = {*IpPrefix::parse("10.0.0.5/30")};
  EXPECT_EQ(want({other}), std::vector<std::string>{});
  EXPECT_TRUE(shows("link show tunnel0", "mtu 1300"));
  EXPECT_FALSE(shows("addr show tunnel0", "10.0.0.1/30"));
  EXPECT_TRUE(shows("addr show tunnel0", "10.0.0.5/30"));
  // Other ends: another device of the same name.
  other.kind = GreTunnel{ip("10.9.0.1"), {}, {}};
  EXPECT_EQ(want({other}), std::vector<std::string>{});
  EXPECT_TRUE(shows("-d link show tunnel0", "gre remote any local 10.9.0.1"));
}

// A crash leaves devices behind: they are taken over, not made twice, and go at the end.
TEST_F(MadeDevicesTest, TakesOverWhatACrashLeft) {
  ASSERT_EQ(want({tunnel()}), std::vector<std::string>{});
  static std::vector<MadeDevices*> dead;  // processes that ended without a word
  dead.push_back(devices.release());
  ASSERT_EQ(sh("ip route add 172.20.0.0/16 dev tunnel0"), 0);
  devices = open();
  EXPECT_EQ(want({tunnel()}), std::vector<std::string>{});
  EXPECT_TRUE(shows("route", "172.20.0.0/16 dev tunnel0"));  // it is the same device
  devices.reset();
  EXPECT_FALSE(shows("link", "tunnel0"));
}

// What somebody else made is used where it fits, and never changed.
TEST_F(MadeDevicesTest, LeavesOthersAlone) {
  ASSERT_EQ(sh("ip link add tunnel0 type gre local 10.9.0.1 remote 10.9.0.2 key 77 ttl 255"), 0);
  EXPECT_EQ(want({tunnel()}), std::vector<std::string>{});
  EXPECT_FALSE(shows("link show tunnel0", "mtu 1400"));
  DeviceSpec other = tunnel();
  other.kind = GreTunnel{ip("10.9.0.1"), ip("10.9.0.3"), 77};
  const auto troubles = want({other});
  ASSERT_EQ(troubles.size(), 1u);
  EXPECT_NE(troubles.front().find("not as configured"), std::string::npos);
  devices.reset();
  EXPECT_TRUE(shows("-d link show tunnel0", "remote 10.9.0.2"));
}

// R-VRF-8
TEST_F(MadeDevicesTest, PutsDevicesIntoVrfs) {
  DeviceSpec red;
  red.name = "red";
  red.kind = VrfTable{1001};
  DeviceSpec inside = tunnel();
  inside.master = "red";
  EXPECT_EQ(want({red, inside}), std::vector<std::string>{});
  EXPECT_TRUE(shows("-d link show red", "vrf table 1001"));
  EXPECT_TRUE(shows("link show tunnel0", "master red"));
  EXPECT_TRUE(shows("route show vrf red", "10.0.0.0/30"));
  inside.master.clear();
  EXPECT_EQ(want({red, inside}), std::vector<std::string>{});
  EXPECT_FALSE(shows("link show tunnel0", "master red"));
  inside.master = "blue";
  const auto troubles = want({red, inside});
  ASSERT_EQ(troubles.size(), 1u);
  EXPECT_NE(troubles.front().find("no VRF device blue"), std::string::npos);
}

}  // namespace
}  // namespace spa::kernel
