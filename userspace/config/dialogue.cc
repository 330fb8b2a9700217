// SPDX-License-Identifier: Apache-2.0
#include "userspace/config/dialogue.h"

#include <strings.h>

#include <utility>

#include "userspace/config/exec.h"

namespace spa::config {
namespace {

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

bool begins(std::string_view typed, std::string_view word) {
  return !typed.empty() && typed.size() <= word.size() &&
         strncasecmp(typed.data(), word.data(), typed.size()) == 0;
}

}  // namespace

void ask(Exec& exec, Question question) {
  exec.state().question = std::move(question);
}

void ask_yes_or_no(Exec& exec, std::string prompt, std::function<void(Exec& exec, bool yes)> then) {
  Question question;
  question.prompt = prompt;
  question.then = [prompt, then = std::move(then)](Exec& e, std::string_view answer) {
    const std::string_view word = trimmed(answer);
    if (begins(word, "yes")) return then(e, true);
    if (begins(word, "no")) return then(e, false);
    e.print("% Please answer 'yes' or 'no'.");
    ask_yes_or_no(e, prompt, then);
  };
  ask(exec, std::move(question));
}

}  // namespace spa::config
