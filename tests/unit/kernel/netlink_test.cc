// SPDX-License-Identifier: Apache-2.0
#include "userspace/kernel/netlink.h"

#include <gtest/gtest.h>

namespace spa::kernel {
namespace {

TEST(NetlinkMessage, IsBuiltAsTheKernelReadsIt) {
  NetlinkMessage message(0x0010, 0x0400);
  message.body(std::uint32_t{0x11223344})
      .attribute(7, Bytes{0xaa, 0xbb, 0xcc})
      .attribute(8, std::uint16_t{0x0102});
  EXPECT_EQ(to_hex(message.bytes()),
            "24000000"
            "1000"
            "0104"
            "00000000"
            "00000000"  // header, NLM_F_REQUEST added
            "44332211"
            "0700"
            "0700"
            "aabbcc"
            "00"
            "0600"
            "0800"
            "0201"
            "0000");
}

TEST(NetlinkView, ReadsWhatWasBuilt) {
  NetlinkMessage message(0x0010, 0);
  message.body(std::uint32_t{5}).attribute(7, Bytes{0xaa}).attribute(8, std::uint16_t{9});
  const auto view = NetlinkView::parse(message.bytes());
  ASSERT_TRUE(view.has_value());
  EXPECT_EQ(view->type(), 0x0010);
  EXPECT_EQ(view->body<std::uint32_t>(), 5u);
  EXPECT_EQ(view->attribute<std::uint16_t>(4, 8), 9);
  EXPECT_EQ(to_bytes(view->attribute(4, 7).value_or(ByteView{})), Bytes{0xaa});
  EXPECT_FALSE(view->attribute(4, 9).has_value());
  EXPECT_FALSE(view->attribute<std::uint32_t>(4, 8).has_value());  // too short for it
}

TEST(NetlinkView, EveryTruncationIsNoMessageOrNoAttribute) {
  NetlinkMessage message(0x0010, 0);
  message.body(std::uint32_t{5}).attribute(8, std::uint32_t{9});
  const Bytes whole = to_bytes(message.bytes());
  for (std::size_t length = 0; length < whole.size(); ++length) {
    EXPECT_FALSE(NetlinkView::parse(ByteView(whole).first(length)).has_value()) << length;
    if (length < 16) continue;
    const NetlinkView cut(0x0010, ByteView(whole).subspan(16, length - 16));
    EXPECT_FALSE(cut.attribute<std::uint32_t>(4, 8).has_value()) << length;
  }
}

TEST(NetlinkView, AnAttributeThatClaimsTooMuchEndsTheSearch) {
  const Bytes lies = from_hex("ffff0700 aabbccdd 06000800 01020000");
  EXPECT_FALSE(NetlinkView(0, lies).attribute(0, 7).has_value());
  EXPECT_FALSE(NetlinkView(0, lies).attribute(0, 8).has_value());
  const Bytes none = from_hex("00000700 06000800 01020000");
  EXPECT_FALSE(NetlinkView(0, none).attribute(0, 8).has_value());
}

}  // namespace
}  // namespace spa::kernel
