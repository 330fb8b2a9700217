// SPDX-License-Identifier: Apache-2.0
// show call admission statistics (R-SHOW-15), show crypto call admission statistics (R-SHOW-16).
#pragma once

#include <string>

#include "userspace/ike/call_admission.h"

namespace spa::config {

[[nodiscard]] std::string call_admission_text(const ike::CallAdmissionCounts& counts,
                                              const policy::CallAdmissionLimits& limits);
[[nodiscard]] std::string crypto_call_admission_text(const ike::CallAdmissionCounts& counts,
                                                     const policy::CallAdmissionLimits& limits);
// What both screens are made from.
[[nodiscard]] std::string call_admission_json(const ike::CallAdmissionCounts& counts,
                                              const policy::CallAdmissionLimits& limits);

}  // namespace spa::config
