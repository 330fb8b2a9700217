// SPDX-License-Identifier: Apache-2.0
// A TUN device: whole IP packets in and out of this host's stack. It lives as long as the object.
#pragma once

#include <cstddef>
#include <string>

#include "userspace/base/bytes.h"
#include "userspace/base/result.h"

namespace spa::dataplane {

class TunDevice {
 public:
  // Makes the device and takes it up. `name` may hold %d. kDenied, kIo.
  static Result<TunDevice> open(const std::string& name, unsigned mtu);
  TunDevice(TunDevice&& other) noexcept;
  TunDevice& operator=(TunDevice&& other) noexcept;
  ~TunDevice();

  [[nodiscard]] int fd() const { return fd_; }
  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] int index() const { return index_; }

  // One packet from the stack; 0 when there is none now. Never blocks.
  [[nodiscard]] std::size_t read(MutableByteView buffer) const;
  // One packet to the stack; false when it would not take it.
  [[nodiscard]] bool write(ByteView packet) const;

 private:
  explicit TunDevice(int fd) : fd_(fd) {}
  int fd_ = -1;
  int index_ = 0;
  std::string name_;
};

}  // namespace spa::dataplane
