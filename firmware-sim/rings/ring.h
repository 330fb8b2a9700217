// SPDX-License-Identifier: Apache-2.0
// Ring algebra alone: free-running 16-bit indices over rings of 2^n entries, phase bits, room. No
// memory, no registers. The rules are those of <spa/hw.h>.
#pragma once

#include <cstdint>

namespace spa::card {

// Steps from index `from` forward to index `to`, modulo 65536.
[[nodiscard]] constexpr std::uint16_t ring_distance(std::uint16_t from, std::uint16_t to) {
  return static_cast<std::uint16_t>(to - from);
}

// The entry that a free-running index names. `size` is a power of two.
[[nodiscard]] constexpr std::uint16_t ring_slot(std::uint16_t index, std::uint16_t size) {
  return static_cast<std::uint16_t>(index & (size - 1));
}

// The phase bit of the pass that `index` belongs to: 1 on the first pass, flipped at every wrap.
[[nodiscard]] constexpr std::uint8_t ring_phase(std::uint16_t index, std::uint16_t size) {
  return static_cast<std::uint8_t>(((index / size) & 1) ^ 1);
}

// A power of two from `least` to `most`; `most` may not exceed 32768, or phases would not
// alternate.
[[nodiscard]] bool ring_size_valid(std::uint32_t size, std::uint32_t least, std::uint32_t most);

// The driver produces by moving the tail, the card consumes by moving the head.
class SubmissionRing {
 public:
  void start(std::uint16_t size);
  // False when the new tail goes back or runs more than `size` ahead of the head.
  [[nodiscard]] bool set_tail(std::uint16_t tail);
  // Gives back the first `count` pending entries; at most pending().
  void consume(std::uint16_t count);

  [[nodiscard]] std::uint16_t head() const { return head_; }
  [[nodiscard]] std::uint16_t tail() const { return tail_; }
  [[nodiscard]] std::uint16_t size() const { return size_; }
  [[nodiscard]] std::uint16_t pending() const { return ring_distance(head_, tail_); }

 private:
  std::uint16_t size_ = 0;
  std::uint16_t head_ = 0;
  std::uint16_t tail_ = 0;
};

// The card produces by moving the tail, the driver consumes by moving the head. Also knows whether
// the driver waits for an interrupt.
class CompletionRing {
 public:
  void start(std::uint16_t size);
  // False when the new head goes back or beyond the tail. Arms or disarms the interrupt.
  [[nodiscard]] bool set_head(std::uint16_t head, bool arm);
  // Takes the next entry; room() must not be 0. Returns its free-running index.
  std::uint16_t produce();
  // The driver armed the interrupt, and an entry at or after its head exists.
  [[nodiscard]] bool interrupt_due() const { return armed_ && head_ != tail_; }
  // True once when it is due.
  [[nodiscard]] bool take_interrupt();

  [[nodiscard]] std::uint16_t head() const { return head_; }
  [[nodiscard]] std::uint16_t tail() const { return tail_; }
  [[nodiscard]] std::uint16_t size() const { return size_; }
  // Entries that the driver has not given back.
  [[nodiscard]] std::uint16_t used() const { return ring_distance(head_, tail_); }
  [[nodiscard]] std::uint16_t room() const { return static_cast<std::uint16_t>(size_ - used()); }

 private:
  std::uint16_t size_ = 0;
  std::uint16_t head_ = 0;
  std::uint16_t tail_ = 0;
  bool armed_ = false;
};

}  // namespace spa::card
