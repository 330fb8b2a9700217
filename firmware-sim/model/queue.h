// SPDX-License-Identifier: Apache-2.0
// One queue of the card: its register block, its doorbells, its two rings in the host's memory.
//
// A queue that meets an impossible set-up, a doorbell beyond its ring or memory that cannot be
// reached stops the card (Health); nothing but RESET helps then, and nothing of the host's memory
// is touched any more.
#pragma once

#include <spa/hw.h>

#include <array>
#include <cstdint>
#include <optional>

#include "firmware-sim/esp/events.h"
#include "firmware-sim/model/dma.h"
#include "firmware-sim/model/faults.h"
#include "firmware-sim/model/health.h"
#include "firmware-sim/rings/little_endian.h"
#include "firmware-sim/rings/ring.h"

namespace spa::card {

// What all queues of a card share.
struct QueueHost {
  DmaSpace& dma;
  Interrupts& interrupts;
  Health& health;
  Faults& faults;
  std::uint32_t ring_entries;  // LIMIT_RING
  esp::NowFunction now;
  std::optional<std::uint64_t> shadow{};  // where the doorbells in memory are, while they are used
  std::uint64_t raised = 0;               // interrupts
};

class Queue {
 public:
  // An entry size of 0 means that the queue has no such ring. `present`: LIMIT_QUEUES counts it.
  Queue(QueueHost& host, std::uint32_t number, std::uint32_t sq_entry, std::uint32_t cq_entry,
        bool present);

  // `offset` is relative to the queue's register block.
  [[nodiscard]] std::uint32_t read_register(std::uint32_t offset) const;
  void write_register(std::uint32_t offset, std::uint32_t value);
  void ring_sq(std::uint32_t value);
  void ring_cq(std::uint32_t value);
  void reset();

  [[nodiscard]] bool running() const { return running_ && !host_.health.fatal(); }
  // Changes whenever the queue starts or stops, so that a late result can be told from a present
  // one.
  [[nodiscard]] std::uint32_t epoch() const { return epoch_; }
  [[nodiscard]] std::uint32_t number() const { return number_; }

  // Submission entries that wait, and the index of the first of them.
  [[nodiscard]] std::uint16_t pending() const { return works() ? sq_.pending() : 0; }
  [[nodiscard]] std::uint16_t head() const { return sq_.head(); }
  // A frame for this queue found no buffer.
  void drop() { ++dropped_; }
  [[nodiscard]] std::uint16_t sq_size() const { return sq_.size(); }
  // Copies the entry that is `ahead` of the head. False stops the card.
  template <typename T>
  [[nodiscard]] bool fetch(std::uint16_t ahead, T& entry) {
    return fetch_octets(ahead, octets_of(entry));
  }
  void consume(std::uint16_t count) { sq_.consume(count); }

  // Entries that can be posted.
  [[nodiscard]] std::uint16_t room() const { return works() ? cq_.room() : 0; }
  // Writes the entry with its phase bit last. room() must not be 0. False stops the card.
  template <typename T>
  bool post(const T& entry) {
    return post_octets(octets_of(entry));
  }
  // Raises the interrupt that is due, or notes when it will be. Called after a burst of posts.
  void flush();
  // When an interrupt that waits for others (COALESCE) is due, by the host's clock.
  [[nodiscard]] std::optional<std::uint64_t> interrupt_at() const { return interrupt_at_; }

  // ---- Doorbells in memory
  // Takes what the driver has written there.
  void read_shadow();
  // Tells the driver from where on it must ring, and looks once more. True when there is work
  // after all.
  [[nodiscard]] bool rest();

 private:
  [[nodiscard]] bool fetch_octets(std::uint16_t ahead, MutableByteView entry);
  bool post_octets(ByteView entry);
  bool write_entry(ByteView entry);
  void start();
  void stop();
  [[nodiscard]] bool works() const { return running() && !host_.faults.stalled(number_); }
  [[nodiscard]] bool set_up_valid() const;
  [[nodiscard]] bool shadowed() const;
  [[nodiscard]] bool read_slot(std::size_t page, std::size_t field, std::uint32_t& value);
  [[nodiscard]] bool write_wake(std::size_t field, std::uint16_t value);
  void take_sq(std::uint32_t value);
  void take_cq(std::uint32_t value);
  void take_cq_slot();
  [[nodiscard]] bool must_wait();
  void fail(spa_error error);
  [[nodiscard]] std::uint64_t base(std::uint32_t low, std::uint32_t high) const;
  [[nodiscard]] std::uint32_t reg(std::uint32_t offset) const { return registers_[offset / 4]; }

  QueueHost& host_;
  std::uint32_t number_;
  std::uint32_t sq_entry_;
  std::uint32_t cq_entry_;
  bool present_;
  bool running_ = false;
  bool error_ = false;
  std::uint32_t epoch_ = 0;
  std::uint32_t dropped_ = 0;
  std::array<std::uint32_t, SPA_QUEUE_REGS_STRIDE / 4> registers_{};
  std::uint64_t sq_base_ = 0;
  std::uint64_t cq_base_ = 0;
  unsigned vector_ = 0;
  std::optional<std::uint64_t> interrupt_at_;
  std::uint32_t last_cq_slot_ = 0;
  std::optional<std::uint16_t> wake_sq_;  // as published since the queue started
  std::optional<std::uint16_t> wake_cq_;
  SubmissionRing sq_;
  CompletionRing cq_;
};

}  // namespace spa::card
