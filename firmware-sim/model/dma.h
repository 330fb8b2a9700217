// SPDX-License-Identifier: Apache-2.0
// The card's way into the memory of its host. A transport implements it.
#pragma once

#include <cstdint>

#include "firmware-sim/base/octets.h"

namespace spa::card {

class DmaSpace {
 public:
  virtual ~DmaSpace() = default;
  // All or nothing is not promised: false means that some part of the range is not mapped, or not
  // for this direction, and that what was copied must not be used.
  [[nodiscard]] virtual bool read(std::uint64_t address, MutableByteView into) = 0;
  [[nodiscard]] virtual bool write(std::uint64_t address, ByteView from) = 0;
};

class Interrupts {
 public:
  virtual ~Interrupts() = default;
  // `vector` is below SPA_MSIX_VECTORS.
  virtual void raise(unsigned vector) = 0;
};

}  // namespace spa::card
