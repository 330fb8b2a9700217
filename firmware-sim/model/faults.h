// SPDX-License-Identifier: Apache-2.0
// Failures on purpose, at power-on or while the card runs, so that a driver can be shown to survive
// them.
#pragma once

#include <spa/hw.h>

#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>

#include "firmware-sim/base/octets.h"
#include "firmware-sim/model/config.h"
#include "firmware-sim/model/dma.h"
#include "firmware-sim/model/lies.h"

namespace spa::card {

class Faults {
 public:
  explicit Faults(std::uint32_t at_power_on) : faults_(at_power_on) {}

  // "set KIND [NUMBER]", "clear [KIND]", "list". The reply is for people; the error is a sentence.
  // lose-state is not a condition but a deed: the caller does it when take_lost_state() says so.
  [[nodiscard]] tl::expected<std::string, std::string> command(std::string_view text);
  // The kinds, one a line with what they do.
  [[nodiscard]] static std::string help();
  [[nodiscard]] bool take_lost_state() { return std::exchange(lose_state_, false); }
  // CONTROL.RESET ends what a reset of the card would end: hang and stalled queues.
  void on_reset();

  [[nodiscard]] bool has(Fault fault) const { return (faults_ & fault) != 0; }
  // The card answers nothing; dead, its registers are gone too.
  [[nodiscard]] bool silent() const { return (faults_ & (kFaultHang | kFaultDead)) != 0; }
  [[nodiscard]] bool stalled(std::uint32_t queue) const { return (stalled_ >> queue & 1) != 0; }
  [[nodiscard]] bool drops_interrupt();
  // With kFaultSlow: whether the card may work now. `now`: nanoseconds.
  [[nodiscard]] bool may_work(std::uint64_t now);
  [[nodiscard]] std::uint64_t works_at() const { return works_at_; }
  // Overwrites octets with noise. One in three is due, so that between them the traffic goes on.
  [[nodiscard]] bool garbage_due(Fault fault) { return has(fault) && ++garbage_ % 3 == 0; }
  void noise(MutableByteView octets);
  // Nothing to tell while the card does not lie.
  [[nodiscard]] Lies* lies() { return has(kFaultLies) ? &lies_ : nullptr; }

 private:
  [[nodiscard]] tl::expected<std::string, std::string> set(std::string_view kind,
                                                           std::string_view number);
  [[nodiscard]] tl::expected<std::string, std::string> clear(std::string_view kind);
  [[nodiscard]] std::string list() const;

  std::uint32_t faults_;
  std::uint64_t stalled_ = 0;  // one bit a queue
  std::uint32_t drop_percent_ = 0;
  std::uint32_t slow_ms_ = 0;
  std::uint64_t works_at_ = 0;
  std::uint32_t garbage_ = 0;
  bool lose_state_ = false;
  Lies lies_;
  std::minstd_rand random_{20260101};
};

// The card's interrupts, less those that a fault drops.
class FaultyInterrupts final : public Interrupts {
 public:
  FaultyInterrupts(Interrupts& next, Faults& faults) : next_(next), faults_(faults) {}
  void raise(unsigned vector) override {
    if (!faults_.drops_interrupt()) next_.raise(vector);
  }

 private:
  Interrupts& next_;
  Faults& faults_;
};

}  // namespace spa::card
