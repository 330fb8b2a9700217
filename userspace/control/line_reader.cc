// SPDX-License-Identifier: Apache-2.0
#include "userspace/control/line_reader.h"

namespace spa::control {

Status LineReader::feed(std::string_view octets) {
  if (start_ > 0) {
    buffer_.erase(0, start_);
    scanned_ -= start_;
    start_ = 0;
  }
  buffer_.append(octets);
  const std::size_t newline = buffer_.find('\n', scanned_);
  if (newline == std::string::npos) {
    scanned_ = buffer_.size();
    if (buffer_.size() > max_line_)
      return fail(Errc::kExhausted,
                  "a message is longer than " + std::to_string(max_line_) + " octets");
  } else {
    scanned_ = newline;
    if (newline > max_line_)
      return fail(Errc::kExhausted,
                  "a message is longer than " + std::to_string(max_line_) + " octets");
  }
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
