// SPDX-License-Identifier: Apache-2.0
#include "userspace/kernel/xfrm_messages.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstring>

#include <linux/udp.h>

#include "userspace/kernel/xfrm_algorithms.h"

namespace spa::kernel {
namespace {

using wire::EncrId;
using wire::IntegId;

policy::TrafficSelector selector(std::string_view prefix, std::uint8_t protocol = 0) {
  return policy::TrafficSelector::of(IpPrefix::parse(prefix).value_or(IpPrefix{}), protocol);
}

ports::SaPair pair_of(const ports::EspSuite& suite, std::size_t cipher, std::size_t integrity) {
  ports::SaPair pair;
  pair.reqid = 42;
  pair.local = {IpAddress::v4(0x0a000001), 4500};
  pair.remote = {IpAddress::v4(0x0a000002), 1024};
  pair.spi_in = 0x11223344;
  pair.spi_out = 0x55667788;
  pair.suite = suite;
  pair.keys_in = {SecretBytes(cipher, 1), SecretBytes(integrity, 2)};
  pair.keys_out = {SecretBytes(cipher, 3), SecretBytes(integrity, 4)};
  pair.selectors_local = {selector("1.1.1.0/24")};
  pair.selectors_remote = {selector("192.168.4.0/24")};
  return pair;
}

const ports::EspSuite kGcm{EncrId::kAesGcm16, 128, IntegId::kNone, false};

TEST(StateMessage, NamesBothDirectionsFromTheSendersSide) {
  const auto pair = pair_of(kGcm, 20, 0);
  for (const bool out : {false, true}) {
    const auto direction = out ? XfrmDirection::kOut : XfrmDirection::kIn;
    const auto message = state_message(XFRM_MSG_NEWSA, pair, direction, {10, 20, 30, 40}, 7);
    ASSERT_TRUE(message.has_value());
    const auto view = NetlinkView::parse(message->bytes());
    ASSERT_TRUE(view.has_value());
    const auto info = view->body<xfrm_usersa_info>();
    ASSERT_TRUE(info.has_value());
    EXPECT_EQ(info->id.daddr.a4, htonl(out ? 0x0a000002 : 0x0a000001));
    EXPECT_EQ(info->saddr.a4, htonl(out ? 0x0a000001 : 0x0a000002));
    EXPECT_EQ(info->id.spi, htonl(out ? 0x55667788 : 0x11223344));
    EXPECT_EQ(info->id.proto, IPPROTO_ESP);
    EXPECT_EQ(info->reqid, 42u);
    EXPECT_EQ(info->mode, XFRM_MODE_TUNNEL);
    EXPECT_EQ(info->replay_window, 0);  // 64 packets do not fit the old form
    EXPECT_EQ(info->lft.soft_add_expires_seconds, 10u);
    EXPECT_EQ(info->lft.hard_add_expires_seconds, 20u);
    EXPECT_EQ(info->lft.soft_byte_limit, 30u);
    EXPECT_EQ(info->lft.hard_byte_limit, 40u);
    EXPECT_EQ(info->lft.hard_packet_limit, XFRM_INF);
    EXPECT_EQ(info->sel.prefixlen_s, 24);
    EXPECT_EQ(info->sel.saddr.a4, htonl(out ? 0x01010100u : 0xc0a80400u));
    const auto offload = view->attribute<xfrm_user_offload>(sizeof *info, XFRMA_OFFLOAD_DEV);
    ASSERT_TRUE(offload.has_value());
    EXPECT_EQ(offload->ifindex, 7);
    EXPECT_EQ(offload->flags, out ? 0 : XFRM_OFFLOAD_INBOUND);
    EXPECT_FALSE(view->attribute(sizeof *info, XFRMA_ENCAP).has_value());
  }
}

// The very octets that the kernel gets: struct xfrm_algo_aead is name, key bits, ICV bits, key.
TEST(StateMessage, AeadKeysCarryTheirSalt) {
  const auto message =
      state_message(XFRM_MSG_NEWSA, pair_of(kGcm, 20, 0), XfrmDirection::kOut, {}, 0);
  const auto view = NetlinkView::parse(message->bytes());
  const auto aead = view->attribute(sizeof(xfrm_usersa_info), XFRMA_ALG_AEAD);
  ASSERT_TRUE(aead.has_value());
  const Bytes octets = to_bytes(*aead);
  ASSERT_EQ(octets.size(), 64u + 4 + 4 + 20);
  EXPECT_STREQ(reinterpret_cast<const char*>(octets.data()), "rfc4106(gcm(aes))");
  EXPECT_EQ(to_hex(ByteView(octets).subspan(64)),
            "a0000000"
            "80000000"
            "0303030303030303030303030303030303030303");
}

TEST(StateMessage, CipherAndIntegrityAreTwoAttributes) {
  const ports::EspSuite suite{EncrId::kAesCbc, 256, IntegId::kHmacSha256_128, true};
  const auto message =
      state_message(XFRM_MSG_UPDSA, pair_of(suite, 32, 32), XfrmDirection::kIn, {}, 0);
  ASSERT_TRUE(message.has_value());
  const auto view = NetlinkView::parse(message->bytes());
  const auto crypt = view->attribute(sizeof(xfrm_usersa_info), XFRMA_ALG_CRYPT);
  const auto auth = view->attribute(sizeof(xfrm_usersa_info), XFRMA_ALG_AUTH_TRUNC);
  ASSERT_TRUE(crypt && auth);
  EXPECT_STREQ(reinterpret_cast<const char*>(crypt->data()), "cbc(aes)");
  EXPECT_EQ(crypt->size(), 64u + 4 + 32);
  EXPECT_STREQ(reinterpret_cast<const char*>(auth->data()), "hmac(sha256)");
  EXPECT_EQ(to_hex(auth->subspan(64, 8)),
            "00010000"
            "80000000");  // 256 key bits, 128 ICV bits
  EXPECT_EQ(view->body<xfrm_usersa_info>()->flags, XFRM_STATE_ESN);
}

// RFC 4303 3.4.3; ESN needs a window in both directions.
TEST(StateMessage, ReplayWindowsOfAllSizes) {
  const auto read = [](std::uint32_t window, bool esn, XfrmDirection direction) {
    auto pair = pair_of({EncrId::kAesGcm16, 128, IntegId::kNone, esn}, 20, 0);
    pair.replay_window = window;
    const auto message = state_message(XFRM_MSG_NEWSA, pair, direction, {}, 0);
    const auto view = NetlinkView::parse(message->bytes());
    const auto value = view->attribute(sizeof(xfrm_usersa_info), XFRMA_REPLAY_ESN_VAL);
    struct {
      unsigned simple = 0, window = 0, words = 0;
      std::size_t octets = 0;
    } out;
    out.simple = view->body<xfrm_usersa_info>()->replay_window;
    if (value) {
      out.window = NetlinkView::load<std::uint32_t>(
                       value->subspan(offsetof(xfrm_replay_state_esn, replay_window)))
                       .value_or(0);
      out.words = NetlinkView::load<std::uint32_t>(*value).value_or(0);
      out.octets = value->size();
    }
    return out;
  };
  EXPECT_EQ(read(32, false, XfrmDirection::kIn).simple, 32u);
  EXPECT_EQ(read(32, false, XfrmDirection::kIn).octets, 0u);
  EXPECT_EQ(read(1024, false, XfrmDirection::kIn).window, 1024u);
  EXPECT_EQ(read(1024, false, XfrmDirection::kIn).words, 32u);
  EXPECT_EQ(read(1024, false, XfrmDirection::kIn).octets, 24u + 128u);
  EXPECT_EQ(read(1024, false, XfrmDirection::kOut).octets, 0u);
  EXPECT_EQ(read(0, false, XfrmDirection::kIn).octets, 0u);
  EXPECT_EQ(read(0, true, XfrmDirection::kOut).window, 32u);
  EXPECT_EQ(read(100, true, XfrmDirection::kIn).words, 4u);
  EXPECT_EQ(read(1000000, true, XfrmDirection::kIn).window, 4096u);
}

// RFC 3948: ports as seen by the sender.
TEST(StateMessage, UdpEncapsulation) {
  auto pair = pair_of(kGcm, 20, 0);
  pair.udp_encapsulation = true;
  const auto message = state_message(XFRM_MSG_NEWSA, pair, XfrmDirection::kIn, {}, 0);
  const auto encap = NetlinkView::parse(message->bytes())
                         ->attribute<xfrm_encap_tmpl>(sizeof(xfrm_usersa_info), XFRMA_ENCAP);
  ASSERT_TRUE(encap.has_value());
  EXPECT_EQ(encap->encap_type, UDP_ENCAP_ESPINUDP);
  EXPECT_EQ(ntohs(encap->encap_sport), 1024);
  EXPECT_EQ(ntohs(encap->encap_dport), 4500);
}

TEST(StateMessage, WhatDoesNotFitIsRefused) {
  EXPECT_EQ(
      state_message(XFRM_MSG_NEWSA, pair_of(kGcm, 16, 0), XfrmDirection::kIn, {}, 0).error().code,
      Errc::kInvalid);
  auto mixed = pair_of(kGcm, 20, 0);
  mixed.remote.address = IpAddress::parse("fd00::1").value_or(IpAddress{});
  EXPECT_EQ(state_message(XFRM_MSG_NEWSA, mixed, XfrmDirection::kIn, {}, 0).error().code,
            Errc::kInvalid);
  EXPECT_FALSE(xfrm_knows({EncrId::kAesCbc, 128, IntegId::kNone, false}));
  EXPECT_TRUE(xfrm_knows({EncrId::k3Des, 0, IntegId::kHmacSha512_256, false}));
}

ports::PolicyRule rule_of(std::uint32_t sequence, std::uint32_t line) {
  ports::PolicyRule rule;
  rule.id = {"map", sequence, line};
  rule.selectors = {selector("1.1.1.0/24", 6), selector("192.168.4.0/24", 6)};
  rule.selectors.remote.port_first = rule.selectors.remote.port_last = 80;
  rule.local = IpAddress::v4(0x0a000001);
  rule.remote = IpAddress::v4(0x0a000002);
  rule.reqid = 42;
  return rule;
}

TEST(PolicyMessage, TurnsRoundForWhatComesIn) {
  for (const auto direction : {XfrmDirection::kOut, XfrmDirection::kIn, XfrmDirection::kForward}) {
    const bool out = direction == XfrmDirection::kOut;
    const auto message = policy_message(XFRM_MSG_UPDPOLICY, rule_of(10, 1), direction);
    ASSERT_TRUE(message.has_value());
    const auto view = NetlinkView::parse(message->bytes());
    const auto info = view->body<xfrm_userpolicy_info>();
    const auto how = view->attribute<xfrm_user_tmpl>(sizeof *info, XFRMA_TMPL);
    ASSERT_TRUE(info && how);
    EXPECT_EQ(info->sel.saddr.a4, htonl(out ? 0x01010100u : 0xc0a80400u));
    EXPECT_EQ(info->sel.proto, 6);
    EXPECT_EQ(out ? info->sel.dport : info->sel.sport, htons(80));
    EXPECT_EQ(out ? info->sel.sport_mask : info->sel.dport_mask, 0);
    EXPECT_EQ(how->id.daddr.a4, htonl(out ? 0x0a000002u : 0x0a000001u));
    EXPECT_EQ(how->reqid, 42u);
    EXPECT_EQ(how->optional, 0);
  }
}

// R-MAP-10
TEST(PolicyMessage, LowerSequencesAndLinesComeFirst) {
  const auto priority = [](std::uint32_t sequence, std::uint32_t line) {
    const auto message =
        policy_message(XFRM_MSG_UPDPOLICY, rule_of(sequence, line), XfrmDirection::kOut);
    return NetlinkView::parse(message->bytes())->body<xfrm_userpolicy_info>()->priority;
  };
  EXPECT_LT(priority(1, 2), priority(2, 1));
  EXPECT_LT(priority(2, 1), priority(2, 2));
  EXPECT_LT(priority(65534, 4000), priority(65535, 1));
}

TEST(PolicyMessage, RangesThatAMaskCannotSayAreRefused) {
  ports::PolicyRule rule = rule_of(1, 1);
  rule.selectors.remote.port_last = 90;
  EXPECT_EQ(policy_message(XFRM_MSG_UPDPOLICY, rule, XfrmDirection::kOut).error().code,
            Errc::kUnsupported);
  rule = rule_of(1, 1);
  rule.selectors.remote.last = IpAddress::v4(0xc0a80501);
  EXPECT_EQ(policy_message(XFRM_MSG_UPDPOLICY, rule, XfrmDirection::kOut).error().code,
            Errc::kUnsupported);
}

TEST(Selectors, ThereAndBack) {
  const auto from = selector("1.1.1.1/32", 17);
  auto to = selector("192.168.4.0/24", 17);
  to.port_first = to.port_last = 53;
  const auto made = to_xfrm(from, to);
  ASSERT_TRUE(made.has_value());
  EXPECT_EQ(from_xfrm(*made), (policy::SelectorPair{from, to}));
  const auto six = to_xfrm(selector("fd00::/64"), selector("::/0"));
  ASSERT_TRUE(six.has_value());
  EXPECT_EQ(from_xfrm(*six), (policy::SelectorPair{selector("fd00::/64"), selector("::/0")}));
}

TEST(MovedState, KeepsAllButTheEnds) {
  auto pair = pair_of(kGcm, 20, 0);
  pair.udp_encapsulation = true;
  const auto before = state_message(XFRM_MSG_NEWSA, pair, XfrmDirection::kOut, {}, 3);
  const auto view = NetlinkView::parse(before->bytes());
  const auto moved = moved_state_message(*view, {IpAddress::v4(0x0a000009), 4500},
                                         {IpAddress::v4(0x0a000008), 2048});
  ASSERT_TRUE(moved.has_value());
  const auto after = NetlinkView::parse(moved->bytes());
  const auto info = after->body<xfrm_usersa_info>();
  EXPECT_EQ(info->saddr.a4, htonl(0x0a000009));
  EXPECT_EQ(info->id.daddr.a4, htonl(0x0a000008));
  EXPECT_EQ(info->id.spi, htonl(0x55667788));
  EXPECT_EQ(to_bytes(*after->attribute(sizeof *info, XFRMA_ALG_AEAD)),
            to_bytes(*view->attribute(sizeof *info, XFRMA_ALG_AEAD)));
  EXPECT_EQ(after->attribute<xfrm_encap_tmpl>(sizeof *info, XFRMA_ENCAP)->encap_dport, htons(2048));
  EXPECT_TRUE(after->attribute(sizeof *info, XFRMA_OFFLOAD_DEV).has_value());
  EXPECT_FALSE(moved_state_message(NetlinkView(XFRM_MSG_NEWSA, {}), {}, {}).has_value());
}

}  // namespace
}  // namespace spa::kernel
