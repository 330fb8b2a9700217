// SPDX-License-Identifier: Apache-2.0
// Anti-replay: the ring of RFC 6479 over 64-bit sequence numbers, and the inference of the upper
// half of an extended sequence number (RFC 4303 appendix A). Check before the ICV, advance after
// it.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace spa::esp {

class ReplayWindow {
 public:
  ReplayWindow() = default;

  // `size`: packets behind the highest number that are still accepted; 0 accepts everything.
  // Numbers up to and including `highest` count as seen: what a window forgot, it must not accept
  // again.
  ReplayWindow(std::uint32_t size, std::uint64_t highest);

  [[nodiscard]] std::uint32_t size() const { return size_; }
  [[nodiscard]] std::uint64_t highest() const { return highest_; }

  // The 64-bit number that `low` most likely stands for. Empty where that would lie before 0 or
  // beyond 2^64 - 1. Needs size() > 0.
  [[nodiscard]] std::optional<std::uint64_t> infer(std::uint32_t low) const;

  // True when `sequence` is new and not too old. Changes nothing.
  [[nodiscard]] bool check(std::uint64_t sequence) const;

  // Brings the word for a number with this lower half into the cache.
  void prefetch(std::uint32_t low) const {
    if (!ring_.empty()) __builtin_prefetch(&ring_[low / kBits & mask_]);
  }

  // Marks `sequence`, which has passed check(), as seen and moves the window up to it.
  void advance(std::uint64_t sequence);

 private:
  static constexpr std::uint32_t kBits = 64;

  [[nodiscard]] std::uint64_t& word(std::uint64_t block) { return ring_[block & mask_]; }

  std::uint64_t highest_ = 0;
  std::uint32_t size_ = 0;
  std::uint64_t mask_ = 0;  // words in the ring, less one
  std::vector<std::uint64_t> ring_;
};

}  // namespace spa::esp
