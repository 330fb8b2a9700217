// SPDX-License-Identifier: Apache-2.0
#include "userspace/net/nat_demux.h"

#include <gtest/gtest.h>

namespace spa::net {
namespace {

NatPortContent classify(const char* hex) {
  return classify_nat_port(from_hex(hex));
}

// RFC 3948 2.2, 2.3, 2.1
TEST(NatDemux, TellsIkeFromEspFromKeepalives) {
  EXPECT_EQ(classify("ff"), NatPortContent::kKeepalive);
  EXPECT_EQ(classify("00000000"), NatPortContent::kIke);
  EXPECT_EQ(classify("00000000 1122334455667788"), NatPortContent::kIke);
  EXPECT_EQ(classify("00000100 00000001"), NatPortContent::kEsp);
  EXPECT_EQ(classify("ffffffff 00000001"), NatPortContent::kEsp);
}

TEST(NatDemux, WhatIsTooShortIsNothing) {
  EXPECT_EQ(classify(""), NatPortContent::kTooShort);
  EXPECT_EQ(classify("00"), NatPortContent::kTooShort);
  EXPECT_EQ(classify("000000"), NatPortContent::kTooShort);
  EXPECT_EQ(classify("ffff"), NatPortContent::kTooShort);
  EXPECT_EQ(classify("11223344 556677"), NatPortContent::kTooShort);
}

}  // namespace
}  // namespace spa::net
