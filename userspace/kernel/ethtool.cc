// SPDX-License-Identifier: Apache-2.0
#include "userspace/kernel/ethtool.h"

#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/ethtool.h>
#include <linux/sockios.h>

#include <algorithm>
#include <cerrno>

namespace spa::kernel {

bool ethtool_ask(const std::string& device, void* memory) {
  const int control = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (control < 0) return false;
  ifreq request{};
  std::memcpy(request.ifr_name, device.data(),
              std::min(device.size(), sizeof request.ifr_name - 1));
  request.ifr_data = static_cast<char*>(memory);
  const bool done = ioctl(control, SIOCETHTOOL, &request) == 0;
  const int error = errno;
  close(control);
  errno = error;
  return done;
}

}  // namespace spa::kernel
