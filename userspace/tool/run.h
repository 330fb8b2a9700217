// SPDX-License-Identifier: Apache-2.0
// The ways in which lines reach the router. Each gives an exit status of options.h.
#pragma once

#include <istream>
#include <ostream>
#include <string>

#include "userspace/tool/answers.h"
#include "userspace/tool/client.h"

namespace spa::tool {

struct Streams {
  std::ostream& out;
  std::ostream& err;
};

// Questions that the command asks are answered by `answers`; when those end before the questions
// do, nothing has happened and the status is kRejected.
int run_command(Client& client, const std::string& command, bool json, Streams streams,
                Answers& answers);
// The keywords that complete the last word of `line`, one a line, for a shell.
int run_completion(Client& client, const std::string& line, Streams streams);
// A pasted file. A configuration needs no `configure terminal` before it. Rejected lines are named
// with their number; the others are kept.
int run_paste(Client& client, std::istream& file, const std::string& name, bool json,
              Streams streams);
// What `configure replace` of the file would do. The daemon reads it: standard input, for "-", goes
// into a file of mode 0600 that is gone afterwards.
int run_plan(Client& client, const std::string& file, std::istream& input, bool json,
             Streams streams);
// A prompt with history, completion and `?`, on a terminal.
int run_prompt(Client& client);

}  // namespace spa::tool
