// SPDX-License-Identifier: Apache-2.0
// One conversation with QEMU's x-pci-proxy-dev about the card.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "firmware-sim/model/device.h"
#include "firmware-sim/transport/dma_map.h"
#include "firmware-sim/transport/msix_table.h"
#include "firmware-sim/transport/shared_memory.h"
#include "firmware-sim/transport/stream_server.h"

namespace spa::card {

class MpqemuSession final : public Session {
 public:
  // The DMA map and the interrupts are those that the device was made with.
  MpqemuSession(Device& device, DmaMap& dma, MsixTable& msix);
  // Takes the guest's memory away and leaves the card in power-on state.
  ~MpqemuSession() override;
  MpqemuSession(const MpqemuSession&) = delete;
  MpqemuSession& operator=(const MpqemuSession&) = delete;

  [[nodiscard]] std::optional<Bytes> handle(ByteView message, Fds fds) override;
  [[nodiscard]] const std::string& failure() const override { return failure_; }

 private:
  // The value of the answer.
  [[nodiscard]] std::uint64_t config_read(ByteView body) const;
  [[nodiscard]] std::uint64_t config_write(ByteView body);
  [[nodiscard]] std::uint64_t bar_read(ByteView body);
  [[nodiscard]] std::uint64_t bar_write(ByteView body);
  [[nodiscard]] std::uint64_t device_reset();
  // False when the map is impossible.
  [[nodiscard]] bool sync_memory(ByteView body, const Fds& fds);
  [[nodiscard]] std::uint32_t config_word(std::uint32_t offset) const;
  [[nodiscard]] std::optional<std::uint64_t> bar_offset(ByteView body) const;

  Device& device_;
  DmaMap& dma_;
  MsixTable& msix_;
  std::vector<SharedMemory> memories_;  // what dma_ borrows
  std::string failure_;
};

// The protocol as a StreamServer carries it.
[[nodiscard]] Protocol mpqemu_over(Device& device, DmaMap& dma, MsixTable& msix);

}  // namespace spa::card
