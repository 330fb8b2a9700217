// SPDX-License-Identifier: Apache-2.0
#include "userspace/config/session.h"

#include <algorithm>
#include <utility>

#include "userspace/config/exec.h"
#include "userspace/config/grammar/grammar.h"
#include "userspace/config/offer.h"
#include "userspace/config/output_filter.h"
#include "userspace/config/tree.h"

namespace spa::config {
namespace {

constexpr char kControlZ = '\x1a';

// What manuals print in place of a command (R-KEY-2, R-T6-2).
constexpr std::pair<std::string_view, std::string_view> kSpellings[] = {
    {"keyring", "crypto keyring"}, {"password-encryption", "password encryption"}};

bool is_word(std::string_view word, std::string_view keyword, std::size_t shortest) {
  return word.size() >= shortest && word.size() <= keyword.size() &&
         keyword.substr(0, word.size()) == word;
}

constexpr const char* kInvalidInput = "% Invalid input detected at '^' marker.";

// The router's own banners are delimited by a control character.
bool is_banner(const std::vector<Word>& words) {
  constexpr std::string_view kKinds[] = {"exec", "incoming",       "login",
                                         "motd", "prompt-timeout", "slip-ppp"};
  return words.size() > 1 && words[0].text == "banner" &&
         std::find(std::begin(kKinds), std::end(kKinds), words[1].text) != std::end(kKinds);
}

// Where a line has something that a terminal would obey when it is printed.
std::optional<std::size_t> control_character(std::string_view line) {
  if (is_banner(split_words(line))) return std::nullopt;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const auto octet = static_cast<unsigned char>(line[i]);
    if ((octet < 0x20 && octet != '\t') || octet == 0x7f) return i;
  }
  return std::nullopt;
}

std::string_view trimmed(std::string_view line) {
  while (!line.empty() && (line.back() == '\r' || line.back() == '\n')) line.remove_suffix(1);
  return line;
}

// "interface FastEthernet 0/0" means FastEthernet0/0.
std::string joined_interface(std::string_view line) {
  const auto words = split_words(line);
  const bool joins = words.size() == 3 && is_word(words[0].text, "interface", 3) &&
                     words[2].text[0] >= '0' && words[2].text[0] <= '9';
  if (!joins) return std::string(line);
  return std::string(line.substr(0, words[1].column)) + std::string(words[1].text) +
         std::string(words[2].text);
}

// The rejection that explains a line best: the one that understood most of it.
void keep_better(std::optional<Rejection>& best, Rejection other) {
  const auto reach = [](const Rejection& r) { return r.column.value_or(kMaxLineLength + 1); };
  if (!best || reach(other) > reach(*best)) best = std::move(other);
}

}  // namespace

Continue Exec::wait() {
  state_.busy = true;
  return [alive = std::weak_ptr<char>(state_.alive),
          &state = state_](std::function<void(Exec&)> then) {
    if (!alive.expired()) state.resume(std::move(then));
  };
}

std::function<void(const std::string&)> Exec::messenger() {
  return [alive = std::weak_ptr<char>(state_.alive), &state = state_](const std::string& line) {
    if (!alive.expired() && state.tell) state.tell(line);
  };
}

class Session::Impl {
 public:
  Impl(Configuration& shared, bool privileged) : configuration(shared) {
    state.frames.push_back({privileged ? Mode::kPrivileged : Mode::kUser, nullptr, {}});
    state.resume = [this](const std::function<void(Exec&)>& then) { resume(then); };
  }

  // A command goes on that was not over.
  void resume(const std::function<void(Exec&)>& then) {
    state.busy = false;
    Exec exec(configuration, state, format);
    then(exec);
    if (state.batch == 0) put_in_force(exec);
    if (events.more) events.more(output(exec));
  }

  Output execute(std::string_view line, OutputFormat wanted) {
    format = wanted;
    Exec exec(configuration, state, format);
    if (state.busy) {
      exec.refuse("The command before is not over yet.");
      return output(exec);
    }
    follow_dialect();
    leave_removed_blocks(exec);
    take_line(exec, trimmed(line));
    if (state.batch == 0) put_in_force(exec);
    return output(exec);
  }

