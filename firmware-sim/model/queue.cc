// SPDX-License-Identifier: Apache-2.0
#include "firmware-sim/model/queue.h"

#include <atomic>

namespace spa::card {
namespace {

constexpr std::uint64_t kBaseAlignment = 64;

bool writable_while_stopped(std::uint32_t offset) {
  switch (offset) {
    case SPA_QREG_SQ_BASE_LO:
    case SPA_QREG_SQ_BASE_HI:
    case SPA_QREG_SQ_SIZE:
    case SPA_QREG_CQ_BASE_LO:
    case SPA_QREG_CQ_BASE_HI:
    case SPA_QREG_CQ_SIZE:
    case SPA_QREG_VECTOR:
      return true;
    default:
      return false;
  }
}

}  // namespace

Queue::Queue(QueueHost& host, std::uint32_t number, std::uint32_t sq_entry, std::uint32_t cq_entry,
             bool present)
    : host_(host), number_(number), sq_entry_(sq_entry), cq_entry_(cq_entry), present_(present) {}

std::uint32_t Queue::read_register(std::uint32_t offset) const {
  switch (offset) {
    case SPA_QREG_CONTROL:
      return running_ ? SPA_QUEUE_CONTROL_ENABLE : 0;
    case SPA_QREG_STATUS:
      return (running() ? SPA_QUEUE_STATUS_RUNNING : 0) | (error_ ? SPA_QUEUE_STATUS_ERROR : 0);
    case SPA_QREG_SQ_HEAD:
      return sq_.head();
    case SPA_QREG_CQ_TAIL:
      return cq_.tail();
    default:
      return offset < SPA_QUEUE_REGS_STRIDE && offset % 4 == 0 ? reg(offset) : 0;
  }
}

void Queue::write_register(std::uint32_t offset, std::uint32_t value) {
  if (offset == SPA_QREG_CONTROL) {
    const bool enable = (value & SPA_QUEUE_CONTROL_ENABLE) != 0;
    if (enable && !running_) start();
    if (!enable && running_) stop();
    return;
  }
  if (!running_ && writable_while_stopped(offset)) registers_[offset / 4] = value;
}

std::uint64_t Queue::base(std::uint32_t low, std::uint32_t high) const {
  return std::uint64_t{reg(high)} << 32 | reg(low);
}

bool Queue::set_up_valid() const {
  const std::uint32_t sq_size = reg(SPA_QREG_SQ_SIZE);
  const bool sq_ok = sq_entry_ == 0
                         ? sq_size == 0
                         : ring_size_valid(sq_size, SPA_RING_MIN, host_.ring_entries) &&
                               base(SPA_QREG_SQ_BASE_LO, SPA_QREG_SQ_BASE_HI) % kBaseAlignment == 0;
  return present_ && sq_ok &&
         ring_size_valid(reg(SPA_QREG_CQ_SIZE), SPA_RING_MIN, host_.ring_entries) &&
         base(SPA_QREG_CQ_BASE_LO, SPA_QREG_CQ_BASE_HI) % kBaseAlignment == 0 &&
         reg(SPA_QREG_VECTOR) < SPA_MSIX_VECTORS;
}

void Queue::start() {
  if (!set_up_valid()) {
    error_ = true;
    host_.health.fail(SPA_ERROR_QUEUE, number_);
    return;
  }
  sq_base_ = base(SPA_QREG_SQ_BASE_LO, SPA_QREG_SQ_BASE_HI);
  cq_base_ = base(SPA_QREG_CQ_BASE_LO, SPA_QREG_CQ_BASE_HI);
  vector_ = reg(SPA_QREG_VECTOR);
  sq_.start(static_cast<std::uint16_t>(reg(SPA_QREG_SQ_SIZE)));
  cq_.start(static_cast<std::uint16_t>(reg(SPA_QREG_CQ_SIZE)));
  running_ = true;
  ++epoch_;
}

void Queue::stop() {
  running_ = false;
  ++epoch_;
}

void Queue::reset() {
  stop();
  error_ = false;
  registers_ = {};
  sq_.start(0);
  cq_.start(0);
}

void Queue::ring_sq(std::uint32_t value) {
  if (!running() || sq_entry_ == 0) return;
  if (sq_.set_tail(static_cast<std::uint16_t>(value))) return;
  error_ = true;
  host_.health.fail(SPA_ERROR_DOORBELL, number_);
}

void Queue::ring_cq(std::uint32_t value) {
  if (!running()) return;
  if (!cq_.set_head(static_cast<std::uint16_t>(value), (value & SPA_DOORBELL_ARM) != 0)) {
    error_ = true;
    host_.health.fail(SPA_ERROR_DOORBELL, number_);
    return;
  }
  flush();
}

bool Queue::fetch_octets(std::uint16_t ahead, MutableByteView entry) {
  const auto index = static_cast<std::uint16_t>(sq_.head() + ahead);
  const std::uint64_t address = sq_base_ + std::uint64_t{ring_slot(index, sq_.size())} * sq_entry_;
  if (entry.size() == sq_entry_ && host_.dma.read(address, entry)) return true;
  error_ = true;
  host_.health.fail(SPA_ERROR_DMA, number_);
  return false;
}

bool Queue::post_octets(ByteView entry) {
  if (entry.size() != cq_entry_ || room() == 0) return false;
  const std::uint16_t index = cq_.tail();
  const std::uint64_t address = cq_base_ + std::uint64_t{ring_slot(index, cq_.size())} * cq_entry_;
  const std::uint8_t phase = ring_phase(index, cq_.size());
  const std::size_t body = entry.size() - 1;
  bool written = host_.dma.write(address, entry.first(body));
  // The driver may run at the same time on another processor and takes the phase as the sign to
  // read the rest.
  std::atomic_thread_fence(std::memory_order_release);
  written = written && host_.dma.write(address + body, {&phase, 1});
  if (!written) {
    error_ = true;
    host_.health.fail(SPA_ERROR_DMA, number_);
    return false;
  }
  cq_.produce();
  return true;
}

void Queue::flush() {
  if (running() && cq_.take_interrupt()) host_.interrupts.raise(vector_);
}

}  // namespace spa::card
