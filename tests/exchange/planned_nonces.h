// SPDX-License-Identifier: Apache-2.0
// Nonces whose order the test decides: while this lives, every nonce of CREATE_CHILD_SA begins with
// the octet that was planned for the router that makes it, and for whether it asks or answers.
#pragma once

#include <cstdint>

#include "tests/exchange/seeded_random.h"
#include "tests/exchange/two_routers.h"

namespace spa::exchange {

class PlannedNonces {
 public:
  struct Leads {
    std::uint8_t left_asks = 0;
    std::uint8_t left_answers = 0;
    std::uint8_t right_asks = 0;
    std::uint8_t right_answers = 0;
  };
  PlannedNonces(World& world, const Leads& leads);
  ~PlannedNonces();
  PlannedNonces(const PlannedNonces&) = delete;
  PlannedNonces& operator=(const PlannedNonces&) = delete;

  // For what the test makes a router do by itself.
  void acts(const Router& router);

 private:
  World& world_;
  Leads leads_;
  SeededRandom random_;
};

}  // namespace spa::exchange
