// SPDX-License-Identifier: Apache-2.0
// The receive side: takes frames off the wire, filters by address, decrypts in bursts, delivers
// into the buffers of the rx queues. The wire is always drained: what finds no buffer is lost and
// counted.
#pragma once

#include <spa/hw.h>

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "firmware-sim/model/core.h"
#include "firmware-sim/model/fault.h"
#include "firmware-sim/model/queue.h"

namespace spa::card {

class Receiver {
 public:
  static constexpr std::size_t kBurst = 32;

  // `queues`: the rx queues that are present.
  Receiver(Core& core, std::span<Queue> queues);
  // Takes at most one burst off the wire. `deliver`: the card is enabled; otherwise frames are
  // thrown away. True when the wire may hold more.
  bool poll(bool deliver);

 private:
  [[nodiscard]] bool wanted(ByteView frame) const;
  void decrypt_and_deliver(std::size_t count);
  void deliver(const esp::RxFrame& frame);
  // Counts a frame that found no buffer, for the queue too when one was chosen.
  void drop(Queue* queue);
  [[nodiscard]] Queue* choose(const FlowHash& hash);

  Core& core_;
  std::span<Queue> queues_;
  FaultInjector faults_;
  std::array<std::vector<std::uint8_t>, kBurst> buffers_;
  std::array<esp::RxFrame, kBurst> burst_;
};

}  // namespace spa::card
