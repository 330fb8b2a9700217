// SPDX-License-Identifier: Apache-2.0
// An SA of the port in the card's own terms (struct spa_sa of <spa/hw.h>).
#pragma once

#include <spa/hw.h>

#include <cstdint>

#include "userspace/kernel/soft_lifetime.h"
#include "userspace/ports/sa_database.h"

namespace spa::dataplane {

enum class Direction : std::uint8_t { kIn, kOut };

// Whether the card's engines have these algorithms, and what stands between them and the wire can
// carry the result: ESP, with or without compression before it. AH is refused: it does not fit into
// UDP, where this data plane's packets travel.
[[nodiscard]] bool card_supports(const ports::EspSuite& suite);

// A request for the SA table; wipes itself, because it holds keys.
class CardSa {
 public:
  CardSa() = default;
  CardSa(const CardSa&) = delete;
  CardSa& operator=(const CardSa&) = delete;
  ~CardSa();

  // kUnsupported: algorithms. kInvalid: keys whose length does not fit them, or addresses missing.
  Status fill(const ports::SaPair& pair, Direction direction, std::uint32_t generation,
              const kernel::LifetimeLimits& limits);
  [[nodiscard]] const spa_sa& request() const { return sa_; }

 private:
  spa_sa sa_{};
};

}  // namespace spa::dataplane
