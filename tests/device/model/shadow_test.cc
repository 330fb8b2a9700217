// SPDX-License-Identifier: Apache-2.0
// Doorbells in memory. Issue: "shadow doorbells so that a busy queue needs no MMIO".
#include "tests/device/model/port_fixture.h"

namespace spa::card::test {
namespace {

constexpr std::uint32_t kTx = SPA_QUEUE_TX(0);
constexpr std::uint32_t kRx = SPA_QUEUE_RX(0);

class Shadow : public ::testing::Test {
 protected:
  Shadow() : Shadow(QueuePort::pair()) {}

  unsigned shadow_set(std::uint64_t address, std::uint32_t length = SPA_SHADOW_SIZE) {
    spa_admin_cmd command{};
    command.opcode = to_le(std::uint16_t{SPA_CMD_SHADOW_SET});
    command.addr = to_le(address);
    command.length = to_le(length);
    return host.admin(admin, command);
  }
  void port_up() {
    spa_admin_cmd command{};
    command.opcode = to_le(std::uint16_t{SPA_CMD_PORT_SET});
    command.arg = to_le(std::uint64_t{SPA_PORT_UP});
    EXPECT_EQ(host.admin(admin, command), unsigned{SPA_OK});
  }
  void start(std::uint16_t size = 64) {
    EXPECT_EQ(shadow_set(pages), unsigned{SPA_OK});
    tx = host.start_queue(kTx, size, sizeof(spa_tx_desc));
    rx = host.start_queue(kRx, size, sizeof(spa_rx_desc));
    port_up();
  }
  [[nodiscard]] std::uint64_t slot(std::uint32_t queue, std::size_t field) const {
    return pages + queue * 8 + field;
  }
  void write_slot(std::uint32_t queue, std::size_t field, std::uint32_t value) {
    host.put(slot(queue, field), to_le(value));
  }
  [[nodiscard]] std::uint16_t wake(std::uint32_t queue, std::size_t field) {
    return static_cast<std::uint16_t>(
        from_le(host.get<std::uint32_t>(slot(queue, field) + SPA_SHADOW_PAGE)));
  }
  // The driver's rule. True when it had to ring the register.
  bool move_tail(DriverQueue& queue, std::uint16_t by) {
    const std::uint16_t old = queue.tail;
    queue.tail = static_cast<std::uint16_t>(queue.tail + by);
    write_slot(queue.number, 0, queue.tail);
    const auto from = static_cast<std::uint16_t>(queue.tail - wake(queue.number, 0) - 1);
    const bool due = from < static_cast<std::uint16_t>(queue.tail - old);
    if (due) host.write(SPA_DOORBELL_SQ(queue.number), queue.tail);
    return due;
  }
  void put_frame(std::uint16_t ahead) {
    const Bytes frame(60, 0x5a);
    spa_tx_desc entry{};
    entry.addr = to_le(host.place(ByteView(frame)));
    entry.length = to_le(std::uint16_t{60});
    entry.flags = to_le(std::uint16_t{SPA_TX_END});
    host.put(tx.sq + ring_slot(static_cast<std::uint16_t>(tx.tail + ahead), tx.size) * sizeof entry,
             entry);
  }
  [[nodiscard]] int sent() {
    Bytes frame(100);
    int count = 0;
    while (wire->receive(frame)) ++count;
    return count;
  }
  void expect_fatal(spa_error error, std::uint32_t queue) {
    EXPECT_EQ(host.read(SPA_REG_STATUS), std::uint32_t{SPA_STATUS_READY | SPA_STATUS_FATAL});
    EXPECT_EQ(host.read(SPA_REG_ERROR), std::uint32_t{error});
    EXPECT_EQ(host.read(SPA_REG_ERROR_INFO), queue);
  }

  std::unique_ptr<QueuePort> wire;
  Host host;
  DriverQueue admin;
  DriverQueue tx;
  DriverQueue rx;
  std::uint64_t pages = 0;

