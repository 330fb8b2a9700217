// SPDX-License-Identifier: Apache-2.0
// show crypto isakmp profile (R-SHOW-23).
#pragma once

#include <string>

#include "userspace/policy/snapshot.h"

namespace spa::config {

// `only` narrows it to one profile; empty: all.
[[nodiscard]] std::string isakmp_profile_text(const policy::Snapshot& policy,
                                              const std::string& only);
[[nodiscard]] std::string isakmp_profile_json(const policy::Snapshot& policy,
                                              const std::string& only);

}  // namespace spa::config
