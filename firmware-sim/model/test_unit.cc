// SPDX-License-Identifier: Apache-2.0
#include "firmware-sim/model/test_unit.h"

#include <vector>

namespace spa::card {

void TestUnit::reset() {
  value_ = address_low_ = address_high_ = size_ = 0;
  result_ = SPA_OK;
}

std::uint32_t TestUnit::read(std::uint32_t offset) const {
  switch (offset) {
    case SPA_REG_TEST_VALUE:
      return ~value_;
    case SPA_REG_TEST_DMA_ADDR_LO:
      return address_low_;
    case SPA_REG_TEST_DMA_ADDR_HI:
      return address_high_;
    case SPA_REG_TEST_DMA_SIZE:
      return size_;
    case SPA_REG_TEST_DMA_RESULT:
      return result_;
    default:
      return 0;
  }
}

void TestUnit::write(std::uint32_t offset, std::uint32_t value) {
  switch (offset) {
    case SPA_REG_TEST_VALUE:
      value_ = value;
      break;
    case SPA_REG_TEST_IRQ:
      if (value < SPA_MSIX_VECTORS) interrupts_.raise(value);
      break;
    case SPA_REG_TEST_DMA_ADDR_LO:
      address_low_ = value;
      break;
    case SPA_REG_TEST_DMA_ADDR_HI:
      address_high_ = value;
      break;
    case SPA_REG_TEST_DMA_SIZE:
      size_ = value;
      break;
    case SPA_REG_TEST_DMA_CTRL:
      result_ = run_dma(value);
      break;
    default:
      break;
  }
}

spa_status TestUnit::run_dma(std::uint32_t operation) {
  if (size_ == 0 || size_ > SPA_TEST_DMA_MAX) return SPA_E_FIELD;
  const std::uint64_t address = std::uint64_t{address_high_} << 32 | address_low_;
  std::vector<std::uint8_t> octets(size_);
  switch (operation) {
    case SPA_TEST_DMA_CLEAR:
      break;
    case SPA_TEST_DMA_FILL:
      octets.assign(size_, SPA_TEST_DMA_PATTERN);
      break;
    case SPA_TEST_DMA_INVERT:
      if (!dma_.read(address, octets)) return SPA_E_DMA;
      for (std::uint8_t& octet : octets) octet = static_cast<std::uint8_t>(~octet);
      break;
    default:
      return SPA_E_OPCODE;
  }
  if (faults_.has(kFaultDmaTest)) octets[octets.size() / 2] ^= 1;
  return dma_.write(address, octets) ? SPA_OK : SPA_E_DMA;
}

}  // namespace spa::card
