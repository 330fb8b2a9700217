// SPDX-License-Identifier: Apache-2.0
// The host's syslog, journald or another: a unix socket that takes one message after the other.
// syslog(3) would wait for a daemon that does not read; this one rather loses a line.
#pragma once

#include <string>

#include "userspace/base/clock.h"
#include "userspace/base/log.h"

namespace spa::daemon {

class SyslogSocket {
 public:
  explicit SyslogSocket(std::string path = "/dev/log") : path_(std::move(path)) {}
  ~SyslogSocket();
  SyslogSocket(const SyslogSocket&) = delete;
  SyslogSocket& operator=(const SyslogSocket&) = delete;

  // A message without control characters. Nothing happens where nobody listens; a syslog that was
  // started anew is found by the next message.
  void send(Severity severity, WallTime time, const std::string& text);

 private:
  [[nodiscard]] bool open();
  void close();

  std::string path_;
  int fd_ = -1;
  bool stream_ = false;  // messages end with a zero then
};

}  // namespace spa::daemon
