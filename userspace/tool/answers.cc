// SPDX-License-Identifier: Apache-2.0
#include "userspace/tool/answers.h"

#include <termios.h>
#include <unistd.h>

#include <iostream>

namespace spa::tool {
namespace {

// Switches the echo of the terminal off, and on again whatever happens.
class Hidden {
 public:
  explicit Hidden(bool wanted) {
    if (!wanted || ::tcgetattr(STDIN_FILENO, &before_) != 0) return;
    termios quiet = before_;
    quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    quiet.c_lflag |= ICANON | ISIG;
    changed_ = ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet) == 0;
  }
  ~Hidden() {
    if (!changed_) return;
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
    std::cout << std::endl;
  }
  Hidden(const Hidden&) = delete;
  Hidden& operator=(const Hidden&) = delete;

 private:
  termios before_{};
  bool changed_ = false;
};

}  // namespace

std::optional<std::string> StandardInput::next(const std::string& question, bool hidden) {
  const bool terminal = ::isatty(STDIN_FILENO) != 0;
  if (terminal) std::cout << question << std::flush;
  const Hidden echo(terminal && hidden);
  std::string line;
  if (!std::getline(std::cin, line)) return std::nullopt;
  if (!line.empty() && line.back() == '\r') line.pop_back();
  return line;
}

}  // namespace spa::tool
