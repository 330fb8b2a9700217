// SPDX-License-Identifier: Apache-2.0
// `call admission limit` and `crypto call admission limit ike …` (R-CAC). 0 is no limit (R-CAC-13).
#pragma once

#include <cstdint>

namespace spa::policy {

struct CallAdmissionLimits {
  std::uint32_t ike_sas = 0;         // IKE SAs in use and in negotiation (R-CAC-2)
  std::uint32_t in_negotiation = 0;  // IKE SAs in negotiation (R-CAC-3)
  std::uint32_t resources = 0;       // of 100000: how busy this machine may be (R-CAC-6)
  friend bool operator==(const CallAdmissionLimits&, const CallAdmissionLimits&) = default;
};

}  // namespace spa::policy
