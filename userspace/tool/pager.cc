// SPDX-License-Identifier: Apache-2.0
#include "userspace/tool/pager.h"

namespace spa::tool {
namespace {

constexpr std::string_view kMore = " --More-- ";
constexpr std::string_view kWiped = "\r          \r";

}  // namespace

void show_pages(std::string_view text, unsigned length, std::ostream& out,
                const std::function<char()>& key) {
  const unsigned page = length > 1 ? length - 1 : 1;
  unsigned left = page;
  while (!text.empty()) {
    if (length != 0 && left == 0) {
      out << kMore << std::flush;
      const char typed = key();
      out << kWiped << std::flush;
      if (typed == ' ')
        left = page;
      else if (typed == '\r' || typed == '\n')
        left = 1;
      else
        return;
    }
    const std::size_t end = text.find('\n');
    const std::size_t size = end == text.npos ? text.size() : end + 1;
    out << text.substr(0, size);
    text.remove_prefix(size);
    --left;
  }
  out << std::flush;
}

}  // namespace spa::tool
