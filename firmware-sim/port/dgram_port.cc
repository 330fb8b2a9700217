// SPDX-License-Identifier: Apache-2.0
#include "firmware-sim/port/dgram_port.h"

#include <sys/socket.h>
#include <unistd.h>

#include <utility>

namespace spa::card {
namespace {

// Room for a few hundred full frames, so that a burst outlives the peer's scheduling delay.
constexpr int kBufferOctets = 4 << 20;

}  // namespace

Opened<std::unique_ptr<Port>> DgramPort::open(const std::string& local, const std::string& remote) {
  const Opened<sockaddr_un> address = unix_address(remote);
  if (!address) return tl::unexpected(address.error());
  Opened<UniqueFd> fd = bind_unix(local, SOCK_DGRAM);
  if (!fd) return tl::unexpected(fd.error());
  // Refused beyond the system's limit, which then is the size; the wire only gets lossier.
  (void)::setsockopt(fd->get(), SOL_SOCKET, SO_SNDBUF, &kBufferOctets, sizeof kBufferOctets);
  (void)::setsockopt(fd->get(), SOL_SOCKET, SO_RCVBUF, &kBufferOctets, sizeof kBufferOctets);
  return std::unique_ptr<Port>(new DgramPort(std::move(*fd), local, *address));
}

DgramPort::DgramPort(UniqueFd fd, std::string local, const sockaddr_un& remote)
    : fd_(std::move(fd)), local_(std::move(local)), remote_(remote) {}

DgramPort::~DgramPort() {
  ::unlink(local_.c_str());
}

bool DgramPort::send(ByteView frame) {
  const auto sent = ::sendto(fd_.get(), frame.data(), frame.size(), MSG_DONTWAIT | MSG_NOSIGNAL,
                             reinterpret_cast<const sockaddr*>(&remote_), sizeof remote_);
  return sent == static_cast<ssize_t>(frame.size());
}

std::optional<std::size_t> DgramPort::receive(MutableByteView buffer) {
  const auto got = ::recv(fd_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT | MSG_TRUNC);
  if (got < 0) return std::nullopt;
  return static_cast<std::size_t>(got);
}

}  // namespace spa::card
