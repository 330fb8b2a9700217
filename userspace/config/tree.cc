// SPDX-License-Identifier: Apache-2.0
#include "userspace/config/tree.h"

#include <algorithm>

namespace spa::config {
namespace {

std::size_t count_lines(const Node& node) {
  std::size_t count = 1;
  for (const auto& child : node.children) count += count_lines(*child);
  return count;
}

void mark_removed(Node& node) {
  node.removed = true;
  for (const auto& child : node.children) mark_removed(*child);
}

// Whether the typed words are the beginning of a stored line.
bool begins_with(const Args& stored, const Args& beginning) {
  const auto& have = stored.values();
  const auto& want = beginning.values();
  std::size_t at = 0;
  for (const Value& value : want) {
    if (value.token->silent) continue;
    while (at < have.size() && have[at].token->silent) ++at;
    if (at == have.size() || have[at].text != value.text || have[at].secret != value.secret)
      return false;
    ++at;
  }
  return true;
}

int compare(const Value* a, const Value* b) {
  if (a == nullptr || b == nullptr) return (a != nullptr) - (b != nullptr);
  if (a->token->kind == TokenKind::kNumber && b->token->kind == TokenKind::kNumber)
    return a->number < b->number ? -1 : a->number > b->number;
  return a->text.compare(b->text);
}

bool before(const Node& a, const Node& b) {
  const Command& left = a.rule->command;
  const Command& right = b.rule->command;
  if (left.section != right.section) return left.section < right.section;
  if (left.order != right.order) return left.order < right.order;
  if (left.sorted != right.sorted) return false;
  for (const std::string& name : left.sorted)
    if (const int order = compare(a.args.find(name), b.args.find(name)); order != 0)
      return order < 0;
  return false;
}

void print_node(const Node& node, std::size_t depth, std::string& out) {
  out.append(depth, ' ');
  out += printed_line(node, Args::Secrets::kPrinted) + '\n';
  for (const Node* child : in_print_order(node)) print_node(*child, depth + 1, out);
}

std::shared_ptr<Node> copied(const Node& node, Node* parent) {
  auto copy = std::make_shared<Node>();
  copy->rule = node.rule;
  copy->args = node.args;
  copy->negated = node.negated;
  copy->line = node.line;
  copy->parent = parent;
  for (const auto& child : node.children) {
    copy->children.push_back(copied(*child, copy.get()));
    const Node& made = *copy->children.back();
    copy->by_key.emplace(key_of(*made.rule, made.args), copy->children.back().get());
  }
  return copy;
}

void mark_present(Node& node) {
  node.removed = false;
  for (const auto& child : node.children) mark_present(*child);
}

void compile_block(Build& build, const Node& block) {
  for (const Node* child : in_print_order(block)) {
    if (child->negated) {
      build.block = &block;
      const auto& apply_no = child->rule->command.apply_no;
      if (apply_no) static_cast<void>(apply_no(build, child->args));
      continue;
    }
    static_cast<void>(apply_line(build, block, *child->rule, child->args));
    build.warnings.clear();
    compile_block(build, *child);
  }
}

}  // namespace

std::vector<const Node*> in_print_order(const Node& block) {
  std::vector<std::pair<const Node*, std::size_t>> typed;
  typed.reserve(block.children.size());
  for (const auto& child : block.children) typed.emplace_back(child.get(), typed.size());
  std::sort(typed.begin(), typed.end(), [](const auto& a, const auto& b) {
    if (before(*a.first, *b.first)) return true;
    return !before(*b.first, *a.first) && a.second < b.second;
  });
  std::vector<const Node*> out;
  out.reserve(typed.size());
  for (const auto& [node, place] : typed) out.push_back(node);
  return out;
}

std::string printed_line(const Node& node, Args::Secrets secrets) {
  return (node.negated ? "no " : "") + node.args.line(secrets);
}

std::string key_of(const Rule& rule, const Args& args) {
  const Command& command = rule.command;
  std::string key = command.group;
  switch (command.key.kind) {
    case Key::Kind::kNone:
      break;
    case Key::Kind::kArguments:
      for (const std::string& name : command.key.names) key += '\n' + args.text(name);
      break;
    case Key::Kind::kWholeLine:
      key += '\n' + args.line(Args::Secrets::kPrinted);
      break;
  }
  return key;
}

Status apply_line(Build& build, const Node& block, const Rule& rule, const Args& args) {
  build.block = &block;
  if (rule.command.apply) return rule.command.apply(build, args);
  if (rule.command.router_lines) return apply_router_lines(build, rule, args);
  return {};
}

Tree::Tree(const MasterKey* master_key)
    : master_key_(master_key), root_(std::make_shared<Node>()) {}

Node* Tree::find(Node& block, const Rule& rule, const Args& args) const {
  const auto it = block.by_key.find(key_of(rule, args));
  return it == block.by_key.end() ? nullptr : it->second;
}

Node* Tree::store(Node& block, const Rule& rule, Args args, bool negated) {
  if (Node* old = find(block, rule, args); old != nullptr) {
    old->rule = &rule;
    old->args = std::move(args);
    old->negated = negated;
    return old;
  }
  if (lines_ >= kMaxStoredLines) return nullptr;
  auto node = std::make_shared<Node>();
  node->rule = &rule;
  node->args = std::move(args);
  node->parent = &block;
  node->negated = negated;
  block.by_key.emplace(key_of(rule, node->args), node.get());
  block.children.push_back(node);
  ++lines_;
  return node.get();
}

std::size_t Tree::remove(Node& block, const Rule& rule, const Args& beginning, bool negated_too) {
  std::size_t count = 0;
  std::erase_if(block.children, [&](const std::shared_ptr<Node>& node) {
    if (node->rule->command.group != rule.command.group) return false;
    if (node->negated && !negated_too) return false;
    // A line of which there is one at most goes whatever value was typed: `no lifetime 3600`.
    const bool single = rule.command.key.kind == Key::Kind::kNone && !rule.command.negative;
    if (!single && (node->rule != &rule || !begins_with(node->args, beginning))) return false;
    if (rule.command.whole && node->args.values().size() != beginning.values().size()) return false;
    block.by_key.erase(key_of(*node->rule, node->args));
    lines_ -= count_lines(*node);
    mark_removed(*node);
    ++count;
    return true;
  });
  return count;
}

void Tree::clear() {
  for (const auto& child : root_->children) mark_removed(*child);
  root_->children.clear();
  root_->by_key.clear();
  lines_ = 0;
}

std::shared_ptr<Node> Tree::copy() const {
  return copied(*root_, nullptr);
}

// The root itself stays: sessions stand in it.
std::shared_ptr<Node> Tree::exchange(std::shared_ptr<Node> lines) {
  for (const auto& child : root_->children) mark_removed(*child);
  std::swap(root_->children, lines->children);
  std::swap(root_->by_key, lines->by_key);
  for (Node* root : {root_.get(), lines.get()})
    for (const auto& child : root->children) child->parent = root;
  lines_ = 0;
  for (const auto& child : root_->children) {
    mark_present(*child);
    lines_ += count_lines(*child);
  }
  return lines;
}

policy::Snapshot Tree::draft() const {
  Build build;
  build.loading = true;
  build.master_key = master_key_;
  apply_defaults(build, dialect_);
  compile_block(build, *root_);
  return std::move(build.snapshot);
}

policy::Snapshot Tree::compile() const {
  policy::Snapshot snapshot = draft();
  finish(snapshot);
  return snapshot;
}

Status Tree::set_dialect(Dialect dialect) {
  if (dialect == dialect_) return {};
  const Mode mode = mode_of(dialect);
  std::vector<Match> lines;
  for (const Node* node : in_print_order(*root_)) {
    const std::string line = node->args.line(Args::Secrets::kPrinted);
    MatchResult found = Grammar::instance().match(mode, line, split_words(line));
    const bool same = !found.rejection && !node->negated && node->children.empty() &&
                      node->rule->command.both_dialects &&
                      found.matches.front().rule->command.both_dialects;
    if (!same)
      return fail(Errc::kState, "the configuration has lines of the other dialect, as \"" +
                                    node->args.line(Args::Secrets::kHidden) + "\"");
    lines.push_back(std::move(found.matches.front()));
  }
  clear();
  dialect_ = dialect;
  for (Match& match : lines) store(*root_, *match.rule, std::move(match.args), false);
  return {};
}

std::string Tree::print(std::string_view chains) const {
  std::string out;
  if (dialect_ == Dialect::kPix) {
    for (const Node* node : in_print_order(*root_)) print_node(*node, 0, out);
    return out;
  }
  bool chains_due = !chains.empty();
  Section last{};
  for (const Node* node : in_print_order(*root_)) {
    const Command& command = node->rule->command;
    if (chains_due && command.section > Section::kCertificateChain) {
      out += "!\n";
      out += chains;
      chains_due = false;
    }
    if (command.section != last || command.enters != Mode::kUser) out += "!\n";
    last = command.section;
    print_node(*node, 0, out);
  }
  if (chains_due) {
    out += "!\n";
    out += chains;
  }
  return out;
}

}  // namespace spa::config
