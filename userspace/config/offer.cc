// SPDX-License-Identifier: Apache-2.0
#include "userspace/config/offer.h"

#include <algorithm>

#include "userspace/config/grammar/grammar.h"
#include "userspace/config/output_filter.h"

namespace spa::config {
namespace {

// The line cut into what is settled and the word that is being typed.
struct Typing {
  Mode mode = Mode::kUser;
  std::vector<Mode> around;  // modes a line may fall back to
  std::vector<Word> settled;
  std::string_view partial;
  bool first_word = false;  // nothing is settled, not even `no` or `do`
  bool removing = false;
};

Typing read(const SessionState& state, std::string_view line) {
  Typing typing;
  typing.mode = state.mode();
  for (std::size_t depth = state.frames.size(); depth-- > 1;)
    if (depth + 1 < state.frames.size()) typing.around.push_back(state.frames[depth].mode);
  typing.settled = split_words(line);
  const bool open = !line.empty() && line.back() != ' ' && line.back() != '\t';
  if (open && !typing.settled.empty()) {
    typing.partial = typing.settled.back().text;
    typing.settled.pop_back();
  }
  typing.first_word = typing.settled.empty();
  if (is_exec(typing.mode) || typing.settled.empty()) return typing;
  const std::string_view first = typing.settled.front().text;
  if (first == "do") {
    typing.mode = Mode::kPrivileged;
    typing.around.clear();
  }
  typing.removing =
      first == "no" || (first.size() >= 4 && std::string_view("default").starts_with(first));
  if (first == "do" || typing.removing) typing.settled.erase(typing.settled.begin());
  return typing;
}

void add_choice(std::vector<Choice>& out, std::string word, std::string_view help, bool keyword) {
  for (const Choice& known : out)
    if (known.word == word) return;
  out.push_back({std::move(word), std::string(help), keyword});
}

bool fits(const Token& token, std::string_view partial) {
  if (partial.empty()) return true;
  if (token.is_keyword()) return fit_keyword(token, partial) != KeywordFit::kNo;
  return false;
}

std::vector<Choice> offers_of(Mode mode, const Typing& typing, std::string_view line,
                              bool& accepting) {
  std::vector<Choice> out;
  const std::string_view before =
      typing.settled.empty() ? std::string_view() : typing.settled.back().text;
  for (const Token* token : Grammar::instance().next(mode, line, typing.settled, accepting)) {
    if (token->silent || !fits(*token, typing.partial)) continue;
    add_choice(out, token->placeholder(), help_for(*token, before), token->is_keyword());
  }
  return out;
}

// The words after a bar; the expression behind them is free.
std::vector<Choice> offers_of_filters(const Typing& typing) {
  std::vector<Choice> out;
  if (typing.settled.back().text != "|") return {{"LINE", "Regular expression", false}};
  for (const FilterWord& filter : filter_words())
    if (filter.word.starts_with(typing.partial))
      add_choice(out, std::string(filter.word), filter.help, true);
  return out;
}

std::vector<Choice> offers(const Typing& typing, std::string_view line, bool& accepting) {
  const bool has_filter = split_filter(line).command.size() < line.size();
  if (has_filter && !typing.settled.empty()) return offers_of_filters(typing);
  std::vector<Choice> out = offers_of(typing.mode, typing, line, accepting);
  for (const Mode mode : typing.around) {
    if (!out.empty() || accepting || typing.first_word) break;
    out = offers_of(mode, typing, line, accepting);
  }
  if (typing.first_word && !is_exec(typing.mode)) {
    const auto offer_word = [&](const char* word, const char* help) {
      if (std::string_view(word).starts_with(typing.partial)) add_choice(out, word, help, true);
    };
    offer_word("no", "Negate a command or set its defaults");
    offer_word("default", "Set a command to its defaults");
    offer_word("do", "Run an exec command in configuration mode");
    if (out.empty())
      for (const Mode mode : typing.around)
        if (out.empty()) out = offers_of(mode, typing, line, accepting);
  }
  std::sort(out.begin(), out.end(), [](const Choice& a, const Choice& b) {
    return a.keyword != b.keyword ? a.keyword : a.word < b.word;
  });
  return out;
}

// Not the beginning of a command.
bool is_data(const SessionState& state, std::string_view line) {
  return state.input || state.question || line.size() > kMaxLineLength;
}

}  // namespace

std::vector<Choice> offer_completion(const SessionState& state, std::string_view line) {
  if (is_data(state, line)) return {};
  bool accepting = false;
  return offers(read(state, line), line, accepting);
}

std::string offer_help(const SessionState& state, std::string_view line) {
  if (is_data(state, line)) return {};
  bool accepting = false;
  const Typing typing = read(state, line);
  std::vector<Choice> choices = offers(typing, line, accepting);
  if (!typing.partial.empty()) {
    if (choices.empty()) return "% Unrecognized command\n";
    std::string out;
    for (const Choice& choice : choices) out += choice.word + "  ";
    out.resize(out.size() - 2);
    return out + "\n";
  }
  if (accepting && !typing.settled.empty()) choices.push_back({"<cr>", "", false});
  if (choices.empty()) return "% Unrecognized command\n";
  std::size_t width = 0;
  for (const Choice& choice : choices) width = std::max(width, choice.word.size());
  std::string out;
  for (const Choice& choice : choices) {
    out += "  " + choice.word;
    if (!choice.help.empty()) out += std::string(width - choice.word.size() + 2, ' ') + choice.help;
    out += '\n';
  }
  return out;
}

}  // namespace spa::config
