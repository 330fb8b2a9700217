// SPDX-License-Identifier: Apache-2.0
// What a screen of thousands of rows is made of: pieces, of which each is made when the ones before
// it are on their way. Nobody holds the whole.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace spa::config {

// Appends the next piece; false when it was the last. A piece may be empty, and ends where a line
// of text or a value of JSON does. Not to be called again after the last.
using Pieces = std::function<bool(std::string& out)>;

// Rows that are alike, between what stands before and behind them.
struct Rows {
  std::string before{};
  std::size_t count = 0;
  // Those from `first` up to, without it, `end`.
  std::function<std::string(std::size_t first, std::size_t end)> make{};
  std::string behind{};
};

// How many rows a piece has, where each has a screenful or so of octets.
inline constexpr std::size_t kRowsInPiece = 32;
inline constexpr std::size_t kShortRowsInPiece = 256;  // of one line each

[[nodiscard]] Pieces pieces_of(std::vector<Rows> parts, std::size_t rows = kRowsInPiece);
// Appends all pieces at once.
void drain(std::string& out, const Pieces& pieces);

}  // namespace spa::config
