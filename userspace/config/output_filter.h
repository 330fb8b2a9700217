// SPDX-License-Identifier: Apache-2.0
// What a screen may be sent through: `show running-config | include crypto`.
#pragma once

#include <memory>
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
// worth. The text may come in pieces that end anywhere.
class LineFilter {
 public:
  // kInvalid says what is wrong with the filter.
  [[nodiscard]] static Result<std::unique_ptr<LineFilter>> make(std::string_view filter);
  ~LineFilter();
  LineFilter(const LineFilter&) = delete;
  LineFilter& operator=(const LineFilter&) = delete;

  // What is left of it, as far as its lines are whole.
  [[nodiscard]] std::string take(std::string_view text);
  // What is left of a last line without an end, and what is told of all lines.
  [[nodiscard]] std::string end();

 private:
  struct Impl;
  explicit LineFilter(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// The same for a text that is there as a whole.
[[nodiscard]] Result<std::string> filter_lines(std::string_view filter, std::string_view text);

}  // namespace spa::config
