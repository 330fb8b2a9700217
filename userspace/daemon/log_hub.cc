// SPDX-License-Identifier: Apache-2.0
#include "userspace/daemon/log_hub.h"

#include <syslog.h>

#include <cstdio>
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

}  // namespace

void LogHub::keep(Severity severity, const Moment& moment, const std::string& stamp,
                  const std::string& text) {
  if (target_ == Target::kSyslog) {
    syslog(static_cast<int>(severity), "%s", text.c_str());
  } else {
    const std::string whole = stamp + text + "\n";
    std::fputs(whole.c_str(), stderr);
  }
  ring_.push_back({moment.wall, stamp, text});
  if (ring_.size() > kRingLines) ring_.pop_front();
}

void LogHub::write(const LogRecord& record) {
  const Moment moment = clock_();
  const bool debug = record.severity == Severity::kDebug;
  const std::string stamp = time_stamp(debug ? debug_stamp_ : log_stamp_, moment);
  const std::string line = printable(format(record));
  keep(record.severity, moment, stamp, line);
  // A copy: whoever cannot be told any more takes itself off the list.
  for (const auto& [key, monitor] : std::map(monitors_)) monitor.tell(stamp + line);
}

void LogHub::debug(const DebugRecord& record) {
  if (!debugging(record.stream)) return;
  // What is about no peer, as PKI is, no condition is about.
  const bool conditional = record.peer && !conditions_.empty();
  if (conditional && !conditions_.contains(*record.peer)) return;
  const Moment moment = clock_();
  const std::string stamp = time_stamp(debug_stamp_, moment);
  std::map<DebugForm, DebugLines> forms;
  const auto lines_in = [&](DebugForm form) -> const DebugLines& {
    const auto found = forms.find(form);
    if (found != forms.end()) return found->second;
    return forms[form] = printable(record.event.lines(form));
  };
  for (const DebugLine& line : lines_in(DebugForm::kA)) {
    keep(Severity::kDebug, moment, line.stamped ? stamp : "", line.text);
  }
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

void LogHub::use_stamps(const policy::TimeStamp& debug, const policy::TimeStamp& log) {
  debug_stamp_ = debug;
  log_stamp_ = log;
}

}  // namespace spa::daemon
