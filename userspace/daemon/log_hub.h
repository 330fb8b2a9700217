// SPDX-License-Identifier: Apache-2.0
// Where log lines go: standard error, the host's syslog, a ring for `show logging`, and people with
// `terminal monitor`; to each what `logging …` says.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "userspace/base/clock.h"
#include "userspace/base/log.h"
#include "userspace/config/logging.h"
#include "userspace/daemon/syslog_socket.h"

namespace spa::daemon {

struct LogEntry {
  WallTime time{};
  std::string text;
};

// Belongs to the main thread.
class LogHub final : public LogSink {
 public:
  using Monitor = std::function<void(const std::string& line)>;

  // kStandardError: of a daemon in the foreground, beside the syslog. Where standard error is the
  // journal, lines would be there twice: they go to it alone.
  enum class Target { kStandardError, kSyslog };
  explicit LogHub(Target target, std::string syslog_path = "/dev/log")
      : target_(target), syslog_(std::move(syslog_path)) {}

  void write(const LogRecord& record) override;
  [[nodiscard]] bool debugging(std::string_view stream) const override;

  void configure(const config::LoggingSettings& settings);
  void set_debugging(const std::string& stream, bool on);
  [[nodiscard]] std::vector<std::string> streams() const;

  [[nodiscard]] const std::deque<LogEntry>& ring() const { return ring_; }
  void clear_ring();

  // `key` names the monitor for remove_monitor().
  void add_monitor(const void* key, Monitor monitor) { monitors_[key] = std::move(monitor); }
  void remove_monitor(const void* key) { monitors_.erase(key); }

 private:
  void keep(LogEntry entry);

  Target target_;
  SyslogSocket syslog_;
  config::LoggingSettings settings_;
  std::deque<LogEntry> ring_;
  std::size_t ring_octets_ = 0;
  std::set<std::string, std::less<>> streams_;
  std::map<const void*, Monitor> monitors_;
};

}  // namespace spa::daemon
