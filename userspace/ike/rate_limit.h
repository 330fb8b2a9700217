// SPDX-License-Identifier: Apache-2.0
// A token bucket, for replies and log lines that strangers can cause.
#pragma once

#include <algorithm>
#include <cstdint>

#include "userspace/base/clock.h"

namespace spa::ike {

class RateLimit {
 public:
  // `burst` at once, then `per_second`.
  RateLimit(std::uint32_t per_second, std::uint32_t burst)
      : per_second_(per_second), burst_(burst), tokens_(burst) {}

  [[nodiscard]] bool allow(SteadyTime now) {
    if (last_ != SteadyTime{}) {
      const double gained =
          static_cast<double>((now - last_).count()) * static_cast<double>(per_second_) / 1000.0;
      tokens_ = std::min(static_cast<double>(burst_), tokens_ + gained);
    }
    last_ = now;
    if (tokens_ < 1.0) return false;
    tokens_ -= 1.0;
    return true;
  }

 private:
  std::uint32_t per_second_;
  std::uint32_t burst_;
  double tokens_;
  SteadyTime last_{};
};

}  // namespace spa::ike
