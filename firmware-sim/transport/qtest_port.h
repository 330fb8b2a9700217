// SPDX-License-Identifier: Apache-2.0
// QEMU's qtest socket (-object qtest), used for one thing: a write to the guest's physical memory
// is how a message-signalled interrupt travels.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "firmware-sim/port/socket_path.h"

namespace spa::card {

class QtestPort {
 public:
  // Listens at `path`, where QEMU's -chardev socket connects; removes it at the end.
  [[nodiscard]] static Opened<std::unique_ptr<QtestPort>> listen(const std::string& path);
  ~QtestPort();
  QtestPort(const QtestPort&) = delete;
  QtestPort& operator=(const QtestPort&) = delete;

  // Polls readable when service() has something to do.
  [[nodiscard]] int fd() const { return client_.valid() ? client_.get() : listener_.get(); }
  // Takes QEMU in, throws its answers away: it would stand still if nobody read them.
  void service();
  // Never waits. False when QEMU is not there or does not read at this moment.
  [[nodiscard]] bool write32(std::uint64_t address, std::uint32_t value);

 private:
  QtestPort(UniqueFd listener, std::string path)
      : listener_(std::move(listener)), path_(std::move(path)) {}
  [[nodiscard]] bool send_rest();

  UniqueFd listener_;
  std::string path_;
  UniqueFd client_;
  std::string rest_;  // of a command that QEMU has taken a part of
};

}  // namespace spa::card