  // What was warned of after the line before is not repeated after every line.
  void put_in_force(Exec& exec) {
    const policy::SnapshotPtr before = configuration.snapshot();
    auto report = configuration.commit();
    if (!report) return exec.refuse("Not put in force: " + report.error().text);
    if (configuration.snapshot() == before) return;  // nothing was changed
    for (const std::string& warning : report->warnings)
      if (std::find(warned.begin(), warned.end(), warning) == warned.end())
        exec.print("% Warning: " + warning);
    warned = std::move(report->warnings);
  }

  Output output(Exec& exec) {
    Output out;
    out.text = exec.take_text();
    out.json = exec.take_json();
    out.rest = exec.take_pieces();
    if (out.rest && !events.pieces) {
      drain(exec.wants_json() ? out.json : out.text, out.rest);
      out.rest = nullptr;
    }
    out.rejection = exec.take_rejection();
    out.prompt = prompt();
    out.asking = asking();
    out.closed = state.closed;
    out.unfinished = state.busy;
    return out;
  }

  [[nodiscard]] Asking asking() const {
    if (!state.question) return Asking::kNothing;
    return state.question->hidden ? Asking::kHidden : Asking::kShown;
  }

  [[nodiscard]] std::string prompt() const {
    if (state.question) return state.question->prompt;
    std::string text = configuration.snapshot()->hostname;
    if (state.input)
      return state.input->what == DataInput::What::kPemCertificate ? "" : text + "(config-pubkey)#";
    const std::string_view own = state.frames.back().prompt;
    text += own.empty() ? info(state.mode()).prompt : own;
    return text + (state.mode() == Mode::kUser ? ">" : "#");
  }

  Configuration& configuration;
  SessionState state;
  SessionEvents events;
  OutputFormat format = OutputFormat::kText;  // of the line that was typed last
  std::vector<std::string> warned;

 private:
  void take_line(Exec& exec, std::string_view line) {
    if (line.size() > kMaxLineLength)
      return reject(exec, Rejection::Kind::kInvalid, "% The line is too long.", std::nullopt);
    if (state.question) return take_answer(exec, line);
    if (state.input) return take_data(exec, line);
    const std::size_t first = line.find_first_not_of(" \t");
    if (first == line.npos || line[first] == '!') return;
    if (line[first] == kControlZ) return end_configuration();
    if (is_pix_frame(line)) return;
    if (const auto control = control_character(line))
      return reject(exec, Rejection::Kind::kInvalid, kInvalidInput, *control);
    if (is_exec(state.mode())) return run_exec(exec, state.mode(), line, 0);
    configure(exec, joined_interface(line));
  }

  static void reject(Exec& exec, Rejection::Kind kind, std::string text,
                     std::optional<std::size_t> column) {
    exec.reject({kind, std::move(text), column});
  }

  void end_configuration() { state.frames.resize(1); }

  // Somebody else may have chosen the other dialect.
  void follow_dialect() {
    const Mode mode = mode_of(configuration.tree().dialect());
    if (state.frames.size() < 2 || state.frames[1].mode == mode) return;
    state.frames.resize(2);
    state.frames[1].mode = mode;
  }

  // Somebody else may have deleted the block we stand in.
  void leave_removed_blocks(Exec& exec) {
    for (std::size_t i = 2; i < state.frames.size(); ++i) {
      if (state.frames[i].block == nullptr || !state.frames[i].block->removed) continue;
      state.frames.resize(i);
      exec.print("% The block you were in has been deleted.");
      return;
    }
  }

  void take_answer(Exec& exec, std::string_view line) {
    const Question question = *std::exchange(state.question, std::nullopt);
    if (line.starts_with(kControlZ)) return end_configuration();
    question.then(exec, line);
  }

  // R-CLI-15: what is not `quit` is data.
  void take_data(Exec& exec, std::string_view line) {
    DataInput& input = *state.input;
    const auto words = split_words(line);
    const bool pem = input.what == DataInput::What::kPemCertificate;
    const bool over = (words.size() == 1 && words[0].text == "quit") ||
                      (pem && words.empty() && !input.collected.empty());
    if (!over) {
      if (input.collected.size() + line.size() > kMaxDataInput) input.overflow = true;
      if (!input.overflow) input.collected.append(line).push_back('\n');
      return;
    }
    DataInput whole = std::move(input);
    state.input.reset();
    if (whole.what == DataInput::What::kPublicKey) return take_public_key(exec, whole);
    finish_input(exec, std::move(whole));
  }

