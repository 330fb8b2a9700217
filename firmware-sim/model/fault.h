// SPDX-License-Identifier: Apache-2.0
// Failures on purpose: spoils completions as Config::faults says.
#pragma once

#include <spa/hw.h>

#include <cstdint>
#include <optional>
#include <string_view>

#include "firmware-sim/model/config.h"

namespace spa::card {

// "rx-length", "rx-index", "status", "dma-test", "sa-index", "pk-length"; nothing for another word.
[[nodiscard]] std::optional<Fault> fault_by_name(std::string_view name);

class FaultInjector {
 public:
  explicit FaultInjector(std::uint32_t faults) : faults_(faults) {}

  void spoil_rx(spa_completion& completion);
  void spoil_pk(spa_completion& completion);
  void spoil_other(spa_completion& completion);

 private:
  // One in three, so that between the spoilt ones the traffic goes on.
  [[nodiscard]] bool due(Fault fault) const { return (faults_ & fault) != 0 && count_ % 3 == 0; }

  std::uint32_t faults_;
  std::uint32_t count_ = 0;
};

}  // namespace spa::card
