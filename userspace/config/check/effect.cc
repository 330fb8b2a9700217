// SPDX-License-Identifier: Apache-2.0
#include "userspace/config/check/subject.h"

namespace spa::config::check {
namespace {

bool is_comment(const std::string& line) {
  return line.starts_with("remark") || line.find(" remark ") != line.npos ||
         line.starts_with("description");
}

// Lines whose effect is on the configuration itself.
bool is_about_the_configuration(const std::string& line) {
  return line.starts_with("password ");
}

void look_at(const Node& block, Findings& findings) {
  for (const auto& node : block.children) {
    const Command& command = node->rule->command;
    const std::string line = printed_line(*node, Args::Secrets::kHidden);
    const bool works = command.apply || (node->negated && command.apply_no) || is_comment(line) ||
                       is_about_the_configuration(line);
    if (!works && (command.exact || command.enters == Mode::kUser)) {
      findings.push_back(
          {Severity::kNote, node->line, "effect", "'" + line + "' is kept and has no effect"});
      continue;
    }
    look_at(*node, findings);
  }
}

}  // namespace

void find_without_effect(const Subject& subject, Findings& findings) {
  look_at(subject.tree.root(), findings);
}

}  // namespace spa::config::check
