// SPDX-License-Identifier: Apache-2.0
// The algorithms of ESP, AH and IPComp under the names that Linux gives them.
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

// Adds XFRMA_ALG_AUTH_TRUNC of an AH state (RFC 4302). Errors as above.
Status add_ah_algorithm(NetlinkMessage& message, wire::IntegId id, ByteView key);

// Adds XFRMA_ALG_COMP. kUnsupported: Linux has DEFLATE only (RFC 2394).
Status add_compression(NetlinkMessage& message, wire::IpCompId id);

}  // namespace spa::kernel
