// SPDX-License-Identifier: Apache-2.0
// The configuration as it was typed: lines in blocks. It is the one truth; the policy is compiled
// from it and the running-config printed from it.
#pragma once

#include <cstddef>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "userspace/base/result.h"
#include "userspace/config/dialect.h"
#include "userspace/config/grammar/grammar.h"
#include "userspace/policy/snapshot.h"

namespace spa::config {

inline constexpr std::size_t kMaxStoredLines = 500'000;

// One stored line, with the lines of its block below it.
struct Node : std::enable_shared_from_this<Node> {
  const Rule* rule = nullptr;  // null at the root
  Args args;
  Node* parent = nullptr;
  bool negated = false;                         // printed with `no` in front
  bool removed = false;                         // somebody deleted it while a session stood in it
  std::size_t line = 0;                         // of the file it was read from, from 1; 0: typed
  std::vector<std::shared_ptr<Node>> children;  // as typed
  std::unordered_map<std::string, Node*> by_key;
};

class MasterKey;

// What a policy is built into, line by line.
struct Build {
  policy::Snapshot snapshot;
  const Node* block = nullptr;        // the block that the line stands in; its args name the object
  std::vector<std::string> warnings;  // of the line that is being applied
  bool loading = false;               // a file: what it refers to may still come
  const MasterKey* master_key = nullptr;  // for the keys that stand there encrypted
  // Access lists with a line that cannot be carried out: they are left out as a whole, for a list
  // without one of its lines means something else.
  std::set<std::string> unusable_lists;
  std::string no_tunnels;  // why tunnel interfaces cannot be made; empty: they can

  void warn(std::string text) { warnings.push_back("% Warning: " + std::move(text)); }
  // The name that the block (or the block around it) was opened with.
  [[nodiscard]] const std::string& block_name() const { return block->args.text("name"); }
};

class Tree {
 public:
  // `master_key` reads the encrypted keys, and outlives the tree.
  explicit Tree(const MasterKey* master_key = nullptr);

  [[nodiscard]] Node& root() { return *root_; }
  [[nodiscard]] const Node& root() const { return *root_; }

  // Stores a line in a block. One with the same key is replaced where it stands; the lines of its
  // block stay. Null when there are too many lines.
  Node* store(Node& block, const Rule& rule, Args args, bool negated);
  [[nodiscard]] Node* find(Node& block, const Rule& rule, const Args& args) const;
  // Deletes the lines of a block that begin with these words under this rule; returns how many.
  // Lines that are kept as `no …` stay, unless `negated_too`.
  std::size_t remove(Node& block, const Rule& rule, const Args& beginning, bool negated_too);
  void clear();
  // All lines, as they are now, under a root of their own.
  [[nodiscard]] std::shared_ptr<Node> copy() const;
  // Takes the lines of another tree in place of its own, which are returned: whoever stood in one
  // of their blocks finds it deleted.
  std::shared_ptr<Node> exchange(std::shared_ptr<Node> lines);

  [[nodiscard]] std::size_t lines() const { return lines_; }

  // All lines of a tree are of one dialect.
  [[nodiscard]] Dialect dialect() const { return dialect_; }
  // kState names the first line that means nothing, or something else, in the other dialect.
  Status set_dialect(Dialect dialect);

  // The whole policy. Lines were checked when they were stored; one that fails now is left out.
  [[nodiscard]] policy::Snapshot compile() const;
  // The same before finish(): what is being typed.
  [[nodiscard]] policy::Snapshot draft() const;
  // All lines as commands, "!" between the blocks of a section and the sections.
  // `chains` is printed where the certificates belong.
  [[nodiscard]] std::string print(std::string_view chains) const;

 private:
  const MasterKey* master_key_;
  std::shared_ptr<Node> root_;
  std::size_t lines_ = 0;
  Dialect dialect_ = Dialect::kRouter;
};

// The lines of a block in the order in which they are printed and compiled. Stable: lines that
// nothing puts in order stay as they were typed.
[[nodiscard]] std::vector<const Node*> in_print_order(const Node& block);
// The line as it is printed, `no` in front where it is kept as such.
[[nodiscard]] std::string printed_line(const Node& node, Args::Secrets secrets);
// The key that tells a line from the others of its block.
[[nodiscard]] std::string key_of(const Rule& rule, const Args& args);
// Calls the line's apply function with its block set.
[[nodiscard]] Status apply_line(Build& build, const Node& block, const Rule& rule,
                                const Args& args);
// Settings that one line cannot decide alone: what legacy algorithms are taken out, for example.
void finish(policy::Snapshot& snapshot);
// Names that are used and not defined, as warnings (R-MAP-16).
[[nodiscard]] std::vector<std::string> missing_references(const policy::Snapshot& snapshot);

}  // namespace spa::config
