// SPDX-License-Identifier: Apache-2.0
#include "userspace/config/grammar/grammar.h"

#include <algorithm>
#include <cstdlib>

#include "userspace/config/grammar/rivals.h"

namespace spa::config {
namespace {

constexpr std::size_t kMaxWords = 256;

// One way to read the words so far. Steps are shared between ways that part later.
struct Step {
  std::size_t before;  // index of the previous step, or itself at the start
  const Token* token;
  std::size_t word;
};

struct Way {
  const Rule* rule;
  std::size_t state;
  std::size_t step;
  std::size_t length;  // words
};

// How a word is chosen where keywords and arguments compete. The second reading is tried when the
// first leaves the line incomplete: a key or a name may look like an abbreviation.
enum class Preference { kKeywords, kArguments };

std::string_view argument_text(const Token& token, std::string_view line, const Word& word) {
  if (token.kind != TokenKind::kLine) return word.text;
  std::string_view rest = line.substr(word.column);
  while (!rest.empty() && (rest.back() == ' ' || rest.back() == '\t' || rest.back() == '\r'))
    rest.remove_suffix(1);
  return rest;
}

// Follows the words through the automatons of a mode.
class Walk {
 public:
  Walk(const std::vector<const Rule*>& rules, std::string_view line, Preference preference)
      : line_(line), preference_(preference) {
    steps_.push_back({0, nullptr, 0});
    for (const Rule* rule : rules) ways_.push_back({rule, 0, 0, 0});
  }

  // False when no command has such a word there, or when several have; rejection() tells.
  bool take(const std::vector<Word>& words, std::size_t at) {
    const Word& word = words[at];
    candidates_.clear();
    for (std::size_t i = 0; i < ways_.size(); ++i) collect(i, word);
    const bool exact = any(Fit::kExact);
    const bool prefix = any(Fit::kPrefix);
    const bool argument = any(Fit::kArgument);
    const bool abbreviate = prefix && (preference_ == Preference::kKeywords || !argument);
    const Fit wanted = exact ? Fit::kExact : abbreviate ? Fit::kPrefix : Fit::kArgument;
    if (!exact && !prefix && !argument) return refuse(word);
    if (wanted == Fit::kPrefix && ambiguous(word)) return false;
    advance(wanted, at);
    return true;
  }

  [[nodiscard]] const std::vector<Way>& ways() const { return ways_; }
  [[nodiscard]] const std::optional<Rejection>& rejection() const { return rejection_; }

  // The rest of the line belongs to a LINE argument: no more words are to be taken.
  [[nodiscard]] bool took_rest() const {
    return std::all_of(ways_.begin(), ways_.end(), [this](const Way& way) {
      const Token* token = steps_[way.step].token;
      return token != nullptr && token->kind == TokenKind::kLine;
    });
  }

  [[nodiscard]] Args args(const Way& way, const std::vector<Word>& words) const {
    std::vector<std::size_t> path;
    for (std::size_t at = way.step; at != 0; at = steps_[at].before) path.push_back(at);
    Args out;
    for (auto it = path.rbegin(); it != path.rend(); ++it) {
      const Step& step = steps_[*it];
      if (step.token->is_keyword()) {
        Value value;
        value.token = step.token;
        value.text = step.token->text;
        value.alias = is_alias(*step.token, words[step.word].text);
        out.add(std::move(value));
      } else if (auto value = parse_value(*step.token,
                                          argument_text(*step.token, line_, words[step.word]))) {
        out.add(std::move(*value));
      }
    }
    return out;
  }

 private:
  enum class Fit { kExact, kPrefix, kArgument };
  struct Candidate {
    std::size_t way;
    const Automaton::Edge* edge;
    Fit fit;
  };

  void collect(std::size_t index, const Word& word) {
    const Way& way = ways_[index];
    for (const Automaton::Edge& edge : way.rule->automaton.states()[way.state].edges) {
      if (edge.token->is_keyword()) {
        const KeywordFit fit = fit_keyword(*edge.token, word.text);
        if (fit == KeywordFit::kExact) candidates_.push_back({index, &edge, Fit::kExact});
        if (fit == KeywordFit::kPrefix && !way.rule->command.exact)
          candidates_.push_back({index, &edge, Fit::kPrefix});
      } else if (parse_value(*edge.token, argument_text(*edge.token, line_, word))) {
        candidates_.push_back({index, &edge, Fit::kArgument});
      }
    }
  }

