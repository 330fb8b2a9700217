// SPDX-License-Identifier: Apache-2.0
#include "userspace/tool/pager.h"

#include <utility>

namespace spa::tool {
namespace {

constexpr std::string_view kMore = " --More-- ";
constexpr std::string_view kWiped = "\r          \r";

}  // namespace

Pager::Pager(unsigned length, std::ostream& out, std::function<char()> key)
    : length_(length),
      page_(length > 1 ? length - 1 : 1),
      left_(page_),
      out_(out),
      key_(std::move(key)) {}

bool Pager::wait() {
  out_ << kMore << std::flush;
  const char typed = key_();
  out_ << kWiped << std::flush;
  if (typed == ' ')
    left_ = page_;
  else if (typed == '\r' || typed == '\n')
    left_ = 1;
  else
    enough_ = true;
  return !enough_;
}

void Pager::show(std::string_view text) {
  while (!text.empty() && !enough_) {
    if (length_ != 0 && left_ == 0 && !wait()) break;
    const std::size_t end = text.find('\n');
    const std::size_t size = end == text.npos ? text.size() : end + 1;
    out_ << text.substr(0, size);
    text.remove_prefix(size);
    if (end != text.npos) --left_;
  }
  out_ << std::flush;
}

}  // namespace spa::tool
