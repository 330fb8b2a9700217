// SPDX-License-Identifier: Apache-2.0
// Long answers page by page, as on the router.
#pragma once

#include <functional>
#include <ostream>
#include <string_view>

namespace spa::tool {

// Shows an answer, which may come in parts. After each `length - 1` lines it waits for a key: a
// blank shows the next page, return one more line, anything else ends the answer. 0: no pages.
class Pager {
 public:
  Pager(unsigned length, std::ostream& out, std::function<char()> key);
  void show(std::string_view text);

 private:
  [[nodiscard]] bool wait();  // false: somebody has seen enough

  unsigned length_;
  unsigned page_;
  unsigned left_;
  bool enough_ = false;
  std::ostream& out_;
  std::function<char()> key_;
};

}  // namespace spa::tool
