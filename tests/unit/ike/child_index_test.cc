// SPDX-License-Identifier: Apache-2.0
#include "userspace/ike/child_index.h"

#include <gtest/gtest.h>

namespace spa::ike {
namespace {

using Owners = std::vector<std::uint64_t>;

ChildSa child(std::uint32_t spi_in, std::uint32_t spi_out) {
  ChildSa made;
  made.spi_in = spi_in;
  made.spi_out = spi_out;
  return made;
}

// R-PERF-4: found by an SPI of either direction, the inbound one first.
TEST(ChildIndex, FindsWhoHasAnSpi) {
  ChildIndex index;
  index.add(child(1, 2), 100);
  index.add(child(3, 1), 200);
  EXPECT_EQ(index.owners(1), (Owners{100, 200}));
  EXPECT_EQ(index.owners(2), Owners{100});
  EXPECT_EQ(index.owners(3), Owners{200});
  EXPECT_EQ(index.owners(4), Owners{});
}

// Peers choose the outbound SPIs: they may be the same, also under one IKE SA.
TEST(ChildIndex, OutboundSpisMayBeTheSame) {
  ChildIndex index;
  index.add(child(1, 9), 100);
  index.add(child(2, 9), 100);
  index.add(child(3, 9), 200);
  index.remove(child(1, 9), 100);
  EXPECT_EQ(index.owners(9), (Owners{100, 200}));
  EXPECT_EQ(index.owners(1), Owners{});
}

// RFC 7296 2.8: a CHILD SA goes to the IKE SA that replaces its own.
TEST(ChildIndex, ChildSasChangeTheirOwner) {
  ChildIndex index;
  index.add(child(1, 2), 100);
  index.add(child(1, 2), 200);
  index.remove(child(1, 2), 100);
  EXPECT_EQ(index.owners(1), Owners{200});
  EXPECT_EQ(index.owners(2), Owners{200});
}

}  // namespace
}  // namespace spa::ike
