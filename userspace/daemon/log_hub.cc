// SPDX-License-Identifier: Apache-2.0
#include "userspace/daemon/log_hub.h"

#include <syslog.h>

#include <cstdio>
#include <ctime>

namespace spa::daemon {

namespace {

constexpr std::size_t kRingLines = 1000;

// "Nov 21 18:30:00.123: ", as the router puts it before each line.
std::string stamp(WallTime time) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
  std::tm broken{};
  gmtime_r(&seconds, &broken);
  char text[32];
  std::strftime(text, sizeof text, "%b %e %H:%M:%S", &broken);
  char line[48];
  std::snprintf(line, sizeof line, "%s.%03d: ", text,
                static_cast<int>(time.time_since_epoch().count() % 1000));
  return line;
}

// Peers choose part of what is logged: nothing of it may move the cursor of a terminal.
std::string printable(const std::string& text) {
  std::string result;
  for (const char c : text) {
    const auto octet = static_cast<unsigned char>(c);
    result += octet < 0x20 || octet == 0x7f ? '?' : c;
  }
  return result;
}

}  // namespace

void LogHub::write(const LogRecord& record) {
  const WallTime now = std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
  const std::string line = printable(format(record));
  if (target_ == Target::kSyslog) {
    syslog(static_cast<int>(record.severity), "%s", line.c_str());
  } else {
    const std::string whole = stamp(now) + line + "\n";
    std::fputs(whole.c_str(), stderr);
  }
  ring_.push_back({now, line});
  if (ring_.size() > kRingLines) ring_.pop_front();
  for (const auto& [key, monitor] : monitors_) monitor(stamp(now) + line);
}

bool LogHub::debugging(std::string_view stream) const {
  return streams_.find(stream) != streams_.end();
}

void LogHub::set_debugging(const std::string& stream, bool on) {
  if (on) {
    streams_.insert(stream);
  } else {
    streams_.erase(stream);
  }
}

std::vector<std::string> LogHub::streams() const {
  return {streams_.begin(), streams_.end()};
}

}  // namespace spa::daemon
