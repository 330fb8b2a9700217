// SPDX-License-Identifier: Apache-2.0
// When a request that nobody answers is sent again, and when to give up (RFC 7296 2.4).
#pragma once

#include <cmath>
#include <cstdint>

#include "userspace/base/clock.h"

namespace spa::ike {

struct RetransmitPolicy {
  Duration first{2000};  // wait after the first transmission
  double factor = 1.8;   // each wait is so much longer than the one before
  unsigned tries = 6;    // transmissions in all

  // The wait after `transmissions` of them, lengthened by up to a tenth: `random` is any number.
  [[nodiscard]] Duration wait(unsigned transmissions, std::uint32_t random) const {
    const double base = static_cast<double>(first.count()) *
                        std::pow(factor, static_cast<double>(transmissions) - 1);
    const double stretch = 1.0 + 0.1 * (static_cast<double>(random % 1024) / 1024.0);
    return Duration(static_cast<Duration::rep>(base * stretch));
  }
};

}  // namespace spa::ike
