// SPDX-License-Identifier: Apache-2.0
#include "userspace/config/grammar/rivals.h"

#include <algorithm>

namespace spa::config {
namespace {

// How far a line of some command has come.
struct Place {
  const Rule* rule = nullptr;
  std::size_t state = 0;
  [[nodiscard]] const std::vector<Automaton::Edge>& edges() const {
    return rule->automaton.states()[state].edges;
  }
  friend bool operator==(const Place&, const Place&) = default;
};

// Whether a word that is `said` may be one that is `meant`. Words of arguments may be anything.
bool fits(const Token& said, const Token& meant) {
  if (said.is_keyword() != meant.is_keyword()) return false;
  return !said.is_keyword() || said.text == meant.text;
}

std::vector<Place> step(const std::vector<Place>& from, const Token& said) {
  std::vector<Place> to;
  for (const Place& place : from) {
    for (const Automaton::Edge& edge : place.edges()) {
      const Place next{place.rule, edge.target};
      if (fits(said, *edge.token) && std::find(to.begin(), to.end(), next) == to.end())
        to.push_back(next);
    }
  }
  return to;
}

void collect(Token& silent, const std::vector<Place>& places) {
  for (const Place& place : places) {
    for (const Automaton::Edge& edge : place.edges()) {
      const Token* token = edge.token;
      const bool known =
          std::find(silent.rivals.begin(), silent.rivals.end(), token) != silent.rivals.end();
      if (token->is_keyword() && !known) silent.rivals.push_back(token);
    }
  }
}

// Follows a command from a state, with all the commands that begin like it.
class Search {
 public:
  explicit Search(const Rule& rule) : rule_(rule) {}

  void go(std::size_t state, const std::vector<Place>& all) {
    if (std::find(path_.begin(), path_.end(), state) != path_.end()) return;
    path_.push_back(state);
    for (const Automaton::Edge& edge : rule_.automaton.states()[state].edges) {
      for (const auto& token : rule_.automaton.tokens())
        if (token.get() == edge.token && token->silent) collect(*token, all);
      go(edge.target, step(all, *edge.token));
    }
    path_.pop_back();
  }

 private:
  const Rule& rule_;
  std::vector<std::size_t> path_;  // states passed, against going in circles
};

}  // namespace

void find_rivals(const std::vector<const Rule*>& rules) {
  std::vector<Place> start;
  for (const Rule* rule : rules) start.push_back({rule, 0});
  for (const Rule* rule : rules) {
    const auto& tokens = rule->automaton.tokens();
    const bool any =
        std::any_of(tokens.begin(), tokens.end(), [](const auto& token) { return token->silent; });
    if (any) Search(*rule).go(0, start);
  }
}

}  // namespace spa::config
