// SPDX-License-Identifier: Apache-2.0
// Asks the running kernel what it can do, by a state that no packet can meet.
#pragma once

#include "userspace/base/result.h"
#include "userspace/kernel/netlink.h"
#include "userspace/ports/sa_database.h"

namespace spa::kernel {

// Whether the kernel adds a state with these algorithms; it loads its modules for them now. Takes
// the state away again. kDenied without privileges, otherwise what the kernel says.
[[nodiscard]] Status kernel_takes(NetlinkSocket& socket, const ports::EspSuite& suite);

}  // namespace spa::kernel
