// SPDX-License-Identifier: Apache-2.0
#include "userspace/config/pieces.h"

#include <algorithm>
#include <memory>
#include <utility>

namespace spa::config {
namespace {

// Where a screen is: copies of a Pieces go on together.
struct Reel {
  std::vector<Rows> parts;
  std::size_t rows;
  std::size_t part = 0;
  std::size_t row = 0;

  bool next(std::string& out) {
    std::size_t room = rows;
    while (part < parts.size()) {
      if (room == 0) return true;
      const Rows& now = parts[part];
      if (row == 0) out += now.before;
      const std::size_t end = row + std::min(room, now.count - row);
      if (end > row) out += now.make(row, end);
      room -= end - row;
      row = end;
      if (row < now.count) return true;
      out += now.behind;
      ++part;
      row = 0;
    }
    return false;
  }
};

}  // namespace

Pieces pieces_of(std::vector<Rows> parts, std::size_t rows) {
  const auto reel = std::make_shared<Reel>(Reel{std::move(parts), std::max<std::size_t>(rows, 1)});
  return [reel](std::string& out) { return reel->next(out); };
}

void drain(std::string& out, const Pieces& pieces) {
  while (pieces(out)) {
  }
}

}  // namespace spa::config
