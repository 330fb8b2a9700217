// SPDX-License-Identifier: Apache-2.0
// Certification path validation (RFC 5280 6.1, 4.2.1.9, 4.2.1.10; RFC 4945 5) by OpenSSL, without
// revocation.
#pragma once

#include <vector>

#include "userspace/base/clock.h"
#include "userspace/base/result.h"
#include "userspace/pki/certificate.h"

namespace spa::pki {

inline constexpr std::size_t kMaxChainLength = 10;

// The path from chain[0], the end entity (RFC 4945 3.3), to one of `authorities`, both included,
// leaf first. `intermediates` may help. Without `legacy` SHA-1 signatures and keys below 112 bits
// of strength are refused. The error names the certificate and the reason.
[[nodiscard]] Result<std::vector<Certificate>> build_path(
    const std::vector<Certificate>& chain, const std::vector<Certificate>& authorities,
    const std::vector<Certificate>& intermediates, WallTime now, bool legacy);

}  // namespace spa::pki
