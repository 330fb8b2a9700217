// SPDX-License-Identifier: Apache-2.0
// All commands of all modes, and the matching of lines against them.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "userspace/base/result.h"
#include "userspace/config/grammar/command.h"
#include "userspace/config/grammar/pattern.h"
#include "userspace/config/session.h"

namespace spa::config {

// A row of the table with its automaton.
struct Rule {
  Command command;
  Automaton automaton;
  std::size_t index = 0;
  std::size_t fixed_keywords = 0;  // with which every form of it begins
};

struct Match {
  const Rule* rule = nullptr;
  Args args;
};

struct MatchResult {
  // One match for a whole line. With `partial`, every command whose beginning the words are.
  std::vector<Match> matches;
  std::optional<Rejection> rejection;
};

class Grammar {
 public:
  // Fails when a pattern is malformed.
  [[nodiscard]] static Result<std::unique_ptr<Grammar>> make(std::vector<Command> table);
  // The grammar of the product; made once.
  [[nodiscard]] static const Grammar& instance();

  // `line` is what the words were cut from.
  [[nodiscard]] MatchResult match(Mode mode, std::string_view line,
                                  const std::vector<Word>& words) const;
  // The words after `no`: all commands that begin with them.
  [[nodiscard]] MatchResult match_removal(Mode mode, std::string_view line,
                                          const std::vector<Word>& words) const;
  // What may stand after these words. `accepting` tells whether the line may end there.
  [[nodiscard]] std::vector<const Token*> next(Mode mode, std::string_view line,
                                               const std::vector<Word>& words,
                                               bool& accepting) const;

  [[nodiscard]] const std::vector<std::unique_ptr<Rule>>& rules() const { return rules_; }

 private:
  [[nodiscard]] const std::vector<const Rule*>& of(Mode mode) const {
    return by_mode_[static_cast<std::size_t>(mode)];
  }
  std::vector<std::unique_ptr<Rule>> rules_;
  std::vector<std::vector<const Rule*>> by_mode_;
};

// The sentence that explains a keyword or an argument after the word `before` (empty at the start).
[[nodiscard]] std::string_view help_for(const Token& token, std::string_view before);

}  // namespace spa::config
