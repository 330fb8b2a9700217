// SPDX-License-Identifier: Apache-2.0
// What may be typed next: completion and `?` help.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "userspace/config/exec.h"

namespace spa::config {

[[nodiscard]] std::vector<Choice> offer_completion(const SessionState& state,
                                                   std::string_view line);
[[nodiscard]] std::string offer_help(const SessionState& state, std::string_view line);

}  // namespace spa::config
