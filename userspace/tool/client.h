// SPDX-License-Identifier: Apache-2.0
// One connection to the daemon; requests are answered in order.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "userspace/base/result.h"
#include "userspace/control/line_reader.h"
#include "userspace/control/protocol.h"

namespace spa::tool {

class Client {
 public:
  // kIo names the socket and why nobody answers there.
  [[nodiscard]] static Result<std::unique_ptr<Client>> connect(const std::string& path);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  // Sends and waits for the answer. Log lines that come meanwhile go to on_log.
  [[nodiscard]] Result<control::Response> ask(control::RequestType type, std::string line = {},
                                              bool json = false);
  // Reads what has come without being asked for: log lines. Call when descriptor() is readable.
  [[nodiscard]] Status poll_log();

  [[nodiscard]] int descriptor() const { return fd_; }
  std::function<void(const std::string&)> on_log = [](const std::string&) {};
  // Prints a part of an answer that takes its time; without it the answer has all of it.
  std::function<void(const std::string&)> on_progress;

 private:
  explicit Client(int fd) : fd_(fd), reader_(control::kMaxResponse) {}
  Status send_all(std::string_view octets);
  Status receive();

  int fd_;
  std::uint64_t next_id_ = 1;
  control::LineReader reader_;
};

}  // namespace spa::tool
