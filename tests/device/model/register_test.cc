// SPDX-License-Identifier: Apache-2.0
#include "tests/device/model/host.h"

namespace spa::card::test {
namespace {

TEST(Registers, IdentifyTheCard) {
  Host host;
  EXPECT_EQ(host.read(SPA_REG_MAGIC), SPA_MAGIC);
  EXPECT_EQ(host.read(SPA_REG_VERSION) >> 16, std::uint32_t{SPA_VERSION_MAJOR});
  EXPECT_EQ(host.read(SPA_REG_STATUS), std::uint32_t{SPA_STATUS_READY});
  EXPECT_GE(host.read(SPA_REG_LIMIT_SA), 16384u);
  EXPECT_EQ(host.read(SPA_REG_LIMIT_QUEUES), 0x010101u);
  EXPECT_EQ(host.read(SPA_REG_LIMIT_PK_DATA), std::uint32_t{SPA_PK_DATA_MAX});
  EXPECT_EQ(host.read(SPA_REG_MAC_LO), 0x00000002u);
  EXPECT_EQ(host.read(SPA_REG_MAC_HI), 0x0100u);
  EXPECT_EQ(host.read(SPA_REG_LINK), 0u) << "no port, no link";
}

TEST(Registers, TestValueReadsBackItsComplement) {
  Host host;
  host.write(SPA_REG_TEST_VALUE, 0x12345678);
  EXPECT_EQ(host.read(SPA_REG_TEST_VALUE), 0xedcba987u);
}

TEST(Registers, TestIrqRaisesTheVectorWrittenAndNoOther) {
  Host host;
  host.write(SPA_REG_TEST_IRQ, 63);
  host.write(SPA_REG_TEST_IRQ, 64);
  host.write(SPA_REG_TEST_IRQ, 0xffffffff);
  EXPECT_EQ(host.raised[63], 1u);
  EXPECT_EQ(std::count(host.raised.begin(), host.raised.end(), 0u), 63);
}

unsigned dma_test(Host& host, std::uint64_t address, std::uint32_t size, std::uint32_t operation) {
  host.write(SPA_REG_TEST_DMA_ADDR_LO, static_cast<std::uint32_t>(address));
  host.write(SPA_REG_TEST_DMA_ADDR_HI, static_cast<std::uint32_t>(address >> 32));
  host.write(SPA_REG_TEST_DMA_SIZE, size);
  host.write(SPA_REG_TEST_DMA_CTRL, operation);
  return host.read(SPA_REG_TEST_DMA_RESULT);
}

TEST(Registers, TestDmaFillsInvertsAndClears) {
  Host host;
  const std::uint64_t address = host.allocate(100);
  EXPECT_EQ(dma_test(host, address, 99, SPA_TEST_DMA_FILL), unsigned{SPA_OK});
  EXPECT_EQ(host.at(address, 100)[98], SPA_TEST_DMA_PATTERN);
  EXPECT_EQ(host.at(address, 100)[99], 0) << "one beyond the size";
  EXPECT_EQ(dma_test(host, address, 99, SPA_TEST_DMA_INVERT), unsigned{SPA_OK});
  EXPECT_EQ(host.at(address, 1)[0], static_cast<std::uint8_t>(~SPA_TEST_DMA_PATTERN));
  EXPECT_EQ(dma_test(host, address, 99, SPA_TEST_DMA_CLEAR), unsigned{SPA_OK});
  EXPECT_EQ(host.at(address, 1)[0], 0);
}

TEST(Registers, TestDmaRefusesWhatIsNotMappedOrOutOfRange) {
  Host host;
  const std::uint64_t end = kMemoryBase + kMemorySize;
  EXPECT_EQ(dma_test(host, end - 4, 5, SPA_TEST_DMA_FILL), unsigned{SPA_E_DMA});
  EXPECT_EQ(dma_test(host, kMemoryBase - 1, 8, SPA_TEST_DMA_INVERT), unsigned{SPA_E_DMA});
  EXPECT_EQ(dma_test(host, ~std::uint64_t{0} - 3, 8, SPA_TEST_DMA_FILL), unsigned{SPA_E_DMA});
  EXPECT_EQ(dma_test(host, kMemoryBase, 0, SPA_TEST_DMA_FILL), unsigned{SPA_E_FIELD});
  EXPECT_EQ(dma_test(host, kMemoryBase, SPA_TEST_DMA_MAX + 1, SPA_TEST_DMA_FILL),
            unsigned{SPA_E_FIELD});
  EXPECT_EQ(dma_test(host, kMemoryBase, 8, 3), unsigned{SPA_E_OPCODE});
}

TEST(Registers, AFaultyDmaTestWritesWrongOctets) {
  Host host(Config{.faults = kFaultDmaTest});
  const std::uint64_t address = host.allocate(64);
  EXPECT_EQ(dma_test(host, address, 64, SPA_TEST_DMA_FILL), unsigned{SPA_OK});
  const MutableByteView octets = host.at(address, 64);
  EXPECT_FALSE(
      std::all_of(octets.begin(), octets.end(), [](auto o) { return o == SPA_TEST_DMA_PATTERN; }));
}

TEST(Registers, ReadOnlyAndAbsentOnesIgnoreWrites) {
  Host host;
  for (std::uint32_t offset = 0; offset < SPA_REG_TEST_VALUE; offset += 4) {
    if (offset == SPA_REG_CONTROL) continue;
    const std::uint32_t before = host.read(offset);
    host.write(offset, 0xffffffff);
    EXPECT_EQ(host.read(offset), before) << offset;
  }
  EXPECT_EQ(host.read(0x0ffc), 0u);
  EXPECT_EQ(host.read(SPA_BAR_SIZE - 4), 0u);
}

TEST(Registers, TakeAccessesOfFourAndEightOctetsOnly) {
  Host host;
  std::array<std::uint8_t, 8> eight{};
  host.device.bar_read(SPA_REG_MAGIC, eight);
  EXPECT_EQ(load_le<std::uint32_t>(eight, 0), SPA_MAGIC);
  EXPECT_EQ(load_le<std::uint32_t>(eight, 4) >> 16, std::uint32_t{SPA_VERSION_MAJOR});
  std::array<std::uint8_t, 2> two{1, 1};
  host.device.bar_read(SPA_REG_MAGIC, two);
  EXPECT_EQ(load_le<std::uint16_t>(two, 0), 0);
  const std::array<std::uint8_t, 4> four{0xff, 0xff, 0xff, 0xff};
  host.device.bar_write(SPA_REG_TEST_VALUE + 2, four);
  EXPECT_EQ(host.read(SPA_REG_TEST_VALUE), ~0u) << "an unaligned write does nothing";
}

TEST(Registers, HeartbeatCountsWithTheTicks) {
  Host host;
  const std::uint32_t before = host.read(SPA_REG_HEARTBEAT);
  host.device.tick();
  EXPECT_EQ(host.read(SPA_REG_HEARTBEAT), before + 1);
}

TEST(Registers, ResetBringsBackThePowerOnState) {
  Host host;
  host.enable();
  host.write(SPA_REG_TEST_VALUE, 5);
  (void)host.start_queue(SPA_QUEUE_ADMIN, 8, sizeof(spa_admin_cmd));
  EXPECT_EQ(host.read(SPA_REG_STATUS), std::uint32_t{SPA_STATUS_READY | SPA_STATUS_ENABLED});
  host.write(SPA_REG_CONTROL, SPA_CONTROL_RESET | SPA_CONTROL_ENABLE);
  EXPECT_EQ(host.read(SPA_REG_CONTROL), 0u);
  EXPECT_EQ(host.read(SPA_REG_STATUS), std::uint32_t{SPA_STATUS_READY});
  EXPECT_EQ(host.read(SPA_REG_TEST_VALUE), ~0u);
  EXPECT_EQ(host.read(SPA_REG_QUEUE(SPA_QUEUE_ADMIN, SPA_QREG_CQ_SIZE)), 0u);
  EXPECT_EQ(host.read(SPA_REG_QUEUE(SPA_QUEUE_ADMIN, SPA_QREG_STATUS)), 0u);
}

}  // namespace
}  // namespace spa::card::test
