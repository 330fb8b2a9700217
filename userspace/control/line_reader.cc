// SPDX-License-Identifier: Apache-2.0
#include "userspace/control/line_reader.h"

namespace spa::control {

Status LineReader::feed(std::string_view octets) {
  buffer_.erase(0, start_);
  scanned_ -= start_;
  start_ = 0;
  // Every line is measured as it comes, so that none longer than the bound is ever given out.
  for (const char octet : octets) {
    if (octet == '\n') {
      open_ = 0;
    } else if (++open_ > max_line_) {
      return fail(Errc::kExhausted,
                  "a message is longer than " + std::to_string(max_line_) + " octets");
    }
  }
  buffer_.append(octets);
  return {};
}

std::optional<std::string> LineReader::next() {
  const std::size_t newline = buffer_.find('\n', scanned_);
  if (newline == std::string::npos) {
    scanned_ = buffer_.size();
    return std::nullopt;
  }
  std::string line = buffer_.substr(start_, newline - start_);
  start_ = scanned_ = newline + 1;
  return line;
}

}  // namespace spa::control
