// SPDX-License-Identifier: Apache-2.0
#include "userspace/daemon/log_hub.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
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

// What systemd says of the stream that it gave us.
bool standard_error_is_journal() {
  const char* stream = std::getenv("JOURNAL_STREAM");  // NOLINT(concurrency-mt-unsafe): never set
  struct stat status{};
  if (stream == nullptr || ::fstat(STDERR_FILENO, &status) != 0) return false;
  return std::to_string(status.st_dev) + ":" + std::to_string(status.st_ino) == stream;
}

}  // namespace

void LogHub::write(const LogRecord& record) {
  const auto wanted = [&](const std::optional<Severity>& least) {
    return least && record.severity <= *least;
  };
  const WallTime now = std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
  const std::string line = printable(format(record));
  const bool console = target_ == Target::kStandardError;
  if (console && wanted(settings_.console)) {
    const std::string whole = stamp(now) + line + "\n";
    std::fputs(whole.c_str(), stderr);
  }
  static const bool twice = standard_error_is_journal();
  if (!(console && twice) && wanted(settings_.trap)) syslog_.send(record.severity, now, line);
  if (wanted(settings_.buffered)) keep({now, line});
  if (!wanted(settings_.monitor)) return;
  for (const auto& [key, monitor] : monitors_) monitor(stamp(now) + line);
}

void LogHub::keep(LogEntry entry) {
  ring_octets_ += entry.text.size();
  ring_.push_back(std::move(entry));
  const std::size_t most = settings_.buffer_octets;
  while (ring_.size() > kRingLines || (most != 0 && ring_octets_ > most && ring_.size() > 1)) {
    ring_octets_ -= ring_.front().text.size();
    ring_.pop_front();
  }
}

void LogHub::clear_ring() {
  ring_.clear();
  ring_octets_ = 0;
}

void LogHub::configure(const config::LoggingSettings& settings) {
  settings_ = settings;
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
