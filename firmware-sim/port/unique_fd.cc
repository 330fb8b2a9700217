// SPDX-License-Identifier: Apache-2.0
#include "firmware-sim/port/unique_fd.h"

#include <unistd.h>

namespace spa::card {

void UniqueFd::reset(int fd) {
  if (fd_ >= 0) ::close(fd_);
  fd_ = fd;
}

}  // namespace spa::card
