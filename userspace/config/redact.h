// SPDX-License-Identifier: Apache-2.0
// Lines for messages and reports.
#pragma once

#include <string>
#include <string_view>

namespace spa::config {

// The line, of which nobody knows whether it was understood, without what may be a secret in it:
// all behind a word after which one stands in some command.
[[nodiscard]] std::string without_secrets(std::string_view line);

}  // namespace spa::config
