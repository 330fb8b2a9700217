// SPDX-License-Identifier: Apache-2.0
#include "userspace/ikev1/trace/page.h"

#include <algorithm>
#include <cstdarg>
#include <cstdio>

namespace spa::ikev1::trace {

namespace {

// R-ENG-9: slot 0 is left out, then who made the keys, then the SA.
constexpr std::uint32_t kHardware = 0x1000'0000;
constexpr std::uint32_t kSoftware = 0x0800'0000;

}  // namespace

std::uint32_t Page::number() const {
  if (is_pix() || (is_new() && !tag_.keyed)) return 0;
  return tag_.id;
}

std::string Page::wide() const {
  const std::uint32_t id = number();
  if (id == 0) return "0";
  return std::to_string(id | (tag_.hardware ? kHardware : kSoftware));
}

void Page::colon(std::string text) {
  const std::string id = std::to_string(number());
  if (form_ == DebugForm::kA) return line("ISAKMP:(" + id + "):" + text);
  if (form_ == DebugForm::kB) {
    const char* engine = number() == 0 ? "N/A:0" : tag_.hardware ? "HW:2" : "SW:1";
    return line("ISAKMP:(0:" + id + ":" + engine + "):" + text);
  }
  if (text.starts_with(' ')) text.erase(0, 1);
  line("ISAKMP (" + std::string(is_pix() ? "" : "0:") + id + "): " + text);
}

void Page::spaced(const std::string& text) {
  if (form_ == DebugForm::kC) return colon(text);
  numbered(text);
}

void Page::numbered(const std::string& text) {
  if (form_ == DebugForm::kB) return line("ISAKMP (0:" + wide() + "): " + text);
  line("ISAKMP (" + std::to_string(number()) + "): " + text);
}

std::string print(const char* format, ...) {
  char text[512];
  va_list args;
  va_start(args, format);
  const int size = std::vsnprintf(text, sizeof text, format, args);
  va_end(args);
  if (size < 0) return {};
  return {text, std::min(static_cast<std::size_t>(size), sizeof text - 1)};
}

std::string message_id(std::uint32_t id, DebugForm form) {
  if (form == DebugForm::kPix) return std::to_string(id);
  return std::to_string(static_cast<std::int32_t>(id));
}

}  // namespace spa::ikev1::trace
