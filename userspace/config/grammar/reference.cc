// SPDX-License-Identifier: Apache-2.0
#include "userspace/config/grammar/reference.h"

#include <algorithm>

#include "userspace/config/grammar/grammar.h"

namespace spa::config {
namespace {

constexpr std::string_view kHead =
    "<!-- Made from the command tables in userspace/config/commands; do not edit. -->\n"
    "# Commands\n\n"
    "Words in capitals are arguments, `( | )` is a choice, `[ ]` may be left out, `+` may be\n"
    "repeated. Every keyword may be abbreviated as long as it is unambiguous. `no` in front of a\n"
    "configuration command removes it, `default` sets it to its default. `crypto ca` is the same\n"
    "as `crypto pki`, `crypto ca identity` the same as `crypto pki trustpoint`. Lines that begin\n"
    "with `!` are comments. `do` runs an EXEC command from a configuration mode.\n";

// "<name:type>" as an argument; types with few values show them.
std::string argument(std::string_view inside) {
  const auto colon = inside.find(':');
  std::string out;
  for (const char letter : inside.substr(0, colon))
    out += letter >= 'a' && letter <= 'z' ? static_cast<char>(letter - 'a' + 'A') : letter;
  const std::string_view type = inside.substr(colon + 1);
  if (!type.empty() && type[0] >= '0' && type[0] <= '9') out += "<" + std::string(type) + ">";
  return out;
}

std::string escaped(std::string text) {
  std::string out;
  for (const char letter : text) {
    if (letter == '|') out += '\\';
    out += letter;
  }
  return out;
}

void append_mode(std::string& out, const ModeInfo& mode) {
  std::vector<const Command*> commands;
  std::string kept;
  for (const auto& rule : Grammar::instance().rules()) {
    const Command& command = rule->command;
    if (command.mode != mode.mode) continue;
    if (!command.exact) {
      commands.push_back(&command);
    } else if (command.negative) {
      kept += (kept.empty() ? "`" : ", `") +
              readable(command.pattern.substr(0, command.pattern.find(" [<rest"))) + "`";
    }
  }
  if (commands.empty() && kept.empty()) return;
  out += "\n## " + std::string(mode.title);
  if (!mode.prompt.empty()) out += " — `" + std::string(mode.prompt) + "#`";
  out += "\n\n";
  if (!commands.empty()) out += "| Command | What it does |\n|---|---|\n";
  std::sort(commands.begin(), commands.end(),
            [](const Command* a, const Command* b) { return a->pattern < b->pattern; });
  for (const Command* command : commands) {
    out += "| `" + escaped(readable(command->pattern)) + "` | " + command->help;
    if (!command->elide.empty()) out += " Default: `" + command->elide + "`.";
    out += " |\n";
  }
  if (!kept.empty()) out += "\nKept as they are, without effect: " + kept + ".\n";
}

}  // namespace

std::string readable(std::string_view pattern) {
  std::string out;
  for (std::size_t at = 0; at < pattern.size();) {
    const std::string_view rest = pattern.substr(at);
    if (rest[0] == '<') {
      const auto close = rest.find('>');
      out += argument(rest.substr(1, close - 1));
      at += close + 1;
    } else if (rest[0] == '~' && out.ends_with("| ")) {
      ++at;  // the one of several words that goes without saying
    } else if (rest.starts_with("[~") || rest[0] == '~') {
      // Other spellings, and words that are accepted without being printed, are not shown.
      const auto end = std::min(rest.find_first_of(" )]", 2), rest.size());
      at += rest[0] == '[' ? end + 2 : end;
    } else {
      out += rest[0] == '|' ? " | " : std::string(1, rest[0]);
      ++at;
    }
  }
  return out;
}

std::string command_reference() {
  std::string out(kHead);
  for (const ModeInfo& mode : modes()) append_mode(out, mode);
  return out;
}

}  // namespace spa::config
