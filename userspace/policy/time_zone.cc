// SPDX-License-Identifier: Apache-2.0
#include "userspace/policy/time_zone.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>

namespace spa::policy {
namespace {

constexpr int kDaysOfWeek = 7;
constexpr int kLastWeek = 5;

// Minutes since 1970 of a change in this year, in the time that its words are in.
std::int64_t minutes_of(const ClockChange& change, int year) {
  using namespace std::chrono;
  const auto month =
      std::chrono::year(year) / std::chrono::month(static_cast<unsigned>(change.month));
  sys_days day;
  if (change.year != 0) {
    day = sys_days(std::chrono::year(change.year) / month.month() / change.day);
  } else {
    const weekday wanted(static_cast<unsigned>(change.weekday % kDaysOfWeek));
    day = change.week >= kLastWeek
              ? sys_days(month / wanted[last])
              : sys_days(month / wanted[static_cast<unsigned>(std::max(change.week, 1))]);
  }
  return duration_cast<minutes>(day.time_since_epoch()).count() + change.minute;
}

bool is_summer(const SummerTime& summer, std::int64_t standard) {
  const auto days = std::chrono::floor<std::chrono::days>(
      std::chrono::sys_time<std::chrono::minutes>(std::chrono::minutes(standard)));
  const int year = static_cast<int>(std::chrono::year_month_day(days).year());
  const std::int64_t begin = minutes_of(summer.begin, year);
  const std::int64_t end = minutes_of(summer.end, year) - summer.minutes;
  // South of the equator it ends in the year after.
  if (begin <= end) return standard >= begin && standard < end;
  return standard >= begin || standard < end;
}

}  // namespace

LocalTime TimeZone::at(WallTime time) const {
  const auto utc = std::chrono::floor<std::chrono::minutes>(time.time_since_epoch()).count();
  if (summer && is_summer(*summer, utc + minutes)) return {summer->name, minutes + summer->minutes};
  return {name, minutes};
}

std::string to_text(WallTime time, const TimeZone& zone) {
  constexpr std::array kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                               "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const LocalTime local = zone.at(time);
  const std::time_t value =
      std::chrono::floor<std::chrono::seconds>(time + std::chrono::minutes(local.minutes))
          .time_since_epoch()
          .count();
  std::tm tm{};
  ::gmtime_r(&value, &tm);
  std::array<char, 128> text{};
  std::snprintf(text.data(), text.size(), "%02d:%02d:%02d %.32s %s %d %d", tm.tm_hour, tm.tm_min,
                tm.tm_sec, local.zone.c_str(), kMonths[static_cast<std::size_t>(tm.tm_mon)],
                tm.tm_mday, tm.tm_year + 1900);
  return text.data();
}

}  // namespace spa::policy
