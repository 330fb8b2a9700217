// SPDX-License-Identifier: Apache-2.0
// The configuration of one daemon: the lines that were typed, the policy they mean, the file they
// are kept in. Sessions share it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "userspace/base/clock.h"
#include "userspace/base/result.h"
#include "userspace/config/backend.h"
#include "userspace/config/dialect.h"
#include "userspace/policy/snapshot.h"

namespace spa::config {

class MasterKey;
class Rollback;
class Tree;
struct Node;
struct Build;

// One line that was not taken, or that was taken with a warning.
struct LoadMessage {
  std::size_t line = 0;                 // from 1
  std::string source;                   // the line as it stands, secrets blotted out
  std::optional<std::size_t> column{};  // octets from its start, for the caret
  std::string text;                     // "% Invalid input detected at '^' marker."
  bool rejected = true;
};

class Configuration {
 public:
  // `startup_file` is where write memory puts the configuration (DIR/startup-config); the master
  // key stands beside it (private_file()). Reads neither. `backend` outlives this. Without a name
  // nothing of it is ever written.
  Configuration(Backend& backend, std::string startup_file);
  ~Configuration();
  Configuration(const Configuration&) = delete;
  Configuration& operator=(const Configuration&) = delete;

  // Reads the startup file and applies what it says. Good lines are kept whatever the others are
  // (each of those is in the list). No file is not an error: the configuration is then empty. kIo
  // when it cannot be read; what apply() said when that failed.
  Result<std::vector<LoadMessage>> load_startup();
  // The same from a text.
  Result<std::vector<LoadMessage>> load(std::string_view text);

  // The policy in force. Never null.
  [[nodiscard]] policy::SnapshotPtr snapshot() const { return snapshot_; }

  // The configuration as commands, from "!" to "end" (R-CFG-6, R-CFG-7). Holds secrets.
  [[nodiscard]] std::string running_config() const;
  // R-CFG-1. The file is replaced as a whole, mode 0600.
  Status save();
  [[nodiscard]] Result<std::string> startup_config() const;

  // The language of the whole configuration; kState when lines stand there that the other one does
  // not have.
  Status set_dialect(Dialect dialect);

  // For the sessions.
  [[nodiscard]] Tree& tree() { return *tree_; }
  [[nodiscard]] const Tree& tree() const { return *tree_; }
  [[nodiscard]] Backend& backend() { return backend_; }
  [[nodiscard]] MasterKey& master_key() { return *master_key_; }
  // What whoever asks for the configuration has to be told of it; empty, or a line (R-T6-16).
  [[nodiscard]] std::string generation_note() const;
  // Compiles the tree and gives it to the backend when it was changed since the last time.
  Result<ApplyReport> commit();
  void touch(WallTime now);  // the tree was changed
  // Puts other lines (Tree::copy()) in force in place of all that are there. On an error nothing
  // has changed.
  Result<ApplyReport> replace(std::shared_ptr<Node> lines);
  [[nodiscard]] Rollback& rollback() { return *rollback_; }
  // The policy while it is being typed: ahead of snapshot() inside a batch.
  [[nodiscard]] Build& draft();
  void spoil_draft() { draft_stale_ = true; }  // something was deleted or replaced
  [[nodiscard]] std::optional<WallTime> changed_at() const { return changed_at_; }
  [[nodiscard]] std::optional<WallTime> saved_at() const { return saved_at_; }

 private:
  void protect_keys();
  Result<std::vector<LoadMessage>> load_startup_file();

  Backend& backend_;
  std::string startup_file_;
  std::unique_ptr<MasterKey> master_key_;
  std::unique_ptr<Tree> tree_;
  policy::SnapshotPtr snapshot_;
  std::unique_ptr<Build> draft_;
  bool draft_stale_ = false;
  bool dirty_ = false;
  std::optional<WallTime> changed_at_;
  std::optional<WallTime> saved_at_;
  std::unique_ptr<Rollback> rollback_;
};

}  // namespace spa::config
