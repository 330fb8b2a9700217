// SPDX-License-Identifier: Apache-2.0
#include "userspace/kernel/xfrm_messages.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstring>

#include <linux/udp.h>

#include "userspace/kernel/selector_blocks.h"
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

// AH around ESP, compression within: R-MAP-5.
ports::SaPair bundle() {
  auto pair = pair_of({EncrId::kAesCbc, 128, IntegId::kNone, false, IntegId::kHmacSha1_96,
                       wire::IpCompId::kDeflate},
                      16, 0);
  pair.keys_in.ah = SecretBytes(20, 5);
  pair.keys_out.ah = SecretBytes(20, 6);
  pair.ah_spi_in = 0x0a0b0c0d;
  pair.ah_spi_out = 0x0e0f1011;
  pair.cpi_in = 0x1234;
  pair.cpi_out = 0x5678;
  return pair;
}

TEST(StateMessage, ABundleIsOneStateForEachHeader) {
  const auto pair = bundle();
  const auto info_of = [&](XfrmLayer layer) {
    const auto message =
        state_message(XFRM_MSG_NEWSA, pair, XfrmDirection::kIn, layer, {10, 20, 30, 40}, 7);
    EXPECT_TRUE(message.has_value());
    return *NetlinkView::parse(message->bytes())->body<xfrm_usersa_info>();
  };
  const auto comp = info_of(XfrmLayer::kIpComp);
  EXPECT_EQ(comp.id.proto, IPPROTO_COMP);
  EXPECT_EQ(comp.id.spi, htonl(0x1234));
  EXPECT_EQ(comp.mode, XFRM_MODE_TUNNEL);
  EXPECT_EQ(comp.sel.prefixlen_d, 24);
  EXPECT_EQ(comp.lft.hard_byte_limit, XFRM_INF);
  const auto esp = info_of(XfrmLayer::kEsp);
  EXPECT_EQ(esp.id.spi, htonl(0x11223344));
  EXPECT_EQ(esp.mode, XFRM_MODE_TRANSPORT);
  EXPECT_EQ(esp.flags, XFRM_STATE_AF_UNSPEC);
  EXPECT_EQ(esp.sel.prefixlen_d, 0);
  EXPECT_EQ(esp.lft.hard_byte_limit, 40u);
  const auto ah = info_of(XfrmLayer::kAh);
  EXPECT_EQ(ah.id.proto, IPPROTO_AH);
  EXPECT_EQ(ah.id.spi, htonl(0x0a0b0c0d));
  EXPECT_EQ(ah.flags, XFRM_STATE_AF_UNSPEC | XFRM_STATE_ALIGN4);
  EXPECT_EQ(ah.mode, XFRM_MODE_TRANSPORT);
  EXPECT_EQ(ah.lft.hard_byte_limit, XFRM_INF);
  EXPECT_EQ(state_id(pair, XfrmDirection::kOut).spi, 0x55667788u);
}

// RFC 4302 3.3.3.2.1: in IPv6 AH ends on 64 bits, which the kernel sees to by itself.
TEST(StateMessage, AhIsAlignedAsItsOuterHeaderWants) {
  auto pair = pair_of({EncrId{}, 0, IntegId::kNone, false, IntegId::kHmacSha256_128}, 0, 0);
  pair.keys_in.ah = SecretBytes(32, 5);
  for (const bool v6 : {false, true}) {
    if (v6) {
      pair.local = {*IpAddress::parse("2001:db8::1"), 500};
      pair.remote = {*IpAddress::parse("2001:db8::2"), 500};
    }
    const auto message = state_message(XFRM_MSG_NEWSA, pair, XfrmDirection::kIn, {}, 0);
    ASSERT_TRUE(message.has_value()) << message.error().text;
    const auto info = NetlinkView::parse(message->bytes())->body<xfrm_usersa_info>();
    EXPECT_EQ((info->flags & XFRM_STATE_ALIGN4) != 0, !v6);
  }
}

// RFC 4302: AH alone is what the pair is named after.
TEST(StateMessage, AhAlone) {
  auto pair = pair_of({EncrId{}, 0, IntegId::kNone, true, IntegId::kHmacSha256_128}, 0, 0);
  pair.keys_out.ah = SecretBytes(32, 5);
  const auto message = state_message(XFRM_MSG_NEWSA, pair, XfrmDirection::kOut, {0, 0, 30, 40}, 0);
  ASSERT_TRUE(message.has_value()) << message.error().text;
  const auto view = NetlinkView::parse(message->bytes());
  const auto info = view->body<xfrm_usersa_info>();
  EXPECT_EQ(info->id.proto, IPPROTO_AH);
  EXPECT_EQ(info->id.spi, htonl(0x55667788));
  EXPECT_EQ(info->mode, XFRM_MODE_TUNNEL);
  EXPECT_EQ(info->lft.hard_byte_limit, 40u);
  EXPECT_TRUE(view->attribute(sizeof *info, XFRMA_ALG_AUTH_TRUNC).has_value());
  EXPECT_FALSE(view->attribute(sizeof *info, XFRMA_ALG_CRYPT).has_value());
}

