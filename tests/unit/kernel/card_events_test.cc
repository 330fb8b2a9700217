// SPDX-License-Identifier: Apache-2.0
#include "userspace/kernel/card_events.h"

#include <gtest/gtest.h>
#include <linux/genetlink.h>
#include <netinet/in.h>
#include <spa/genl.h>

namespace spa::kernel {
namespace {

constexpr std::uint16_t kFamily = 31;

ByteView text(std::string_view of) {
  return {reinterpret_cast<const std::uint8_t*>(of.data()), of.size() + 1};
}

// An attribute with others inside.
class Nest {
 public:
  template <typename T>
  Nest& attribute(std::uint16_t type, const T& value) {
    message_.attribute(type, value);
    return *this;
  }
  [[nodiscard]] Bytes octets() const { return to_bytes(message_.bytes().subspan(NLMSG_HDRLEN)); }

 private:
  NetlinkMessage message_{0, 0};
};

NetlinkMessage family(const char* name, const char* group) {
  const Nest other = Nest()
                         .attribute(CTRL_ATTR_MCAST_GRP_ID, std::uint32_t{7})
                         .attribute(CTRL_ATTR_MCAST_GRP_NAME, text("other"));
  const Nest ours = Nest()
                        .attribute(CTRL_ATTR_MCAST_GRP_ID, std::uint32_t{8})
                        .attribute(CTRL_ATTR_MCAST_GRP_NAME, text(group));
  const Nest groups =
      Nest().attribute(1, ByteView(other.octets())).attribute(2, ByteView(ours.octets()));
  NetlinkMessage message(GENL_ID_CTRL, 0);
  message.body(genlmsghdr{CTRL_CMD_NEWFAMILY, 2, 0})
      .attribute(CTRL_ATTR_FAMILY_NAME, text(name))
      .attribute(CTRL_ATTR_FAMILY_ID, kFamily)
      .attribute(CTRL_ATTR_MCAST_GROUPS, ByteView(groups.octets()));
  return message;
}

NetlinkMessage event(std::uint32_t what, std::size_t address_size = 4) {
  const Bytes from{10, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
  const Bytes to{10, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
  NetlinkMessage message(kFamily, 0);
  message.body(genlmsghdr{SPA_GENL_CMD_EVENT, SPA_GENL_VERSION, 0})
      .attribute(SPA_GENL_A_IFINDEX, std::uint32_t{3})
      .attribute(SPA_GENL_A_EVENT, what)
      .attribute(SPA_GENL_A_SPI, htonl(0x12345678))
      .attribute(SPA_GENL_A_SADDR, ByteView(from).first(address_size))
      .attribute(SPA_GENL_A_DADDR, ByteView(to).first(address_size));
  return message;
}

NetlinkView view(const NetlinkMessage& message) {
  return *NetlinkView::parse(message.bytes());
}

TEST(CardEvents, TheFamilyAndItsGroup) {
  EXPECT_EQ(read_card_family(view(family("spa", "events"))), (CardFamily{kFamily, 8}));
  EXPECT_EQ(read_card_family(view(family("spax", "events"))), std::nullopt);
  EXPECT_EQ(read_card_family(view(family("spa", "others"))), std::nullopt);
}

// R-SPI-4: whose packet it was, and its SPI.
TEST(CardEvents, AnUnknownSpi) {
  const auto unknown = read_unknown_spi(view(event(SPA_GENL_EVENT_UNKNOWN_SPI)), kFamily);
  ASSERT_TRUE(unknown.has_value());
  EXPECT_EQ(unknown->source.to_string(), "10.0.0.2");
  EXPECT_EQ(unknown->destination.to_string(), "10.0.0.1");
  EXPECT_EQ(unknown->spi, 0x12345678U);
}

// Other events, other families, and what does not say whose packet it was.
TEST(CardEvents, NothingElse) {
  EXPECT_FALSE(read_unknown_spi(view(event(SPA_GENL_EVENT_AUTH_FAILURE)), kFamily));
  EXPECT_FALSE(read_unknown_spi(view(event(SPA_GENL_EVENT_UNKNOWN_SPI)), kFamily + 1));
  EXPECT_FALSE(read_unknown_spi(view(event(SPA_GENL_EVENT_UNKNOWN_SPI, 5)), kFamily));
  EXPECT_FALSE(read_unknown_spi(view(event(SPA_GENL_EVENT_UNKNOWN_SPI, 0)), kFamily));
}

}  // namespace
}  // namespace spa::kernel
