// SPDX-License-Identifier: Apache-2.0
#include "firmware-sim/transport/stream_server.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace spa::card {

namespace {

constexpr int kReplyTimeoutMs = 1000;

}  // namespace

Opened<std::unique_ptr<StreamServer>> StreamServer::listen(const std::string& path,
                                                           Protocol protocol, Log log) {
  Opened<UniqueFd> listener = bind_unix(path, SOCK_STREAM);
  if (!listener) return tl::unexpected(listener.error());
  if (::listen(listener->get(), 1) != 0) return tl::unexpected(system_error(path));
  return std::unique_ptr<StreamServer>(
      new StreamServer(std::move(*listener), path, std::move(protocol), std::move(log)));
}

StreamServer::StreamServer(UniqueFd listener, std::string path, Protocol protocol, Log log)
    : listener_(std::move(listener)),
      path_(std::move(path)),
      protocol_(std::move(protocol)),
      log_(std::move(log)) {}

StreamServer::~StreamServer() {
  ::unlink(path_.c_str());
}

void StreamServer::accept() {
  UniqueFd client(::accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (!client.valid()) return;
  client_ = std::move(client);
  session_ = protocol_.session();
  message_.clear();
  fds_.clear();
  log_("client connected");
}

// By value: the reason may belong to the session that ends here.
void StreamServer::disconnect(std::string why) {
  session_.reset();
  client_.reset();
  message_.clear();
  fds_.clear();
  log_("client gone: " + std::move(why) + "; the card is in power-on state");
}

void StreamServer::service() {
  if (!client_.valid()) {
    accept();
    return;
  }
  for (int i = 0; i < kMessagesAtOnce && client_.valid() && receive_message(); ++i) {
    const std::optional<Bytes> reply = session_->handle(message_, std::exchange(fds_, {}));
    message_.clear();
    if (!reply) {
      disconnect(session_->failure());
    } else if (!reply->empty() && !send(*reply)) {
      disconnect("it does not read its replies");
    }
  }
}

// True when message_ holds a whole message. Never reads beyond it, so that descriptors stay with
// their message.
bool StreamServer::receive_message() {
  const std::size_t header = protocol_.header_size;
  if (message_.size() < header && !receive_some(header)) return false;
  const auto size = protocol_.message_size(ByteView(message_).first(header));
  if (!size || *size < header) {
    disconnect("a message that is none");
    return false;
  }
  return message_.size() >= *size || receive_some(*size);
}

// Takes the descriptors out of a received message. False when some were lost.
bool StreamServer::take_fds(msghdr& received) {
  for (cmsghdr* part = CMSG_FIRSTHDR(&received); part != nullptr;
       part = CMSG_NXTHDR(&received, part)) {
    if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS) continue;
    const std::size_t count = (part->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (std::size_t i = 0; i < count; ++i) {
      int fd = -1;
      std::memcpy(&fd, CMSG_DATA(part) + i * sizeof fd, sizeof fd);
      fds_.emplace_back(fd);
    }
  }
  return (received.msg_flags & MSG_CTRUNC) == 0 && fds_.size() <= kMostFds;
}

// Reads until message_ has `wanted` octets. False when they have not come yet, or the client is
// gone.
bool StreamServer::receive_some(std::size_t wanted) {
  while (message_.size() < wanted) {
    const std::size_t had = message_.size();
    message_.resize(wanted);
    iovec part{message_.data() + had, wanted - had};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int) * kMostFds)> control;
    msghdr received{};
    received.msg_iov = &part;
    received.msg_iovlen = 1;
    received.msg_control = control.data();
    received.msg_controllen = control.size();
    const auto got = ::recvmsg(client_.get(), &received, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    const int error = errno;
    message_.resize(had + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    if (got < 0 && (error == EAGAIN || error == EINTR)) return false;
    if (got <= 0) {
      disconnect(got == 0 ? "it closed the connection" : "the connection broke");
      return false;
    }
    if (!take_fds(received)) {
      disconnect("a message with too many descriptors");
      return false;
    }
  }
  return true;
}

bool StreamServer::send(ByteView reply) {
  while (!reply.empty()) {
    const auto sent =
        ::send(client_.get(), reply.data(), reply.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent > 0) {
      reply = reply.subspan(static_cast<std::size_t>(sent));
      continue;
    }
    if (errno != EAGAIN && errno != EINTR) return false;
    pollfd writable{.fd = client_.get(), .events = POLLOUT, .revents = 0};
    if (::poll(&writable, 1, kReplyTimeoutMs) == 0) return false;
  }
  return true;
}

}  // namespace spa::card
