// SPDX-License-Identifier: Apache-2.0
#include "firmware-sim/transport/qtest_port.h"

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cinttypes>
#include <cstdio>
#include <utility>

namespace spa::card {

Opened<std::unique_ptr<QtestPort>> QtestPort::listen(const std::string& path) {
  Opened<UniqueFd> listener = bind_unix(path, SOCK_STREAM);
  if (!listener) return tl::unexpected(listener.error());
  if (::listen(listener->get(), 1) != 0) return tl::unexpected(system_error(path));
  return std::unique_ptr<QtestPort>(new QtestPort(std::move(*listener), path));
}

QtestPort::~QtestPort() {
  ::unlink(path_.c_str());
}

void QtestPort::service() {
  if (!client_.valid()) {
    client_ = UniqueFd(::accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    rest_.clear();
    return;
  }
  std::array<char, 4096> answers;
  const auto got = ::recv(client_.get(), answers.data(), answers.size(), MSG_DONTWAIT);
  if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) client_.reset();
}

bool QtestPort::send_rest() {
  while (!rest_.empty()) {
    const auto sent =
        ::send(client_.get(), rest_.data(), rest_.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent <= 0) return false;
    rest_.erase(0, static_cast<std::size_t>(sent));
  }
  return true;
}

bool QtestPort::write32(std::uint64_t address, std::uint32_t value) {
  if (!client_.valid() || !send_rest()) return false;
  std::array<char, 48> command;
  const int length = std::snprintf(command.data(), command.size(),
                                   "writel 0x%" PRIx64 " 0x%" PRIx32 "\n", address, value);
  const auto sent = ::send(client_.get(), command.data(), static_cast<std::size_t>(length),
                           MSG_DONTWAIT | MSG_NOSIGNAL);
  if (sent <= 0) return false;
  rest_.assign(command.data() + sent, static_cast<std::size_t>(length - sent));
  (void)send_rest();
  return true;
}

}  // namespace spa::card