 private:
  explicit Shadow(std::pair<std::unique_ptr<QueuePort>, std::unique_ptr<QueuePort>> ends)
      : wire(std::move(ends.second)),
        host(Config{}, std::move(ends.first)),
        admin(host.start_queue(SPA_QUEUE_ADMIN, 16, sizeof(spa_admin_cmd))) {
    host.enable();
    pages = (host.allocate(3 * SPA_SHADOW_PAGE) + SPA_SHADOW_PAGE - 1) / SPA_SHADOW_PAGE *
            SPA_SHADOW_PAGE;
  }
};

TEST_F(Shadow, ABusyQueueNeedsNoRegister) {
  ASSERT_NE(host.read(SPA_REG_FEATURES) & SPA_FEATURE_SHADOW, 0u);
  start();
  put_frame(0);
  EXPECT_TRUE(move_tail(tx, 1)) << "the card sleeps and must be woken";
  put_frame(0);
  EXPECT_FALSE(move_tail(tx, 1)) << "it has not said that it sleeps again";
  host.poll();
  EXPECT_EQ(sent(), 2);
  EXPECT_EQ(wake(kTx, 0), 2u) << "now it has";
  put_frame(0);
  EXPECT_TRUE(move_tail(tx, 1));
  host.poll();
  EXPECT_EQ(sent(), 1);
}

TEST_F(Shadow, WrapsWithItsIndices) {
  start();
  host.keep();
  for (int i = 0; i < 70000; ++i) {
    put_frame(0);
    ASSERT_TRUE(move_tail(tx, 1)) << i;
    host.poll();
    ASSERT_EQ(sent(), 1) << i;
    ++tx.head;
    write_slot(kTx, 4, tx.head);
    if (i % 1000 == 0) host.rewind();
  }
}

TEST_F(Shadow, TheRegisterOnlyMakesItLook) {
  start();
  host.write(SPA_DOORBELL_SQ(kTx), 0x7777);
  host.write(SPA_DOORBELL_CQ(kTx), 0x7777);
  host.poll();
  EXPECT_EQ(host.read(SPA_REG_STATUS), std::uint32_t{SPA_STATUS_READY | SPA_STATUS_ENABLED});
  put_frame(0);
  write_slot(kTx, 0, 1);
  host.write(SPA_DOORBELL_SQ(kTx), 0);
  host.poll();
  EXPECT_EQ(sent(), 1);
}

TEST_F(Shadow, ArmsFromMemoryOnceForEachCount) {
  start();
  host.put(rx.sq, spa_rx_desc{.addr = to_le(host.allocate(128)), .length = to_le(128u)});
  host.put(rx.sq + sizeof(spa_rx_desc),
           spa_rx_desc{.addr = to_le(host.allocate(128)), .length = to_le(128u)});
  (void)move_tail(rx, 2);
  write_slot(kRx, 4, SPA_DOORBELL_ARM | 1u << SPA_SHADOW_ARM_COUNT_SHIFT);
  host.poll();
  EXPECT_EQ(host.raised[kRx], 0u);
  Bytes frame(60);
  std::copy_n(Config{}.mac.begin(), 6, frame.begin());
  wire->send(frame);
  host.poll();
  EXPECT_EQ(host.raised[kRx], 1u);
  wire->send(frame);
  host.poll();
  EXPECT_EQ(host.raised[kRx], 1u) << "the same word arms once";
  write_slot(kRx, 4, SPA_DOORBELL_ARM | 2u << SPA_SHADOW_ARM_COUNT_SHIFT | 0);
  host.poll();
  EXPECT_EQ(host.raised[kRx], 2u) << "entries are there already";
}

// The card stops where completions have no room, and says so.
TEST_F(Shadow, WaitsForRoomAndTellsWhere) {
  start(8);
  for (std::uint16_t i = 0; i < 8; ++i) put_frame(i);
  (void)move_tail(tx, 8);
  host.poll();
  EXPECT_EQ(sent(), 8);
  put_frame(0);
  (void)move_tail(tx, 1);
  host.poll();
  EXPECT_EQ(sent(), 0);
  EXPECT_EQ(wake(kTx, 4), 0u) << "the first entry given back passes it";
  write_slot(kTx, 4, 1);
  host.write(SPA_DOORBELL_CQ(kTx), 1);
  host.poll();
  EXPECT_EQ(sent(), 1);
}

TEST_F(Shadow, AdminAndEventQueueKeepToTheirRegisters) {
  start();
  write_slot(SPA_QUEUE_ADMIN, 0, 0x1234);
  write_slot(SPA_QUEUE_EVENT, 4, 0x1234);
  EXPECT_EQ(host.admin(admin, {}), unsigned{SPA_OK});
  EXPECT_EQ(host.read(SPA_REG_STATUS), std::uint32_t{SPA_STATUS_READY | SPA_STATUS_ENABLED});
}

TEST_F(Shadow, ATailOrHeadThatCannotBeStopsTheCard) {
  start();
  write_slot(kTx, 0, 65);
  host.poll();
  expect_fatal(SPA_ERROR_DOORBELL, kTx);
}

TEST_F(Shadow, AHeadBeyondTheTailStopsTheCard) {
  start();
  write_slot(kRx, 4, 1);
  host.poll();
  expect_fatal(SPA_ERROR_DOORBELL, kRx);
}

TEST_F(Shadow, PagesThatGoAwayStopTheCard) {
  start();
  ASSERT_TRUE(host.dma.remove(kMemoryBase, kMemorySize));
  host.poll();
  expect_fatal(SPA_ERROR_DMA, kRx);
}

TEST_F(Shadow, RefusesWhatCannotBe) {
  EXPECT_EQ(shadow_set(pages + 8), unsigned{SPA_E_FIELD});
  EXPECT_EQ(shadow_set(pages, 4096), unsigned{SPA_E_FIELD});
  EXPECT_EQ(shadow_set(pages, 0), unsigned{SPA_E_FIELD});
  EXPECT_EQ(shadow_set((kMemoryBase + kMemorySize) / 4096 * 4096), unsigned{SPA_E_DMA});
  EXPECT_EQ(shadow_set(~std::uint64_t{0xfff}), unsigned{SPA_E_DMA});
  start();
  EXPECT_EQ(shadow_set(pages), unsigned{SPA_E_EXISTS}) << "queues run";
  EXPECT_EQ(shadow_set(0, 0), unsigned{SPA_E_EXISTS});
  host.write(SPA_REG_QUEUE(kTx, SPA_QREG_CONTROL), 0);
  host.write(SPA_REG_QUEUE(kRx, SPA_QREG_CONTROL), 0);
  EXPECT_EQ(shadow_set(0, 0), unsigned{SPA_OK});
  tx = host.start_queue(kTx, 64, sizeof(spa_tx_desc));
  put_frame(0);
  host.write(SPA_DOORBELL_SQ(kTx), 1);
  host.poll();
  EXPECT_EQ(sent(), 1) << "the registers are in force again";
}

}  // namespace
}  // namespace spa::card::test
