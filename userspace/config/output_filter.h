// SPDX-License-Identifier: Apache-2.0
// What a screen may be sent through: `show running-config | include crypto`.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "userspace/base/result.h"

namespace spa::config {

// A command and the filters behind it, as they stand in the line.
struct Piped {
  std::string_view command;
  std::string_view filter;  // after the first bar that has blanks around it; empty without one
  std::size_t column = 0;   // where the filter starts in the line
};
// Only `show` has filters: any other line may hold a bar that means something else.
[[nodiscard]] Piped split_filter(std::string_view line);

// The words that may begin a filter, for completion and help.
struct FilterWord {
  std::string_view word;
  std::string_view help;
};
[[nodiscard]] const std::vector<FilterWord>& filter_words();

// Sends lines through `include`, `exclude`, `begin`, `section` or `count` and a POSIX extended
// regular expression without repetition counts and back references, which cost more than they are
// worth. kInvalid says what is wrong with the filter.
[[nodiscard]] Result<std::string> filter_lines(std::string_view filter, std::string_view text);

}  // namespace spa::config
