// SPDX-License-Identifier: Apache-2.0
#include "userspace/config/show/time.h"

#include <array>
#include <cstdio>
#include <ctime>

namespace spa::config {
namespace {

constexpr std::array<const char*, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                              "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr std::array<const char*, 7> kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};

struct Broken {
  std::tm tm{};
  unsigned milliseconds = 0;
};

Broken broken(WallTime time) {
  Broken out;
  const std::int64_t all = time.time_since_epoch().count();
  std::int64_t seconds = all / 1000;
  std::int64_t rest = all % 1000;
  if (rest < 0) {
    rest += 1000;
    --seconds;
  }
  const std::time_t value = seconds;
  ::gmtime_r(&value, &out.tm);
  out.milliseconds = static_cast<unsigned>(rest);
  return out;
}

template <typename... Values>
std::string print(const char* format, Values... values) {
  std::array<char, 96> buffer{};
  const int length = std::snprintf(buffer.data(), buffer.size(), format, values...);
  return length < 0 ? std::string() : std::string(buffer.data());
}

}  // namespace

std::string clock_text(WallTime time, const policy::TimeZone& zone) {
  const policy::LocalTime local = zone.at(time);
  const Broken b = broken(time + std::chrono::minutes(local.minutes));
  return print("%02d:%02d:%02d %.32s %s %s %d %d", b.tm.tm_hour, b.tm.tm_min, b.tm.tm_sec,
               local.zone.c_str(), kDays[static_cast<std::size_t>(b.tm.tm_wday)],
               kMonths[static_cast<std::size_t>(b.tm.tm_mon)], b.tm.tm_mday, b.tm.tm_year + 1900);
}

std::string clock_text_milliseconds(WallTime time, const policy::TimeZone& zone) {
  const policy::LocalTime local = zone.at(time);
  const Broken b = broken(time + std::chrono::minutes(local.minutes));
  return print("%02d:%02d:%02d.%03u %.32s %s %s %d %d", b.tm.tm_hour, b.tm.tm_min, b.tm.tm_sec,
               b.milliseconds, local.zone.c_str(), kDays[static_cast<std::size_t>(b.tm.tm_wday)],
               kMonths[static_cast<std::size_t>(b.tm.tm_mon)], b.tm.tm_mday, b.tm.tm_year + 1900);
}

std::string date_text(WallTime time, const policy::TimeZone& zone) {
  return policy::to_text(time, zone);
}

std::string plain_date_text(WallTime time) {
  const Broken b = broken(time);
  return print("%02d:%02d:%02d %s %d %d", b.tm.tm_hour, b.tm.tm_min, b.tm.tm_sec,
               kMonths[static_cast<std::size_t>(b.tm.tm_mon)], b.tm.tm_mday, b.tm.tm_year + 1900);
}

std::string iso_text(WallTime time) {
  const Broken b = broken(time);
  return print("%04d-%02d-%02dT%02d:%02d:%02dZ", b.tm.tm_year + 1900, b.tm.tm_mon + 1, b.tm.tm_mday,
               b.tm.tm_hour, b.tm.tm_min, b.tm.tm_sec);
}

std::string age_text(std::uint64_t seconds) {
  const unsigned long long days = seconds / 86400;
  const unsigned hours = static_cast<unsigned>(seconds / 3600 % 24);
  if (days >= 7) return print("%lluw%llud", days / 7, days % 7);
  if (days > 0) return print("%llud%02uh", days, hours);
  return print("%02u:%02u:%02u", hours, static_cast<unsigned>(seconds / 60 % 60),
               static_cast<unsigned>(seconds % 60));
}

std::string uptime_text(Duration uptime) {
  const auto minutes = static_cast<std::uint64_t>(uptime.count()) / 60000;
  const std::array<std::pair<std::uint64_t, const char*>, 4> parts{{{minutes / 10080, "week"},
                                                                    {minutes / 1440 % 7, "day"},
                                                                    {minutes / 60 % 24, "hour"},
                                                                    {minutes % 60, "minute"}}};
  std::string out;
  for (const auto& [count, unit] : parts) {
    if (count == 0 && !(out.empty() && unit == parts.back().second)) continue;
    if (!out.empty()) out += ", ";
    out += std::to_string(count) + " " + unit + (count == 1 ? "" : "s");
  }
  return out;
}

}  // namespace spa::config
