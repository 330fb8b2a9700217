// SPDX-License-Identifier: Apache-2.0
#include "userspace/config/dialect.h"

#include "userspace/config/tree.h"
#include "userspace/crypto/hash.h"

namespace spa::config {
namespace {

constexpr std::string_view kChecksum = "Cryptochecksum:";

tl::unexpected<Error> refused(const Rejection& rejection, std::string_view line) {
  const auto words = split_words(line);
  // Of the line only its command is repeated: there may be a key in it.
  const std::string_view head =
      words.size() < 2 ? line : line.substr(0, words[1].column + words[1].text.size());
  return fail(Errc::kInvalid, rejection.text + " (" + std::string(head) + ")");
}

Result<Match> find_line(Mode mode, std::string_view line, std::string_view words) {
  MatchResult found = Grammar::instance().match(mode, line, split_words(words));
  if (found.rejection) return refused(*found.rejection, line);
  return std::move(found.matches.front());
}

// A line in its block, or its `no`.
Status apply_one(Build& build, const Node& block, Mode mode, std::string_view line) {
  constexpr std::string_view kNo = "no ";
  const bool no = line.starts_with(kNo);
  if (no) line.remove_prefix(kNo.size());
  const auto match = find_line(mode, line, line);
  if (!match) return tl::unexpected(match.error());
  const Command& command = match->rule->command;
  if (!no) return apply_line(build, block, *match->rule, match->args);
  build.block = &block;
  return command.apply_no ? command.apply_no(build, match->args) : Status{};
}

Status apply_line_of(Build& build, const Node& root, const RouterLine& line) {
  if (line.block.empty()) return apply_one(build, root, Mode::kGlobal, line.line);
  const auto opened = find_line(Mode::kGlobal, line.block, line.block);
  if (!opened) return tl::unexpected(opened.error());
  // What is warned of when the block is opened was said of the line that did so.
  auto said = std::move(build.warnings);
  const Status done = apply_line(build, root, *opened->rule, opened->args);
  build.warnings = std::move(said);
  if (!done || line.line.empty()) return done;
  Node block;
  block.rule = opened->rule;
  block.args = opened->args;
  return apply_one(build, block, opened->rule->command.enters, line.line);
}

}  // namespace

Mode mode_of(Dialect dialect) {
  return dialect == Dialect::kPix ? Mode::kPix : Mode::kGlobal;
}

const std::vector<RouterLine>& pix_defaults() {
  static const std::vector<RouterLine> lines{
      {"", "no crypto isakmp enable"},
      {"", "crypto isakmp identity hostname"},
      {"", "crypto ipsec security-association lifetime seconds 28800"},
  };
  return lines;
}

void apply_defaults(Build& build, Dialect dialect) {
  if (dialect != Dialect::kPix) return;
  static_cast<void>(apply_router_lines(build, pix_defaults()));
}

Status apply_router_lines(Build& build, const Rule& rule, const Args& args) {
  auto lines = rule.command.router_lines(args, *build.block);
  if (!lines) return tl::unexpected(lines.error());
  return apply_router_lines(build, std::move(*lines));
}

Status apply_router_lines(Build& build, std::vector<RouterLine> lines) {
  static const Node root;
  const Node* const block = build.block;
  Status done;
  for (RouterLine& line : lines) {
    if (done) done = apply_line_of(build, root, line);
    secure_wipe(line.line.data(), line.line.size());
  }
  build.block = block;
  return done;
}

bool is_pix_frame(std::string_view line) {
  const auto words = split_words(line);
  if (words.empty()) return false;
  const std::string_view first = words[0].text;
  if (first.front() == ':') return true;
  if (words.size() != 1) return false;
  if (first == "[OK]") return true;
  return first.starts_with(kChecksum) && first.size() == kChecksum.size() + 32 &&
         first.find_first_not_of("0123456789abcdef", kChecksum.size()) == first.npos;
}

std::string pix_printout(std::string_view lines, bool saved) {
  std::string body = std::string(kPixVersion) + '\n';
  body += lines;
  const auto digest = crypto::hash(crypto::HashAlgorithm::kMd5, {as_bytes(body)});
  const std::string checksum = digest ? to_hex(*digest) : std::string(32, '0');
  return (saved ? ": Saved\n:\n" : ": Not saved\n:\n") + body + std::string(kChecksum) + checksum +
         "\n: end\n";
}

}  // namespace spa::config
