// SPDX-License-Identifier: Apache-2.0
#include <sys/prctl.h>
#include <syslog.h>
#include <unistd.h>

#include <cstdio>

#include "userspace/daemon/daemon.h"
#include "userspace/daemon/options.h"
#include "userspace/daemon/version.h"

int main(int argc, char** argv) {
  using namespace spa;
  const auto options = daemon::parse_options(argc, argv);
  if (!options) {
    std::fprintf(stderr, "spa-iked: %s\nTry \"spa-iked --help\".\n", options.error().text.c_str());
    return 2;
  }
  if (options->help) {
    std::fputs(daemon::usage().c_str(), stdout);
    return 0;
  }
  if (options->version) {
    std::printf("spa-iked %s\n", daemon::kVersion);
    return 0;
  }
  openlog("spa-iked", LOG_PID, LOG_DAEMON);
  if (!options->foreground && ::daemon(1, 0) != 0) {
    std::perror("spa-iked: cannot go to the background");
    return 1;
  }
  // Keys are in this process: no core file, no debugger of another user.
  prctl(PR_SET_DUMPABLE, 0);
  daemon::Daemon iked(*options);
  if (const auto started = iked.start(); !started) {
    std::fprintf(stderr, "spa-iked: %s\n", started.error().text.c_str());
    syslog(LOG_ERR, "%s", started.error().text.c_str());
    return 1;
  }
  iked.run();
  return 0;
}
