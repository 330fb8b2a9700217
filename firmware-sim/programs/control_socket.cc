// SPDX-License-Identifier: Apache-2.0
#include "firmware-sim/programs/control_socket.h"

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

namespace spa::card {

Opened<std::unique_ptr<ControlSocket>> ControlSocket::listen(const std::string& path,
                                                             Handler handler) {
  Opened<UniqueFd> listener = bind_unix(path, SOCK_SEQPACKET);
  if (!listener) return tl::unexpected(listener.error());
  if (::listen(listener->get(), 8) != 0) return tl::unexpected(system_error(path));
  return std::unique_ptr<ControlSocket>(
      new ControlSocket(std::move(*listener), path, std::move(handler)));
}

ControlSocket::ControlSocket(UniqueFd listener, std::string path, Handler handler)
    : listener_(std::move(listener)), path_(std::move(path)), handler_(std::move(handler)) {}

ControlSocket::~ControlSocket() {
  ::unlink(path_.c_str());
}

void ControlSocket::service() {
  if (!client_.valid()) {
    client_.reset(::accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    return;
  }
  std::array<char, kLongestCommand> command;
  const auto length = ::recv(client_.get(), command.data(), command.size(), MSG_TRUNC);
  if (length < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (length > 0) {
    std::string reply = "-the command is too long";
    if (static_cast<std::size_t>(length) <= command.size()) {
      const auto done =
          handler_(std::string_view(command.data(), static_cast<std::size_t>(length)));
      reply = done ? "+" + *done : "-" + done.error();
    }
    (void)::send(client_.get(), reply.data(), reply.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  }
  client_.reset();
}

}  // namespace spa::card
