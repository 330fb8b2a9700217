// SPDX-License-Identifier: Apache-2.0
// Router-style log lines: %FACILITY-SEVERITY-MNEMONIC: text (R-DBG). Rooms write to a LogSink that
// they are given; only the daemon knows where lines go (syslog, standard error, ring buffer,
// terminal monitor).
#pragma once

#include <string>
#include <string_view>

#include "userspace/base/debug.h"

namespace spa {

// The severities of syslog (RFC 5424, 6.2.1), which the router prints as a digit.
enum class Severity { kEmergency, kAlert, kCritical, kError, kWarning, kNotice, kInfo, kDebug };

struct LogRecord {
  Severity severity = Severity::kInfo;
  std::string_view facility;  // "CRYPTO", "PKI", "SYS" …; the debug stream ("isakmp", "ikev2") when
                              // severity is kDebug
  std::string_view mnemonic;  // "IKMP_MODE_FAILURE" …; empty for debug lines
  std::string text;           // never holds key material
};

class LogSink {
 public:
  virtual ~LogSink() = default;
  virtual void write(const LogRecord& record) = 0;
  // Cheap test, so that debug text is only built when somebody reads it.
  [[nodiscard]] virtual bool debugging(std::string_view stream) const = 0;
  // A sink that does not care about forms gets the lines of the newest one.
  virtual void debug(const DebugRecord& record);
};

// "%CRYPTO-6-ISAKMP_ON_OFF: ISAKMP is ON"
[[nodiscard]] std::string format(const LogRecord& record);

// Drops every line.
class NullLog final : public LogSink {
 public:
  void write(const LogRecord&) override {}
  [[nodiscard]] bool debugging(std::string_view) const override { return false; }
  void debug(const DebugRecord&) override {}
};

}  // namespace spa
