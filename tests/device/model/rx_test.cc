// SPDX-License-Identifier: Apache-2.0
#include "tests/device/model/super_frame.h"

namespace spa::card::test {
namespace {

class Rx : public PortTest {
 protected:
  // Sends a frame at the card; true when the driver gets it.
  bool arrives(const Bytes& frame) {
    wire->send(frame);
    host.poll();
    const auto completion = host.next(host.rx);
    return completion && host.received(*completion) == frame;
  }
};

TEST_F(Rx, DeliversInOrderIntoTheBuffersGiven) {
  host.give_buffers(16);
  for (int round = 0; round < 50; ++round) {
    for (std::size_t i = 0; i < 16; ++i) wire->send(plain_frame(mac, 60 + i));
    host.poll();
    for (std::size_t i = 0; i < 16; ++i) {
      const auto completion = host.next(host.rx);
      ASSERT_TRUE(completion);
      EXPECT_EQ(completion->status, SPA_OK);
      EXPECT_EQ(completion->flags, 0);
      EXPECT_EQ(completion->sa_index, SPA_SA_NONE);
      EXPECT_EQ(host.received(*completion), plain_frame(mac, 60 + i));
    }
    host.give_buffers(16, 128);
  }
}

TEST_F(Rx, FiltersByAddress) {
  host.give_buffers(16);
  const MacAddress other{0x02, 0, 0, 0, 0, 9};
  const MacAddress broadcast{0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
  const MacAddress group{0x33, 0x33, 0, 0, 0, 1};
  EXPECT_TRUE(arrives(plain_frame(mac)));
  EXPECT_TRUE(arrives(plain_frame(broadcast)));
  EXPECT_FALSE(arrives(plain_frame(other)));
  EXPECT_FALSE(arrives(plain_frame(group)));
  host.port_set(SPA_PORT_UP | SPA_PORT_ALLMULTI);
  EXPECT_TRUE(arrives(plain_frame(group)));
  EXPECT_FALSE(arrives(plain_frame(other)));
  host.port_set(SPA_PORT_UP | SPA_PORT_PROMISC);
  EXPECT_TRUE(arrives(plain_frame(other)));
  host.port_set(0);
  EXPECT_FALSE(arrives(plain_frame(mac)));
}

TEST_F(Rx, DropsAndCountsWhatHasNoBuffer) {
  EXPECT_FALSE(arrives(plain_frame(mac)));
  host.give_buffers(1, 63);
  EXPECT_FALSE(arrives(plain_frame(mac, 64))) << "it does not fit";
  EXPECT_EQ(host.stats().rx_no_buffer, 2u);
  EXPECT_EQ(host.read(SPA_REG_QUEUE(SPA_QUEUE_RX(0), SPA_QREG_DROPPED)), 2u);
  EXPECT_TRUE(arrives(plain_frame(mac, 63))) << "the small buffer is still there";
}

TEST_F(Rx, DropsAndCountsWhatIsTooLong) {
  host.give_buffers(1, 10000);
  EXPECT_FALSE(arrives(plain_frame(mac, 9235)));
  EXPECT_EQ(host.stats().rx_too_long, 1u);
  EXPECT_TRUE(arrives(plain_frame(mac, 9234)));
}

TEST_F(Rx, GivesBackABufferThatCannotBeWritten) {
  host.post(host.rx, spa_rx_desc{.addr = to_le(kMemoryBase + kMemorySize - 10),
                                 .length = to_le(2048u),
                                 .reserved = 0});
  host.ring(host.rx);
  wire->send(plain_frame(mac));
  host.poll();
  const auto completion = host.next(host.rx);
  ASSERT_TRUE(completion);
  EXPECT_EQ(completion->status, SPA_E_DMA);
  EXPECT_EQ(completion->length, 0u);
  EXPECT_EQ(completion->index, 0);
}

TEST_F(Rx, IgnoresRunts) {
  host.give_buffers(2);
  EXPECT_FALSE(arrives(Bytes{}));
  EXPECT_FALSE(arrives(Bytes(13)));
  EXPECT_TRUE(arrives(plain_frame(mac, 14)));
}

TEST_F(Rx, InterruptsWhenArmed) {
  host.give_buffers(4);
  host.write(SPA_DOORBELL_CQ(SPA_QUEUE_RX(0)), SPA_DOORBELL_ARM);
  EXPECT_EQ(host.raised[SPA_QUEUE_RX(0)], 0u);
  wire->send(plain_frame(mac));
  wire->send(plain_frame(mac));
  host.poll();
  EXPECT_EQ(host.raised[SPA_QUEUE_RX(0)], 1u);
}

class FaultyRx : public PortTest {
 protected:
  FaultyRx() : PortTest(Config{.faults = kFaultRxLength | kFaultRxIndex | kFaultSaIndex}) {}
};

TEST_F(FaultyRx, ClaimsNonsense) {
  host.give_buffers(9);
  int lengths = 0;
  int indices = 0;
  for (std::uint16_t i = 0; i < 9; ++i) {
    wire->send(plain_frame(mac));
    host.poll();
    const auto completion = host.next(host.rx);
    ASSERT_TRUE(completion);
    lengths += completion->length > kBufferSize ? 1 : 0;
    indices += completion->index != i ? 1 : 0;
  }
  EXPECT_EQ(lengths, 3);
  EXPECT_EQ(indices, 3);
}

class ManyQueues : public PortTest {
 protected:
  ManyQueues() : PortTest(Config{.rx_queues = 2, .tx_queues = 2}) {}
};

TEST_F(ManyQueues, AFlowStaysOnItsQueueAndFlowsSpread) {
  DriverQueue second = host.start_queue(SPA_QUEUE_RX(1), 64, sizeof(spa_rx_desc));
  for (int i = 0; i < 64; ++i) {
    host.post(second,
              spa_rx_desc{.addr = to_le(host.allocate(128)), .length = to_le(128u), .reserved = 0});
  }
  host.ring(second);
  int on_second = 0;
  for (std::uint8_t flow = 0; flow < 16; ++flow) {
    Bytes frame = in_ethernet(mac, ip_packet({}, 10));
    frame[29] = flow;  // source address
    int here = 0;
    for (int i = 0; i < 2; ++i) {
      host.give_buffers(1, 128);
      wire->send(frame);
      host.poll();
      if (host.next(second)) ++here;
      (void)host.next(host.rx);
    }
    EXPECT_NE(here, 1) << "both or none";
    on_second += here / 2;
  }
  EXPECT_GT(on_second, 0);
  EXPECT_LT(on_second, 16);
}

}  // namespace
}  // namespace spa::card::test
