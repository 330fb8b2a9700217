// SPDX-License-Identifier: Apache-2.0
// The notation in which the command tables are written, and the automaton it becomes.
//
//   word        a keyword; `pki~ca` also accepts the second spelling; `~0` is accepted but not
//   printed <n:type>    an argument: word, interface, secret, line, hex, spi, ip (either family),
//   ip4, mask,
//               wildcard, prefix6, port, or ranges such as 1-65535 or 100-199,2000-2699
//   ( a | b )   one of several    [ a | b ]   one of several or nothing    x+   once or more
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "userspace/base/result.h"
#include "userspace/config/grammar/token.h"

namespace spa::config {

class Automaton {
 public:
  struct Edge {
    const Token* token = nullptr;
    std::size_t target = 0;
  };
  struct State {
    std::vector<Edge> edges;  // without empty moves: those are folded in
    bool accepting = false;
  };

  // kInvalid says where the notation is wrong.
  [[nodiscard]] static Result<Automaton> compile(std::string_view pattern);

  [[nodiscard]] const std::vector<State>& states() const { return states_; }
  [[nodiscard]] const std::vector<std::unique_ptr<Token>>& tokens() const { return tokens_; }
  // How many keywords come first in every form of the command.
  [[nodiscard]] std::size_t fixed_keywords() const;

 private:
  friend class PatternReader;
  std::vector<State> states_;  // the first is the start
  std::vector<std::unique_ptr<Token>> tokens_;
};

}  // namespace spa::config
