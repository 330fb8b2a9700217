// SPDX-License-Identifier: Apache-2.0
#include "firmware-sim/port/tap_port.h"

#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstring>
#include <utility>

namespace spa::card {

TapPort::TapPort(UniqueFd fd) : fd_(std::move(fd)) {}

Opened<std::unique_ptr<Port>> TapPort::open(const std::string& name) {
  ifreq request{};
  if (name.empty() || name.size() >= sizeof request.ifr_name) {
    return tl::unexpected<std::string>("'" + name + "' cannot be the name of an interface");
  }
  UniqueFd fd(::open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC));
  if (!fd.valid()) return tl::unexpected(system_error("/dev/net/tun"));
  std::memcpy(request.ifr_name, name.data(), name.size());
  request.ifr_flags = IFF_TAP | IFF_NO_PI;
  if (::ioctl(fd.get(), TUNSETIFF, &request) != 0)
    return tl::unexpected(system_error("tap " + name));
  return std::unique_ptr<Port>(new TapPort(std::move(fd)));
}

bool TapPort::send(ByteView frame) {
  return ::write(fd_.get(), frame.data(), frame.size()) == static_cast<ssize_t>(frame.size());
}

std::optional<std::size_t> TapPort::receive(MutableByteView buffer) {
  // A TAP cuts a frame to the buffer without a word; the interface's MTU keeps frames below it.
  const auto got = ::read(fd_.get(), buffer.data(), buffer.size());
  if (got <= 0) return std::nullopt;
  return static_cast<std::size_t>(got);
}

}  // namespace spa::card
