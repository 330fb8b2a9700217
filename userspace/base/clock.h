// SPDX-License-Identifier: Apache-2.0
// Two kinds of time: a steady one for timers, a calendar one for certificates and show output.
#pragma once

#include <chrono>

namespace spa {

using Duration = std::chrono::milliseconds;
// Milliseconds since an arbitrary start; never goes back.
using SteadyTime = std::chrono::time_point<std::chrono::steady_clock, Duration>;
// UTC, milliseconds since 1970.
using WallTime = std::chrono::time_point<std::chrono::system_clock, Duration>;

}  // namespace spa
