// SPDX-License-Identifier: Apache-2.0
#include "userspace/base/bytes.h"

#include <gtest/gtest.h>

namespace spa {
namespace {

TEST(Bytes, HexRoundTrip) {
  const Bytes bytes{0x00, 0x7f, 0x80, 0xff};
  EXPECT_EQ(to_hex(bytes), "007f80ff");
  EXPECT_EQ(from_hex("00 7F80\nff"), bytes);
  EXPECT_TRUE(from_hex("0").empty());
  EXPECT_TRUE(from_hex("0g").empty());
}

TEST(Bytes, ConstantTimeEqualComparesContentAndLength) {
  EXPECT_TRUE(constant_time_equal(as_bytes("abc"), as_bytes("abc")));
  EXPECT_FALSE(constant_time_equal(as_bytes("abc"), as_bytes("abd")));
  EXPECT_FALSE(constant_time_equal(as_bytes("abc"), as_bytes("ab")));
  EXPECT_TRUE(constant_time_equal({}, {}));
}

TEST(Bytes, WipeLeavesZeros) {
  Bytes bytes(16, 0xaa);
  secure_wipe(bytes.data(), bytes.size());
  EXPECT_EQ(bytes, Bytes(16, 0));
}

}  // namespace
}  // namespace spa
