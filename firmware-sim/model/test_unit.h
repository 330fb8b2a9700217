// SPDX-License-Identifier: Apache-2.0
// The TEST registers: lets a driver prove register access, interrupts and DMA before it trusts the
// card.
#pragma once

#include <spa/hw.h>

#include <cstdint>

#include "firmware-sim/model/dma.h"
#include "firmware-sim/model/faults.h"

namespace spa::card {

class TestUnit {
 public:
  TestUnit(DmaSpace& dma, Interrupts& interrupts, const Faults& faults)
      : dma_(dma), interrupts_(interrupts), faults_(faults) {}

  [[nodiscard]] std::uint32_t read(std::uint32_t offset) const;
  void write(std::uint32_t offset, std::uint32_t value);
  void reset();

 private:
  [[nodiscard]] spa_status run_dma(std::uint32_t operation);

  DmaSpace& dma_;
  Interrupts& interrupts_;
  const Faults& faults_;
  std::uint32_t value_ = 0;
  std::uint32_t address_low_ = 0;
  std::uint32_t address_high_ = 0;
  std::uint32_t size_ = 0;
  std::uint32_t result_ = SPA_OK;
};

}  // namespace spa::card
