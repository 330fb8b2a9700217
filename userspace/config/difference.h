// SPDX-License-Identifier: Apache-2.0
// What one configuration has and another has not, line by line, under the blocks they stand in.
#pragma once

#include <string>
#include <vector>

#include "userspace/config/tree.h"

namespace spa::config {

struct ChangedLine {
  enum class Change { kKept, kAdded, kRemoved };
  Change change = Change::kKept;  // kKept: the head of a block in which something changes
  std::size_t depth = 0;
  std::string text;  // secrets blotted out; two lines may differ in nothing else
  friend bool operator==(const ChangedLine&, const ChangedLine&) = default;
};

// In the order of the running-config. Empty: both are the same.
[[nodiscard]] std::vector<ChangedLine> difference(const Node& before, const Node& after);
// "+crypto map …", "- set peer …", " crypto map …", one a line.
[[nodiscard]] std::string text_of(const std::vector<ChangedLine>& lines);

}  // namespace spa::config
