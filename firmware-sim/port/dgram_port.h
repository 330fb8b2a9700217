// SPDX-License-Identifier: Apache-2.0
// A wire made of two unix datagram sockets, one raw Ethernet frame a datagram: the framing of
// QEMU's
// `-netdev dgram,local.type=unix,local.path=REMOTE,remote.type=unix,remote.path=LOCAL`.
#pragma once

#include <sys/un.h>

#include <memory>
#include <string>

#include "firmware-sim/port/port.h"
#include "firmware-sim/port/socket_path.h"

namespace spa::card {

class DgramPort final : public Port {
 public:
  // Binds `local`; frames go to `remote`, which need not exist yet.
  [[nodiscard]] static Opened<std::unique_ptr<Port>> open(const std::string& local,
                                                          const std::string& remote);
  ~DgramPort() override;
  DgramPort(const DgramPort&) = delete;
  DgramPort& operator=(const DgramPort&) = delete;

  bool send(ByteView frame) override;
  std::optional<std::size_t> receive(MutableByteView buffer) override;
  [[nodiscard]] int fd() const override { return fd_.get(); }
  [[nodiscard]] bool link_up() const override { return true; }

 private:
  DgramPort(UniqueFd fd, std::string local, const sockaddr_un& remote);

  UniqueFd fd_;
  std::string local_;
  sockaddr_un remote_;
};

}  // namespace spa::card
