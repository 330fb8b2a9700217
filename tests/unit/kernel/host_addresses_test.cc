// SPDX-License-Identifier: Apache-2.0
#include "userspace/kernel/host_addresses.h"

#include "tests/unit/kernel/namespace.h"

namespace spa::kernel {
namespace {

using testing_net::sh;

class HostAddressesTest : public testing_net::NamespaceTest {
 protected:
  void SetUp() override {
    NamespaceTest::SetUp();
    if (IsSkipped()) return;
    ASSERT_EQ(sh("ip link add wan type veth peer name far && ip link set wan up && "
                 "ip addr add 10.9.0.1/32 dev wan"),
              0);
    auto opened = HostAddresses::open();
    ASSERT_TRUE(opened) << opened.error().text;
    addresses = std::move(*opened);
  }
  [[nodiscard]] static bool on_device(const std::string& address) {
    return sh("ip addr show dev wan | grep -qF ' " + address + " '") == 0;
  }
  std::unique_ptr<HostAddresses> addresses;
};

// RFC 7296 3.15: there while it is lent, to one session or to two that replace one another.
TEST_F(HostAddressesTest, ComesAndGoes) {
  for (const char* text : {"10.9.0.7", "2001:db8::7"}) {
    const IpAddress address = *IpAddress::parse(text);
    const std::string shown = std::string(text) + (address.is_v6() ? "/128" : "/32");
    ASSERT_TRUE(addresses->assign("wan", address));
    ASSERT_TRUE(addresses->assign("wan", address));
    EXPECT_TRUE(on_device(shown));
    addresses->withdraw("wan", address);
    EXPECT_TRUE(on_device(shown));
    addresses->withdraw("wan", address);
    EXPECT_FALSE(on_device(shown));
  }
}

// What was there before stays; what is left over goes with us.
TEST_F(HostAddressesTest, TakesBackItsOwn) {
  ASSERT_TRUE(addresses->assign("wan", *IpAddress::parse("10.9.0.1")));
  ASSERT_TRUE(addresses->assign("wan", *IpAddress::parse("10.9.0.8")));
  addresses.reset();
  EXPECT_TRUE(on_device("10.9.0.1/32"));
  EXPECT_FALSE(on_device("10.9.0.8/32"));
}

TEST_F(HostAddressesTest, NamesWhatIsMissing) {
  const Status put = addresses->assign("nowhere", *IpAddress::parse("10.9.0.8"));
  ASSERT_FALSE(put);
  EXPECT_EQ(put.error().code, Errc::kNotFound);
  addresses->withdraw("nowhere", *IpAddress::parse("10.9.0.8"));
}

}  // namespace
}  // namespace spa::kernel
