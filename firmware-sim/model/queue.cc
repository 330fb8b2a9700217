// SPDX-License-Identifier: Apache-2.0
#include "firmware-sim/model/queue.h"

#include <atomic>

namespace spa::card {
namespace {

constexpr std::uint64_t kBaseAlignment = 64;
constexpr std::size_t kLongestEntry = sizeof(spa_event);

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

// Parts of a slot, and the pages of slots, of the doorbells in memory.
constexpr std::size_t kSq = 0;
constexpr std::size_t kCq = 4;
constexpr std::size_t kDoorbells = 0;
constexpr std::size_t kWakes = SPA_SHADOW_PAGE;

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
    case SPA_QREG_DROPPED:
      return dropped_;
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
  if (offset == SPA_QREG_COALESCE) {
    registers_[offset / 4] = value & SPA_COALESCE_MASK;
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
    fail(SPA_ERROR_QUEUE);
    return;
  }
  sq_base_ = base(SPA_QREG_SQ_BASE_LO, SPA_QREG_SQ_BASE_HI);
  cq_base_ = base(SPA_QREG_CQ_BASE_LO, SPA_QREG_CQ_BASE_HI);
  vector_ = reg(SPA_QREG_VECTOR);
  sq_.start(static_cast<std::uint16_t>(reg(SPA_QREG_SQ_SIZE)));
  cq_.start(static_cast<std::uint16_t>(reg(SPA_QREG_CQ_SIZE)));
  dropped_ = 0;
  last_cq_slot_ = 0;
  wake_sq_.reset();
  wake_cq_.reset();
  interrupt_at_.reset();
  running_ = true;
  ++epoch_;
}

void Queue::stop() {
  running_ = false;
  interrupt_at_.reset();
  ++epoch_;
}

void Queue::reset() {
  stop();
  error_ = false;
  dropped_ = 0;
  registers_ = {};
  sq_.start(0);
  cq_.start(0);
}

void Queue::fail(spa_error error) {
  error_ = true;
  host_.health.fail(error, number_);
}

// While the queue has its doorbells in memory, the register only makes the card look there, which
// it does with every poll.
void Queue::ring_sq(std::uint32_t value) {
  if (running() && sq_entry_ != 0 && !shadowed()) take_sq(value);
}

void Queue::ring_cq(std::uint32_t value) {
  if (!running() || shadowed()) return;
  take_cq(value);
  flush();
}

void Queue::take_sq(std::uint32_t value) {
  if (!sq_.set_tail(static_cast<std::uint16_t>(value))) fail(SPA_ERROR_DOORBELL);
}

void Queue::take_cq(std::uint32_t value) {
  interrupt_at_.reset();
  if (!cq_.set_head(static_cast<std::uint16_t>(value), (value & SPA_DOORBELL_ARM) != 0))
    fail(SPA_ERROR_DOORBELL);
}

bool Queue::shadowed() const {
  return host_.shadow && number_ >= SPA_QUEUE_PK(0);
}

bool Queue::read_slot(std::size_t page, std::size_t field, std::uint32_t& value) {
  const std::uint64_t at = *host_.shadow + page + number_ * sizeof(spa_shadow_doorbell) + field;
  std::uint32_t raw = 0;
  if (!host_.dma.read(at, octets_of(raw))) {
    fail(SPA_ERROR_DMA);
    return false;
  }
  value = from_le(raw);
  return true;
}

bool Queue::write_wake(std::size_t field, std::uint16_t value) {
  const std::uint64_t at = *host_.shadow + kWakes + number_ * sizeof(spa_shadow_wake) + field;
  const std::uint32_t raw = to_le(std::uint32_t{value});
  if (host_.dma.write(at, octets_of(raw))) return true;
  fail(SPA_ERROR_DMA);
  return false;
}

void Queue::take_cq_slot() {
  std::uint32_t value = 0;
  if (!read_slot(kDoorbells, kCq, value) || value == last_cq_slot_) return;
  last_cq_slot_ = value;
  take_cq(value);
}

void Queue::read_shadow() {
  std::uint32_t tail = 0;
  if (!running() || !shadowed() || !read_slot(kDoorbells, kSq, tail)) return;
  take_sq(tail);
  if (running()) take_cq_slot();
}

bool Queue::rest() {
  if (!running() || !shadowed()) return false;
  const std::uint16_t tail = sq_.tail();
  const bool full = cq_.room() == 0;
  bool told = false;
  if (wake_sq_ != tail) {
    wake_sq_ = tail;
    told = write_wake(kSq, tail);
  }
  if (running() && full && wake_cq_ != cq_.head()) {
    wake_cq_ = cq_.head();
    told = write_wake(kCq, cq_.head()) || told;
  }
  if (!told || !running()) return false;
  // The driver writes its slot, then reads the wake; here it is the other way round, so one of the
  // two sees what the other wrote.
  std::atomic_thread_fence(std::memory_order_seq_cst);
  read_shadow();
  return running() && (sq_.tail() != tail || (full && cq_.room() != 0));
}

bool Queue::fetch_octets(std::uint16_t ahead, MutableByteView entry) {
  const auto index = static_cast<std::uint16_t>(sq_.head() + ahead);
  const std::uint64_t address = sq_base_ + std::uint64_t{ring_slot(index, sq_.size())} * sq_entry_;
  if (entry.size() == sq_entry_ && host_.dma.read(address, entry)) return true;
  fail(SPA_ERROR_DMA);
  return false;
}

bool Queue::post_octets(ByteView entry) {
  if (entry.size() != cq_entry_ || room() == 0) return false;
  std::array<std::uint8_t, kLongestEntry> spoilt;
  const MutableByteView changed = MutableByteView(spoilt).first(cq_entry_);
  std::copy(entry.begin(), entry.end(), changed.begin());
  if (host_.faults.garbage_due(kFaultGarbageCompletion)) host_.faults.noise(changed);
  Lies* lies = host_.faults.lies();
  if (lies == nullptr) return write_entry(changed);
  lies->entry(changed);
  return write_entry(changed) && (!lies->twice() || room() == 0 || write_entry(changed));
}

bool Queue::write_entry(ByteView entry) {
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
    fail(SPA_ERROR_DMA);
    return false;
  }
  cq_.produce();
  return true;
}

bool Queue::must_wait() {
  const std::uint32_t coalesce = reg(SPA_QREG_COALESCE);
  const std::uint32_t microseconds = coalesce & SPA_COALESCE_USECS;
  const std::uint32_t entries = coalesce >> SPA_COALESCE_ENTRIES_SHIFT;
  if (microseconds == 0 || (entries != 0 && cq_.used() >= entries)) return false;
  const std::uint64_t now = host_.now();
  if (!interrupt_at_) interrupt_at_ = now + std::uint64_t{microseconds} * 1000;
  return now < *interrupt_at_;
}

void Queue::flush() {
  if (running() && shadowed() && cq_.used() != 0) {
    // Against the driver, which arms first and then looks at the entry.
    std::atomic_thread_fence(std::memory_order_seq_cst);
    take_cq_slot();
  }
  if (!running() || !cq_.interrupt_due() || must_wait()) return;
  interrupt_at_.reset();
  (void)cq_.take_interrupt();
  ++host_.raised;
  host_.interrupts.raise(vector_);
}

}  // namespace spa::card