  [[nodiscard]] bool any(Fit fit) const {
    return std::any_of(candidates_.begin(), candidates_.end(),
                       [fit](const Candidate& c) { return c.fit == fit; });
  }

  // The caret stands under the first octet that no keyword has there.
  bool refuse(const Word& word) {
    std::size_t common = 0;
    for (const Way& way : ways_) {
      for (const auto& edge : way.rule->automaton.states()[way.state].edges) {
        if (!edge.token->is_keyword() || way.rule->command.exact) continue;
        const std::string& keyword = edge.token->text;
        std::size_t same = 0;
        while (same < keyword.size() && same < word.text.size() && keyword[same] == word.text[same])
          ++same;
        if (same < word.text.size()) common = std::max(common, same);
      }
    }
    rejection_ = Rejection{Rejection::Kind::kInvalid, "% Invalid input detected at '^' marker.",
                           word.column + common};
    return false;
  }

  bool ambiguous(const Word& word) {
    const std::string* first = nullptr;
    for (const Candidate& candidate : candidates_) {
      if (candidate.fit != Fit::kPrefix) continue;
      const std::string& keyword = candidate.edge->token->text;
      if (first == nullptr) first = &keyword;
      if (keyword == *first) continue;
      const std::string_view typed = line_.substr(0, word.column + word.text.size());
      const std::size_t start = typed.find_first_not_of(" \t");
      rejection_ = Rejection{Rejection::Kind::kAmbiguous,
                             "% Ambiguous command:  \"" + std::string(typed.substr(start)) + "\"",
                             std::nullopt};
      return true;
    }
    return false;
  }

  void advance(Fit wanted, std::size_t at) {
    std::vector<Way> ways;
    for (const Candidate& candidate : candidates_) {
      if (candidate.fit != wanted) continue;
      const Way& way = ways_[candidate.way];
      steps_.push_back({way.step, candidate.edge->token, at});
      ways.push_back({way.rule, candidate.edge->target, steps_.size() - 1, way.length + 1});
    }
    ways_ = std::move(ways);
  }

