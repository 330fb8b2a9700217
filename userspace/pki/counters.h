// SPDX-License-Identifier: Apache-2.0
// What was done with certificates since the start (R-SHOW-38).
#pragma once

#include <cstdint>

namespace spa::pki {

struct Counters {
  std::uint64_t validated = 0;     // chains of peers that were believed
  std::uint64_t refused = 0;       // and that were not
  std::uint64_t bypassed = 0;      // paths that were taken without a look at revocation
  std::uint64_t crls_checked = 0;  // certificates looked up in a CRL
  std::uint64_t crl_fetches = 0;
  std::uint64_t crl_failures = 0;
};

}  // namespace spa::pki
