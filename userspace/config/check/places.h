// SPDX-License-Identifier: Apache-2.0
// Which line of a file said what.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "userspace/config/tree.h"

namespace spa::config::check {

class Places {
 public:
  // `tree` was read from a file, and outlives this.
  explicit Places(const Tree& tree);

  // The line of `setting` in the first block that begins with the words of `block`; that of the
  // block where it has no such setting; 0 where there is no such block.
  [[nodiscard]] std::size_t of(const std::string& block, std::string_view setting = {}) const;
  // The lines of the entries of an access list, in their order.
  [[nodiscard]] const std::vector<std::size_t>& of_list(const std::string& name) const;
  // That of one entry; that of the list where there is no such entry.
  [[nodiscard]] std::size_t of_entry(const std::string& name, std::size_t index) const;

 private:
  std::map<std::string, const Node*> blocks_;
  std::map<std::string, std::vector<std::size_t>> lists_;
};

}  // namespace spa::config::check
