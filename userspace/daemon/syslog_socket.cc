// SPDX-License-Identifier: Apache-2.0
#include "userspace/daemon/syslog_socket.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <ctime>

namespace spa::daemon {

namespace {

constexpr int kDaemonFacility = 3;

// "<30>Nov 29 14:06:30 spa-iked[123]: ", in local time (RFC 3164 4.1).
std::string head(Severity severity, WallTime time) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
  std::tm broken{};
  localtime_r(&seconds, &broken);
  char stamp[32];
  std::strftime(stamp, sizeof stamp, "%b %e %H:%M:%S", &broken);
  char text[80];
  std::snprintf(text, sizeof text,
                "<%d>%s spa-iked[%d]: ", kDaemonFacility * 8 + static_cast<int>(severity), stamp,
                ::getpid());
  return text;
}

}  // namespace

SyslogSocket::~SyslogSocket() {
  close();
}

void SyslogSocket::close() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

bool SyslogSocket::open() {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path_.size() >= sizeof address.sun_path) return false;
  std::memcpy(address.sun_path, path_.c_str(), path_.size());
  for (const int type : {SOCK_DGRAM, SOCK_STREAM}) {
    fd_ = ::socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd_ < 0) return false;
    stream_ = type == SOCK_STREAM;
    if (::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0)
      return true;
    const bool other_type = errno == EPROTOTYPE;
    close();
    if (!other_type) return false;
  }
  return false;
}

void SyslogSocket::send(Severity severity, WallTime time, const std::string& text) {
  const std::string whole = head(severity, time) + text;
  for (int attempt = 0; attempt < 2; ++attempt) {
    if (fd_ < 0 && !open()) return;
    const std::size_t size = whole.size() + (stream_ ? 1 : 0);
    const ssize_t sent = ::send(fd_, whole.c_str(), size, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent == static_cast<ssize_t>(size)) return;
    // Half a message of a stream would join with the next one.
    const bool full = sent < 0 && (errno == EAGAIN || errno == ENOBUFS || errno == EMSGSIZE);
    if (full) return;
    close();
  }
}

}  // namespace spa::daemon
