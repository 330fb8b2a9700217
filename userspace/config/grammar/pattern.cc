// SPDX-License-Identifier: Apache-2.0
#include "userspace/config/grammar/pattern.h"

#include <charconv>
#include <utility>

namespace spa::config {

// Thompson's construction with empty moves, which finish() folds away.
class PatternReader {
 public:
  explicit PatternReader(std::string_view text) : text_(text) {}

  Result<Automaton> read() {
    const std::size_t start = fresh();
    auto end = alternatives(start);
    if (!end) return tl::unexpected(end.error());
    skip();
    if (at_ != text_.size()) return error("unexpected '" + std::string(1, text_[at_]) + "'");
    return finish(start, *end);
  }

 private:
  struct Draft {
    std::vector<Automaton::Edge> edges;
    std::vector<std::size_t> empty;
  };

  tl::unexpected<Error> error(const std::string& what) const {
    return fail(Errc::kInvalid, "pattern \"" + std::string(text_) + "\": " + what);
  }
  std::size_t fresh() {
    drafts_.emplace_back();
    return drafts_.size() - 1;
  }
  void skip() {
    while (at_ < text_.size() && text_[at_] == ' ') ++at_;
  }
  bool peek(char c) {
    skip();
    return at_ < text_.size() && text_[at_] == c;
  }

  Result<std::size_t> alternatives(std::size_t start) {
    const std::size_t end = fresh();
    for (;;) {
      auto branch = sequence(start);
      if (!branch) return branch;
      drafts_[*branch].empty.push_back(end);
      if (!peek('|')) return end;
      ++at_;
    }
  }

  Result<std::size_t> sequence(std::size_t start) {
    std::size_t here = start;
    for (;;) {
      skip();
      if (at_ == text_.size() || text_[at_] == '|' || text_[at_] == ')' || text_[at_] == ']')
        return here;
      const std::size_t entry = fresh();
      drafts_[here].empty.push_back(entry);
      auto exit = item(entry);
      if (!exit) return exit;
      if (at_ < text_.size() && text_[at_] == '+') {
        ++at_;
        drafts_[*exit].empty.push_back(entry);
      }
      here = fresh();
      drafts_[*exit].empty.push_back(here);
    }
  }

  Result<std::size_t> item(std::size_t entry) {
    const char open = text_[at_];
    if (open == '(' || open == '[') {
      ++at_;
      auto exit = alternatives(entry);
      if (!exit) return exit;
      if (!peek(open == '(' ? ')' : ']')) return error("a bracket is not closed");
      ++at_;
      if (open == '[') drafts_[entry].empty.push_back(*exit);
      return exit;
    }
    auto token = open == '<' ? argument() : keyword();
    if (!token) return tl::unexpected(token.error());
    const std::size_t exit = fresh();
    tokens_.push_back(std::make_unique<Token>(std::move(*token)));
    drafts_[entry].edges.push_back({tokens_.back().get(), exit});
    return exit;
  }

  Result<Token> keyword() {
    Token token;
    if (text_[at_] == '~') {
      token.silent = true;
      ++at_;
    }
    const std::size_t start = at_;
    while (at_ < text_.size() && std::string_view(" |()[]<>+").find(text_[at_]) == text_.npos)
      ++at_;
    const std::string_view whole = text_.substr(start, at_ - start);
    if (whole.empty()) return error("a keyword is missing");
    const std::size_t tilde = whole.find('~');
    token.text = whole.substr(0, tilde);
    if (tilde != whole.npos) token.alias = whole.substr(tilde + 1);
    return token;
  }

  Result<Token> argument() {
    const std::size_t close = text_.find('>', at_);
    const std::size_t colon = text_.find(':', at_);
    if (close == text_.npos || colon == text_.npos || colon > close)
      return error("an argument is <name:type>");
    Token token;
    token.text = text_.substr(at_ + 1, colon - at_ - 1);
    const std::string_view type = text_.substr(colon + 1, close - colon - 1);
    at_ = close + 1;
    static constexpr std::pair<std::string_view, TokenKind> kTypes[] = {
        {"word", TokenKind::kWord},       {"interface", TokenKind::kInterface},
        {"secret", TokenKind::kSecret},   {"line", TokenKind::kLine},
        {"hex", TokenKind::kHex},         {"spi", TokenKind::kSpi},
        {"ip", TokenKind::kAddress},      {"ip4", TokenKind::kAddress4},
        {"mask", TokenKind::kMask},       {"wildcard", TokenKind::kWildcard},
        {"prefix6", TokenKind::kPrefix6}, {"port", TokenKind::kPort}};
    for (const auto& [name, kind] : kTypes) {
      if (name != type) continue;
      token.kind = kind;
      return token;
    }
    token.kind = TokenKind::kNumber;
    if (!read_ranges(type, token)) return error("unknown type \"" + std::string(type) + "\"");
    return token;
  }

  static bool read_ranges(std::string_view text, Token& token) {
    const char* at = text.data();
    const char* const end = at + text.size();
    for (;;) {
      std::uint64_t low = 0, high = 0;
      auto first = std::from_chars(at, end, low);
      if (first.ec != std::errc{} || first.ptr == end || *first.ptr != '-') return false;
      auto second = std::from_chars(first.ptr + 1, end, high);
      if (second.ec != std::errc{} || high < low) return false;
      token.ranges.emplace_back(low, high);
      if (second.ptr == end) return true;
      if (*second.ptr != ',') return false;
      at = second.ptr + 1;
    }
  }

  Automaton finish(std::size_t start, std::size_t end) {
    Automaton out;
    out.tokens_ = std::move(tokens_);
    out.states_.resize(drafts_.size());
    std::vector<std::size_t> order{start};
    std::vector<std::size_t> number(drafts_.size(), drafts_.size());
    number[start] = 0;
    for (std::size_t i = 0; i < order.size(); ++i) {
      std::vector<bool> seen(drafts_.size());
      std::vector<std::size_t> todo{order[i]};
      seen[order[i]] = true;
      Automaton::State state;
      while (!todo.empty()) {
        const std::size_t at = todo.back();
        todo.pop_back();
        state.accepting = state.accepting || at == end;
        for (const Automaton::Edge& edge : drafts_[at].edges) {
          if (number[edge.target] == drafts_.size()) {
            number[edge.target] = order.size();
            order.push_back(edge.target);
          }
          state.edges.push_back({edge.token, number[edge.target]});
        }
        for (auto it = drafts_[at].empty.rbegin(); it != drafts_[at].empty.rend(); ++it) {
          if (seen[*it]) continue;
          seen[*it] = true;
          todo.push_back(*it);
        }
      }
      out.states_[i] = std::move(state);
    }
    out.states_.resize(order.size());
    return out;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::vector<Draft> drafts_;
  std::vector<std::unique_ptr<Token>> tokens_;
};

Result<Automaton> Automaton::compile(std::string_view pattern) {
  return PatternReader(pattern).read();
}

std::size_t Automaton::fixed_keywords() const {
  std::size_t count = 0;
  std::size_t at = 0;
  while (!states_[at].accepting && states_[at].edges.size() == 1 &&
         states_[at].edges.front().token->is_keyword() && count < states_.size()) {
    at = states_[at].edges.front().target;
    ++count;
  }
  return count;
}

}  // namespace spa::config
