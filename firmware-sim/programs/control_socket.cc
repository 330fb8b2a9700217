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
  Opened<UniqueFd> listener = bind_unix(path, SOCK_STREAM);
  if (!listener) return tl::unexpected(listener.error());
  if (::listen(listener->get(), kMostClients) != 0) return tl::unexpected(system_error(path));
  return std::unique_ptr<ControlSocket>(
      new ControlSocket(std::move(*listener), path, std::move(handler)));
}

ControlSocket::ControlSocket(UniqueFd listener, std::string path, Handler handler)
    : listener_(std::move(listener)), path_(std::move(path)), handler_(std::move(handler)) {}

ControlSocket::~ControlSocket() {
  ::unlink(path_.c_str());
}

void ControlSocket::watch(std::vector<pollfd>& fds) const {
  // More clients than that wait until one goes.
  if (clients_.size() < kMostClients) fds.push_back({listener_.get(), POLLIN, 0});
  for (const Client& client : clients_) fds.push_back({client.fd.get(), POLLIN, 0});
}

void ControlSocket::service() {
  take_in();
  std::erase_if(clients_, [this](Client& client) { return !serve(client); });
}

void ControlSocket::take_in() {
  while (clients_.size() < kMostClients) {
    UniqueFd fd(::accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!fd.valid()) return;
    clients_.push_back({std::move(fd), {}});
  }
}

bool ControlSocket::serve(Client& client) {
  std::array<char, kLongestCommand> octets;
  const auto length = ::recv(client.fd.get(), octets.data(), octets.size(), 0);
  if (length < 0) return errno == EAGAIN || errno == EINTR;
  if (length == 0) return false;
  client.asked.append(octets.data(), static_cast<std::size_t>(length));
  return answer(client);
}

bool ControlSocket::answer(Client& client) {
  for (auto end = client.asked.find('\n'); end != std::string::npos;
       end = client.asked.find('\n')) {
    const auto done = handler_(std::string_view(client.asked).substr(0, end));
    client.asked.erase(0, end + 1);
    const std::string reply = (done ? "+" + *done : "-" + done.error()) + "\n";
    // Who does not read the answers loses them.
    if (::send(client.fd.get(), reply.data(), reply.size(), MSG_NOSIGNAL | MSG_DONTWAIT) < 0 &&
        errno != EAGAIN)
      return false;
  }
  return client.asked.size() < kLongestCommand;
}

}  // namespace spa::card
