// SPDX-License-Identifier: Apache-2.0
#include "firmware-sim/esp/replay_window.h"

#include <algorithm>
#include <bit>

namespace spa::esp {

ReplayWindow::ReplayWindow(std::uint32_t size, std::uint64_t highest)
    : highest_(highest), size_(size) {
  if (size == 0) return;
  // A window that does not start on a word boundary touches one word more than its size says.
  const std::uint64_t words = std::bit_ceil<std::uint64_t>((size + kBits - 1) / kBits + 1);
  mask_ = words - 1;
  ring_.assign(words, ~std::uint64_t{0});
  const std::uint64_t used = highest % kBits + 1;
  word(highest / kBits) = used == kBits ? ~std::uint64_t{0} : (std::uint64_t{1} << used) - 1;
}

std::optional<std::uint64_t> ReplayWindow::infer(std::uint32_t low) const {
  const auto top_low = static_cast<std::uint32_t>(highest_);
  const std::uint64_t top_high = highest_ >> 32;
  const std::uint32_t bottom = top_low - size_ + 1;  // modulo 2^32
  if (top_low >= size_ - 1) {                        // the window lies within one subspace
    if (low >= bottom) return top_high << 32 | low;
    if (top_high == 0xffffffffu) return std::nullopt;
    return (top_high + 1) << 32 | low;
  }
  if (low < bottom) return top_high << 32 | low;
  if (top_high == 0) return std::nullopt;
  return (top_high - 1) << 32 | low;
}

bool ReplayWindow::check(std::uint64_t sequence) const {
  if (size_ == 0) return true;
  if (sequence > highest_) return true;
  if (highest_ - sequence >= size_) return false;
  return (ring_[sequence / kBits & mask_] >> sequence % kBits & 1) == 0;
}

void ReplayWindow::advance(std::uint64_t sequence) {
  if (size_ == 0) {
    highest_ = std::max(highest_, sequence);
    return;
  }
  if (sequence > highest_) {
    const std::uint64_t block = highest_ / kBits;
    const std::uint64_t steps = std::min(sequence / kBits - block, mask_ + 1);
    for (std::uint64_t i = 1; i <= steps; ++i) word(block + i) = 0;
    highest_ = sequence;
  }
  word(sequence / kBits) |= std::uint64_t{1} << sequence % kBits;
}

}  // namespace spa::esp