  // It becomes a line of the block.
  void take_public_key(Exec& exec, const DataInput& input) {
    std::string line = "key-string";
    std::size_t digits = 0;
    for (const char c : input.collected) {
      if (c == ' ' || c == '\t' || c == '\n' || c == '\r') continue;
      if (digits++ % 64 == 0) line += ' ';
      line += c;
    }
    if (input.overflow || line.size() > kMaxLineLength)
      return exec.refuse("The public key is too long.");
    if (digits == 0) return exec.refuse("The public key is empty.");
    configure(exec, line);
  }

  // Runs an EXEC command that starts at `start` in the line.
  void run_exec(Exec& exec, Mode mode, std::string_view line, std::size_t start) {
    const Piped piped = split_filter(line);
    if (piped.filter.empty()) return run_command(exec, mode, line, start);
    // Its expression is looked at before the command is run.
    auto made = LineFilter::make(piped.filter);
    if (!made)
      return reject(exec, Rejection::Kind::kRefused, "% " + made.error().text, piped.column);
    if (exec.wants_json()) return exec.refuse("A filter works on text; JSON has all fields.");
    run_command(exec, mode, piped.command, start);
    const std::shared_ptr<LineFilter> filter = std::move(*made);
    exec.print_raw(filter->take(exec.take_text()));
    Pieces rest = exec.take_pieces();
    if (!rest) return exec.print_raw(filter->end());
    exec.stream([filter, rest = std::move(rest)](std::string& out) {
      std::string piece;
      const bool more = rest(piece);
      out += filter->take(piece);
      if (!more) out += filter->end();
      return more;
    });
  }

  void run_command(Exec& exec, Mode mode, std::string_view line, std::size_t start) {
    auto words = split_words(line);
    std::erase_if(words, [start](const Word& word) { return word.column < start; });
    const MatchResult result = Grammar::instance().match(mode, line, words);
    if (result.rejection) return exec.reject(*result.rejection);
    const Match& match = result.matches.front();
    match.rule->command.run(exec, match.args);
  }

  void configure(Exec& exec, const std::string& line) {
    auto words = split_words(line);
    if (words[0].text == "do") {
      if (words.size() < 2)
        return reject(exec, Rejection::Kind::kIncomplete, "% Incomplete command.", std::nullopt);
      return run_exec(exec, Mode::kPrivileged, line, words[1].column);
    }
    const bool no = words[0].text == "no";
    const bool restore = is_word(words[0].text, "default", 4);
    if (no || restore) {
      words.erase(words.begin());
      if (words.empty())
        return reject(exec, Rejection::Kind::kIncomplete, "% Incomplete command.", std::nullopt);
    }
    std::optional<Rejection> best;
    for (const std::size_t depth : levels()) {
      const Mode mode = state.frames[depth].mode;
      const Grammar& grammar = Grammar::instance();
      MatchResult result = no || restore ? grammar.match_removal(mode, line, words)
                                         : grammar.match(mode, line, words);
      if (result.rejection) {
        keep_better(best, std::move(*result.rejection));
        continue;
      }
      if (no || restore) return remove(exec, depth, result.matches, restore);
      if (is_kept_further_out(depth, result.matches.front(), line, words)) continue;
      return add(exec, depth, result.matches.front());
    }
    // What only lacks a word here is not another command.
    const bool begun = best->kind == Rejection::Kind::kIncomplete;
    for (const auto& [printed, meant] : kSpellings)
      if (words[0].text == printed && !begun)
        return configure(exec, std::string(line).replace(words[0].column, printed.size(), meant));
    if (is_exec_anywhere(words, no, restore)) return run_exec(exec, Mode::kPrivileged, line, 0);
    exec.reject(*best);
  }

