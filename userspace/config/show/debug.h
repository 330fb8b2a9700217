// SPDX-License-Identifier: Apache-2.0
// show crypto debug-condition
#pragma once

#include <string>
#include <vector>

#include "userspace/base/address.h"

namespace spa::config {

[[nodiscard]] std::string debug_conditions_text(const std::vector<IpAddress>& peers);
[[nodiscard]] std::string debug_conditions_json(const std::vector<IpAddress>& peers);

}  // namespace spa::config
