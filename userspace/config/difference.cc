// SPDX-License-Identifier: Apache-2.0
#include "userspace/config/difference.h"

#include <algorithm>
#include <unordered_set>

namespace spa::config {
namespace {

using Change = ChangedLine::Change;
using Nodes = std::vector<const Node*>;

// Beyond this many pairs of lines the order of a block is not looked at.
constexpr std::size_t kMaxPairs = 4'000'000;

struct Block {
  Nodes nodes;
  std::vector<std::string> lines;
  explicit Block(const Node& node) : nodes(in_print_order(node)) {
    for (const Node* child : nodes) lines.push_back(printed_line(*child, Args::Secrets::kPrinted));
  }
};

void add_whole(const Node& node, Change change, std::size_t depth, std::vector<ChangedLine>& out) {
  out.push_back({change, depth, printed_line(node, Args::Secrets::kHidden)});
  for (const Node* child : in_print_order(node)) add_whole(*child, change, depth + 1, out);
}

// The pairs of lines that stay: a longest common subsequence of [first, *_last).
std::vector<std::pair<std::size_t, std::size_t>> in_common(const Block& a, const Block& b,
                                                           std::size_t first, std::size_t a_last,
                                                           std::size_t b_last) {
  std::vector<std::pair<std::size_t, std::size_t>> out;
  const std::size_t rows = a_last - first, columns = b_last - first;
  if (rows == 0 || columns == 0) return out;
  if (rows > kMaxPairs / columns) {
    std::unordered_map<std::string, std::size_t> there;
    for (std::size_t j = first; j < b_last; ++j) there.emplace(b.lines[j], j);
    std::size_t next = first;
    for (std::size_t i = first; i < a_last; ++i)
      if (const auto found = there.find(a.lines[i]);
          found != there.end() && found->second >= next) {
        out.emplace_back(i, found->second);
        next = found->second + 1;
      }
    return out;
  }
  std::vector<std::uint32_t> best((rows + 1) * (columns + 1), 0);
  const auto at = [&](std::size_t i, std::size_t j) -> std::uint32_t& {
    return best[i * (columns + 1) + j];
  };
  for (std::size_t i = rows; i-- > 0;)
    for (std::size_t j = columns; j-- > 0;)
      at(i, j) = a.lines[first + i] == b.lines[first + j] ? at(i + 1, j + 1) + 1
                                                          : std::max(at(i + 1, j), at(i, j + 1));
  for (std::size_t i = 0, j = 0; i < rows && j < columns;) {
    if (a.lines[first + i] == b.lines[first + j])
      out.emplace_back(first + i++, first + j++);
    else if (at(i + 1, j) >= at(i, j + 1))
      ++i;
    else
      ++j;
  }
  return out;
}

std::vector<std::pair<std::size_t, std::size_t>> pairs_of(const Block& a, const Block& b) {
  std::vector<std::pair<std::size_t, std::size_t>> out;
  std::size_t first = 0, a_last = a.lines.size(), b_last = b.lines.size();
  for (; first < a_last && first < b_last && a.lines[first] == b.lines[first]; ++first)
    out.emplace_back(first, first);
  std::vector<std::pair<std::size_t, std::size_t>> tail;
  while (a_last > first && b_last > first && a.lines[a_last - 1] == b.lines[b_last - 1])
    tail.emplace_back(--a_last, --b_last);
  const auto middle = in_common(a, b, first, a_last, b_last);
  out.insert(out.end(), middle.begin(), middle.end());
  out.insert(out.end(), tail.rbegin(), tail.rend());
  return out;
}

void compare_blocks(const Node& before, const Node& after, std::size_t depth,
                    std::vector<ChangedLine>& out) {
  const Block a(before), b(after);
  std::size_t i = 0, j = 0;
  const auto up_to = [&](std::size_t a_end, std::size_t b_end) {
    for (; i < a_end; ++i) add_whole(*a.nodes[i], Change::kRemoved, depth, out);
    for (; j < b_end; ++j) add_whole(*b.nodes[j], Change::kAdded, depth, out);
  };
  for (const auto& [in_a, in_b] : pairs_of(a, b)) {
    up_to(in_a, in_b);
    const std::size_t head = out.size();
    out.push_back({Change::kKept, depth, printed_line(*a.nodes[i], Args::Secrets::kHidden)});
    compare_blocks(*a.nodes[i++], *b.nodes[j++], depth + 1, out);
    if (out.size() == head + 1) out.pop_back();
  }
  up_to(a.nodes.size(), b.nodes.size());
}

}  // namespace

std::vector<ChangedLine> difference(const Node& before, const Node& after) {
  std::vector<ChangedLine> out;
  compare_blocks(before, after, 0, out);
  return out;
}

std::string text_of(const std::vector<ChangedLine>& lines) {
  std::string out;
  for (const ChangedLine& line : lines) {
    out += line.change == Change::kAdded ? '+' : line.change == Change::kRemoved ? '-' : ' ';
    out.append(line.depth, ' ').append(line.text).push_back('\n');
  }
  return out;
}

}  // namespace spa::config
