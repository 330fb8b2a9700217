// SPDX-License-Identifier: Apache-2.0
// Where log lines go: standard error or syslog, a ring for `show logging`, and people with
// `terminal monitor`, each of whom reads debug lines in the form of his terminal.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "userspace/base/clock.h"
#include "userspace/base/log.h"
#include "userspace/daemon/time_stamp.h"
#include "userspace/policy/time_stamp.h"

namespace spa::daemon {

struct LogEntry {
  WallTime time{};
  std::string stamp;  // as it stands before the text; empty where it goes on with the line before
  std::string text;
};

// Belongs to the main thread.
class LogHub final : public LogSink {
 public:
  using Monitor = std::function<void(const std::string& line)>;

  enum class Target { kStandardError, kSyslog };
  explicit LogHub(Target target, std::function<Moment()> clock = moment_now)
      : target_(target), clock_(std::move(clock)) {}

  void write(const LogRecord& record) override;
  void debug(const DebugRecord& record) override;
  [[nodiscard]] bool debugging(std::string_view stream) const override;

  void set_debugging(const std::string& stream, bool on);
  [[nodiscard]] std::vector<std::string> streams() const;

  // `debug crypto condition`: with one, of what is about a peer only that of these is told.
  void set_condition(const IpAddress& peer, bool on);
  [[nodiscard]] const std::set<IpAddress>& conditions() const { return conditions_; }

  // `service timestamps`
  void use_stamps(const policy::TimeStamp& debug, const policy::TimeStamp& log);

  [[nodiscard]] const std::deque<LogEntry>& ring() const { return ring_; }
  void clear_ring() { ring_.clear(); }

  // `key` names the monitor for remove_monitor().
  void add_monitor(const void* key, DebugForm form, Monitor monitor) {
    monitors_[key] = {form, std::move(monitor)};
  }
  void remove_monitor(const void* key) { monitors_.erase(key); }

 private:
  struct Watcher {
    DebugForm form = DebugForm::kA;
    Monitor tell;
  };
  void keep(Severity severity, const Moment& moment, const std::string& stamp,
            const std::string& text);

  Target target_;
  std::function<Moment()> clock_;
  policy::TimeStamp debug_stamp_;
  policy::TimeStamp log_stamp_;
  std::deque<LogEntry> ring_;
  std::set<std::string, std::less<>> streams_;
  std::set<IpAddress> conditions_;
  std::map<const void*, Watcher> monitors_;
};

}  // namespace spa::daemon
