// SPDX-License-Identifier: Apache-2.0
// Cuts a stream into lines of bounded length.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "userspace/base/result.h"

namespace spa::control {

class LineReader {
 public:
  explicit LineReader(std::size_t max_line) : max_line_(max_line) {}
  // Takes what was read. kExhausted once a line is longer than the bound; the stream is then lost.
  Status feed(std::string_view octets);
  // The next whole line without its newline; none until more is fed.
  [[nodiscard]] std::optional<std::string> next();

 private:
  std::size_t max_line_;
  std::string buffer_;
  std::size_t open_ = 0;     // length of the line that is not ended yet
  std::size_t start_ = 0;    // of the first line that was not taken
  std::size_t scanned_ = 0;  // no newline between start_ and here
};

}  // namespace spa::control
