// SPDX-License-Identifier: Apache-2.0
// `clock timezone`, `clock summer-time`: in which zone times are shown. What is valid is found out
// in UTC (R-TIME-1).
#pragma once

#include <optional>
#include <string>

#include "userspace/base/clock.h"

namespace spa::policy {

// A moment at which clocks are changed, in the time that is in force then.
struct ClockChange {
  int year = 0;      // of a day that is named; 0: every year
  int month = 1;     // 1 to 12
  int day = 1;       // 1 to 31, when the year is named
  int week = 1;      // 1 to 4, 5 the last; otherwise
  int weekday = 0;   // 0 is Sunday
  int minute = 120;  // of the day
  friend bool operator==(const ClockChange&, const ClockChange&) = default;
};

struct SummerTime {
  std::string name;
  ClockChange begin;
  ClockChange end;
  int minutes = 60;  // that clocks are put forward
  friend bool operator==(const SummerTime&, const SummerTime&) = default;
};

struct LocalTime {
  std::string zone;  // "PST"
  int minutes = 0;   // ahead of UTC
};

struct TimeZone {
  std::string name = "UTC";
  int minutes = 0;  // ahead of UTC
  std::optional<SummerTime> summer;
  [[nodiscard]] LocalTime at(WallTime time) const;
  friend bool operator==(const TimeZone&, const TimeZone&) = default;
};

// "16:17:34 PST Jan 10 2002"
[[nodiscard]] std::string to_text(WallTime time, const TimeZone& zone);

}  // namespace spa::policy