  // R-CLI-11: a line that a mode around this one keeps as it is, with every word in full, is no
  // abbreviation of a command here: `ip community-list` behind a trustpoint is not `ip-address`.
  [[nodiscard]] bool is_kept_further_out(std::size_t depth, const Match& here,
                                         std::string_view line,
                                         const std::vector<Word>& words) const {
    const std::vector<Value>& values = here.args.values();
    if (values.empty() || values.front().text == words[0].text || values.front().alias)
      return false;
    for (std::size_t outer = depth; outer-- > 1;) {
      const MatchResult there = Grammar::instance().match(state.frames[outer].mode, line, words);
      if (!there.rejection && there.matches.front().rule->command.exact) return true;
    }
    return false;
  }

  // R-CLI-9: show and clear are taken at a configuration prompt too; R-CLI-10: on a PIX what it has
  // in both of its modes.
  [[nodiscard]] bool is_exec_anywhere(const std::vector<Word>& words, bool no, bool restore) const {
    const std::string_view word = words[0].text;
    const bool pix = state.mode() == Mode::kPix;
    if (no || restore) return pix && no && is_word(word, "debug", 3);
    if (is_word(word, "show", 2) || is_word(word, "clear", 3)) return true;
    if (!pix) return false;
    // How its key and certificates come: no PIX has `crypto pki`.
    const bool pki = words.size() > 1 && (words[1].text == "pki" || words[1].text == "ca");
    return (pki && is_word(word, "crypto", 2)) || is_word(word, "debug", 3) ||
           is_word(word, "undebug", 3) || is_word(word, "write", 2) || is_word(word, "terminal", 4);
  }

  // The modes a line is tried in: this one, then those around it (R-CLI-14). A block that takes
  // every line comes last.
  [[nodiscard]] std::vector<std::size_t> levels() const {
    std::vector<std::size_t> order;
    for (std::size_t depth = state.frames.size(); depth-- > 1;) order.push_back(depth);
    if (state.mode() == Mode::kOther) std::rotate(order.begin(), order.begin() + 1, order.end());
    return order;
  }

  void add(Exec& exec, std::size_t depth, const Match& match) {
    const Command& command = match.rule->command;
    if (command.mode != Mode::kAnyConfig) state.frames.resize(depth + 1);
    if (command.run) return command.run(exec, match.args);
    Node& block = *state.frames.back().block;
    if (command.prepare) {
      Match whole = match;
      if (const Status done = command.prepare(whole.args); !done)
        return exec.reject({Rejection::Kind::kRefused, done.error().text, std::nullopt});
      return store(exec, block, whole);
    }
    store(exec, block, match);
  }

  void store(Exec& exec, Node& block, const Match& match) {
    const Command& command = match.rule->command;
    Tree& tree = configuration.tree();
    Node* old = tree.find(block, *match.rule, match.args);
    if (command.reenter && old == nullptr)
      return exec.refuse("There is no such entry; give its kind (ipsec-isakmp) to make it.");
    const bool same = old != nullptr && !old->negated && old->args == match.args;
    if (command.reenter || same) return enter(*old, command, match.args);
    if (!command.elide.empty() && match.args.line(Args::Secrets::kHidden) == command.elide) {
      if (tree.remove(block, *match.rule, match.args, true) > 0) changed(true);
      return;
    }
    if (!apply(exec, block, match)) return;
    Node* node = tree.store(block, *match.rule, match.args, false);
    if (node == nullptr) return exec.refuse("The configuration is full.");
    node->line = state.line;
    changed(old != nullptr);
    enter(*node, command, match.args);
  }

  bool apply(Exec& exec, Node& block, const Match& match) {
    Build& draft = configuration.draft();
    draft.loading = state.loading || state.batch > 0;
    draft.warnings.clear();
    // What a startup configuration asks for in vain is said when it is put in force.
    const Status tunnels = state.loading ? Status{} : configuration.backend().can_make_tunnels();
    draft.no_tunnels = tunnels ? std::string() : tunnels.error().text;
    const Status done = apply_line(draft, block, *match.rule, match.args);
    if (!done) {
      configuration.spoil_draft();
      exec.reject({Rejection::Kind::kRefused, done.error().text, std::nullopt});
      return false;
    }
    for (const std::string& warning : draft.warnings) exec.print(warning);
    return true;
  }

