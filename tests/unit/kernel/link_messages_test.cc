// SPDX-License-Identifier: Apache-2.0
#include "userspace/kernel/link_messages.h"

#include <gtest/gtest.h>

namespace spa::kernel {
namespace {

IpAddress ip(const char* text) {
  return *IpAddress::parse(text);
}

// What we ask for, read as if the kernel had said it.
std::optional<LinkInfo> echoed(const std::string& name, const DeviceKind& kind) {
  const NetlinkMessage message = make_device_message(name, kind);
  const auto view = NetlinkView::parse(message.bytes());
  return view ? read_link(*view) : std::nullopt;
}

// R-GRE-5, R-VRF-8: every kind of device is known again by what it was made of.
TEST(LinkMessagesTest, KnowsAgainWhatItMade) {
  const DeviceKind kinds[] = {
      GreTunnel{ip("192.0.2.1"), ip("192.0.2.2"), {}},
      GreTunnel{ip("192.0.2.1"), ip("192.0.2.2"), 77},
      GreTunnel{ip("192.0.2.1"), {}, 0},
      GreTunnel{ip("2001:db8::1"), ip("2001:db8::2"), {}},
      VrfTable{1001},
      XfrmInterface{9, 0},
      XfrmInterface{9, 4},
  };
  for (const DeviceKind& kind : kinds) {
    const auto link = echoed("tunnel0", kind);
    ASSERT_TRUE(link.has_value());
    EXPECT_EQ(link->name, "tunnel0");
    EXPECT_EQ(link->kind, kind_name(kind));
    EXPECT_EQ(link->made, kind);
  }
}

TEST(LinkMessagesTest, TellsTheKindsByName) {
  EXPECT_EQ(kind_name(GreTunnel{ip("192.0.2.1"), {}, {}}), "gre");
  EXPECT_EQ(kind_name(GreTunnel{ip("2001:db8::1"), {}, {}}), "ip6gre");
  EXPECT_EQ(kind_name(VrfTable{}), "vrf");
  EXPECT_EQ(kind_name(XfrmInterface{}), "xfrm");
}

TEST(LinkMessagesTest, ReadsWholeMessagesOnly) {
  const NetlinkMessage message = make_device_message("tunnel0", VrfTable{5});
  const auto whole = NetlinkView::parse(message.bytes());
  ASSERT_TRUE(whole.has_value());
  EXPECT_FALSE(read_link(NetlinkView(whole->type(), whole->payload().first(8))).has_value());
  EXPECT_FALSE(read_link(NetlinkView(whole->type() + 1, whole->payload())).has_value());
  // A nest that is cut off is a device whose kind is not known.
  const auto cut =
      read_link(NetlinkView(whole->type(), whole->payload().first(whole->payload().size() - 4)));
  ASSERT_TRUE(cut.has_value());
  EXPECT_FALSE(cut->made.has_value());
}

}  // namespace
}  // namespace spa::kernel
