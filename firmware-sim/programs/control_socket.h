// SPDX-License-Identifier: Apache-2.0
// Where a running spa-sim takes commands: a unix socket of lines. Each line is a command and gets
// one line back, which begins with '+', or with '-' where the command failed. A client may stay and
// ask again: QEMU does, which hands the socket to a guest as a serial port.
#pragma once

#include <poll.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

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

  // Adds what polls readable when service() has something to do.
  void watch(std::vector<pollfd>& fds) const;
  // Takes a client in, answers those who have asked. Never waits for one.
  void service();

 private:
  static constexpr std::size_t kLongestCommand = 256;
  static constexpr std::size_t kMostClients = 8;

  struct Client {
    UniqueFd fd;
    std::string asked;  // the part of a line that has come
  };

  ControlSocket(UniqueFd listener, std::string path, Handler handler);
  void take_in();
  // False when the client is to go.
  [[nodiscard]] bool serve(Client& client);
  [[nodiscard]] bool answer(Client& client);

  UniqueFd listener_;
  std::vector<Client> clients_;
  std::string path_;
  Handler handler_;
};

}  // namespace spa::card
