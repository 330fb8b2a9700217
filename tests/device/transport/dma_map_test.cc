// SPDX-License-Identifier: Apache-2.0
#include "firmware-sim/transport/dma_map.h"

#include <gtest/gtest.h>

#include <array>

namespace spa::card {
namespace {

constexpr std::uint64_t kTop = ~std::uint64_t{0};

TEST(DmaMap, AnAccessMaySpanNeighboursButNoGap) {
  std::array<std::uint8_t, 16> one{};
  std::array<std::uint8_t, 16> two{};
  std::array<std::uint8_t, 16> three{};
  DmaMap map;
  ASSERT_TRUE(map.add(0x1000, one.data(), 16));
  ASSERT_TRUE(map.add(0x1010, two.data(), 16));
  ASSERT_TRUE(map.add(0x1021, three.data(), 16));
  Bytes data(20, 0xab);
  EXPECT_TRUE(map.write(0x1008, data));
  EXPECT_EQ(one[7], 0);
  EXPECT_EQ(one[8], 0xab);
  EXPECT_EQ(two[11], 0xab);
  EXPECT_EQ(two[12], 0);
  Bytes back(20);
  EXPECT_TRUE(map.read(0x1008, back));
  EXPECT_EQ(back, data);
  EXPECT_FALSE(map.read(0x1018, back)) << "0x1020 is not there";
  EXPECT_FALSE(map.read(0x0fff, back));
  EXPECT_FALSE(map.write(0x1031, ByteView(data).first(1)));
}

TEST(DmaMap, RefusesOverlapsEmptyAndWrappingRanges) {
  std::array<std::uint8_t, 64> memory{};
  DmaMap map;
  ASSERT_TRUE(map.add(0x1000, memory.data(), 16));
  EXPECT_FALSE(map.add(0x1000, memory.data(), 16));
  EXPECT_FALSE(map.add(0x0ff8, memory.data(), 9));
  EXPECT_FALSE(map.add(0x100f, memory.data(), 1));
  EXPECT_FALSE(map.add(0x0800, memory.data(), 0x2000));
  EXPECT_FALSE(map.add(0x2000, memory.data(), 0));
  EXPECT_FALSE(map.add(kTop, memory.data(), 2));
  EXPECT_TRUE(map.add(kTop - 15, memory.data(), 16)) << "up to the very end";
  Bytes data(17);
  EXPECT_TRUE(map.read(kTop - 15, MutableByteView(data).first(16)));
  EXPECT_FALSE(map.read(kTop - 15, data)) << "no wrap to address 0";
}

TEST(DmaMap, KeepsPermissionsAndRangesWithoutMemory) {
  std::array<std::uint8_t, 16> memory{};
  DmaMap map;
  ASSERT_TRUE(map.add(0, memory.data(), 16, {.readable = true, .writable = false}));
  ASSERT_TRUE(map.add(16, nullptr, 16));
  Bytes data(1);
  EXPECT_TRUE(map.read(0, data));
  EXPECT_FALSE(map.write(0, data));
  EXPECT_FALSE(map.read(16, data));
  EXPECT_FALSE(map.write(16, data));
  EXPECT_FALSE(map.add(16, memory.data(), 1)) << "it is taken all the same";
}

TEST(DmaMap, RemovesWholeRangesOnly) {
  std::array<std::uint8_t, 64> memory{};
  DmaMap map;
  ASSERT_TRUE(map.add(0x1000, memory.data(), 16));
  ASSERT_TRUE(map.add(0x1010, memory.data() + 16, 16));
  EXPECT_FALSE(map.remove(0x1000, 8));
  EXPECT_FALSE(map.remove(0x1008, 24));
  EXPECT_FALSE(map.remove(0x1008, 8));
  EXPECT_FALSE(map.remove(0x3000, 8));
  EXPECT_FALSE(map.remove(0x1000, 0));
  EXPECT_FALSE(map.remove(kTop, 2));
  EXPECT_EQ(map.ranges(), 2u);
  EXPECT_TRUE(map.remove(0x0, 0x2000));
  EXPECT_EQ(map.ranges(), 0u);
}

TEST(DmaMap, TakesNoMoreThanItsLimit) {
  std::array<std::uint8_t, 1> memory{};
  DmaMap map;
  for (std::size_t i = 0; i < DmaMap::kMostRanges; ++i)
    ASSERT_TRUE(map.add(i * 16, memory.data(), 1));
  EXPECT_FALSE(map.add(kTop, memory.data(), 1));
}

}  // namespace
}  // namespace spa::card
