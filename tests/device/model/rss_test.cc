// SPDX-License-Identifier: Apache-2.0
// Receive side scaling. The expected hashes are those of Microsoft's published verification suite
// for the Toeplitz hash, with the key that it uses.
#include "firmware-sim/model/rss.h"

#include "tests/device/model/super_frame.h"

namespace spa::card::test {
namespace {

constexpr std::array<std::uint8_t, SPA_RSS_KEY> kSuiteKey{
    0x6d, 0x5a, 0x56, 0xda, 0x25, 0x5b, 0x0e, 0xc2, 0x41, 0x67, 0x25, 0x3d, 0x43, 0xa3,
    0x8f, 0xb0, 0xd0, 0xca, 0x2b, 0xcb, 0xae, 0x7b, 0x30, 0xb4, 0x77, 0xcb, 0x2d, 0xa3,
    0x80, 0x30, 0xf2, 0x0c, 0x6a, 0x42, 0xb7, 0x3b, 0xbe, 0xac, 0x01, 0xfa};
constexpr std::uint32_t kOuter =
    SPA_RSS_IPV4 | SPA_RSS_IPV6 | SPA_RSS_TCP | SPA_RSS_UDP | SPA_RSS_ESP_SPI;

spa_rss request(std::uint32_t flags) {
  spa_rss made{};
  made.flags = to_le(flags);
  std::copy(kSuiteKey.begin(), kSuiteKey.end(), made.key);
  for (std::size_t i = 0; i < SPA_RSS_TABLE; ++i) made.table[i] = i % 2;
  return made;
}

Bytes ipv4_frame(std::array<std::uint8_t, 4> from, std::array<std::uint8_t, 4> to,
                 std::uint16_t sport, std::uint16_t dport, bool tcp) {
  Bytes packet = ip_packet({.tcp = tcp}, 10);
  std::copy(from.begin(), from.end(), packet.begin() + 12);
  std::copy(to.begin(), to.end(), packet.begin() + 16);
  store_be16(&packet[20], sport);
  store_be16(&packet[22], dport);
  return in_ethernet({}, packet);
}

FlowHash hash_of(std::uint32_t flags, Bytes frame) {
  Rss rss;
  EXPECT_EQ(rss.set(request(flags), 2), SPA_OK);
  return rss.hash(esp::RxFrame{.frame = frame});
}

TEST(RssHash, FitsTheVerificationSuiteForIpv4) {
  const Bytes one = ipv4_frame({66, 9, 149, 187}, {161, 142, 100, 80}, 2794, 1766, true);
  EXPECT_EQ(hash_of(kOuter, one).value, 0x51ccc178u);
  EXPECT_EQ(hash_of(kOuter, one).kind, SPA_HASH_L4);
  EXPECT_EQ(hash_of(SPA_RSS_IPV4, one).value, 0x323e8fc2u);
  EXPECT_EQ(hash_of(SPA_RSS_IPV4, one).kind, SPA_HASH_L3);
  const Bytes two = ipv4_frame({199, 92, 111, 2}, {65, 69, 140, 83}, 14230, 4739, false);
  EXPECT_EQ(hash_of(kOuter, two).value, 0xc626b0eau);
  EXPECT_EQ(hash_of(SPA_RSS_IPV4 | SPA_RSS_TCP, two).value, 0xd718262au) << "UDP without ports";
}

TEST(RssHash, FitsTheVerificationSuiteForIpv6) {
  Bytes packet = ip_packet({.ipv6 = true}, 10);
  const std::array<std::uint8_t, 32> addresses{
      0x3f, 0xfe, 0x25, 0x01, 0x02, 0x00, 0x1f, 0xff, 0, 0, 0, 0, 0, 0, 0, 7,
      0x3f, 0xfe, 0x25, 0x01, 0x02, 0x00, 0x00, 0x03, 0, 0, 0, 0, 0, 0, 0, 1};
  std::copy(addresses.begin(), addresses.end(), packet.begin() + 8);
  store_be16(&packet[40], 2794);
  store_be16(&packet[42], 1766);
  const Bytes frame = in_ethernet({}, packet);
  EXPECT_EQ(hash_of(kOuter, frame).value, 0x40207d3du);
  EXPECT_EQ(hash_of(SPA_RSS_IPV6, frame).value, 0x2cc18cd5u);
  EXPECT_EQ(hash_of(SPA_RSS_IPV4, frame).kind, SPA_HASH_NONE);
}

TEST(RssHash, HashesSpisAndLeavesFragmentsWithoutPorts) {
  const Bytes esp = esp_frame(1, 58, {});
  const FlowHash spi = hash_of(kOuter, esp);
  EXPECT_EQ(spi.kind, SPA_HASH_L4);
  EXPECT_EQ(hash_of(kOuter & ~SPA_RSS_ESP_SPI, esp).kind, SPA_HASH_L3);
  Bytes other = esp;
  other[kEspAt] ^= 1;
  EXPECT_NE(hash_of(kOuter, other).value, spi.value);
  Bytes fragment = ipv4_frame({66, 9, 149, 187}, {161, 142, 100, 80}, 2794, 1766, true);
  fragment[20] = 0x20;
  EXPECT_EQ(hash_of(kOuter, fragment).value, 0x323e8fc2u);
  EXPECT_EQ(hash_of(kOuter, Bytes(60)).kind, SPA_HASH_NONE);
  EXPECT_EQ(hash_of(kOuter, Bytes(14)).kind, SPA_HASH_NONE);
}

class RssQueues : public PortTest {
 protected:
  RssQueues() : PortTest(Config{.rx_queues = 2, .tx_queues = 1}) {
    second = host.start_queue(SPA_QUEUE_RX(1), 64, sizeof(spa_rx_desc));
    for (int i = 0; i < 64; ++i) {
      host.post(
          second,
          spa_rx_desc{.addr = to_le(host.allocate(2048)), .length = to_le(2048u), .reserved = 0});
    }
    host.ring(second);
  }
  unsigned rss_set(const spa_rss& rss, std::uint32_t length = sizeof(spa_rss)) {
    spa_admin_cmd command{};
    command.opcode = to_le(std::uint16_t{SPA_CMD_RSS_SET});
    command.addr = to_le(host.place(rss));
    command.length = to_le(length);
    return host.admin(host.admin_queue, command);
  }
  // The queue that a frame came to, and its completion; 2: none.
  std::pair<int, spa_completion> arrival(const Bytes& frame) {
    host.give_buffers(1);
    wire->send(frame);
    host.poll();
    if (const auto completion = host.next(second)) return {1, *completion};
    if (const auto completion = host.next(host.rx)) return {0, *completion};
    return {2, {}};
  }
  DriverQueue second;
};

TEST_F(RssQueues, TheTableChoosesAndTheCompletionTellsTheHash) {
  ASSERT_NE(host.read(SPA_REG_FEATURES) & SPA_FEATURE_RSS, 0u);
  ASSERT_EQ(rss_set(request(kOuter)), unsigned{SPA_OK});
  host.port_set(SPA_PORT_UP | SPA_PORT_PROMISC);
  const Bytes frame = ipv4_frame({66, 9, 149, 187}, {161, 142, 100, 80}, 2794, 1766, true);
  const auto [queue, completion] = arrival(frame);
  EXPECT_EQ(queue, 0) << "entry 0x78 of the table";
  EXPECT_EQ(from_le(completion.tag), std::uint64_t{SPA_HASH_L4} << 32 | 0x51ccc178u);
  spa_rss turned = request(kOuter);
  turned.table[0x78] = 1;
  turned.table[0] = 1;
  ASSERT_EQ(rss_set(turned), unsigned{SPA_OK});
  EXPECT_EQ(arrival(frame).first, 1);
  EXPECT_EQ(arrival(plain_frame(mac)).first, 1) << "what has no flow goes to entry 0";
}

TEST_F(RssQueues, SpreadsTheInnerFlowsOfOneSa) {
  ASSERT_EQ(rss_set(request(kOuter | SPA_RSS_INNER)), unsigned{SPA_OK});
  spa_sa out = gcm_sa(true);
  spa_sa in = gcm_sa(false, 9);
  out.flags |= to_le(std::uint32_t{SPA_SA_TUNNEL});
  in.flags |= to_le(std::uint32_t{SPA_SA_TUNNEL});
  host.add_sa(5, out);
  host.add_sa(6, in);
  std::array<int, 3> seen{};
  for (std::uint16_t flow = 0; flow < 16; ++flow) {
    Bytes packet = ip_packet({}, 10);
    store_be16(&packet[20], static_cast<std::uint16_t>(5000 + flow));
    Bytes frame = esp_frame(flow + 1u, 2, mac);
    frame.resize(kTextAt);
    frame.insert(frame.end(), packet.begin(), packet.end());
    frame.insert(frame.end(), {0, 4});
    frame.resize(frame.size() + kIcv);
    store_be16(&frame[kEthernet + 2], static_cast<std::uint16_t>(frame.size() - kEthernet));
    ASSERT_EQ(host.send(host.esp_descriptor(frame, 5, 7)), unsigned{SPA_OK});
    const auto [queue, completion] = arrival(from_wire());
    EXPECT_EQ(completion.status, SPA_OK);
    ++seen.at(static_cast<std::size_t>(queue));
  }
  EXPECT_GT(seen[0], 0);
  EXPECT_GT(seen[1], 0);
  EXPECT_EQ(seen[2], 0);
}

TEST_F(RssQueues, AFrameForAQueueThatStandsIsLostAndCounted) {
  spa_rss all_second = request(kOuter);
  std::fill(std::begin(all_second.table), std::end(all_second.table), std::uint8_t{1});
  ASSERT_EQ(rss_set(all_second), unsigned{SPA_OK});
  EXPECT_EQ(arrival(plain_frame(mac)).first, 1);
  host.write(SPA_REG_QUEUE(SPA_QUEUE_RX(1), SPA_QREG_CONTROL), 0);
  EXPECT_EQ(arrival(plain_frame(mac)).first, 2);
  EXPECT_EQ(host.stats().rx_no_buffer, 1u);
}

TEST_F(RssQueues, EachQueueCountsItsOwnLosses) {
  ASSERT_NE(host.read(SPA_REG_FEATURES) & SPA_FEATURE_QUEUE_DROPS, 0u);
  const auto dropped = [&](std::uint32_t i) {
    return host.read(SPA_REG_QUEUE(SPA_QUEUE_RX(i), SPA_QREG_DROPPED));
  };
  spa_rss all_second = request(kOuter);
  std::fill(std::begin(all_second.table), std::end(all_second.table), std::uint8_t{1});
  ASSERT_EQ(rss_set(all_second), unsigned{SPA_OK});
  ASSERT_TRUE(host.device.fault("set stall-queue " + std::to_string(SPA_QUEUE_RX(1))));
  for (int i = 0; i < 3; ++i) EXPECT_EQ(arrival(plain_frame(mac)).first, 2);
  EXPECT_EQ(dropped(0), 0u);
  EXPECT_EQ(dropped(1), 3u);
  host.write(SPA_REG_QUEUE(SPA_QUEUE_RX(1), SPA_QREG_CONTROL), 0);
  EXPECT_EQ(dropped(1), 3u) << "stopped, it can still be asked";
  host.write(SPA_REG_QUEUE(SPA_QUEUE_RX(1), SPA_QREG_CONTROL), SPA_QUEUE_CONTROL_ENABLE);
  EXPECT_EQ(dropped(1), 0u) << "started again, it begins anew";
}

TEST_F(RssQueues, RefusesWhatIsOutOfRange) {
  const auto with = [&](auto change) {
    spa_rss rss = request(kOuter);
    change(rss);
    return rss_set(rss);
  };
  EXPECT_EQ(with([](auto& r) { r.flags = to_le(1u << 6); }), unsigned{SPA_E_FIELD});
  EXPECT_EQ(with([](auto& r) { r.table[127] = 2; }), unsigned{SPA_E_FIELD});
  EXPECT_EQ(with([](auto& r) { r.table[0] = 255; }), unsigned{SPA_E_FIELD});
  EXPECT_EQ(with([](auto& r) { r.reserved0 = 1; }), unsigned{SPA_E_FIELD});
  EXPECT_EQ(with([](auto& r) { r.reserved1[15] = 1; }), unsigned{SPA_E_FIELD});
  EXPECT_EQ(rss_set(request(0), 191), unsigned{SPA_E_FIELD});
  EXPECT_EQ(rss_set(request(0)), unsigned{SPA_OK}) << "no hash at all is a choice";
}

}  // namespace
}  // namespace spa::card::test