  std::string_view line_;
  Preference preference_;
  std::vector<Step> steps_;
  std::vector<Way> ways_;
  std::vector<Candidate> candidates_;
  std::optional<Rejection> rejection_;
};

// Whether the beginning of a line is enough to delete by: its keywords where there is only one such
// line, at least one argument where there may be many.
bool says_which(const Rule& rule, const Args& args, std::size_t words) {
  const bool single = rule.command.key.kind == Key::Kind::kNone || rule.command.remove_all;
  if (single) return words >= rule.fixed_keywords;
  return std::any_of(args.values().begin(), args.values().end(),
                     [](const Value& value) { return !value.token->is_keyword(); });
}

Rejection incomplete() {
  return {Rejection::Kind::kIncomplete, "% Incomplete command.", std::nullopt};
}

Rejection too_long(const Word& word) {
  return {Rejection::Kind::kInvalid, "% Invalid input detected at '^' marker.", word.column};
}

MatchResult match_once(const std::vector<const Rule*>& rules, std::string_view line,
                       const std::vector<Word>& words, Preference preference) {
  Walk walk(rules, line, preference);
  MatchResult result;
  for (std::size_t at = 0; at < words.size(); ++at) {
    if (!walk.take(words, at)) {
      result.rejection = walk.rejection();
      return result;
    }
    if (walk.took_rest()) break;
  }
  for (const Way& way : walk.ways()) {
    if (!way.rule->automaton.states()[way.state].accepting) continue;
    result.matches.push_back({way.rule, walk.args(way, words)});
    return result;
  }
  result.rejection = incomplete();
  return result;
}

}  // namespace

Result<std::unique_ptr<Grammar>> Grammar::make(std::vector<Command> table) {
  auto grammar = std::make_unique<Grammar>();
  grammar->by_mode_.resize(modes().size());
  for (Command& command : table) {
    auto automaton = Automaton::compile(command.pattern);
    if (!automaton) return tl::unexpected(automaton.error());
    auto rule = std::make_unique<Rule>();
    rule->command = std::move(command);
    rule->automaton = std::move(*automaton);
    rule->index = grammar->rules_.size();
    if (rule->command.group.empty()) rule->command.group = rule->command.pattern;
    rule->fixed_keywords = rule->automaton.fixed_keywords();
    grammar->by_mode_[static_cast<std::size_t>(rule->command.mode)].push_back(rule.get());
    grammar->rules_.push_back(std::move(rule));
  }
  // Privileged EXEC has the commands of user EXEC, every configuration mode the common ones.
  const auto inherit = [&](Mode to, Mode from) {
    auto& list = grammar->by_mode_[static_cast<std::size_t>(to)];
    const auto& more = grammar->of(from);
    list.insert(list.end(), more.begin(), more.end());
  };
  inherit(Mode::kPrivileged, Mode::kUser);
  for (const ModeInfo& mode : modes())
    if (!is_exec(mode.mode) && mode.mode != Mode::kAnyConfig) inherit(mode.mode, Mode::kAnyConfig);
  for (const auto& list : grammar->by_mode_) find_rivals(list);
  return grammar;
}

MatchResult Grammar::match(Mode mode, std::string_view line, const std::vector<Word>& words) const {
  if (words.size() > kMaxWords) return {{}, too_long(words[kMaxWords])};
  MatchResult first = match_once(of(mode), line, words, Preference::kKeywords);
  if (!first.rejection || first.rejection->kind == Rejection::Kind::kAmbiguous) return first;
  MatchResult second = match_once(of(mode), line, words, Preference::kArguments);
  return second.rejection ? first : second;
}

MatchResult Grammar::match_removal(Mode mode, std::string_view line,
                                   const std::vector<Word>& words) const {
  if (words.size() > kMaxWords) return {{}, too_long(words[kMaxWords])};
  MatchResult result;
  Walk walk(of(mode), line, Preference::kKeywords);
  for (std::size_t at = 0; at < words.size(); ++at) {
    if (!walk.take(words, at)) {
      result.rejection = walk.rejection();
      return result;
    }
    if (walk.took_rest()) break;
  }
  for (const Way& way : walk.ways()) {
    const Rule& rule = *way.rule;
    if (rule.command.run && !rule.command.removed) continue;
    Args args = walk.args(way, words);
    const bool whole = rule.automaton.states()[way.state].accepting;
    if (!whole && !says_which(rule, args, way.length)) continue;
    result.matches.push_back({way.rule, std::move(args)});
  }
  if (result.matches.empty()) result.rejection = incomplete();
  return result;
}

std::vector<const Token*> Grammar::next(Mode mode, std::string_view line,
                                        const std::vector<Word>& words, bool& accepting) const {
  accepting = false;
  if (words.size() > kMaxWords) return {};
  Walk walk(of(mode), line, Preference::kKeywords);
  for (std::size_t at = 0; at < words.size(); ++at) {
    if (!walk.take(words, at)) return {};
    if (walk.took_rest()) break;
  }
  std::vector<const Token*> tokens;
  for (const Way& way : walk.ways()) {
    if (way.rule->command.exact) continue;  // lines that are only kept are not offered
    const Automaton::State& state = way.rule->automaton.states()[way.state];
    accepting = accepting || state.accepting;
    for (const Automaton::Edge& edge : state.edges) tokens.push_back(edge.token);
  }
  return tokens;
}

const Grammar& Grammar::instance() {
  static const std::unique_ptr<Grammar> grammar = [] {
    std::vector<Command> table;
    add_exec_commands(table);
    add_enable_commands(table);
    add_clear_commands(table);
    add_debug_commands(table);
    add_show_commands(table);
    add_system_commands(table);
    add_replace_commands(table);
    add_logging_commands(table);
    add_password_commands(table);
    add_isakmp_commands(table);
    add_isakmp_client_commands(table);
    add_isakmp_public_key_commands(table);
    add_ikev2_commands(table);
    add_ikev2_protection_commands(table);
    add_ikev2_session_commands(table);
    add_clock_commands(table);
    add_rsa_key_commands(table);
    add_trustpoint_commands(table);
    add_pki_commands(table);
    add_enrolment_commands(table);
    add_show_pki_commands(table);
    add_acl_commands(table);
    add_ipsec_commands(table);
    add_interface_commands(table);
    add_vrf_commands(table);
    add_call_admission_commands(table);
    add_foreign_commands(table);
    add_pix_exec_commands(table);
    add_pix_system_commands(table);
    add_pix_crypto_commands(table);
    add_pix_isakmp_commands(table);
    add_pix_ca_commands(table);
    auto made = make(std::move(table));
    if (!made) std::abort();  // a malformed table is a programming error; a unit test names it
    return std::move(*made);
  }();
  return *grammar;
}

}  // namespace spa::config
