// SPDX-License-Identifier: Apache-2.0
// Signals as a descriptor that an event loop polls.
#pragma once

#include "firmware-sim/port/socket_path.h"

namespace spa::card {

// Blocks SIGTERM, SIGINT and SIGUSR1, for threads started later too, and gives a descriptor that is
// readable while one of them waits. Also ignores SIGPIPE.
[[nodiscard]] Opened<UniqueFd> signal_fd();

// The next signal that waits, 0 for none.
[[nodiscard]] int next_signal(const UniqueFd& fd);

}  // namespace spa::card
