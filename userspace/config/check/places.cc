// SPDX-License-Identifier: Apache-2.0
#include "userspace/config/check/places.h"

namespace spa::config::check {
namespace {

bool begins(std::string_view line, std::string_view words) {
  return line.starts_with(words) && (line.size() == words.size() || line[words.size()] == ' ');
}

bool is_entry(const Node& node) {
  return !node.negated && (node.args.has("permit") || node.args.has("deny"));
}

}  // namespace

Places::Places(const Tree& tree) {
  for (const Node* node : in_print_order(tree.root())) {
    blocks_.emplace(printed_line(*node, Args::Secrets::kHidden), node);
    if (node->rule->command.section != Section::kAccessList) continue;
    if (is_entry(*node)) lists_[node->args.text("number")].push_back(node->line);
    for (const Node* entry : in_print_order(*node))
      if (is_entry(*entry)) lists_[node->args.text("name")].push_back(entry->line);
  }
}

std::size_t Places::of(const std::string& block, std::string_view setting) const {
  auto found = blocks_.lower_bound(block);
  while (found != blocks_.end() && found->first.starts_with(block) && !begins(found->first, block))
    ++found;
  if (found == blocks_.end() || !begins(found->first, block)) return 0;
  const Node& node = *found->second;
  if (!setting.empty())
    for (const auto& child : node.children)
      if (begins(printed_line(*child, Args::Secrets::kHidden), setting)) return child->line;
  return node.line;
}

const std::vector<std::size_t>& Places::of_list(const std::string& name) const {
  static const std::vector<std::size_t> none;
  const auto found = lists_.find(name);
  return found == lists_.end() ? none : found->second;
}

std::size_t Places::of_entry(const std::string& name, std::size_t index) const {
  const auto& lines = of_list(name);
  if (index < lines.size()) return lines[index];
  return of("ip access-list extended " + name);
}

}  // namespace spa::config::check
