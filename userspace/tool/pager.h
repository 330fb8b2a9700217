// SPDX-License-Identifier: Apache-2.0
// Long answers page by page, as on a router's terminal.
#pragma once

#include <functional>
#include <ostream>
#include <string_view>

namespace spa::tool {

// Prints `text` with ` --More-- ` after each `length - 1` lines: a blank shows the next page, Enter
// one more line, any other key nothing more. `key` waits for one; 0: there will be none. A length
// of 0 prints all.
void show_pages(std::string_view text, unsigned length, std::ostream& out,
                const std::function<char()>& key);

}  // namespace spa::tool
