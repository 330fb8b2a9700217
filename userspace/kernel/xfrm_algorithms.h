// SPDX-License-Identifier: Apache-2.0
// ESP algorithms under the names that Linux gives them.
#pragma once

#include "userspace/base/result.h"
#include "userspace/kernel/netlink.h"
#include "userspace/ports/sa_database.h"

namespace spa::kernel {

// Whether Linux has names for this suite; whether this kernel has the algorithms shows when an SA
// is added.
[[nodiscard]] bool xfrm_knows(const ports::EspSuite& suite);

// Adds XFRMA_ALG_AEAD, or XFRMA_ALG_CRYPT and XFRMA_ALG_AUTH_TRUNC. kUnsupported; kInvalid: the
// keys do not fit the suite.
Status add_algorithms(NetlinkMessage& message, const ports::EspSuite& suite,
                      const ports::EspKeys& keys);

}  // namespace spa::kernel
