// SPDX-License-Identifier: Apache-2.0
// `service timestamps`: what stands before a line of the log (R-DBG-8, R-DBG-9).
#pragma once

namespace spa::policy {

struct TimeStamp {
  enum class Kind { kNone, kUptime, kDateTime };
  Kind kind = Kind::kDateTime;
  bool milliseconds = true;
  bool local_time = false;  // in the configuration's zone
  friend bool operator==(const TimeStamp&, const TimeStamp&) = default;
};

}  // namespace spa::policy
