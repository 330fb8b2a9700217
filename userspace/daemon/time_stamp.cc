// SPDX-License-Identifier: Apache-2.0
#include "userspace/daemon/time_stamp.h"

#include <sys/timex.h>

#include <cstdio>
#include <ctime>

namespace spa::daemon {

namespace {

std::string uptime_stamp(Duration uptime) {
  const auto seconds = static_cast<unsigned long long>(uptime.count() / 1000);
  const unsigned long long days = seconds / 86400;
  char text[48];
  if (days == 0) {
    std::snprintf(text, sizeof text, "%02llu:%02llu:%02llu: ", seconds / 3600, seconds / 60 % 60,
                  seconds % 60);
  } else {
    std::snprintf(text, sizeof text, "%llud%02lluh: ", days, seconds / 3600 % 24);
  }
  return text;
}

std::string date_stamp(const Moment& moment, bool milliseconds) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(moment.wall);
  std::tm broken{};
  gmtime_r(&seconds, &broken);
  char text[32];
  std::strftime(text, sizeof text, "%b %e %H:%M:%S", &broken);
  std::string stamp = moment.synchronised ? "" : "*";
  stamp += text;
  if (milliseconds) {
    char fraction[8];
    std::snprintf(fraction, sizeof fraction, ".%03d",
                  static_cast<int>(moment.wall.time_since_epoch().count() % 1000));
    stamp += fraction;
  }
  return stamp + ": ";
}

}  // namespace

bool clock_is_synchronised() {
  timex query{};
  const int state = adjtimex(&query);
  return state >= 0 && state != TIME_ERROR;
}

bool ClockState::synchronised(Duration uptime) {
  constexpr Duration kFresh{1000};
  const std::lock_guard guard(lock_);
  if (!asked_ || uptime - *asked_ >= kFresh) {
    asked_ = uptime;
    synchronised_ = ask_();
  }
  return synchronised_;
}

Moment moment_now() {
  static const auto start = std::chrono::steady_clock::now();
  static ClockState clock;
  const auto uptime =
      std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now() - start);
  return {std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now()), uptime,
          clock.synchronised(uptime)};
}

std::string time_stamp(const policy::TimeStamp& form, const Moment& moment) {
  switch (form.kind) {
    case policy::TimeStamp::Kind::kNone:
      return {};
    case policy::TimeStamp::Kind::kUptime:
      return uptime_stamp(moment.uptime);
    case policy::TimeStamp::Kind::kDateTime:
      return date_stamp(moment, form.milliseconds);
  }
  return {};
}

}  // namespace spa::daemon
