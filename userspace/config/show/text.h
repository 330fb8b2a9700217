// SPDX-License-Identifier: Apache-2.0
// Lines of a screen, put together with printf formats (R-SHOW-0 gives the widths that way).
#pragma once

#include <cstdarg>
#include <cstdint>
#include <string>
#include <string_view>

namespace spa::config {

class Screen {
 public:
  // One line; the newline is added.
  [[gnu::format(printf, 2, 3)]] void line(const char* format, ...);
  void blank() { text_.push_back('\n'); }
  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

// Shorter in a call of line().
[[nodiscard]] inline const char* c(const std::string& text) {
  return text.c_str();
}
[[nodiscard]] inline unsigned long long n(std::uint64_t number) {
  return number;
}

}  // namespace spa::config
