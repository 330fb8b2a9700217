// SPDX-License-Identifier: Apache-2.0
// Questions that a command asks before it does something (R-DLG): the next line that is typed,
// pasted or sent by a program is the answer, whatever it says.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace spa::config {

class Exec;

struct Question {
  std::string prompt;   // as it is printed, with the blank at its end
  bool hidden = false;  // what is answered is not echoed and goes into no history
  // Called once with the answer. It may ask again.
  std::function<void(Exec& exec, std::string_view answer)> then;
};

// Whoever goes away, types Ctrl-Z or has nothing more to say has not answered: nothing happens.
void ask(Exec& exec, Question question);

// R-CLI-13: asks until it is `yes` or `no`, or the beginning of one.
void ask_yes_or_no(Exec& exec, std::string prompt, std::function<void(Exec& exec, bool yes)> then);

}  // namespace spa::config
