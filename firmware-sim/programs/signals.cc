// SPDX-License-Identifier: Apache-2.0
#include "firmware-sim/programs/signals.h"

#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

namespace spa::card {

Opened<UniqueFd> signal_fd() {
  sigset_t set;
  ::sigemptyset(&set);
  for (const int number : {SIGTERM, SIGINT, SIGUSR1}) ::sigaddset(&set, number);
  if (::sigprocmask(SIG_BLOCK, &set, nullptr) != 0)
    return tl::unexpected(system_error("sigprocmask"));
  ::signal(SIGPIPE, SIG_IGN);
  UniqueFd fd(::signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC));
  if (!fd.valid()) return tl::unexpected(system_error("signalfd"));
  return fd;
}

int next_signal(const UniqueFd& fd) {
  signalfd_siginfo info{};
  return ::read(fd.get(), &info, sizeof info) == sizeof info ? static_cast<int>(info.ssi_signo) : 0;
}

}  // namespace spa::card
