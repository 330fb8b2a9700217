// SPDX-License-Identifier: Apache-2.0
// One vfio-user client's conversation with the card: a whole message in, a whole reply out. Knows
// no socket, so that tests and fuzzers can speak to it directly.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "firmware-sim/model/device.h"
#include "firmware-sim/transport/dma_map.h"
#include "firmware-sim/transport/shared_memory.h"
#include "firmware-sim/transport/vfio_user_interrupts.h"

namespace spa::card {

class VfioUserSession {
 public:
  using Fds = std::vector<UniqueFd>;

  // The DMA map and the interrupts are those that the device was made with.
  VfioUserSession(Device& device, DmaMap& dma, VfioUserInterrupts& interrupts);
  // Takes the client's memory and eventfds away and leaves the card in power-on state.
  ~VfioUserSession();
  VfioUserSession(const VfioUserSession&) = delete;
  VfioUserSession& operator=(const VfioUserSession&) = delete;

  // `message` is what its header says, header included. The reply is to be sent before the device
  // is polled; it is empty for a message that wants none. No value: the client broke the protocol
  // so that the connection must end; failure() says how.
  [[nodiscard]] std::optional<Bytes> handle(ByteView message, Fds fds);
  [[nodiscard]] const std::string& failure() const { return failure_; }

 private:
  // The body of a successful reply, or the errno of a refusal.
  using Answer = tl::expected<Bytes, int>;

  [[nodiscard]] Answer dispatch(std::uint16_t command, ByteView body, Fds& fds);
  [[nodiscard]] Answer version(ByteView body);
  [[nodiscard]] Answer dma_map(ByteView body, Fds& fds);
  [[nodiscard]] Answer dma_unmap(ByteView body);
  [[nodiscard]] Answer device_info(ByteView body);
  [[nodiscard]] Answer region_info(ByteView body);
  [[nodiscard]] Answer irq_info(ByteView body);
  [[nodiscard]] Answer set_irqs(ByteView body, Fds& fds);
  [[nodiscard]] Answer region_read(ByteView body);
  [[nodiscard]] Answer region_write(ByteView body);
  [[nodiscard]] Answer device_reset();

  Device& device_;
  DmaMap& dma_;
  VfioUserInterrupts& interrupts_;
  bool negotiated_ = false;
  std::map<std::uint64_t, SharedMemory> memories_;  // by bus address; what dma_ borrows
  std::string failure_;
};

}  // namespace spa::card
