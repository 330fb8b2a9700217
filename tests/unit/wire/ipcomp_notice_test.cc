// SPDX-License-Identifier: Apache-2.0
#include "userspace/wire/ipcomp_notice.h"

#include <gtest/gtest.h>

namespace spa::wire {
namespace {

// RFC 7296 2.22: two octets of CPI, one of transform.
TEST(IpCompNotice, ThereAndBack) {
  const NotifyPayload payload = ipcomp_supported({0x1234, IpCompId::kDeflate});
  EXPECT_EQ(payload.type, NotifyType::kIpcompSupported);
  EXPECT_EQ(to_hex(payload.data), "123402");
  const auto read = parse_ipcomp_supported(payload);
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(*read, (IpCompNotice{0x1234, IpCompId::kDeflate}));
}

TEST(IpCompNotice, AttributesArePassedOver) {
  EXPECT_TRUE(
      parse_ipcomp_supported(notify(NotifyType::kIpcompSupported, from_hex("1234030001ff"))));
}

// RFC 3173 3.3: 0 to 255 are not for negotiation.
TEST(IpCompNotice, WhatIsShortOrReservedIsRefused) {
  for (const char* data : {"", "12", "1234", "00ff02"}) {
    EXPECT_FALSE(parse_ipcomp_supported(notify(NotifyType::kIpcompSupported, from_hex(data))))
        << data;
  }
}

}  // namespace
}  // namespace spa::wire
