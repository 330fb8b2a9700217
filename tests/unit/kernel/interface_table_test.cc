// SPDX-License-Identifier: Apache-2.0
#include "userspace/kernel/interface_table.h"

#include "tests/unit/kernel/namespace.h"
#include "userspace/net/loop.h"

namespace spa::kernel {
namespace {

using testing_net::sh;

IpAddress address(std::string_view text) {
  return IpAddress::parse(text).value_or(IpAddress{});
}
IpPrefix prefix(std::string_view text) {
  return IpPrefix::parse(text).value_or(IpPrefix{});
}

class InterfaceTableTest : public testing_net::NamespaceTest {
 protected:
  void SetUp() override {
    NamespaceTest::SetUp();
    if (IsSkipped()) return;
    ASSERT_EQ(sh("ip link add wan type veth peer name far && ip link set wan up && "
                 "ip addr add 172.16.172.39/24 dev wan && ip addr add 10.9.9.1/24 dev wan && "
                 "ip addr add 2001:db8::1/64 dev wan nodad"),
              0);
    auto opened = InterfaceTable::open(loop_);
    ASSERT_TRUE(opened.has_value()) << opened.error().text;
    table_ = std::move(*opened);
  }
  net::Loop loop_;
  std::unique_ptr<InterfaceTable> table_;
};

// userspace/policy/ipsec.h: `device`, then the same name, then the address. R-KEY-5
TEST_F(InterfaceTableTest, FindsTheDeviceInTheOrderThatThePolicySays) {
  policy::Interface interface;
  interface.name = "Ethernet0/0";
  EXPECT_EQ(table_->resolve(interface).error().code, Errc::kNotFound);
  interface.addresses = {prefix("10.9.9.1/24")};
  auto found = table_->resolve(interface);
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->device.name, "wan");
  EXPECT_EQ(found->address, address("10.9.9.1"));
  interface.addresses = {prefix("192.0.2.1/24")};
  EXPECT_FALSE(table_->resolve(interface).has_value());
  interface.name = "wan";
  found = table_->resolve(interface);
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->address, address("172.16.172.39"));  // the device has not got the configured one
  interface.device = "lo";
  found = table_->resolve(interface);
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->device.name, "lo");
  interface.device = "nothere";
  EXPECT_NE(table_->resolve(interface).error().text.find("nothere"), std::string::npos);
}

TEST_F(InterfaceTableTest, KnowsTheAddressesOfTheHost) {
  EXPECT_TRUE(table_->is_local(address("10.9.9.1")));
  EXPECT_FALSE(table_->is_local(address("10.9.9.2")));
  EXPECT_EQ(table_->address_within(address("10.9.9.0"), address("10.9.9.255")),
            address("10.9.9.1"));
  EXPECT_TRUE(table_->address_within(address("10.9.8.0"), address("10.9.8.255")).empty());
  EXPECT_EQ(table_->source_towards(address("10.9.9.77")), address("10.9.9.1"));
  EXPECT_EQ(table_->source_towards(address("192.0.2.1")).error().code, Errc::kNotFound);
}

TEST_F(InterfaceTableTest, FollowsChanges) {
  int changes = 0;
  table_->on_change([&] {
    ++changes;
    loop_.stop();
  });
  ASSERT_EQ(sh("ip addr add 10.7.7.1/24 dev wan"), 0);
  loop_.run_for(std::chrono::milliseconds(500));
  EXPECT_EQ(changes, 1);
  EXPECT_TRUE(table_->is_local(address("10.7.7.1")));
  ASSERT_EQ(sh("ip link del wan"), 0);
  for (int i = 0; i < 10 && table_->is_local(address("10.7.7.1")); ++i) {
    loop_.run_for(std::chrono::milliseconds(100));
  }
  EXPECT_FALSE(table_->is_local(address("10.7.7.1")));
}

}  // namespace
}  // namespace spa::kernel
