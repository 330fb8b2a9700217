// SPDX-License-Identifier: Apache-2.0
#include "firmware-sim/rings/ring.h"

#include <algorithm>
#include <bit>

namespace spa::card {

bool ring_size_valid(std::uint32_t size, std::uint32_t least, std::uint32_t most) {
  return size >= least && size <= most && std::has_single_bit(size);
}

void SubmissionRing::start(std::uint16_t size) {
  size_ = size;
  head_ = tail_ = 0;
}

bool SubmissionRing::set_tail(std::uint16_t tail) {
  const std::uint16_t wanted = ring_distance(head_, tail);
  if (wanted > size_ || wanted < pending()) return false;
  tail_ = tail;
  return true;
}

void SubmissionRing::consume(std::uint16_t count) {
  head_ = static_cast<std::uint16_t>(head_ + std::min(count, pending()));
}

void CompletionRing::start(std::uint16_t size) {
  size_ = size;
  head_ = tail_ = 0;
  armed_ = false;
}

bool CompletionRing::set_head(std::uint16_t head, bool arm) {
  if (ring_distance(head_, head) > ring_distance(head_, tail_)) return false;
  head_ = head;
  armed_ = arm;
  return true;
}

std::uint16_t CompletionRing::produce() {
  return tail_++;
}

bool CompletionRing::take_interrupt() {
  if (!interrupt_due()) return false;
  armed_ = false;
  return true;
}

}  // namespace spa::card
