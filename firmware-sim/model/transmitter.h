// SPDX-License-Identifier: Apache-2.0
// One tx queue: gathers frames from descriptors, finishes checksums, encrypts in bursts, sends,
// completes in order.
#pragma once

#include <spa/hw.h>

#include <array>
#include <cstdint>
#include <vector>

#include "firmware-sim/model/core.h"
#include "firmware-sim/model/fault.h"
#include "firmware-sim/model/queue.h"

namespace spa::card {

class Transmitter {
 public:
  static constexpr std::size_t kBurst = 32;

  Transmitter(Core& core, Queue& queue);
  // Sends at most one burst. True when more waits that could be sent at once.
  bool poll();

 private:
  struct Frame {
    std::vector<std::uint8_t> octets;  // as large as the longest frame
    std::size_t length = 0;
    spa_tx_desc first{};
    std::uint16_t last_index = 0;
    spa_status status = SPA_OK;
  };
  enum class Gathered { kFrame, kNothing };

  [[nodiscard]] Gathered gather(Frame& frame);
  [[nodiscard]] bool copy(const spa_tx_desc& part, Frame& frame);
  void encrypt(std::size_t count);
  void send(Frame& frame);
  [[nodiscard]] bool skip_rest(Frame& frame);

  Core& core_;
  Queue& queue_;
  FaultInjector faults_;
  std::array<Frame, kBurst> frames_;
  std::uint32_t epoch_ = 0;
  bool skipping_ = false;  // inside a frame of too many descriptors
};

}  // namespace spa::card
