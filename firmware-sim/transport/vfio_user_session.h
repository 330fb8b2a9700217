// SPDX-License-Identifier: Apache-2.0
// One vfio-user client's conversation with the card.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "firmware-sim/model/device.h"
#include "firmware-sim/transport/dma_map.h"
#include "firmware-sim/transport/shared_memory.h"
#include "firmware-sim/transport/stream_server.h"
#include "firmware-sim/transport/vfio_user_interrupts.h"

namespace spa::card {

class VfioUserSession final : public Session {
 public:
  // The DMA map and the interrupts are those that the device was made with.
  VfioUserSession(Device& device, DmaMap& dma, VfioUserInterrupts& interrupts);
  // Takes the client's memory and eventfds away and leaves the card in power-on state.
  ~VfioUserSession() override;
  VfioUserSession(const VfioUserSession&) = delete;
  VfioUserSession& operator=(const VfioUserSession&) = delete;

  [[nodiscard]] std::optional<Bytes> handle(ByteView message, Fds fds) override;
  [[nodiscard]] const std::string& failure() const override { return failure_; }

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

// The protocol as a StreamServer carries it.
[[nodiscard]] Protocol vfio_user_over(Device& device, DmaMap& dma, VfioUserInterrupts& interrupts);

}  // namespace spa::card
