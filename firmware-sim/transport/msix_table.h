// SPDX-License-Identifier: Apache-2.0
// The card's own MSI-X table and pending bits (PCI 3.0, 6.8.2), for a bus whose host emulates none:
// vector masks, the function mask, messages that wait.
#pragma once

#include <spa/hw.h>

#include <array>
#include <bitset>
#include <cstdint>
#include <functional>

#include "firmware-sim/base/octets.h"
#include "firmware-sim/model/dma.h"

namespace spa::card {

class MsixTable final : public Interrupts {
 public:
  // Writes the message to the bus. False: not at this moment, and it stays pending.
  using Deliver = std::function<bool(std::uint64_t address, std::uint32_t data)>;

  explicit MsixTable(Deliver deliver) : deliver_(std::move(deliver)) { reset(); }

  void raise(unsigned vector) override;
  // Message control of the capability, as the host has set it.
  void control(std::uint16_t flags);
  // Delivers what is pending and not masked.
  void flush();
  // Power-on state: disabled, every vector masked, nothing pending.
  void reset();

  // Whether the offset in BAR 0 is the table's or the pending bits'.
  [[nodiscard]] static bool owns(std::uint64_t offset);
  // Aligned accesses of 4 and 8 octets, as the specification wants them; others read 0 and write
  // nothing.
  void read(std::uint64_t offset, MutableByteView into) const;
  void write(std::uint64_t offset, ByteView from);

 private:
  static constexpr std::size_t kWordsPerEntry = 4;  // address low and high, data, control
  static constexpr std::size_t kWords = SPA_MSIX_VECTORS * kWordsPerEntry;

  [[nodiscard]] std::uint32_t word(std::uint64_t offset) const;
  void set_word(std::uint64_t offset, std::uint32_t value);
  [[nodiscard]] bool may_send(unsigned vector) const;
  void send(unsigned vector);

  Deliver deliver_;
  std::array<std::uint32_t, kWords> table_{};
  std::bitset<SPA_MSIX_VECTORS> pending_;
  std::uint16_t control_ = 0;
};

}  // namespace spa::card
