// SPDX-License-Identifier: Apache-2.0
#include "userspace/kernel/soft_lifetime.h"

namespace spa::kernel {

LifetimeLimits limits_of(const policy::SaLifetime& lifetime, std::uint32_t dice) {
  const std::uint64_t share = 800 + dice % 101;  // of 1000
  LifetimeLimits limits;
  limits.hard_seconds = lifetime.seconds;
  limits.soft_seconds = limits.hard_seconds * share / 1000;
  limits.hard_bytes = lifetime.kilobytes * 1024;
  limits.soft_bytes = limits.hard_bytes / 1000 * share;
  return limits;
}

}  // namespace spa::kernel
