// SPDX-License-Identifier: Apache-2.0
// What an answer looks like on a terminal.
#pragma once

#include <string>
#include <string_view>

#include "userspace/control/protocol.h"

namespace spa::tool {

// The line, the caret under it and the message. `lead` is printed before the line: a file name and
// a line number, for example.
[[nodiscard]] std::string render_rejection(const control::Rejection& rejection,
                                           std::string_view lead, std::string_view line);
// At a prompt the line stands there already: only the caret line and the message.
[[nodiscard]] std::string render_rejection_at_prompt(const control::Rejection& rejection,
                                                     std::string_view prompt,
                                                     std::string_view line);
// The JSON of a command, indented. A command without data gives {"text": …}.
[[nodiscard]] std::string render_json(const control::Response& response);

}  // namespace spa::tool
