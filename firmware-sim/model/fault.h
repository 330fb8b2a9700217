// SPDX-License-Identifier: Apache-2.0
// Failures on purpose: spoils single fields of completions.
#pragma once

#include <spa/hw.h>

#include <cstdint>

#include "firmware-sim/model/faults.h"

namespace spa::card {

class FaultInjector {
 public:
  explicit FaultInjector(const Faults& faults) : faults_(faults) {}

  void spoil_rx(spa_completion& completion);
  void spoil_pk(spa_completion& completion);
  void spoil_other(spa_completion& completion);

 private:
  // One in three, so that between the spoilt ones the traffic goes on.
  [[nodiscard]] bool due(Fault fault) const { return faults_.has(fault) && count_ % 3 == 0; }

  const Faults& faults_;
  std::uint32_t count_ = 0;
};

}  // namespace spa::card