TEST(StateMessage, WhichBundlesTheKernelHas) {
  EXPECT_TRUE(xfrm_knows(bundle().suite));
  EXPECT_TRUE(xfrm_knows({EncrId{}, 0, IntegId::kNone, false, IntegId::kHmacMd5_96}));
  EXPECT_FALSE(xfrm_knows({}));
  // RFC 8221 4: encryption alone is refused, unless AH is around it.
  EXPECT_FALSE(xfrm_knows({EncrId::kAesCbc, 128, IntegId::kNone}));
  EXPECT_FALSE(xfrm_knows(
      {EncrId::kAesGcm16, 128, IntegId::kNone, false, IntegId::kNone, wire::IpCompId::kLzs}));
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

NetlinkMessage message_of(const ports::PolicyRule& rule, XfrmDirection direction) {
  const auto selectors = policy_selectors(rule, direction);
  EXPECT_TRUE(selectors.has_value() && selectors->size() == 1);
  return policy_message(XFRM_MSG_UPDPOLICY, rule, direction, selectors->front());
}

std::vector<xfrm_user_tmpl> templates_in(const NetlinkMessage& message) {
  const auto value =
      NetlinkView::parse(message.bytes())->attribute(sizeof(xfrm_userpolicy_info), XFRMA_TMPL);
  std::vector<xfrm_user_tmpl> list;
  for (std::size_t at = 0; value && at < value->size(); at += sizeof(xfrm_user_tmpl)) {
    list.push_back(*NetlinkView::load<xfrm_user_tmpl>(value->subspan(at)));
  }
  return list;
}

TEST(PolicyMessage, TurnsRoundForWhatComesIn) {
  for (const auto direction : {XfrmDirection::kOut, XfrmDirection::kIn, XfrmDirection::kForward}) {
    const bool out = direction == XfrmDirection::kOut;
    const auto message = message_of(rule_of(10, 1), direction);
    const auto view = NetlinkView::parse(message.bytes());
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
    const auto message = message_of(rule_of(sequence, line), XfrmDirection::kOut);
    return NetlinkView::parse(message.bytes())->body<xfrm_userpolicy_info>()->priority;
  };
  EXPECT_LT(priority(1, 2), priority(2, 1));
  EXPECT_LT(priority(2, 1), priority(2, 2));
  EXPECT_LT(priority(65534, 4000), priority(65535, 1));
}

// R-MAP-20
TEST(PolicyMessage, ADenyLineLetsPass) {
  ports::PolicyRule rule = rule_of(10, 1);
  rule.clear = true;
  const auto message = message_of(rule, XfrmDirection::kOut);
  EXPECT_EQ(NetlinkView::parse(message.bytes())->body<xfrm_userpolicy_info>()->action,
            XFRM_POLICY_ALLOW);
  EXPECT_TRUE(templates_in(message).empty());
}

// R-VRF-8: what is for the traffic of one virtual device says so, and nothing else does.
TEST(PolicyMessage, NamesTheScope) {
  const auto if_id = [](const NetlinkMessage& message, std::size_t header) {
    return NetlinkView::parse(message.bytes())->attribute<std::uint32_t>(header, XFRMA_IF_ID);
  };
  ports::PolicyRule rule = rule_of(10, 1);
  EXPECT_FALSE(if_id(message_of(rule, XfrmDirection::kIn), sizeof(xfrm_userpolicy_info)));
  rule.scope.if_id = 53001;
  const auto made = message_of(rule, XfrmDirection::kIn);
  EXPECT_EQ(if_id(made, sizeof(xfrm_userpolicy_info)), 53001u);
  const auto selectors = policy_selectors(rule, XfrmDirection::kIn);
  ASSERT_TRUE(selectors.has_value());
  const auto gone = delete_policy_message(XfrmDirection::kIn, selectors->front(), 53001);
  EXPECT_EQ(if_id(gone, sizeof(xfrm_userpolicy_id)), 53001u);
  EXPECT_FALSE(if_id(delete_policy_message(XfrmDirection::kIn, selectors->front()),
                     sizeof(xfrm_userpolicy_id)));
}

// RFC 4301 4.4.1, R-GRE-6: what nothing else of the entry takes is dropped.
TEST(PolicyMessage, WhatIsDiscardedComesLast) {
  ports::PolicyRule rule = rule_of(65536, 2);
  rule.discard = true;
  const auto last = message_of(rule, XfrmDirection::kIn);
  const auto info = NetlinkView::parse(last.bytes())->body<xfrm_userpolicy_info>();
  EXPECT_EQ(info->action, XFRM_POLICY_BLOCK);
  EXPECT_TRUE(templates_in(last).empty());
  const auto own = message_of(rule_of(65536, 1U << 24), XfrmDirection::kIn);
  EXPECT_LT(NetlinkView::parse(own.bytes())->body<xfrm_userpolicy_info>()->priority,
            info->priority);
}

// R-MAP-5, RFC 4301 4.4.1.2: from the inside out; a tunnel has one outer header.
TEST(PolicyMessage, ABundleIsOneTemplateForEachHeader) {
  ports::PolicyRule rule = rule_of(10, 1);
  rule.layers = {true, true, true};
  const auto out = templates_in(message_of(rule, XfrmDirection::kOut));
  ASSERT_EQ(out.size(), 3u);
  EXPECT_EQ(out[0].id.proto, IPPROTO_COMP);
  EXPECT_EQ(out[1].id.proto, IPPROTO_ESP);
  EXPECT_EQ(out[2].id.proto, IPPROTO_AH);
  EXPECT_EQ(out[0].mode, XFRM_MODE_TUNNEL);
  EXPECT_EQ(out[1].mode, XFRM_MODE_TRANSPORT);
  EXPECT_EQ(out[2].mode, XFRM_MODE_TRANSPORT);
  EXPECT_EQ(out[0].optional, 0);
  // What would not shrink comes without IPComp (RFC 3173 2.2), but never without ESP and AH.
  const auto in = templates_in(message_of(rule, XfrmDirection::kIn));
  ASSERT_EQ(in.size(), 3u);
  EXPECT_EQ(in[0].optional, 1);
  EXPECT_EQ(in[1].optional, 0);
  EXPECT_EQ(in[2].optional, 0);
}

TEST(PolicySelectors, RangesAreCutIntoPrefixesAndBlocksOfPorts) {
  ports::PolicyRule rule = rule_of(1, 1);
  rule.selectors.remote.port_last = 90;  // 80-87, 88-89, 90
  auto list = policy_selectors(rule, XfrmDirection::kOut);
  ASSERT_TRUE(list.has_value());
  ASSERT_EQ(list->size(), 3u);
  EXPECT_EQ((*list)[0].dport, htons(80));
  EXPECT_EQ((*list)[0].dport_mask, htons(0xfff8));
  EXPECT_EQ((*list)[1].dport, htons(88));
  EXPECT_EQ((*list)[1].dport_mask, htons(0xfffe));
  EXPECT_EQ((*list)[2].dport, htons(90));
  EXPECT_EQ((*list)[2].dport_mask, 0xffff);
  rule = rule_of(1, 1);
  rule.selectors.remote.last = IpAddress::v4(0xc0a80501);  // 192.168.4.0/24, 192.168.5.0/31
  list = policy_selectors(rule, XfrmDirection::kIn);
  ASSERT_TRUE(list.has_value());
  ASSERT_EQ(list->size(), 2u);
  EXPECT_EQ((*list)[1].saddr.a4, htonl(0xc0a80500));
  EXPECT_EQ((*list)[1].prefixlen_s, 31);
}

// Every port of the range is in exactly one block, and no other.
TEST(PolicySelectors, BlocksCoverARangeExactly) {
  for (const auto& [first, last] : {std::pair<unsigned, unsigned>{1, 65535},
                                    {0, 65535},
                                    {5, 5},
                                    {1024, 65535},
                                    {1023, 1025},
                                    {65535, 65535}}) {
    policy::TrafficSelector range = selector("10.0.0.0/8", 6);
    range.port_first = static_cast<std::uint16_t>(first);
    range.port_last = static_cast<std::uint16_t>(last);
    unsigned next = first;
    for (const auto& block : cut_into_blocks(range, 64)) {
      EXPECT_EQ(block.port_first, next);
      next = block.port_last + 1u;
    }
    EXPECT_EQ(next, last + 1);
  }
}

TEST(PolicySelectors, TooManyAreRefused) {
  ports::PolicyRule rule = rule_of(1, 1);
  rule.selectors.local.port_first = rule.selectors.remote.port_first = 1;
  rule.selectors.local.port_last = rule.selectors.remote.port_last = 65534;
  EXPECT_EQ(policy_selectors(rule, XfrmDirection::kOut).error().code, Errc::kUnsupported);
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
