// SPDX-License-Identifier: Apache-2.0
// What is wrong, or odd, in a configuration, and where.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace spa::config::check {

enum class Severity {
  kNote,     // as it should be, perhaps not as somebody thought
  kWarning,  // works, and not as well as it looks
  kError,    // does not work
};

struct Finding {
  Severity severity = Severity::kError;
  std::size_t line = 0;  // from 1; 0: of the whole file
  std::string kind;      // "refused", "reachability" …: the class of the test, for programs
  std::string text;      // a sentence without full stop, without secrets
  // Of a line that the language refuses: the line, secrets blotted out, and where the caret goes.
  std::string source{};
  std::optional<std::size_t> column{};
  friend bool operator==(const Finding&, const Finding&) = default;
};

using Findings = std::vector<Finding>;

[[nodiscard]] constexpr const char* name_of(Severity severity) {
  switch (severity) {
    case Severity::kNote:
      return "note";
    case Severity::kWarning:
      return "warning";
    case Severity::kError:
      break;
  }
  return "error";
}

}  // namespace spa::config::check
