// SPDX-License-Identifier: Apache-2.0
// What stands before a line of the log, as `service timestamps` wants it.
#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "userspace/base/clock.h"
#include "userspace/policy/time_stamp.h"

namespace spa::daemon {

// A moment, as the clocks have it.
struct Moment {
  WallTime wall{};
  Duration uptime{};
  bool synchronised = false;
};
[[nodiscard]] Moment moment_now();
// Whether the kernel says that something keeps its clock right.
[[nodiscard]] bool clock_is_synchronised();

// The same for thousands of lines: it is asked once a second at most. Any thread.
class ClockState {
 public:
  explicit ClockState(std::function<bool()> ask = clock_is_synchronised) : ask_(std::move(ask)) {}
  [[nodiscard]] bool synchronised(Duration uptime);

 private:
  std::function<bool()> ask_;
  std::mutex lock_;
  std::optional<Duration> asked_;  // when
  bool synchronised_ = false;
};

// "*Nov  6 19:31:25.010: ", with a star while nothing keeps the clock right; "08:48:10: " and from
// one day on "3d09h: "; or nothing.
[[nodiscard]] std::string time_stamp(const policy::TimeStamp& form, const Moment& moment);

}  // namespace spa::daemon
