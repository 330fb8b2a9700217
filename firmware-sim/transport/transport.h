// SPDX-License-Identifier: Apache-2.0
// The ways by which a QEMU takes the card in. All that a program needs to know of them.
#pragma once

#include <poll.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "firmware-sim/model/device.h"
#include "firmware-sim/port/socket_path.h"
#include "firmware-sim/transport/dma_map.h"

namespace spa::card {

// A card that QEMU can reach, until this ends.
class Slot {
 public:
  virtual ~Slot() = default;
  // Adds the descriptors that poll readable when service() has something to do. They change.
  virtual void watch(std::vector<pollfd>& fds) const = 0;
  virtual void service() = 0;
};

class Transport {
 public:
  using Log = std::function<void(const std::string&)>;

  virtual ~Transport() = default;
  // What the device is to be made with.
  [[nodiscard]] virtual Interrupts& interrupts() = 0;
  // Listens on behalf of the device. The slot ends before the device, the device before this.
  [[nodiscard]] virtual Opened<std::unique_ptr<Slot>> listen(Device& device, DmaMap& dma,
                                                             Log log) = 0;
};

// For vfio-user-pci of QEMU 10.1 and later: `socket` is where it connects.
[[nodiscard]] std::unique_ptr<Transport> vfio_user_transport(std::string socket);
// For x-pci-proxy-dev of QEMU 7.2, which is given a connection to `socket`; QEMU's qtest chardev
// connects at `interrupts`.
[[nodiscard]] std::unique_ptr<Transport> mpqemu_transport(std::string socket,
                                                          std::string interrupts);

}  // namespace spa::card
