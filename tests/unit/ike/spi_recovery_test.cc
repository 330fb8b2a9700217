// SPDX-License-Identifier: Apache-2.0
#include "userspace/ike/spi_recovery.h"

#include <gtest/gtest.h>

namespace spa::ike {
namespace {

IpAddress peer(std::uint32_t n) {
  return *IpAddress::parse("10." + std::to_string(n >> 16 & 0xFF) + "." +
                           std::to_string(n >> 8 & 0xFF) + "." + std::to_string(n & 0xFF));
}

constexpr SteadyTime kStart{Duration(1'000'000)};

// R-SPI-11: a minute between two attempts with one peer.
TEST(SpiRecovery, OncePerPeerAndMinute) {
  SpiRecovery recovery;
  EXPECT_TRUE(recovery.may_begin(peer(1), kStart));
  EXPECT_FALSE(recovery.may_begin(peer(1), kStart + Duration(59999)));
  EXPECT_TRUE(recovery.may_begin(peer(2), kStart + Duration(59999)));
  EXPECT_TRUE(recovery.may_begin(peer(1), kStart + Duration(60000)));
}

// R-SPI-11: all peers together.
TEST(SpiRecovery, FewInAll) {
  SpiRecovery recovery;
  std::size_t begun = 0;
  for (std::uint32_t n = 0; n < 1000; ++n) begun += recovery.may_begin(peer(n), kStart) ? 1 : 0;
  EXPECT_EQ(begun, SpiRecovery::kBurst);
  // Who was refused may come later.
  EXPECT_TRUE(recovery.may_begin(peer(999), kStart + Duration(2000)));
}

// R-SPI-11: the table of peers is bounded, and those of long ago make room.
TEST(SpiRecovery, OnlySoManyPeersAreKept) {
  SpiRecovery recovery;
  SteadyTime now = kStart;
  std::size_t begun = 0;
  for (std::uint32_t n = 0; n < 3000; ++n, now += Duration(1000)) {
    begun += recovery.may_begin(peer(n), now) ? 1 : 0;
  }
  EXPECT_EQ(begun, 3000U);
}

}  // namespace
}  // namespace spa::ike
