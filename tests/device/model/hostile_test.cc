// SPDX-License-Identifier: Apache-2.0
// A hostile driver: registers, doorbells and memory beyond all limits. What counts is that nothing
// crashes (the sanitizer builds watch the memory) and that RESET always brings the card back.
#include <random>

#include "tests/device/model/port_fixture.h"

namespace spa::card::test {
namespace {

void expect_usable_after_reset(Host& host) {
  host.write(SPA_REG_CONTROL, SPA_CONTROL_RESET);
  EXPECT_EQ(host.read(SPA_REG_STATUS), std::uint32_t{SPA_STATUS_READY});
  DriverQueue admin = host.start_queue(SPA_QUEUE_ADMIN, 8, sizeof(spa_admin_cmd));
  host.enable();
  EXPECT_EQ(host.admin(admin, {}), unsigned{SPA_OK});
}

TEST(Hostile, EveryRegisterWithEveryExtremeValue) {
  auto [left, right] = QueuePort::pair();
  WiredHost host(Config{}, std::move(left));
  for (const std::uint32_t value : {0u, 1u, 0x7fffffffu, 0x80000000u, 0xffffffffu}) {
    for (std::uint32_t offset = 0; offset < SPA_BAR_SIZE; offset += 4) {
      host.write(offset, value & ~std::uint32_t{offset == SPA_REG_CONTROL ? SPA_CONTROL_RESET : 0});
      (void)host.read(offset);
    }
    host.poll();
    expect_usable_after_reset(host);
  }
}

TEST(Hostile, RandomRegistersDoorbellsAndMemory) {
  std::mt19937 random(20240217);
  for (int round = 0; round < 40; ++round) {
    auto [left, right] = QueuePort::pair();
    WiredHost host(Config{.rx_queues = 2, .tx_queues = 2}, std::move(left));
    const MutableByteView memory = host.at(kMemoryBase, 256 * 1024);
    for (std::uint8_t& octet : memory) octet = static_cast<std::uint8_t>(random());
    for (int step = 0; step < 400; ++step) {
      const std::uint32_t queue = random() % SPA_QUEUES;
      switch (random() % 8) {
        case 0:
          host.write(random() % SPA_BAR_SIZE & ~3u, static_cast<std::uint32_t>(random()));
          break;
        case 1:
          host.write(SPA_REG_QUEUE(queue, random() % 16 * 4),
                     static_cast<std::uint32_t>(random() % 4096));
          break;
        case 2:
          host.write(SPA_DOORBELL_CQ(queue),
                     static_cast<std::uint32_t>(random() % 8) | SPA_DOORBELL_ARM);
          break;
        case 3:
          right->send(host.at(kMemoryBase + random() % 4096, 14 + random() % 9000));
          break;
        case 4:
          memory[random() % memory.size()] = static_cast<std::uint8_t>(random());
          break;
        default:
          host.write(SPA_DOORBELL_SQ(queue),
                     host.read(SPA_REG_QUEUE(queue, SPA_QREG_SQ_HEAD)) + random() % 16);
          break;
      }
      if (step % 4 == 0) host.device.poll();
    }
    expect_usable_after_reset(host);
  }
}

// Descriptors of pure noise on every ring, with sane registers.
TEST(Hostile, NoiseInEveryRing) {
  std::mt19937 random(7);
  auto [left, right] = QueuePort::pair();
  WiredHost host(Config{}, std::move(left));
  DriverQueue pk = host.start_queue(SPA_QUEUE_PK(0), 16, sizeof(spa_pk_cmd));
  const auto noise = [&](auto entry) {
    for (std::uint8_t& octet : octets_of(entry)) octet = static_cast<std::uint8_t>(random());
    return entry;
  };
  for (int round = 0; round < 500; ++round) {
    host.post(host.admin_queue, noise(spa_admin_cmd{}));
    host.post(host.tx, noise(spa_tx_desc{}));
    host.post(pk, noise(spa_pk_cmd{}));
    if (host.rx.tail - host.rx.head < 16) host.post(host.rx, noise(spa_rx_desc{}));
    for (const DriverQueue* queue : {&host.admin_queue, &host.tx, &host.rx, &pk}) host.ring(*queue);
    right->send(esp_frame(1, 58, Config{}.mac));
    host.poll();
    while (host.next(host.admin_queue) || host.next(host.tx) || host.next(host.rx) ||
           host.next(pk)) {
    }
  }
  EXPECT_EQ(host.read(SPA_REG_STATUS), std::uint32_t{SPA_STATUS_READY | SPA_STATUS_ENABLED});
}

TEST(Hostile, MemoryThatVanishesUnderARunningCard) {
  auto [left, right] = QueuePort::pair();
  WiredHost host(Config{}, std::move(left));
  host.give_buffers(4);
  host.dma.clear();
  right->send(esp_frame(1, 58, Config{}.mac));
  host.ring(host.tx);
  host.poll();
  EXPECT_NE(host.read(SPA_REG_STATUS) & SPA_STATUS_FATAL, 0u);
  EXPECT_EQ(host.read(SPA_REG_ERROR), std::uint32_t{SPA_ERROR_DMA});
  EXPECT_EQ(host.read(SPA_REG_ERROR_INFO), std::uint32_t{SPA_QUEUE_RX(0)});
}

}  // namespace
}  // namespace spa::card::test
