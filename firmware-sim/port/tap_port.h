// SPDX-License-Identifier: Apache-2.0
// The host's network as the wire: a TAP interface, made when it does not exist (needs
// CAP_NET_ADMIN).
#pragma once

#include <memory>
#include <string>

#include "firmware-sim/port/port.h"
#include "firmware-sim/port/socket_path.h"

namespace spa::card {

class TapPort final : public Port {
 public:
  [[nodiscard]] static Opened<std::unique_ptr<Port>> open(const std::string& name);

  bool send(ByteView frame) override;
  std::optional<std::size_t> receive(MutableByteView buffer) override;
  [[nodiscard]] int fd() const override { return fd_.get(); }
  [[nodiscard]] bool link_up() const override { return true; }

 private:
  explicit TapPort(UniqueFd fd);
  UniqueFd fd_;
};

}  // namespace spa::card
