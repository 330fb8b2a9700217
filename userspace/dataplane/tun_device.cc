// SPDX-License-Identifier: Apache-2.0
#include "userspace/dataplane/tun_device.h"

#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace spa::dataplane {

namespace {

Errc code_of_errno() {
  return errno == EPERM || errno == EACCES ? Errc::kDenied : Errc::kIo;
}

// No router solicitations into the tunnel: the device needs no IPv6 address of its own. Not there
// without IPv6, which is as good.
void without_link_local(const std::string& name) {
  const std::string path = "/proc/sys/net/ipv6/conf/" + name + "/addr_gen_mode";
  const int file = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
  if (file < 0) return;
  if (::write(file, "1", 1) != 1) errno = 0;
  close(file);
}

Status take_up(ifreq& request, unsigned mtu) {
  const int control = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (control < 0) return fail(Errc::kIo, std::strerror(errno));
  request.ifr_mtu = static_cast<int>(mtu);
  bool done = ioctl(control, SIOCSIFMTU, &request) == 0;
  if (done) {
    request.ifr_flags = IFF_UP;
    done = ioctl(control, SIOCSIFFLAGS, &request) == 0;
  }
  const Error error{code_of_errno(), std::strerror(errno)};
  close(control);
  if (!done) return tl::unexpected(error);
  return {};
}

}  // namespace

Result<TunDevice> TunDevice::open(const std::string& name, unsigned mtu) {
  const std::string what = "TUN device " + name;
  TunDevice made(::open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC));
  if (made.fd_ < 0) {
    return fail(code_of_errno(), what + ": /dev/net/tun: " + std::strerror(errno));
  }
  ifreq request{};
  if (name.empty() || name.size() >= sizeof request.ifr_name) {
    return fail(Errc::kInvalid, what + ": a device name has 1 to 15 characters");
  }
  std::memcpy(request.ifr_name, name.data(), name.size());
  request.ifr_flags = IFF_TUN | IFF_NO_PI;
  if (ioctl(made.fd_, TUNSETIFF, &request) != 0) {
    return fail(code_of_errno(), what + ": " + std::strerror(errno));
  }
  made.name_ = request.ifr_name;
  made.index_ = static_cast<int>(if_nametoindex(request.ifr_name));
  without_link_local(made.name_);
  if (auto done = take_up(request, mtu); !done) {
    return fail(done.error().code, what + ": " + done.error().text);
  }
  return made;
}

TunDevice::TunDevice(TunDevice&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), index_(other.index_), name_(std::move(other.name_)) {}

TunDevice& TunDevice::operator=(TunDevice&& other) noexcept {
  std::swap(fd_, other.fd_);
  std::swap(index_, other.index_);
  std::swap(name_, other.name_);
  return *this;
}

TunDevice::~TunDevice() {
  if (fd_ >= 0) close(fd_);
}

std::size_t TunDevice::read(MutableByteView buffer) const {
  ssize_t got;
  do {
    got = ::read(fd_, buffer.data(), buffer.size());
  } while (got < 0 && errno == EINTR);
  return got > 0 ? static_cast<std::size_t>(got) : 0;
}

bool TunDevice::write(ByteView packet) const {
  ssize_t put;
  do {
    put = ::write(fd_, packet.data(), packet.size());
  } while (put < 0 && errno == EINTR);
  return put == static_cast<ssize_t>(packet.size());
}

}  // namespace spa::dataplane