  void enter(Node& node, const Command& command, const Args& typed) {
    if (command.enters == Mode::kUser) return;
    state.frames.push_back({command.enters, node.shared_from_this(), {}});
    if (typed.uses_alias(command.alias_of)) state.frames.back().prompt = command.alias_prompt;
  }

  void remove(Exec& exec, std::size_t depth, const std::vector<Match>& matches, bool restore) {
    state.frames.resize(depth + 1);
    const Command& first = matches.front().rule->command;
    if (!first.confirm || state.loading) return remove_now(exec, matches, restore);
    first.confirm(exec, matches.front().args,
                  [this, matches, restore](Exec& later) { remove_now(later, matches, restore); });
  }

  void remove_now(Exec& exec, const std::vector<Match>& matches, bool restore) {
    std::size_t count = 0;
    for (const Match& match : matches) {
      if (match.rule->command.removed) match.rule->command.removed(exec, match.args);
      if (match.rule->command.run) continue;
      Node& block = *state.frames.back().block;
      count += configuration.tree().remove(block, *match.rule, match.args, restore);
    }
    const Match& first = matches.front();
    const bool off = first.rule->command.off && !restore;
    if (count > 0 && !off) return changed(true);
    if (!first.rule->command.negative || restore) return;
    Node* node =
        configuration.tree().store(*state.frames.back().block, *first.rule, first.args, true);
    if (node == nullptr) return exec.refuse("The configuration is full.");
    node->line = state.line;
    changed(first.rule->command.apply_no != nullptr || count > 0);
  }

  void changed(bool spoiled) {
    if (spoiled) configuration.spoil_draft();
    configuration.touch(configuration.backend().now());
  }
};

Session::Session(Configuration& configuration, bool privileged)
    : impl_(std::make_unique<Impl>(configuration, privileged)) {}

Session::~Session() {
  if (impl_->state.batch > 0 && !impl_->state.loading)
    static_cast<void>(impl_->configuration.commit());
}

Output Session::execute(std::string_view line, OutputFormat format) {
  return impl_->execute(line, format);
}

std::vector<Choice> Session::complete(std::string_view line) const {
  return offer_completion(impl_->state, line);
}

std::string Session::help(std::string_view line) const {
  return offer_help(impl_->state, line);
}

std::string Session::prompt() const {
  return impl_->prompt();
}

void Session::listen(SessionEvents events) {
  impl_->state.tell = events.told;
  impl_->events = std::move(events);
}

void Session::begin_batch() {
  ++impl_->state.batch;
}

Output Session::end_batch() {
  Exec exec(impl_->configuration, impl_->state, OutputFormat::kText);
  if (impl_->state.batch > 0) --impl_->state.batch;
  if (impl_->state.batch == 0) {
    for (const std::string& warning : missing_references(impl_->configuration.draft().snapshot))
      exec.print(warning);
    impl_->put_in_force(exec);
  }
  return impl_->output(exec);
}

void Session::begin_load() {
  impl_->state.loading = true;
  impl_->state.batch = 1;
  impl_->state.frames.resize(1);
  impl_->state.frames.push_back({mode_of(impl_->configuration.tree().dialect()),
                                 impl_->configuration.tree().root().shared_from_this(),
                                 {}});
}

void Session::at_line(std::size_t number) {
  impl_->state.line = number;
}

Output Session::end() {
  Exec exec(impl_->configuration, impl_->state, OutputFormat::kText);
  impl_->state.input.reset();
  impl_->state.question.reset();
  impl_->state.frames.resize(1);
  if (impl_->state.batch == 0) impl_->put_in_force(exec);
  return impl_->output(exec);
}

bool Session::configuring() const {
  return !is_exec(impl_->state.mode());
}
Asking Session::asking() const {
  return impl_->asking();
}
DebugForm Session::debug_form() const {
  return config::debug_form(impl_->state.form);
}

bool Session::monitoring() const {
  return impl_->state.monitor;
}
unsigned Session::terminal_length() const {
  return impl_->state.terminal_length;
}

}  // namespace spa::config
