// SPDX-License-Identifier: Apache-2.0
// The clock and what it wakes. Callbacks run on the owner's thread, never inside after() or
// cancel().
#pragma once

#include <cstdint>
#include <functional>

#include "userspace/base/clock.h"

namespace spa::ports {

class Timers {
 public:
  using Id = std::uint64_t;  // 0 is never given out
  virtual ~Timers() = default;
  [[nodiscard]] virtual SteadyTime now() const = 0;
  [[nodiscard]] virtual WallTime wall() const = 0;
  // Calls once, `delay` from now.
  [[nodiscard]] virtual Id after(Duration delay, std::function<void()> callback) = 0;
  // Unknown and expired ids are ignored.
  virtual void cancel(Id id) = 0;
};

}  // namespace spa::ports
