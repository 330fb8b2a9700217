// SPDX-License-Identifier: Apache-2.0
#include "firmware-sim/port/socket_path.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>

namespace spa::card {
namespace {

const sockaddr* as_sockaddr(const sockaddr_un& address) {
  return reinterpret_cast<const sockaddr*>(&address);
}

// True when a process holds a socket bound to this address.
bool has_owner(const sockaddr_un& address, int type) {
  const UniqueFd probe(::socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!probe.valid()) return true;
  if (::connect(probe.get(), as_sockaddr(address), sizeof address) == 0) return true;
  return errno != ECONNREFUSED && errno != ENOENT;
}

}  // namespace

std::string system_error(const std::string& what) {
  return what + ": " + std::generic_category().message(errno);
}

Opened<sockaddr_un> unix_address(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.empty()) return tl::unexpected<std::string>("an empty socket path");
  if (path.size() >= sizeof address.sun_path) {
    return tl::unexpected<std::string>(path + ": longer than a socket path may be (" +
                                       std::to_string(sizeof address.sun_path - 1) + " octets)");
  }
  std::memcpy(address.sun_path, path.data(), path.size());
  return address;
}

Opened<UniqueFd> bind_unix(const std::string& path, int type) {
  const Opened<sockaddr_un> address = unix_address(path);
  if (!address) return tl::unexpected(address.error());
  struct stat there{};
  if (::lstat(path.c_str(), &there) == 0) {
    if (!S_ISSOCK(there.st_mode))
      return tl::unexpected<std::string>(path + ": exists and is not a socket");
    if (has_owner(*address, type))
      return tl::unexpected<std::string>(path + ": another process listens there");
    ::unlink(path.c_str());
  }
  UniqueFd fd(::socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd.valid()) return tl::unexpected(system_error("socket"));
  if (::bind(fd.get(), as_sockaddr(*address), sizeof *address) != 0) {
    return tl::unexpected(system_error(path));
  }
  return fd;
}

}  // namespace spa::card
