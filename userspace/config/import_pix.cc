// SPDX-License-Identifier: Apache-2.0
#include "userspace/config/import_pix.h"

#include <algorithm>
#include <set>
#include <tuple>
#include <unordered_map>

#include "userspace/config/candidate.h"
#include "userspace/config/configuration.h"
#include "userspace/config/redact.h"
#include "userspace/config/session.h"
#include "userspace/config/tree.h"

namespace spa::config {
namespace {

class Importer {
 public:
  Importer() : session_(router_, true) {
    static_cast<void>(pix_.set_dialect(Dialect::kPix));
    session_.begin_load();
  }

  Import run(std::string_view text) {
    const auto messages = pix_.load(text);
    if (messages)
      for (const LoadMessage& message : *messages) repeat(message);
    note_lines(text);
    for (const RouterLine& line : pix_defaults()) put(line, nullptr);
    find_unusable_lists();
    for (const Node* node : in_print_order(pix_.tree().root())) convert(*node);
    for (const std::string& warning : missing_references(pix_.tree().draft()))
      remark({0, "", warning, false});
    std::sort(import_.remarks.begin(), import_.remarks.end(),
              [](const ImportRemark& a, const ImportRemark& b) {
                return std::tie(a.line, a.source, a.text) < std::tie(b.line, b.source, b.text);
              });
    import_.configuration = router_.tree().print({}) + "!\nend\n";
    return std::move(import_);
  }

 private:
  // One remark for each line that was printed.
  void repeat(const LoadMessage& message) {
    std::string_view text = message.text;
    while (!text.empty()) {
      const std::size_t newline = text.find('\n');
      remark(
          {message.line, message.source, std::string(text.substr(0, newline)), message.rejected});
      text.remove_prefix(newline == text.npos ? text.size() : newline + 1);
    }
  }

  void remark(ImportRemark remark) { import_.remarks.push_back(std::move(remark)); }

  // Where each stored line stands, and which lines are only kept.
  void note_lines(std::string_view text) {
    std::size_t number = 0;
    while (!text.empty()) {
      const std::size_t newline = text.find('\n');
      const std::string_view line = text.substr(0, newline);
      text.remove_prefix(newline == text.npos ? text.size() : newline + 1);
      ++number;
      if (line.size() <= kMaxLineLength) note_line(line, number);
    }
  }

  void note_line(std::string_view line, std::size_t number) {
    auto words = split_words(line);
    if (words.empty() || words[0].text.front() == '!' || is_pix_frame(line)) return;
    const bool no = words[0].text == "no";
    if (no) words.erase(words.begin());
    const Grammar& grammar = Grammar::instance();
    const MatchResult found = no ? grammar.match_removal(Mode::kPix, line, words)
                                 : grammar.match(Mode::kPix, line, words);
    if (found.matches.empty()) return;  // rejected, as load() has said
    Match match = found.matches.front();
    const Command& command = match.rule->command;
    if (command.prepare && !command.prepare(match.args)) return;
    lines_[key_of(*match.rule, match.args)] = number;
    if (!command.unused.empty()) remark({number, without_secrets(line), command.unused, false});
  }

  [[nodiscard]] std::size_t line_of(const Node& node) const {
    const auto found = lines_.find(key_of(*node.rule, node.args));
    return found == lines_.end() ? 0 : found->second;
  }

  // As when they are compiled: a list with a line that says nothing to a tunnel is left out.
  void find_unusable_lists() {
    for (const auto& node : pix_.tree().root().children)
      if (node->args.find("entry") != nullptr && !applies(*node))
        unusable_.insert(node->args.text("name"));
  }

  // Whether the router has such a line.
  static bool applies(const Node& node) {
    Build build;
    build.loading = true;
    build.block = node.parent;
    return apply_router_lines(build, *node.rule, node.args).has_value();
  }

  void convert(const Node& node) {
    const Command& command = node.rule->command;
    if (!command.router_lines || node.negated) return;
    if (node.args.find("entry") != nullptr && unusable_.contains(node.args.text("name")))
      return remark({line_of(node), node.args.line(Args::Secrets::kHidden),
                     "access list " + node.args.text("name") +
                         " has lines that no tunnel can select by, and is left out as a whole",
                     false});
    auto lines = command.router_lines(node.args, pix_.tree().root());
    if (!lines) return;
    for (RouterLine& line : *lines) {
      put(line, &node);
      secure_wipe(line.line.data(), line.line.size());
    }
  }

  void put(const RouterLine& line, const Node* node) {
    if (!line.block.empty()) execute(line.block, node);
    if (!line.line.empty()) execute(line.line, node);
    constexpr std::string_view kTop = "(config)#";
    for (int depth = 0; depth < 4 && !session_.prompt().ends_with(kTop); ++depth)
      session_.execute("exit");
  }

  void execute(const std::string& line, const Node* node) {
    const Output output = session_.execute(line);
    if (!output.rejection) return;
    remark({node == nullptr ? 0 : line_of(*node),
            node == nullptr ? "" : node->args.line(Args::Secrets::kHidden),
            "the router refuses what it means: " + output.rejection->text, true});
  }

  // Neither is ever in force, and nothing in them depends on the time.
  Candidate pix_candidate_{WallTime{}};
  Candidate router_candidate_{WallTime{}};
  Configuration& pix_ = pix_candidate_.configuration();
  Configuration& router_ = router_candidate_.configuration();
  Session session_;
  std::unordered_map<std::string, std::size_t> lines_;
  std::set<std::string> unusable_;
  Import import_;
};

}  // namespace

Import import_pix(std::string_view text) {
  return Importer().run(text);
}

}  // namespace spa::config
