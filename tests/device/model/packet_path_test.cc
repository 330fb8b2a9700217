// SPDX-License-Identifier: Apache-2.0
// Packet mode through the whole card. Issue: "policies and SAs in the card, full encapsulation,
// sequence, replay, lifetimes and selectors enforced by the card, IKE bypassing it".
#include "tests/device/model/super_frame.h"

namespace spa::card::test {
namespace {

constexpr std::uint32_t kReqid = 77;
constexpr std::uint32_t kOutIndex = 5;
constexpr std::uint32_t kInIndex = 6;

// 10.0.7.0/24 or fd00::/8 on both sides, as ip_packet() makes them.
spa_selector inner_selector(bool ipv6 = false) {
  spa_selector selector{};
  selector.family = ipv6 ? 6 : 4;
  selector.saddr[0] = selector.daddr[0] = ipv6 ? 0xfd : 10;
  if (!ipv6) selector.saddr[2] = selector.daddr[2] = 7;
  selector.saddr_prefix = selector.daddr_prefix = ipv6 ? 8 : 24;
  return selector;
}

spa_sa packet_sa(bool outbound, bool tunnel = true) {
  spa_sa sa = gcm_sa(outbound);
  sa.flags |= to_le(std::uint32_t{SPA_SA_PACKET} | (tunnel ? std::uint32_t{SPA_SA_TUNNEL} : 0));
  sa.reqid = to_le(kReqid);
  return sa;
}

spa_policy policy(std::uint8_t direction, std::uint8_t action, std::uint32_t priority = 100) {
  spa_policy made{};
  made.selector = inner_selector();
  made.generation = to_le(3u);
  made.priority = to_le(priority);
  made.direction = direction;
  made.action = action;
  if (action != SPA_POLICY_PROTECT) return made;
  made.reqid = to_le(kReqid);
  made.tunnel = 1;
  made.outer_family = 4;
  const spa_sa ends = gcm_sa(true);
  std::copy(std::begin(ends.saddr), std::end(ends.saddr), made.saddr);
  std::copy(std::begin(ends.daddr), std::end(ends.daddr), made.daddr);
  return made;
}

class PacketPath : public PortTest {
 protected:
  unsigned policy_add(std::uint32_t index, const spa_policy& made,
                      std::uint32_t length = sizeof(spa_policy)) {
    spa_admin_cmd command{};
    command.opcode = to_le(std::uint16_t{SPA_CMD_POLICY_ADD});
    command.index = to_le(index);
    command.addr = to_le(host.place(made));
    command.length = to_le(length);
    return host.admin(host.admin_queue, command);
  }
  unsigned policy_command(std::uint16_t opcode, std::uint32_t index, std::uint32_t generation) {
    spa_admin_cmd command{};
    command.opcode = to_le(opcode);
    command.index = to_le(index);
    command.generation = to_le(generation);
    return host.admin(host.admin_queue, command);
  }
  unsigned sa_update(std::uint32_t index, const spa_sa_update& update) {
    spa_admin_cmd command{};
    command.opcode = to_le(std::uint16_t{SPA_CMD_SA_UPDATE});
    command.index = to_le(index);
    command.generation = to_le(7u);
    command.addr = to_le(host.place(update));
    command.length = to_le(std::uint32_t{sizeof update});
    return host.admin(host.admin_queue, command);
  }
  [[nodiscard]] spa_sa_stats sa_read(std::uint32_t index) {
    const std::uint64_t at = host.allocate(sizeof(spa_sa_stats));
    spa_admin_cmd command{};
    command.opcode = to_le(std::uint16_t{SPA_CMD_SA_READ});
    command.index = to_le(index);
    command.generation = to_le(7u);
    command.addr = to_le(at);
    command.length = to_le(std::uint32_t{sizeof(spa_sa_stats)});
    EXPECT_EQ(host.admin(host.admin_queue, command), unsigned{SPA_OK});
    return host.get<spa_sa_stats>(at);
  }
  // The usual tunnel: both directions, both policies.
  void tunnel(bool ipv6_inside = false) {
    host.add_sa(kOutIndex, packet_sa(true));
    host.add_sa(kInIndex, packet_sa(false));
    for (const std::uint8_t direction : {SPA_POLICY_OUT, SPA_POLICY_IN}) {
      spa_policy made = policy(direction, SPA_POLICY_PROTECT);
      made.selector = inner_selector(ipv6_inside);
      ASSERT_EQ(policy_add(direction, made), unsigned{SPA_OK});
    }
  }
  unsigned send(const Bytes& packet, std::uint16_t flags = SPA_TX_END | SPA_TX_PACKET) {
    return host.send(host.descriptor(in_ethernet(mac, packet), flags));
  }
  // What the driver gets for a frame on the wire.
  std::optional<spa_completion> receive(const Bytes& frame) {
    host.give_buffers(1);
    wire->send(frame);
    host.poll();
    return host.next(host.rx);
  }
};

// RFC 4301 5.1.2: the header of the tunnel; RFC 4106: what OpenSSL alone can open.
TEST_F(PacketPath, EncapsulatesFullyAndBringsItBack) {
  ASSERT_NE(host.read(SPA_REG_FEATURES) & SPA_FEATURE_ESP_PACKET, 0u);
  for (const bool ipv6 : {false, true}) {
    if (ipv6) {
      ASSERT_EQ(policy_command(SPA_CMD_POLICY_FLUSH, 0, 0), unsigned{SPA_OK});
      ASSERT_EQ(policy_command(SPA_CMD_SA_FLUSH, 0, 0), unsigned{SPA_OK});
    }
    tunnel(ipv6);
    Bytes packet = ip_packet({.ipv6 = ipv6}, 101);
    if (!ipv6) {
      packet[1] = 0xb8;  // DSCP EF
      packet[6] = 0x40;  // DF
    }
    ASSERT_EQ(send(packet), unsigned{SPA_OK});
    const Bytes sent = from_wire();
    ASSERT_GT(sent.size(), kTextAt);
    EXPECT_EQ(load_be16(&sent[12]), 0x0800);
    EXPECT_TRUE(std::equal(sent.begin(), sent.begin() + 6, mac.begin())) << "the next hop stays";
    const ByteView outer = ByteView(sent).subspan(kEthernet, 20);
    EXPECT_EQ(outer[1], ipv6 ? 0 : 0xb8);
    EXPECT_EQ(outer[6] & 0x40, 0x40) << "DF is copied, and set for IPv6";
    EXPECT_EQ(outer[8], 64);
    EXPECT_EQ(outer[9], 50);
    EXPECT_EQ(outer[15], 1);
    EXPECT_EQ(outer[19], 2);
    EXPECT_EQ(load_be16(&outer[2]), sent.size() - kEthernet);
    EXPECT_EQ(header_sum(outer), 0xffff);
    EXPECT_EQ(load_be32(&sent[kEspAt + 4]), 1u);
    const Bytes text = open_with_openssl(sent, packet_sa(true));
    ASSERT_GE(text.size(), packet.size());
    EXPECT_TRUE(std::equal(packet.begin(), packet.end(), text.begin()));
    EXPECT_EQ(text.back(), ipv6 ? 41 : 4);

    const auto completion = receive(sent);
    ASSERT_TRUE(completion);
    EXPECT_EQ(completion->status, SPA_OK);
    EXPECT_EQ(completion->flags & ~SPA_CPL_CSUM_OK, std::uint32_t{SPA_CPL_PACKET});
    EXPECT_EQ(completion->sa_index, kInIndex);
    EXPECT_EQ(completion->sa_generation, 7u);
    EXPECT_EQ(from_le(completion->seq[0]), 1u) << "what the driver needs to go on behind it";
    EXPECT_EQ(from_le(completion->seq[1]), 0u);
    const Bytes delivered = host.received(*completion);
    const Bytes expected = in_ethernet(mac, packet);
    EXPECT_EQ(delivered, expected);
    EXPECT_FALSE(receive(sent)) << "a replay is dropped";
  }
  EXPECT_EQ(host.stats().tx_packet_protected, 2u);
  EXPECT_EQ(host.stats().rx_packet_ok, 2u);
  EXPECT_EQ(host.stats().rx_esp_replay, 2u);
  EXPECT_EQ(sa_read(kInIndex).replay_failures, 1u);
}

TEST_F(PacketPath, ProtectsTransportMode) {
  host.add_sa(kOutIndex, packet_sa(true, false));
  host.add_sa(kInIndex, packet_sa(false, false));
  spa_policy made = policy(SPA_POLICY_OUT, SPA_POLICY_PROTECT);
  made.tunnel = made.outer_family = 0;
  std::fill_n(made.saddr, 32, std::uint8_t{0});
  made.selector = {};
  made.selector.family = 4;
  ASSERT_EQ(policy_add(0, made), unsigned{SPA_OK});
  Bytes packet = ip_packet({}, 64);
  packet[14] = packet[18] = 0;  // 10.0.0.1 to 10.0.0.2
  store_be16(&packet[10], 0);
  store_be16(&packet[10], static_cast<std::uint16_t>(~header_sum(ByteView(packet).first(20))));
  ASSERT_EQ(send(packet), unsigned{SPA_OK});
  const Bytes sent = from_wire();
  const Bytes text = open_with_openssl(sent, packet_sa(true, false));
  ASSERT_FALSE(text.empty());
  EXPECT_EQ(text.back(), 6);
  const auto completion = receive(sent);
  ASSERT_TRUE(completion);
  EXPECT_EQ(host.received(*completion), in_ethernet(mac, packet));
}

TEST_F(PacketPath, CutsFillsInSumsAndThenProtects) {
  tunnel();
  const PacketShape shape;
  spa_tx_desc entry{};
  entry.flags = to_le(std::uint16_t{SPA_TX_TSO | SPA_TX_PACKET});
  entry.mss = to_le(std::uint16_t{1000});
  entry.csum_start = to_le(std::uint16_t{34});
  entry.csum_offset = 16;
  ASSERT_EQ(send_super(host, in_ethernet(mac, ip_packet(shape, 3100)), entry), unsigned{SPA_OK});
  for (std::size_t i = 0; i < 4; ++i) {
    const Bytes sent = from_wire();
    EXPECT_EQ(load_be32(&sent[kEspAt + 4]), i + 1);
    const Bytes text = open_with_openssl(sent, packet_sa(true));
    ASSERT_GE(text.size(), 2u);
    const std::size_t padding = text[text.size() - 2];
    expect_segment(ByteView(text).first(text.size() - 2 - padding), shape, i, 1000, 3100);
  }
}

TEST_F(PacketPath, PoliciesDecideByPriority) {
  tunnel();
  spa_policy block = policy(SPA_POLICY_OUT, SPA_POLICY_BLOCK, 50);
  block.selector.protocol = 17;
  block.selector.dport = from_be(std::uint16_t{2000});
  block.selector.dport_mask = 0xffff;
  ASSERT_EQ(policy_add(10, block), unsigned{SPA_OK});
  EXPECT_EQ(send(ip_packet({.tcp = false}, 20)), unsigned{SPA_E_POLICY});
  EXPECT_TRUE(from_wire().empty());
  EXPECT_EQ(send(ip_packet({}, 20)), unsigned{SPA_OK}) << "TCP is protected";
  EXPECT_EQ(load_be16(&from_wire()[kEthernet + 8]) & 0xff, 50);
  spa_policy allow = block;
  allow.action = SPA_POLICY_ALLOW;
  allow.priority = to_le(49u);
  ASSERT_EQ(policy_add(11, allow), unsigned{SPA_OK});
  EXPECT_EQ(send(ip_packet({.tcp = false}, 20)), unsigned{SPA_OK});
  EXPECT_EQ(from_wire(), in_ethernet(mac, ip_packet({.tcp = false}, 20)));
  EXPECT_EQ(policy_command(SPA_CMD_POLICY_DELETE, 11, 4), unsigned{SPA_E_STALE});
  EXPECT_EQ(policy_command(SPA_CMD_POLICY_DELETE, 11, 3), unsigned{SPA_OK});
  EXPECT_EQ(send(ip_packet({.tcp = false}, 20)), unsigned{SPA_E_POLICY});
  EXPECT_EQ(host.stats().tx_packet_blocked, 2u);
  EXPECT_EQ(host.stats().tx_packet_bypassed, 1u);
  EXPECT_EQ(send(ip_packet({.tcp = false}, 20), SPA_TX_END), unsigned{SPA_OK})
      << "a frame that the driver does not mark goes as it is";
}

TEST_F(PacketPath, NothingLeavesInTheClearWithoutAnSa) {
  ASSERT_EQ(policy_add(0, policy(SPA_POLICY_OUT, SPA_POLICY_PROTECT)), unsigned{SPA_OK});
  EXPECT_EQ(send(ip_packet({}, 20)), unsigned{SPA_E_NO_SA});
  const auto unfit = [&](auto change) {
    spa_sa sa = packet_sa(true);
    change(sa);
    host.add_sa(kOutIndex, sa);
    const unsigned status = send(ip_packet({}, 20));
    EXPECT_EQ(policy_command(SPA_CMD_SA_DELETE, kOutIndex, 7), unsigned{SPA_OK});
    return status;
  };
  EXPECT_EQ(unfit([](auto& s) { s.reqid = to_le(78u); }), unsigned{SPA_E_NO_SA});
  EXPECT_EQ(unfit([](auto& s) { s.daddr[3] = 9; }), unsigned{SPA_E_NO_SA});
  EXPECT_EQ(unfit([](auto& s) { s.flags &= ~std::uint32_t{SPA_SA_TUNNEL}; }),
            unsigned{SPA_E_NO_SA});
  EXPECT_EQ(unfit([](auto& s) {
              s.flags &= ~std::uint32_t{SPA_SA_PACKET};
              s.reqid = 0;
            }),
            unsigned{SPA_E_NO_SA})
      << "an SA of crypto mode";
  EXPECT_EQ(unfit([](auto& s) {
              s.selector.family = 4;
              s.selector.protocol = 17;
            }),
            unsigned{SPA_E_NO_SA});
  EXPECT_EQ(unfit([](auto& s) { s.seq = to_le(std::uint64_t{0xffffffff}); }),
            unsigned{SPA_E_NO_SA});
  EXPECT_EQ(unfit([](auto&) {}), unsigned{SPA_OK});
  EXPECT_EQ(from_wire().empty(), false);
  EXPECT_TRUE(from_wire().empty());
  EXPECT_EQ(host.stats().tx_packet_no_sa, 7u);
}

// RFC 4301 4.4.2.1: a new SA takes over, the old one still receives.
TEST_F(PacketPath, TheNewestSaIsUsed) {
  tunnel();
  spa_sa next = packet_sa(true);
  next.spi = from_be(kSpi + 1);
  host.add_sa(9, next);
  ASSERT_EQ(send(ip_packet({}, 20)), unsigned{SPA_OK});
  EXPECT_EQ(load_be32(&from_wire()[kEspAt]), kSpi + 1);
  ASSERT_EQ(policy_command(SPA_CMD_SA_DELETE, 9, 7), unsigned{SPA_OK});
  ASSERT_EQ(send(ip_packet({}, 20)), unsigned{SPA_OK});
  EXPECT_EQ(load_be32(&from_wire()[kEspAt]), kSpi);
}

TEST_F(PacketPath, IkeMeetsNoPolicy) {
  spa_policy all = policy(SPA_POLICY_OUT, SPA_POLICY_BLOCK);
  all.selector = {};
  all.selector.family = 4;
  ASSERT_EQ(policy_add(0, all), unsigned{SPA_OK});
  all.direction = SPA_POLICY_IN;
  ASSERT_EQ(policy_add(1, all), unsigned{SPA_OK});
  Bytes ike = ip_packet({.tcp = false}, 40);
  store_be16(&ike[20], 500);
  store_be16(&ike[22], 500);
  EXPECT_EQ(send(ike), unsigned{SPA_OK});
  EXPECT_TRUE(receive(in_ethernet(mac, ike)));
  store_be16(&ike[20], 4500);
  store_be16(&ike[22], 4500);
  store_be32(&ike[28], 0);  // the non-ESP marker
  EXPECT_EQ(send(ike), unsigned{SPA_OK});
  EXPECT_TRUE(receive(in_ethernet(mac, ike)));
  store_be32(&ike[28], 0x12345678);
  EXPECT_EQ(send(ike), unsigned{SPA_E_POLICY}) << "not IKE, although on its port";
  EXPECT_EQ(send(ip_packet({.tcp = false}, 40)), unsigned{SPA_E_POLICY});
}

TEST_F(PacketPath, WhatComesInTheClearAgainstAPolicyIsDropped) {
  tunnel();
  Bytes packet = ip_packet({}, 20);
  EXPECT_FALSE(receive(in_ethernet(mac, packet)));
  EXPECT_EQ(host.stats().rx_packet_blocked, 1u);
  packet[14] = 8;
  EXPECT_TRUE(receive(in_ethernet(mac, packet))) << "no policy is for it";
  EXPECT_TRUE(receive(plain_frame(mac))) << "nor for what is not IP";
  Bytes esp = esp_frame(9, 58, mac);
  esp[kEspAt] ^= 1;
  EXPECT_TRUE(receive(esp)) << "ESP that the stack may know is never in the clear";
}

// RFC 4301 5.2 step 4: the inner packet must be one that the SA is for.
TEST_F(PacketPath, TheInnerPacketMustFitSelectorAndPolicy) {
  host.add_sa(kOutIndex, packet_sa(true));
  ASSERT_EQ(policy_add(0, policy(SPA_POLICY_OUT, SPA_POLICY_PROTECT)), unsigned{SPA_OK});
  ASSERT_EQ(send(ip_packet({}, 20)), unsigned{SPA_OK});
  const Bytes sent = from_wire();
  const auto arrives = [&](auto change_sa, auto change_policy) {
    spa_sa sa = packet_sa(false);
    spa_policy made = policy(SPA_POLICY_IN, SPA_POLICY_PROTECT);
    change_sa(sa);
    change_policy(made);
    host.add_sa(kInIndex, sa);
    EXPECT_EQ(policy_add(1, made), unsigned{SPA_OK});
    const bool came = receive(sent).has_value();
    if (!came) {
      EXPECT_EQ(sa_read(kInIndex).selector_failures, 1u);
    }
    EXPECT_EQ(policy_command(SPA_CMD_SA_DELETE, kInIndex, 7), unsigned{SPA_OK});
    EXPECT_EQ(policy_command(SPA_CMD_POLICY_DELETE, 1, 3), unsigned{SPA_OK});
    return came;
  };
  const auto same = [](auto&) {};
  EXPECT_TRUE(arrives(same, same));
  EXPECT_FALSE(arrives([](auto& s) { s.reqid = to_le(78u); }, same));
  EXPECT_FALSE(arrives(
      [](auto& s) {
        s.selector.family = 4;
        s.selector.protocol = 17;
      },
      same));
  EXPECT_FALSE(arrives(same, [](auto& p) { p.selector.saddr[2] = 8; })) << "no policy wants it";
  EXPECT_FALSE(arrives(same, [](auto& p) { p.reqid = to_le(78u); }));
  EXPECT_FALSE(arrives(same, [](auto& p) { p.daddr[3] = 9; })) << "another tunnel's policy";
  EXPECT_FALSE(arrives(same, [](auto& p) { p = policy(SPA_POLICY_IN, SPA_POLICY_ALLOW); }))
      << "a tunnel needs a policy that asks for it";
  EXPECT_FALSE(arrives(same, [](auto& p) { p = policy(SPA_POLICY_IN, SPA_POLICY_BLOCK); }));
  EXPECT_EQ(host.stats().rx_packet_selector, 7u);
}

TEST_F(PacketPath, LimitsHoldAndMayBeRaised) {
  DriverQueue events = host.start_queue(SPA_QUEUE_EVENT, 16, 0, sizeof(spa_event));
  spa_sa sa = packet_sa(true);
  sa.packets = to_le(std::uint64_t{10});
  sa.soft_packets = to_le(std::uint64_t{11});
  sa.hard_packets = to_le(std::uint64_t{12});
  host.add_sa(kOutIndex, sa);
  ASSERT_EQ(policy_add(0, policy(SPA_POLICY_OUT, SPA_POLICY_PROTECT)), unsigned{SPA_OK});
  EXPECT_EQ(send(ip_packet({}, 20)), unsigned{SPA_OK});
  EXPECT_EQ(sa_read(kOutIndex).packets, 11u) << "the counters start where the driver says";
  EXPECT_EQ(send(ip_packet({}, 20)), unsigned{SPA_OK});
  EXPECT_EQ(send(ip_packet({}, 20)), unsigned{SPA_E_NO_SA}) << "spent";
  EXPECT_EQ(sa_read(kOutIndex).state, SPA_SA_STATE_SOFT | SPA_SA_STATE_HARD);
  EXPECT_EQ(host.next<spa_event>(events)->type, SPA_EVENT_SOFT_EXPIRE);
  EXPECT_EQ(host.next<spa_event>(events)->type, SPA_EVENT_HARD_EXPIRE);
  spa_sa_update update{};
  update.flags = to_le(std::uint32_t{SPA_SA_UPDATE_LIMITS});
  update.hard_packets = to_le(std::uint64_t{13});
  ASSERT_EQ(sa_update(kOutIndex, update), unsigned{SPA_OK});
  EXPECT_EQ(send(ip_packet({}, 20)), unsigned{SPA_OK});
  EXPECT_EQ(send(ip_packet({}, 20)), unsigned{SPA_E_NO_SA});
}

// A nonce must never repeat: sequence numbers only go up.
TEST_F(PacketPath, SequenceNumbersAreRaisedNeverLowered) {
  tunnel();
  spa_sa_update update{};
  update.flags = to_le(std::uint32_t{SPA_SA_UPDATE_SEQ});
  update.seq = to_le(std::uint64_t{1000});
  ASSERT_EQ(sa_update(kOutIndex, update), unsigned{SPA_OK});
  ASSERT_EQ(send(ip_packet({}, 20)), unsigned{SPA_OK});
  const Bytes sent = from_wire();
  EXPECT_EQ(load_be32(&sent[kEspAt + 4]), 1001u);
  EXPECT_EQ(sa_update(kOutIndex, update), unsigned{SPA_E_SEQUENCE});
  update.seq = to_le(std::uint64_t{1} << 32);
  EXPECT_EQ(sa_update(kOutIndex, update), unsigned{SPA_E_FIELD}) << "no ESN";
  update.seq = to_le(std::uint64_t{1001});
  ASSERT_EQ(sa_update(kInIndex, update), unsigned{SPA_OK});
  EXPECT_FALSE(receive(sent)) << "what lies below counts as seen";
  update.flags = to_le(4u);
  EXPECT_EQ(sa_update(kOutIndex, update), unsigned{SPA_E_FIELD});
  update.flags = 0;
  update.reserved1[15] = 1;
  EXPECT_EQ(sa_update(kOutIndex, update), unsigned{SPA_E_FIELD});
  EXPECT_EQ(sa_update(99, {}), unsigned{SPA_E_NOT_FOUND});
}

TEST_F(PacketPath, TheDriverCannotChooseThePacketModeSasNumbers) {
  tunnel();
  EXPECT_EQ(host.send(host.esp_descriptor(esp_frame(1, 58, mac), kOutIndex, 7)),
            unsigned{SPA_E_FIELD});
  EXPECT_EQ(send(ip_packet({}, 20), SPA_TX_END | SPA_TX_ESP | SPA_TX_PACKET),
            unsigned{SPA_E_FIELD});
}

TEST_F(PacketPath, AForgeryIsDropped) {
  tunnel();
  ASSERT_EQ(send(ip_packet({}, 20)), unsigned{SPA_OK});
  Bytes sent = from_wire();
  sent.back() ^= 1;
  EXPECT_FALSE(receive(sent));
  EXPECT_EQ(sa_read(kInIndex).auth_failures, 1u);
  sent.back() ^= 1;
  EXPECT_TRUE(receive(sent)) << "and it did not move the window";
}

TEST_F(PacketPath, AFrameThatGrowsTooLongIsRefused) {
  tunnel();
  Bytes packet = ip_packet({}, 9234 - 14 - 52);
  EXPECT_EQ(send(packet), unsigned{SPA_E_SPACE});
  EXPECT_TRUE(from_wire().empty());
}

TEST_F(PacketPath, RefusesEveryPolicyThatCannotBe) {
  const auto with = [&](std::uint8_t action, auto change) {
    spa_policy made = policy(SPA_POLICY_OUT, action);
    change(made);
    return policy_add(0, made);
  };
  const std::uint8_t protect = SPA_POLICY_PROTECT;
  const unsigned field = SPA_E_FIELD;
  EXPECT_EQ(with(protect, [](auto& p) { p.direction = 0; }), field);
  EXPECT_EQ(with(protect, [](auto& p) { p.direction = 3; }), field);
  EXPECT_EQ(with(protect, [](auto& p) { p.action = 0; }), field);
  EXPECT_EQ(with(protect, [](auto& p) { p.action = 4; }), field);
  EXPECT_EQ(with(protect, [](auto& p) { p.reqid = 0; }), field);
  EXPECT_EQ(with(protect, [](auto& p) { p.tunnel = 2; }), field);
  EXPECT_EQ(with(protect, [](auto& p) { p.tunnel = 0; }), field) << "transport has no end points";
  EXPECT_EQ(with(protect, [](auto& p) { p.outer_family = 5; }), field);
  EXPECT_EQ(with(protect, [](auto& p) { p.saddr[4] = 1; }), field);
  EXPECT_EQ(with(protect, [](auto& p) { std::fill_n(p.daddr, 16, std::uint8_t{0}); }), field);
  EXPECT_EQ(with(protect, [](auto& p) { p.reserved[31] = 1; }), field);
  EXPECT_EQ(with(protect, [](auto& p) { p.selector.family = 0; }), field);
  EXPECT_EQ(with(protect, [](auto& p) { p.selector.family = 5; }), field);
  EXPECT_EQ(with(protect, [](auto& p) { p.selector.saddr_prefix = 33; }), field);
  EXPECT_EQ(with(protect, [](auto& p) { p.selector.daddr[3] = 1; }), field) << "beyond the prefix";
  EXPECT_EQ(with(protect, [](auto& p) { p.selector.sport = 1; }), field) << "beyond the mask";
  EXPECT_EQ(with(protect, [](auto& p) { p.selector.reserved[0] = 1; }), field);
  EXPECT_EQ(with(SPA_POLICY_ALLOW, [](auto& p) { p.reqid = 1; }), field);
  EXPECT_EQ(with(SPA_POLICY_BLOCK, [](auto& p) { p.tunnel = 1; }), field);
  EXPECT_EQ(policy_add(16384, policy(SPA_POLICY_OUT, protect)), field);
  EXPECT_EQ(policy_add(0, policy(SPA_POLICY_OUT, protect), 127), field);
  EXPECT_EQ(host.read(SPA_REG_LIMIT_POLICY), 16384u);
  EXPECT_EQ(policy_add(16383, policy(SPA_POLICY_OUT, protect)), unsigned{SPA_OK});
  EXPECT_EQ(policy_add(16383, policy(SPA_POLICY_OUT, protect)), unsigned{SPA_E_EXISTS});
  EXPECT_EQ(policy_command(SPA_CMD_POLICY_DELETE, 5, 3), unsigned{SPA_E_NOT_FOUND});
  EXPECT_EQ(policy_command(SPA_CMD_POLICY_DELETE, 0xffffffff, 3), field);
}

}  // namespace
}  // namespace spa::card::test
