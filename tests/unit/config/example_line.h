// SPDX-License-Identifier: Apache-2.0
// Lines made from the tables: what a person could type for a command.
#pragma once

#include <deque>
#include <map>
#include <string>
#include <vector>

#include "userspace/config/grammar/grammar.h"

namespace spa::config {

using TokenPath = std::vector<const Token*>;

// A word that fits an argument or is a keyword.
inline std::string example_word(const Token& token) {
  switch (token.kind) {
    case TokenKind::kKeyword:
      return token.text;
    case TokenKind::kNumber:
      return std::to_string(token.ranges.front().first);
    case TokenKind::kWord:
      return "WORD1";
    case TokenKind::kInterface:
      return "FastEthernet0/1";
    case TokenKind::kSecret:
      return "secret12";
    case TokenKind::kLine:
      return "some text";
    case TokenKind::kHex:
      return "3B2FD652";
    case TokenKind::kSpi:
      return "0xD740971C";
    case TokenKind::kAddress:
    case TokenKind::kAddress4:
      return "192.0.2.1";
    case TokenKind::kMask:
      return "255.255.255.0";
    case TokenKind::kWildcard:
      return "0.0.0.255";
    case TokenKind::kPrefix6:
      return "2001:db8::/32";
    case TokenKind::kPort:
      return "500";
  }
  return "WORD1";
}

inline std::string example_line(const TokenPath& path) {
  std::string line;
  for (const Token* token : path) line += (line.empty() ? "" : " ") + example_word(*token);
  return line;
}

// For each token of a command the shortest line that holds it.
inline std::vector<TokenPath> example_paths(const Rule& rule) {
  const auto& states = rule.automaton.states();
  // The shortest way to each state, and from each state to the end.
  std::map<std::size_t, TokenPath> to{{0, {}}}, onwards;
  for (std::deque<std::size_t> open{0}; !open.empty(); open.pop_front())
    for (const Automaton::Edge& edge : states[open.front()].edges) {
      TokenPath path = to[open.front()];
      path.push_back(edge.token);
      if (to.emplace(edge.target, std::move(path)).second) open.push_back(edge.target);
    }
  for (std::size_t i = 0; i < states.size(); ++i)
    if (states[i].accepting) onwards[i] = {};
  for (bool grew = true; grew;) {
    grew = false;
    for (std::size_t i = 0; i < states.size(); ++i)
      for (const Automaton::Edge& edge : states[i].edges) {
        const auto rest = onwards.find(edge.target);
        if (rest == onwards.end()) continue;
        const auto known = onwards.find(i);
        if (known != onwards.end() && known->second.size() <= rest->second.size() + 1) continue;
        TokenPath path{edge.token};
        path.insert(path.end(), rest->second.begin(), rest->second.end());
        onwards[i] = std::move(path);
        grew = true;
      }
  }
  std::vector<TokenPath> paths;
  for (const auto& [state, way] : to)
    for (const Automaton::Edge& edge : states[state].edges) {
      TokenPath path = way;
      path.push_back(edge.token);
      const TokenPath& rest = onwards.at(edge.target);
      path.insert(path.end(), rest.begin(), rest.end());
      paths.push_back(std::move(path));
    }
  return paths;
}

}  // namespace spa::config
