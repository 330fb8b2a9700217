// SPDX-License-Identifier: Apache-2.0
// Where a running spa-sim takes commands: a unix socket of whole packets, one command and one reply
// for each client. A reply begins with '+', or with '-' where the command failed.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "firmware-sim/port/socket_path.h"

namespace spa::card {

class ControlSocket {
 public:
  using Handler = std::function<tl::expected<std::string, std::string>(std::string_view)>;

  // Listens at `path`, which is removed again at the end.
  [[nodiscard]] static Opened<std::unique_ptr<ControlSocket>> listen(const std::string& path,
                                                                     Handler handler);
  ~ControlSocket();
  ControlSocket(const ControlSocket&) = delete;
  ControlSocket& operator=(const ControlSocket&) = delete;

  // Polls readable when service() has something to do. Changes with every client.
  [[nodiscard]] int fd() const { return client_.valid() ? client_.get() : listener_.get(); }
  // Takes a client in, or answers it. Never waits for one.
  void service();

 private:
  static constexpr std::size_t kLongestCommand = 256;

  ControlSocket(UniqueFd listener, std::string path, Handler handler);

  UniqueFd listener_;
  UniqueFd client_;
  std::string path_;
  Handler handler_;
};

}  // namespace spa::card
