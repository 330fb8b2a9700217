// SPDX-License-Identifier: Apache-2.0
#include "userspace/tool/client.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>

namespace spa::tool {
namespace {

std::string reason(int code) {
  return std::generic_category().message(code);
}

}  // namespace

Result<std::unique_ptr<Client>> Client::connect(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof(address.sun_path))
    return fail(Errc::kInvalid, "the socket name is too long: " + path);
  std::memcpy(address.sun_path, path.data(), path.size());
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return fail(Errc::kIo, "no socket: " + reason(errno));
  std::unique_ptr<Client> client(new Client(fd));
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
    const int code = errno;
    const bool away = code == ENOENT || code == ECONNREFUSED;
    return fail(Errc::kIo, "cannot reach the daemon at " + path + ": " + reason(code) +
                               (away ? "; is spa-iked running?" : ""));
  }
  return client;
}

Client::~Client() {
  ::close(fd_);
}

Status Client::send_all(std::string_view octets) {
  while (!octets.empty()) {
    const ssize_t sent = ::send(fd_, octets.data(), octets.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) return fail(Errc::kIo, "the daemon has gone: " + reason(errno));
    octets.remove_prefix(static_cast<std::size_t>(sent));
  }
  return {};
}

Status Client::receive() {
  std::array<char, 65536> buffer;
  for (;;) {
    const ssize_t got = ::recv(fd_, buffer.data(), buffer.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail(Errc::kIo, "the daemon has gone: " + reason(errno));
    if (got == 0) return fail(Errc::kIo, "the daemon closed the connection");
    return reader_.feed({buffer.data(), static_cast<std::size_t>(got)});
  }
}

Result<control::Response> Client::ask(control::RequestType type, std::string line, bool json) {
  const std::uint64_t id = next_id_++;
  const std::string message = control::encode(control::Request{id, type, std::move(line), json});
  if (message.size() > control::kMaxRequest) return fail(Errc::kInvalid, "the line is too long");
  if (auto sent = send_all(message); !sent) return tl::unexpected(sent.error());
  std::string before, data;
  for (;;) {
    auto text = reader_.next();
    if (!text) {
      if (auto got = receive(); !got) return tl::unexpected(got.error());
      continue;
    }
    auto reply = control::decode_reply(*text);
    if (!reply) return fail(Errc::kIo, "the daemon speaks another language: " + reply.error().text);
    if (auto* response = std::get_if<control::Response>(&*reply)) {
      if (response->id != id) continue;
      response->text.insert(0, before);
      if (!data.empty()) response->data = std::move(data);
      return std::move(*response);
    } else if (auto* progress = std::get_if<control::Progress>(&*reply)) {
      if (progress->id != id) continue;
      data += progress->data;
      if (on_progress)
        on_progress(progress->text);
      else
        before += progress->text;
    } else if (auto* event = std::get_if<control::LogEvent>(&*reply)) {
      on_log(event->text);
    } else {
      return fail(Errc::kIo,
                  "the daemon refused: " + std::get<control::ProtocolError>(*reply).text);
    }
  }
}

Status Client::poll_log() {
  if (auto got = receive(); !got) return got;
  while (auto text = reader_.next()) {
    auto reply = control::decode_reply(*text);
    if (!reply) return tl::unexpected(reply.error());
    if (auto* event = std::get_if<control::LogEvent>(&*reply)) on_log(event->text);
  }
  return {};
}

}  // namespace spa::tool
