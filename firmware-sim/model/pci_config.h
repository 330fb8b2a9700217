// SPDX-License-Identifier: Apache-2.0
// The card's PCI configuration space: type 0 header, PCI Express endpoint capability (for
// function-level reset), MSI-X capability. Offsets and bits are those of the PCI Express base
// specification.
#pragma once

#include <array>
#include <cstdint>

#include "firmware-sim/rings/little_endian.h"

namespace spa::card {

class PciConfig {
 public:
  static constexpr std::size_t kSize = 4096;
  static constexpr std::size_t kMsix = 0x80;  // where the MSI-X capability is

  PciConfig();
  // Back to power-on values.
  void reset();
  // Octets beyond the space read as 0.
  void read(std::uint64_t offset, MutableByteView into) const;
  // Only writable bits change. True when the write asks for a function-level reset.
  [[nodiscard]] bool write(std::uint64_t offset, ByteView from);

 private:
  void header();
  void express_capability();
  void msix_capability();

  std::array<std::uint8_t, kSize> value_{};
  std::array<std::uint8_t, kSize> writable_{};  // bits that a write may change
};

}  // namespace spa::card
