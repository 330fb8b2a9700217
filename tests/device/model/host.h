// SPDX-License-Identifier: Apache-2.0
// A host in miniature: memory that the card can reach, and a driver's view of one card.
#pragma once

#include <gtest/gtest.h>
#include <spa/hw.h>

#include <array>
#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include "firmware-sim/model/device.h"
#include "firmware-sim/port/queue_port.h"
#include "firmware-sim/rings/little_endian.h"
#include "firmware-sim/transport/in_process.h"

namespace spa::card::test {

inline constexpr std::uint64_t kMemoryBase = 0xffff'0000;  // so that it crosses 4 GiB
inline constexpr std::size_t kMemorySize = 4 << 20;

// A queue as the driver sees it.
struct DriverQueue {
  std::uint32_t number = 0;
  std::uint16_t size = 0;
  std::uint64_t sq = 0;
  std::uint64_t cq = 0;
  std::uint16_t tail = 0;
  std::uint16_t head = 0;
};

class Host {
 public:
  explicit Host(const Config& config = {}, std::unique_ptr<Port> port = std::make_unique<NoPort>())
      : memory_(kMemorySize),
        interrupts_([this](unsigned vector) { ++raised.at(vector); }),
        device(config, dma, interrupts_, std::move(port)) {
    EXPECT_TRUE(dma.add(kMemoryBase, memory_.data(), memory_.size()));
  }

  [[nodiscard]] std::uint32_t read(std::uint32_t offset) const { return device.reg_read(offset); }
  void write(std::uint32_t offset, std::uint32_t value) { device.reg_write(offset, value); }

  // Zeroed memory at a bus address.
  [[nodiscard]] std::uint64_t allocate(std::size_t size) {
    const std::size_t at = (used_ + 63) / 64 * 64;
    used_ = at + size;
    EXPECT_LE(used_, memory_.size());
    std::fill_n(memory_.begin() + static_cast<std::ptrdiff_t>(at), size, std::uint8_t{0});
    return kMemoryBase + at;
  }
  // Gives memory for frames anew, for a test that needs more of it than there is.
  void keep() { kept_ = used_; }
  void rewind() { used_ = kept_; }
  [[nodiscard]] MutableByteView at(std::uint64_t address, std::size_t size) {
    return MutableByteView(memory_).subspan(address - kMemoryBase, size);
  }
  template <typename T>
  [[nodiscard]] std::uint64_t place(const T& value) {
    const std::uint64_t address = allocate(sizeof value);
    put(address, value);
    return address;
  }
  [[nodiscard]] std::uint64_t place(ByteView octets) {
    const std::uint64_t address = allocate(octets.size());
    std::copy(octets.begin(), octets.end(), at(address, octets.size()).begin());
    return address;
  }
  template <typename T>
  void put(std::uint64_t address, const T& value) {
    const ByteView octets = octets_of(value);
    std::copy(octets.begin(), octets.end(), at(address, sizeof value).begin());
  }
  template <typename T>
  [[nodiscard]] T get(std::uint64_t address) {
    T value{};
    const MutableByteView from = at(address, sizeof value);
    std::copy(from.begin(), from.end(), octets_of(value).begin());
    return value;
  }

  void enable() { write(SPA_REG_CONTROL, SPA_CONTROL_ENABLE); }
  void poll() {
    while (device.poll()) {
    }
  }

  // Sets a queue up and starts it. `vector` defaults to the queue's number.
  [[nodiscard]] DriverQueue start_queue(std::uint32_t number, std::uint16_t size,
                                        std::size_t sq_entry,
                                        std::size_t cq_entry = sizeof(spa_completion)) {
    DriverQueue queue{.number = number, .size = size};
    if (sq_entry > 0) queue.sq = allocate(size * sq_entry);
    queue.cq = allocate(size * cq_entry);
    write(SPA_REG_QUEUE(number, SPA_QREG_SQ_BASE_LO), static_cast<std::uint32_t>(queue.sq));
    write(SPA_REG_QUEUE(number, SPA_QREG_SQ_BASE_HI), static_cast<std::uint32_t>(queue.sq >> 32));
    write(SPA_REG_QUEUE(number, SPA_QREG_SQ_SIZE), sq_entry > 0 ? size : 0);
    write(SPA_REG_QUEUE(number, SPA_QREG_CQ_BASE_LO), static_cast<std::uint32_t>(queue.cq));
    write(SPA_REG_QUEUE(number, SPA_QREG_CQ_BASE_HI), static_cast<std::uint32_t>(queue.cq >> 32));
    write(SPA_REG_QUEUE(number, SPA_QREG_CQ_SIZE), size);
    write(SPA_REG_QUEUE(number, SPA_QREG_VECTOR), number);
    write(SPA_REG_QUEUE(number, SPA_QREG_CONTROL), SPA_QUEUE_CONTROL_ENABLE);
    EXPECT_EQ(read(SPA_REG_QUEUE(number, SPA_QREG_STATUS)),
              std::uint32_t{SPA_QUEUE_STATUS_RUNNING});
    return queue;
  }

  template <typename T>
  void post(DriverQueue& queue, const T& entry) {
    put(queue.sq + std::uint64_t{ring_slot(queue.tail, queue.size)} * sizeof entry, entry);
    ++queue.tail;
  }
  void ring(const DriverQueue& queue) { write(SPA_DOORBELL_SQ(queue.number), queue.tail); }

  // The next completion (or event) if the card has written it; gives the entry back.
  template <typename T = spa_completion>
  [[nodiscard]] std::optional<T> next(DriverQueue& queue, bool arm = false) {
    const auto entry =
        get<T>(queue.cq + std::uint64_t{ring_slot(queue.head, queue.size)} * sizeof(T));
    if (entry.phase != ring_phase(queue.head, queue.size)) return std::nullopt;
    ++queue.head;
    write(SPA_DOORBELL_CQ(queue.number), queue.head | (arm ? SPA_DOORBELL_ARM : 0));
    return entry;
  }
  // As next(), but gives another thread of the card a few seconds.
  [[nodiscard]] std::optional<spa_completion> wait(DriverQueue& queue) {
    for (int i = 0; i < 20000; ++i) {
      poll();
      if (auto completion = next(queue)) return completion;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return std::nullopt;
  }

  // Runs one admin command to its end; 0xff when no completion came.
  [[nodiscard]] unsigned admin(DriverQueue& queue, spa_admin_cmd command) {
    command.tag = ++last_tag_;
    post(queue, command);
    ring(queue);
    poll();
    const auto completion = next(queue);
    if (!completion) return 0xff;
    EXPECT_EQ(completion->tag, last_tag_);
    return completion->status;
  }

 private:
  std::vector<std::uint8_t> memory_;  // exactly sized, so that a sanitizer sees a step beyond
  std::size_t used_ = 0;
  std::size_t kept_ = 0;
  std::uint64_t last_tag_ = 0x1122334455660000;
  CallbackInterrupts interrupts_;

 public:
  DmaMap dma;
  std::array<unsigned, SPA_MSIX_VECTORS> raised{};
  Device device;
};

}  // namespace spa::card::test
