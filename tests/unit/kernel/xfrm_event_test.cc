// SPDX-License-Identifier: Apache-2.0
#include "userspace/kernel/xfrm_event.h"

#include <gtest/gtest.h>

namespace spa::kernel {
namespace {

std::optional<XfrmEvent> read(const NetlinkMessage& message) {
  const auto view = NetlinkView::parse(message.bytes());
  return view ? read_event(*view) : std::nullopt;
}

xfrm_id esp_id(std::uint32_t spi) {
  xfrm_id id{};
  id.daddr.a4 = htonl(0x0a000001);
  id.spi = htonl(spi);
  id.proto = IPPROTO_ESP;
  return id;
}
const StateId kState{IpAddress::v4(0x0a000001), 0x11223344};

TEST(XfrmEvent, Acquire) {
  xfrm_user_acquire body{};
  body.sel.family = AF_INET;
  body.sel.saddr.a4 = htonl(0x01010101);
  body.sel.daddr.a4 = htonl(0xc0a80401);
  body.sel.prefixlen_s = body.sel.prefixlen_d = 32;
  body.sel.proto = 17;
  body.sel.dport = htons(53);
  body.sel.dport_mask = 0xffff;
  xfrm_user_tmpl how{};
  how.id.proto = IPPROTO_ESP;
  how.reqid = 42;
  NetlinkMessage message(XFRM_MSG_ACQUIRE, 0);
  message.body(body).attribute(XFRMA_TMPL, how);
  const auto event = read(message);
  ASSERT_TRUE(event && std::holds_alternative<AcquireEvent>(*event));
  const auto& acquire = std::get<AcquireEvent>(*event);
  EXPECT_EQ(acquire.reqid, 42u);
  EXPECT_EQ(acquire.packet.local.to_string(), "1.1.1.1-1.1.1.1 proto 17 port 0-65535");
  EXPECT_EQ(acquire.packet.remote.to_string(), "192.168.4.1-192.168.4.1 proto 17 port 53-53");
}

TEST(XfrmEvent, Expire) {
  xfrm_user_expire body{};
  body.state.id = esp_id(0x11223344);
  body.state.family = AF_INET;
  for (const bool hard : {false, true}) {
    body.hard = hard;
    NetlinkMessage message(XFRM_MSG_EXPIRE, 0);
    message.body(body);
    const auto event = read(message);
    ASSERT_TRUE(event && std::holds_alternative<ExpireEvent>(*event));
    EXPECT_EQ(std::get<ExpireEvent>(*event).state, kState);
    EXPECT_EQ(std::get<ExpireEvent>(*event).hard, hard);
  }
}

TEST(XfrmEvent, DeletedFlushedAndMoved) {
  xfrm_usersa_id gone{};
  gone.daddr.a4 = htonl(0x0a000001);
  gone.spi = htonl(0x11223344);
  gone.family = AF_INET;
  gone.proto = IPPROTO_ESP;
  NetlinkMessage deleted(XFRM_MSG_DELSA, 0);
  deleted.body(gone);
  const auto event = read(deleted);
  ASSERT_TRUE(event && std::holds_alternative<DeletedEvent>(*event));
  EXPECT_EQ(std::get<DeletedEvent>(*event).state, kState);

  NetlinkMessage flushed(XFRM_MSG_FLUSHSA, 0);
  flushed.body(xfrm_usersa_flush{IPPROTO_ESP});
  EXPECT_TRUE(read(flushed) && std::holds_alternative<FlushedEvent>(*read(flushed)));

  xfrm_user_mapping moved{};
  moved.id = gone;
  moved.new_saddr.a4 = htonl(0x0a000007);
  moved.new_sport = htons(1024);
  NetlinkMessage mapping(XFRM_MSG_MAPPING, 0);
  mapping.body(moved);
  const auto place = read(mapping);
  ASSERT_TRUE(place && std::holds_alternative<MappingEvent>(*place));
  EXPECT_EQ(std::get<MappingEvent>(*place).remote, (Endpoint{IpAddress::v4(0x0a000007), 1024}));
}

TEST(XfrmEvent, OthersAndTruncatedOnesAreNothing) {
  xfrm_usersa_id tunnel{};
  tunnel.family = AF_INET;
  tunnel.proto = IPPROTO_IPIP;  // the kernel's own, beside IPComp
  NetlinkMessage deleted(XFRM_MSG_DELSA, 0);
  deleted.body(tunnel);
  EXPECT_FALSE(read(deleted).has_value());
  for (const std::uint16_t type : {XFRM_MSG_ACQUIRE, XFRM_MSG_EXPIRE, XFRM_MSG_DELSA,
                                   XFRM_MSG_FLUSHSA, XFRM_MSG_MAPPING, XFRM_MSG_NEWSA}) {
    EXPECT_FALSE(read(NetlinkMessage(type, 0)).has_value()) << type;
  }
}

}  // namespace
}  // namespace spa::kernel
