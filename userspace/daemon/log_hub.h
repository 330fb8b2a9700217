// SPDX-License-Identifier: Apache-2.0
// Where log lines go: standard error or syslog, a ring for `show logging`, and people with
// `terminal monitor`.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "userspace/base/clock.h"
#include "userspace/base/log.h"

namespace spa::daemon {

struct LogEntry {
  WallTime time{};
  std::string text;
};

// Belongs to the main thread.
class LogHub final : public LogSink {
 public:
  using Monitor = std::function<void(const std::string& line)>;

  enum class Target { kStandardError, kSyslog };
  explicit LogHub(Target target) : target_(target) {}

  void write(const LogRecord& record) override;
  [[nodiscard]] bool debugging(std::string_view stream) const override;

  void set_debugging(const std::string& stream, bool on);
  [[nodiscard]] std::vector<std::string> streams() const;

  [[nodiscard]] const std::deque<LogEntry>& ring() const { return ring_; }
  void clear_ring() { ring_.clear(); }

  // `key` names the monitor for remove_monitor().
  void add_monitor(const void* key, Monitor monitor) { monitors_[key] = std::move(monitor); }
  void remove_monitor(const void* key) { monitors_.erase(key); }

 private:
  Target target_;
  std::deque<LogEntry> ring_;
  std::set<std::string, std::less<>> streams_;
  std::map<const void*, Monitor> monitors_;
};

}  // namespace spa::daemon
