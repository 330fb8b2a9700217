// SPDX-License-Identifier: Apache-2.0
#include "tests/device/model/port_fixture.h"

namespace spa::card::test {
namespace {

class Tx : public PortTest {};

TEST_F(Tx, SendsAFrameAsItIs) {
  const Bytes frame = plain_frame(mac, 1514);
  EXPECT_EQ(host.send(host.descriptor(frame)), unsigned{SPA_OK});
  EXPECT_EQ(from_wire(), frame);
  const spa_port_stats stats = host.stats();
  EXPECT_EQ(stats.tx_frames, 1u);
  EXPECT_EQ(stats.tx_bytes, 1514u);
}

TEST_F(Tx, GathersAFrameFromManyDescriptors) {
  const Bytes frame = plain_frame(mac, 320);
  for (std::size_t i = 0; i < SPA_TX_MAX_DESCS; ++i) {
    const bool last = i + 1 == SPA_TX_MAX_DESCS;
    host.post(host.tx, host.descriptor(ByteView(frame).subspan(i * 10, 10), last ? SPA_TX_END : 0));
    host.ring(host.tx);
    host.poll();
    if (!last) {
      EXPECT_FALSE(host.next(host.tx)) << "the frame has no end yet";
    }
  }
  const auto completion = host.next(host.tx);
  ASSERT_TRUE(completion);
  EXPECT_EQ(completion->status, SPA_OK);
  EXPECT_EQ(completion->index, SPA_TX_MAX_DESCS - 1);
  EXPECT_EQ(from_wire(), frame);
}

TEST_F(Tx, RefusesAFrameOfTooManyDescriptorsAndGoesOnBehindIt) {
  const Bytes frame = plain_frame(mac, 400);
  for (std::size_t i = 0; i < 40; ++i) {
    host.post(host.tx,
              host.descriptor(ByteView(frame).subspan(i * 10, 10), i == 39 ? SPA_TX_END : 0));
  }
  const Bytes good = plain_frame(mac, 60);
  host.post(host.tx, host.descriptor(good));
  host.ring(host.tx);
  host.poll();
  const auto refused = host.next(host.tx);
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->status, SPA_E_FIELD);
  EXPECT_EQ(refused->index, 39);
  const auto sent = host.next(host.tx);
  ASSERT_TRUE(sent);
  EXPECT_EQ(sent->status, SPA_OK);
  EXPECT_EQ(from_wire(), good);
  EXPECT_TRUE(from_wire().empty());
}

TEST_F(Tx, RefusesEveryMalformedDescriptorAndStaysAlive) {
  const Bytes frame = plain_frame(mac, 64);
  const auto with = [&](auto change) {
    spa_tx_desc entry = host.descriptor(frame);
    change(entry);
    return host.send(entry);
  };
  EXPECT_EQ(with([](auto& d) { d.length = 0; }), unsigned{SPA_E_FIELD});
  EXPECT_EQ(with([](auto& d) { d.length = 0xffff; }), unsigned{SPA_E_FIELD});
  EXPECT_EQ(with([](auto& d) { d.length = to_le(std::uint16_t{9235}); }), unsigned{SPA_E_FIELD});
  EXPECT_EQ(with([](auto& d) { d.length = to_le(std::uint16_t{13}); }), unsigned{SPA_E_FORMAT});
  EXPECT_EQ(with([](auto& d) { d.addr = to_le(kMemoryBase + kMemorySize - 63); }),
            unsigned{SPA_E_DMA});
  EXPECT_EQ(with([](auto& d) { d.addr = ~0ull; }), unsigned{SPA_E_DMA});
  EXPECT_EQ(with([](auto& d) { d.flags |= to_le(std::uint16_t{0x8000}); }), unsigned{SPA_E_FIELD});
  EXPECT_EQ(with([](auto& d) { d.flags |= to_le(std::uint16_t{SPA_TX_ESP | SPA_TX_CSUM}); }),
            unsigned{SPA_E_NOT_FOUND})
      << "an SA that is not there";
  EXPECT_EQ(with([](auto& d) {
              d.flags |= to_le(std::uint16_t{SPA_TX_CSUM});
              d.csum_start = to_le(std::uint16_t{60});
              d.csum_offset = 3;
            }),
            unsigned{SPA_E_FIELD});
  EXPECT_TRUE(from_wire().empty());
  EXPECT_EQ(host.stats().tx_errors, 9u);
  EXPECT_EQ(host.send(host.descriptor(frame)), unsigned{SPA_OK});
}

TEST_F(Tx, ARingFullOfDescriptorsWithoutAnEndIsNotAStall) {
  const Bytes frame = plain_frame(mac, 64);
  for (int i = 0; i < 64; ++i) host.post(host.tx, host.descriptor(frame, 0));
  host.ring(host.tx);
  host.poll();
  EXPECT_EQ(host.send(host.descriptor(frame)), unsigned{SPA_E_FIELD})
      << "the end of the frame that never ended";
  EXPECT_EQ(host.send(host.descriptor(frame)), unsigned{SPA_OK});
}

TEST_F(Tx, FinishesAChecksum) {
  Bytes frame = plain_frame(mac, 64);
  frame[24] = frame[25] = 0;
  spa_tx_desc entry = host.descriptor(frame, SPA_TX_END | SPA_TX_CSUM);
  entry.csum_start = to_le(std::uint16_t{14});
  entry.csum_offset = 10;
  EXPECT_EQ(host.send(entry), unsigned{SPA_OK});
  const Bytes sent = from_wire();
  std::uint32_t sum = 0;
  for (std::size_t i = 14; i < sent.size(); i += 2) sum += load_be16(&sent[i]);
  EXPECT_EQ((sum & 0xffff) + (sum >> 16), 0xffffu);
}

TEST_F(Tx, LosesAndCountsWhatTheWireDoesNotTake) {
  const Bytes frame = plain_frame(mac, 64);
  const spa_tx_desc entry = host.descriptor(frame);
  for (std::size_t i = 0; i < QueuePort::kMaxFrames; ++i)
    ASSERT_EQ(host.send(entry), unsigned{SPA_OK});
  EXPECT_EQ(host.send(entry), unsigned{SPA_OK}) << "a full wire is no error of the driver";
  EXPECT_EQ(host.stats().tx_errors, 1u);
}

}  // namespace
}  // namespace spa::card::test
