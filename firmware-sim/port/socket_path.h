// SPDX-License-Identifier: Apache-2.0
// Unix sockets that are named by a path in the file system.
#pragma once

#include <sys/un.h>

#include <string>
#include <tl/expected.hpp>

#include "firmware-sim/port/unique_fd.h"

namespace spa::card {

// Errors are sentences for the person at the command line.
template <typename T>
using Opened = tl::expected<T, std::string>;

// "what: reason from errno"
[[nodiscard]] std::string system_error(const std::string& what);

[[nodiscard]] Opened<sockaddr_un> unix_address(const std::string& path);

// A non-blocking socket of `type` (SOCK_DGRAM, SOCK_STREAM) bound to `path`. A socket that a dead
// process left there is replaced; one that still has an owner is an error, and so is anything that
// is not a socket.
[[nodiscard]] Opened<UniqueFd> bind_unix(const std::string& path, int type);

}  // namespace spa::card
