// SPDX-License-Identifier: Apache-2.0
#include "userspace/base/address.h"

#include <gtest/gtest.h>

namespace spa {
namespace {

TEST(IpAddress, PrintsWhatItParsed) {
  for (const char* text : {"0.0.0.0", "172.16.172.39", "255.255.255.255", "::", "2001:db8::1"}) {
    const auto address = IpAddress::parse(text);
    ASSERT_TRUE(address) << text;
    EXPECT_EQ(address->to_string(), text);
    EXPECT_EQ(IpAddress::from_bytes(address->bytes()), *address);
  }
}

TEST(IpAddress, RefusesWhatIsNone) {
  for (const char* text : {"", "1.2.3", "1.2.3.4.5", "256.0.0.1", "host", "1.2.3.4 "}) {
    EXPECT_FALSE(IpAddress::parse(text)) << text;
  }
}

TEST(IpPrefix, CoversItsRangeOnly) {
  const auto prefix = IpPrefix::parse("192.168.4.77/22");
  ASSERT_TRUE(prefix);
  EXPECT_EQ(prefix->first().to_string(), "192.168.4.0");
  EXPECT_EQ(prefix->last().to_string(), "192.168.7.255");
  EXPECT_TRUE(prefix->contains(*IpAddress::parse("192.168.7.255")));
  EXPECT_FALSE(prefix->contains(*IpAddress::parse("192.168.8.0")));
  EXPECT_FALSE(prefix->contains(*IpAddress::parse("::1")));
}

TEST(IpPrefix, RefusesBadLengths) {
  for (const char* text : {"10.0.0.0/33", "10.0.0.0/", "10.0.0.0/x", "::/129", "10.0.0.0/8 "}) {
    EXPECT_FALSE(IpPrefix::parse(text)) << text;
  }
}

TEST(Endpoint, BracketsIpv6) {
  EXPECT_EQ((Endpoint{*IpAddress::parse("192.0.2.1"), 500}).to_string(), "192.0.2.1:500");
  EXPECT_EQ((Endpoint{*IpAddress::parse("2001:db8::1"), 4500}).to_string(), "[2001:db8::1]:4500");
}

}  // namespace
}  // namespace spa
