// SPDX-License-Identifier: Apache-2.0
#include "userspace/config/show/text.h"

#include <cstdio>

namespace spa::config {

void Screen::line(const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  va_list again;
  va_copy(again, arguments);
  const int length = std::vsnprintf(nullptr, 0, format, arguments);
  va_end(arguments);
  if (length > 0) {
    const std::size_t start = text_.size();
    text_.resize(start + static_cast<std::size_t>(length) + 1);
    std::vsnprintf(text_.data() + start, static_cast<std::size_t>(length) + 1, format, again);
    text_.pop_back();
  }
  va_end(again);
  text_.push_back('\n');
}

}  // namespace spa::config
