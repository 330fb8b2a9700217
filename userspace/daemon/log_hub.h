// SPDX-License-Identifier: Apache-2.0
// Where log lines go: standard error, the host's syslog, a ring for `show logging`, and people with
// `terminal monitor`, each of whom reads debug lines in the form of his terminal; to each what
// `logging …` says.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "userspace/base/clock.h"
#include "userspace/base/log.h"
#include "userspace/config/logging.h"
#include "userspace/daemon/syslog_socket.h"
#include "userspace/daemon/time_stamp.h"
#include "userspace/policy/time_stamp.h"
#include "userspace/policy/time_zone.h"

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

  // kStandardError: of a daemon in the foreground, beside the syslog. Where standard error is the
  // journal, lines would be there twice: they go to it alone.
  enum class Target { kStandardError, kSyslog };
  explicit LogHub(Target target, std::string syslog_path = "/dev/log",
                  std::function<Moment()> clock = moment_now)
      : target_(target), syslog_(std::move(syslog_path)), clock_(std::move(clock)) {}

  void write(const LogRecord& record) override;
  void debug(const DebugRecord& record) override;
  [[nodiscard]] bool debugging(std::string_view stream) const override;

  void configure(const config::LoggingSettings& settings);
  void set_debugging(const std::string& stream, bool on);
  [[nodiscard]] std::vector<std::string> streams() const;

  // `debug crypto condition`: with one, of what is about a peer only that of these is told.
  void set_condition(const IpAddress& peer, bool on);
  [[nodiscard]] const std::set<IpAddress>& conditions() const { return conditions_; }

  // `service timestamps`; `zone` is that of `clock timezone`.
  void use_stamps(const policy::TimeStamp& debug, const policy::TimeStamp& log,
                  const policy::TimeZone& zone);

  [[nodiscard]] const std::deque<LogEntry>& ring() const { return ring_; }
  void clear_ring();

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
  [[nodiscard]] static bool wanted(Severity severity, const std::optional<Severity>& least) {
    return least && severity <= *least;
  }
  [[nodiscard]] std::string stamp(const policy::TimeStamp& form, Moment moment) const;
  // To all but the people who watch.
  void keep(Severity severity, const Moment& moment, const std::string& stamp,
            const std::string& text);
  void keep_in_ring(LogEntry entry);

  Target target_;
  SyslogSocket syslog_;
  std::function<Moment()> clock_;
  config::LoggingSettings settings_;
  policy::TimeStamp debug_stamp_;
  policy::TimeStamp log_stamp_;
  policy::TimeZone zone_;
  std::deque<LogEntry> ring_;
  std::size_t ring_octets_ = 0;
  std::set<std::string, std::less<>> streams_;
  std::set<IpAddress> conditions_;
  std::map<const void*, Watcher> monitors_;
};

}  // namespace spa::daemon
