// SPDX-License-Identifier: Apache-2.0
// show crypto map (R-SHOW-9).
#pragma once

#include <string>

#include "userspace/config/show/form.h"
#include "userspace/policy/snapshot.h"

namespace spa::config {

// `map` narrows it to one map; empty: all.
[[nodiscard]] std::string crypto_map_text(const policy::Snapshot& policy, const std::string& map,
                                          ScreenForm form);
[[nodiscard]] std::string crypto_map_json(const policy::Snapshot& policy, const std::string& map);

}  // namespace spa::config
