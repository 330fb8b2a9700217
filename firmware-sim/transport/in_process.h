// SPDX-License-Identifier: Apache-2.0
// The transport without a bus: a host in the same process shares memory through a DmaMap, calls the
// device's functions and gets its interrupts as a call.
#pragma once

#include <functional>
#include <utility>

#include "firmware-sim/model/dma.h"
#include "firmware-sim/transport/dma_map.h"

namespace spa::card {

class CallbackInterrupts final : public Interrupts {
 public:
  explicit CallbackInterrupts(std::function<void(unsigned)> callback)
      : callback_(std::move(callback)) {}
  void raise(unsigned vector) override { callback_(vector); }

 private:
  std::function<void(unsigned)> callback_;
};

}  // namespace spa::card
