// SPDX-License-Identifier: Apache-2.0
#include "userspace/wire/config_attributes.h"

#include <gtest/gtest.h>

namespace spa::wire {
namespace {

using enum ConfigAttributeType;

// RFC 7296 3.15.1: each format as it is on the wire, and back.
TEST(ConfigAttributes, Formats) {
  const IpAddress v4 = *IpAddress::parse("10.9.0.1");
  const IpAddress v6 = *IpAddress::parse("2001:db8::1");
  EXPECT_EQ(address_attribute(v4).value, (Bytes{10, 9, 0, 1}));
  EXPECT_EQ(address_attribute(v6).value.size(), 17U);
  EXPECT_EQ(address_attribute(v6).value.back(), 128);
  EXPECT_EQ(dns_attribute(v6).value.size(), 16U);
  EXPECT_EQ(subnet_attribute(*IpPrefix::parse("10.0.0.0/9")).value,
            (Bytes{10, 0, 0, 0, 255, 128, 0, 0}));
  for (const IpAddress& address : {v4, v6}) {
    EXPECT_EQ(address_in(address_attribute(address)).value(), address);
    EXPECT_EQ(address_in(dns_attribute(address)).value(), address);
  }
  for (const char* text : {"0.0.0.0/0", "10.1.2.0/24", "10.1.2.3/32", "2001:db8::/48", "::/0"}) {
    const IpPrefix subnet = *IpPrefix::parse(text);
    EXPECT_EQ(subnet_in(subnet_attribute(subnet)).value(), subnet) << text;
  }
}

// Lengths that are wrong, masks with holes, "please" without a value.
TEST(ConfigAttributes, Refuses) {
  for (const auto type :
       {kInternalIp4Address, kInternalIp4Dns, kInternalIp6Address, kInternalIp6Dns}) {
    for (const std::size_t size : {0, 3, 5, 15, 18}) {
      EXPECT_FALSE(address_in(config_attribute(type, Bytes(size)))) << to_string(type) << size;
    }
  }
  Bytes long_prefix(17, 0);
  long_prefix[16] = 129;
  EXPECT_FALSE(address_in(config_attribute(kInternalIp6Address, long_prefix)));
  EXPECT_FALSE(subnet_in(config_attribute(kInternalIp6Subnet, long_prefix)));
  EXPECT_FALSE(subnet_in(config_attribute(kInternalIp4Subnet, {10, 0, 0, 0, 255, 0, 255, 0})));
  EXPECT_FALSE(subnet_in(config_attribute(kInternalIp4Subnet, Bytes(7))));
}

}  // namespace
}  // namespace spa::wire
