// SPDX-License-Identifier: Apache-2.0
// A card that fuzzes its driver: single fields of what it writes into the driver's memory become
// anything that a field can be, while the rest stays good enough to be believed.
#pragma once

#include <cstdint>
#include <random>

#include "firmware-sim/base/octets.h"

namespace spa::card {

class Lies {
 public:
  // The same seed and the same questions: the same lies.
  void begin(std::uint32_t seed) { random_.seed(seed); }

  // Perhaps spoils fields of a completion (32 octets) or an event (64), all but the phase bit.
  void entry(MutableByteView octets);
  // Perhaps spoils words of what a command asked for.
  void answer(MutableByteView octets);
  // Perhaps an entry is told twice.
  [[nodiscard]] bool twice() { return one_in(64); }

 private:
  [[nodiscard]] bool one_in(std::uint32_t n) { return random_() % n == 0; }
  void spoil(MutableByteView field);

  std::mt19937 random_;
};

}  // namespace spa::card
