// SPDX-License-Identifier: Apache-2.0
#include "firmware-sim/model/checksum.h"

#include <gtest/gtest.h>

namespace spa::card {
namespace {

// A UDP datagram over IPv4 with right checksums (computed by hand: RFC 791, RFC 768).
Bytes udp_frame() {
  Bytes frame(14 + 20 + 8 + 3);
  store_be16(&frame[12], 0x0800);
  std::uint8_t* ip = &frame[14];
  ip[0] = 0x45;
  store_be16(ip + 2, 31);
  ip[8] = 64;
  ip[9] = 17;
  store_be32(ip + 12, 0x0a000001);
  store_be32(ip + 16, 0x0a000002);
  store_be16(ip + 10, 0x66cc);  // ~(4500+001f+4011+0a00+0001+0a00+0002)
  store_be16(ip + 20, 1);
  store_be16(ip + 22, 2);
  store_be16(ip + 24, 11);
  ip[28] = 1;
  ip[29] = 2;
  ip[30] = 3;
  store_be16(ip + 26, 0xe7d0);  // ~(pseudo header 141f + 0001 + 0002 + 000b + 0102 + 0300)
  return frame;
}

TEST(Checksum, KnowsARightFrameFromAWrongOne) {
  Bytes frame = udp_frame();
  EXPECT_TRUE(checksums_right(frame));
  for (std::size_t i = 14; i < frame.size(); ++i) {
    Bytes wrong = frame;
    wrong[i] ^= 0x10;
    EXPECT_FALSE(checksums_right(wrong)) << i;
  }
  store_be16(&frame[14 + 26], 0);
  EXPECT_FALSE(checksums_right(frame)) << "no checksum is not a right one";
}

TEST(Checksum, SurvivesEveryTruncation) {
  const Bytes frame = udp_frame();
  for (std::size_t length = 0; length < frame.size(); ++length) {
    EXPECT_FALSE(checksums_right(ByteView(frame).first(length))) << length;
  }
}

TEST(Checksum, FinishesWhatTheDriverBegan) {
  Bytes frame = udp_frame();
  const std::uint16_t right = load_be16(&frame[40]);
  store_be16(&frame[40], 0x0a00 + 0x0001 + 0x0a00 + 0x0002 + 0x0011 + 0x000b);
  ASSERT_TRUE(finish_checksum(frame, 34, 6));
  EXPECT_EQ(load_be16(&frame[40]), right);
  EXPECT_TRUE(checksums_right(frame));
}

TEST(Checksum, ZeroIsSentAsAllOnes) {
  Bytes frame{0xff, 0xff, 0, 0};
  ASSERT_TRUE(finish_checksum(frame, 0, 2));
  EXPECT_EQ(load_be16(&frame[2]), 0xffff);  // RFC 768
}

TEST(Checksum, RefusesAFieldOutsideTheFrame) {
  Bytes frame(20);
  EXPECT_FALSE(finish_checksum(frame, 20, 0));
  EXPECT_FALSE(finish_checksum(frame, 19, 0));
  EXPECT_FALSE(finish_checksum(frame, 10, 9));
  EXPECT_FALSE(finish_checksum(frame, 65535, 65535));
  EXPECT_TRUE(finish_checksum(frame, 10, 8));
}

}  // namespace
}  // namespace spa::card
