// SPDX-License-Identifier: Apache-2.0
// What the card tells about itself: SPA_CMD_HEALTH_READ, and the DIAG registers, which write a
// crash dump even when no queue works any more. Counters, registers and tables, never keys.
#pragma once

#include <spa/hw.h>

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "firmware-sim/model/core.h"
#include "firmware-sim/model/queue.h"

namespace spa::card {

[[nodiscard]] spa_port_stats port_stats(const Core& core, const QueueHost& host);

class Diagnostics {
 public:
  using ReadRegister = std::function<std::uint32_t(std::uint32_t)>;

  Diagnostics(Core& core, QueueHost& host, std::span<Queue> queues, ReadRegister read)
      : core_(core), host_(host), queues_(queues), read_(std::move(read)) {}

  [[nodiscard]] spa_health health() const;
  // The DIAG registers.
  [[nodiscard]] std::uint32_t read(std::uint32_t offset) const;
  void write(std::uint32_t offset, std::uint32_t value);
  void reset();

 private:
  [[nodiscard]] spa_status dump();
  [[nodiscard]] Bytes make_dump() const;

  Core& core_;
  QueueHost& host_;
  std::span<Queue> queues_;
  ReadRegister read_;
  std::uint32_t address_low_ = 0;
  std::uint32_t address_high_ = 0;
  std::uint32_t size_ = 0;
  std::uint32_t length_ = 0;
  std::uint32_t result_ = SPA_OK;
};

}  // namespace spa::card
