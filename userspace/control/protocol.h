// SPDX-License-Identifier: Apache-2.0
// The control protocol: over a unix stream socket the tool sends requests and the daemon answers
// each, in order; log lines may come between. A message is one JSON object on one line, ended by a
// newline. Both sides refuse what is longer than its bound and close the connection.
//
//   > {"id":1,"type":"execute","line":"show crypto ikev2 sa","format":"text"}
//   < {"id":1,"type":"result","text":"…","prompt":"Router#"}
//   < {"type":"log","text":"%CRYPTO-5-…"}
//
// docs/control-protocol.md has every field. Unknown fields are ignored, unknown types are refused.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "userspace/base/result.h"

namespace spa::control {

inline constexpr const char* kDefaultSocket = "/run/spa-iked.sock";
inline constexpr const char* kSocketVariable = "SPA_CONTROL";
inline constexpr std::size_t kMaxRequest = 64 * 1024;
inline constexpr std::size_t kMaxResponse = 64 * 1024 * 1024;

enum class RequestType {
  kPrompt,      // only asks for the prompt: the first message of an interactive tool
  kExecute,     // run `line`
  kComplete,    // offers for the last word of `line`
  kHelp,        // `?` after `line`
  kBeginBatch,  // collect changes …
  kEndBatch,    // … and put them in force
  kEnd,         // Ctrl-Z
};

struct Request {
  std::uint64_t id = 0;  // comes back in the response
  RequestType type = RequestType::kExecute;
  std::string line;
  bool json = false;  // "format":"json"
};

struct Rejection {
  std::string kind;  // "invalid", "incomplete", "ambiguous", "refused"
  std::string text;
  std::optional<std::size_t> column;  // octets into `line`, where the caret goes
};

struct Choice {
  std::string word;
  std::string help;
  bool keyword = true;
};

// Whether the next line is the answer to a question; kHidden: nobody should see it typed.
enum class Asking { kNothing, kShown, kHidden };

// The answer to one request. `data` is one JSON value as text, empty when there is none.
struct Response {
  std::uint64_t id = 0;
  std::string text;
  std::string data;
  std::optional<Rejection> rejection;
  std::vector<Choice> choices;
  std::string prompt;
  Asking asking = Asking::kNothing;
  unsigned page = 0;  // lines of a page for who reads on a terminal; 0: no pages
  bool closed = false;
};

// A log line for somebody who typed `terminal monitor`.
struct LogEvent {
  std::string text;
};

// A part of what a request prints, before its answer, which has the rest; or of the octets of its
// `data`, which then come in such parts alone.
struct Progress {
  std::uint64_t id = 0;
  std::string text;
  std::string data{};
};

// The daemon could not make sense of a message; it closes the connection after it.
struct ProtocolError {
  std::string text;
};

using Reply = std::variant<Response, LogEvent, Progress, ProtocolError>;

// One line of JSON with its newline.
[[nodiscard]] std::string encode(const Request& request);
[[nodiscard]] std::string encode(const Reply& reply);
// The inverse, of one line without its newline. kInvalid names what is wrong with it.
[[nodiscard]] Result<Request> decode_request(std::string_view line);
[[nodiscard]] Result<Reply> decode_reply(std::string_view line);

}  // namespace spa::control
