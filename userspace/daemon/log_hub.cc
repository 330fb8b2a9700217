// SPDX-License-Identifier: Apache-2.0
#include "userspace/daemon/log_hub.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <utility>

namespace spa::daemon {

namespace {

constexpr std::size_t kRingLines = 1000;

// Peers choose part of what is logged: nothing of it may move the cursor of a terminal.
std::string printable(const std::string& text) {
  std::string result;
  for (const char c : text) {
    const auto octet = static_cast<unsigned char>(c);
    result += octet < 0x20 || octet == 0x7f ? '?' : c;
  }
  return result;
}

DebugLines printable(DebugLines lines) {
  for (DebugLine& line : lines) line.text = printable(line.text);
  return lines;
}

// What systemd says of the stream that it gave us.
bool standard_error_is_journal() {
  const char* stream = std::getenv("JOURNAL_STREAM");  // NOLINT(concurrency-mt-unsafe): never set
  struct stat status{};
  if (stream == nullptr || ::fstat(STDERR_FILENO, &status) != 0) return false;
  return std::to_string(status.st_dev) + ":" + std::to_string(status.st_ino) == stream;
}

}  // namespace

std::string LogHub::stamp(const policy::TimeStamp& form, Moment moment) const {
  if (form.local_time) moment.wall += Duration(zone_.at(moment.wall).minutes * 60'000LL);
  return time_stamp(form, moment);
}

void LogHub::keep(Severity severity, const Moment& moment, const std::string& stamp,
                  const std::string& text) {
  const bool console = target_ == Target::kStandardError;
  if (console && wanted(severity, settings_.console)) {
    const std::string whole = stamp + text + "\n";
    std::fputs(whole.c_str(), stderr);
  }
  static const bool twice = standard_error_is_journal();
  if (!(console && twice) && wanted(severity, settings_.trap)) {
    syslog_.send(severity, moment.wall, text);
  }
  if (wanted(severity, settings_.buffered)) keep_in_ring({moment.wall, stamp, text});
}

void LogHub::keep_in_ring(LogEntry entry) {
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

void LogHub::write(const LogRecord& record) {
  const Moment moment = clock_();
  const bool debug = record.severity == Severity::kDebug;
  const std::string stamp = this->stamp(debug ? debug_stamp_ : log_stamp_, moment);
  const std::string line = printable(format(record));
  keep(record.severity, moment, stamp, line);
  if (!wanted(record.severity, settings_.monitor)) return;
  // A copy: whoever cannot be told any more takes itself off the list.
  for (const auto& [key, monitor] : std::map(monitors_)) monitor.tell(stamp + line);
}

void LogHub::debug(const DebugRecord& record) {
  if (!debugging(record.stream)) return;
  // What is about no peer, as PKI is, no condition is about.
  const bool conditional = record.peer && !conditions_.empty();
  if (conditional && !conditions_.contains(*record.peer)) return;
  const Moment moment = clock_();
  const std::string stamp = this->stamp(debug_stamp_, moment);
  std::map<DebugForm, DebugLines> forms;
  const auto lines_in = [&](DebugForm form) -> const DebugLines& {
    const auto found = forms.find(form);
    if (found != forms.end()) return found->second;
    return forms[form] = printable(record.event.lines(form));
  };
  for (const DebugLine& line : lines_in(DebugForm::kA)) {
    keep(Severity::kDebug, moment, line.stamped ? stamp : "", line.text);
  }
  if (!wanted(Severity::kDebug, settings_.monitor)) return;
  for (const auto& [key, monitor] : std::map(monitors_)) {
    // The firewall's have no time (R-DBG-7).
    const bool stamps = monitor.form != DebugForm::kPix;
    for (const DebugLine& line : lines_in(monitor.form)) {
      if (!monitors_.contains(key)) break;
      monitor.tell((stamps && line.stamped ? stamp : "") + line.text);
    }
  }
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

void LogHub::set_condition(const IpAddress& peer, bool on) {
  if (on) {
    conditions_.insert(peer);
  } else {
    conditions_.erase(peer);
  }
}

void LogHub::use_stamps(const policy::TimeStamp& debug, const policy::TimeStamp& log,
                        const policy::TimeZone& zone) {
  debug_stamp_ = debug;
  log_stamp_ = log;
  zone_ = zone;
}

}  // namespace spa::daemon
