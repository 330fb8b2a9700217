// SPDX-License-Identifier: Apache-2.0
// show call admission statistics (R-SHOW-15), show crypto call admission statistics (R-SHOW-16).
#pragma once

#include <string>

#include "userspace/config/show/form.h"
#include "userspace/ike/call_admission.h"

namespace spa::config {

// The live form has the lines of later releases too (R-CAC-15).
[[nodiscard]] std::string call_admission_text(const ike::CallAdmissionCounts& counts,
                                              const policy::CallAdmissionLimits& limits,
                                              ScreenForm form);
[[nodiscard]] std::string crypto_call_admission_text(const ike::CallAdmissionCounts& counts,
                                                     const policy::CallAdmissionLimits& limits,
                                                     ScreenForm form);
// What both screens are made from.
[[nodiscard]] std::string call_admission_json(const ike::CallAdmissionCounts& counts,
                                              const policy::CallAdmissionLimits& limits);

}  // namespace spa::config
