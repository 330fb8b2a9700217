// SPDX-License-Identifier: Apache-2.0
// One person at the router's command line: the modes they are in, the lines they type, what comes
// back. One per control connection; all on one thread.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "userspace/base/debug.h"
#include "userspace/config/configuration.h"
#include "userspace/config/pieces.h"

namespace spa::config {

// Longer lines are refused.
inline constexpr std::size_t kMaxLineLength = 4096;

enum class OutputFormat { kText, kJson };

// Why a line was not taken (R-CLI-12).
struct Rejection {
  enum class Kind {
    kInvalid,     // a word that no command has there; `column` points at it
    kIncomplete,  // more words are needed
    kAmbiguous,   // an abbreviation of several words
    kRefused,     // understood, but not possible
  };
  Kind kind = Kind::kInvalid;
  std::string text;  // whole lines, without the caret line: "% Incomplete command."
  std::optional<std::size_t> column;  // octets from the start of the line, for the caret
};

// Whether the next line answers a question (R-DLG); kHidden: what is typed is not shown.
enum class Asking { kNothing, kShown, kHidden };

// What a line brought about.
struct Output {
  std::string text;  // what is printed, newline at its end; warnings of accepted lines stand here
  std::string
      json;  // one JSON value; only with OutputFormat::kJson and for commands that have data
  // What follows `text`, or is `json`: only for a long screen, and who listens for pieces.
  Pieces rest;
  std::optional<Rejection> rejection;
  std::string prompt;  // for the next line: "Router(config)#", or the question it answers
  Asking asking = Asking::kNothing;
  bool closed = false;      // `exit` at the EXEC level: the connection should end
  bool unfinished = false;  // the command is not over: the rest comes through SessionEvents::more
};

// What comes without a line being typed. Called on the session's thread, never inside a call.
struct SessionEvents {
  std::function<void(Output)> more;                   // the rest of an unfinished output
  std::function<void(const std::string& line)> told;  // a line for this person
  bool pieces = false;  // takes Output::rest; without it the answer has all of it
};

// One line of `?` or one offer of completion.
struct Choice {
  std::string word;  // a keyword in full, or "<1-65535>", "A.B.C.D", "WORD", "LINE", "<cr>"
  std::string help;
  bool keyword = true;
};

class Session {
 public:
  // Starts in privileged EXEC (`privileged`), or in user EXEC. `configuration` outlives it.
  Session(Configuration& configuration, bool privileged);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // One line without its newline. Never throws; any octets are fine.
  Output execute(std::string_view line, OutputFormat format = OutputFormat::kText);
  // The words that may complete the last word of `line` (an empty last word after a blank: all).
  [[nodiscard]] std::vector<Choice> complete(std::string_view line) const;
  // `line` without the question mark; the text of `?` help (R-CLI). "sh?" lists words, "sh ?"
  // explains them.
  [[nodiscard]] std::string help(std::string_view line) const;
  [[nodiscard]] std::string prompt() const;

  void listen(SessionEvents events);

  // Between begin_batch() and end_batch() changes are collected and put in force at once at the
  // end: for a pasted file. end_batch() tells what apply() said. A batch that is never ended is put
  // in force by the destructor.
  void begin_batch();
  Output end_batch();

  // Enters configuration for a file that is read at start: a batch without end, in which nothing is
  // warned of that a later line may bring.
  void begin_load();
  // The lines to come stand there in a file, from 1.
  void at_line(std::size_t number);

  // Ctrl-Z: back to privileged EXEC from any depth; a question stays without an answer.
  Output end();

  [[nodiscard]] bool configuring() const;
  [[nodiscard]] Asking asking() const;
  [[nodiscard]] bool monitoring() const;       // `terminal monitor`: send log lines to this person
  [[nodiscard]] DebugForm debug_form() const;  // of those that debug, by `terminal dialect`
  [[nodiscard]] unsigned terminal_length() const;  // 0 = no paging

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace spa::config
