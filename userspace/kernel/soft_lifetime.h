// SPDX-License-Identifier: Apache-2.0
// When to rekey, for data planes that are told only when an SA must end.
#pragma once

#include <cstdint>

#include "userspace/policy/ipsec.h"

namespace spa::kernel {

// Octets and seconds; 0 = no limit.
struct LifetimeLimits {
  std::uint64_t soft_seconds = 0;
  std::uint64_t hard_seconds = 0;
  std::uint64_t soft_bytes = 0;
  std::uint64_t hard_bytes = 0;
};

// Soft limits lie at 80 to 90 per cent of the hard ones, by `dice` (any random number), so that the
// two ends seldom rekey at once (RFC 7296 2.8.1).
[[nodiscard]] LifetimeLimits limits_of(const policy::SaLifetime& lifetime, std::uint32_t dice);

}  // namespace spa::kernel
