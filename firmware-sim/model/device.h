// SPDX-License-Identifier: Apache-2.0
// The card: what stands behind BAR 0 and the configuration space. Knows nothing of the transport
// that carries it.
//
// One thread calls everything here. Register writes only record what is to be done; poll() does it,
// so that a transport can answer the write first. Whatever a driver writes, the card touches no
// memory but through DmaSpace, and ends at worst in STATUS.FATAL.
#pragma once

#include <spa/hw.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "firmware-sim/model/admin.h"
#include "firmware-sim/model/config.h"
#include "firmware-sim/model/core.h"
#include "firmware-sim/model/diagnostics.h"
#include "firmware-sim/model/dma.h"
#include "firmware-sim/model/events.h"
#include "firmware-sim/model/pci_config.h"
#include "firmware-sim/model/pk.h"
#include "firmware-sim/model/queue.h"
#include "firmware-sim/model/receiver.h"
#include "firmware-sim/model/test_unit.h"
#include "firmware-sim/model/transmitter.h"
#include "firmware-sim/port/port.h"

namespace spa::card {

class Device {
 public:
  Device(const Config& config, DmaSpace& dma, Interrupts& interrupts, std::unique_ptr<Port> port);
  ~Device();
  Device(const Device&) = delete;
  Device& operator=(const Device&) = delete;

  // BAR 0. Registers are 32 bits wide: accesses of 4 octets, and of 8 as two of them, aligned.
  // Others read 0 and write nothing, and so do offsets without a register.
  void bar_read(std::uint64_t offset, MutableByteView into);
  void bar_write(std::uint64_t offset, ByteView from);
  [[nodiscard]] std::uint32_t reg_read(std::uint32_t offset) const;
  void reg_write(std::uint32_t offset, std::uint32_t value);

  void config_read(std::uint64_t offset, MutableByteView into) const { pci_.read(offset, into); }
  void config_write(std::uint64_t offset, ByteView from);

  // Power-on state, the configuration space included: function-level reset, hot reset, a new host.
  void function_reset();

  // Does what is due: a bounded burst of every queue. True when more can be done at once.
  bool poll();
  // When poll() has something to do again although nothing comes, by Config::now.
  [[nodiscard]] std::optional<std::uint64_t> deadline() const;
  // Advances the heartbeat and looks at the link; to be called at least twice a second.
  void tick();

  // Makes the card fail, or stop failing: see Faults::command().
  [[nodiscard]] tl::expected<std::string, std::string> fault(std::string_view command);

  // Descriptors that poll readable when poll() has work that no register write announces; -1 for
  // none.
  [[nodiscard]] int port_fd() const { return core_.port->fd(); }
  [[nodiscard]] int pk_fd() const { return pk_.wake_fd(); }

  [[nodiscard]] const PortCounters& counters() const { return core_.counters; }
  [[nodiscard]] const esp::EngineStats& engine_stats() const { return core_.engine->stats(); }
  [[nodiscard]] std::uint32_t sas_used() const { return core_.sas.used(); }

 private:
  [[nodiscard]] std::vector<Queue> make_queues();
  [[nodiscard]] std::span<Queue> queues(std::uint32_t first, std::uint32_t count) {
    return std::span(queues_).subspan(first, count);
  }
  [[nodiscard]] bool running() const {
    return enabled_ && !core_.health.fatal() && !core_.faults.silent();
  }
  [[nodiscard]] std::uint32_t status() const;
  [[nodiscard]] std::uint32_t link() const;
  [[nodiscard]] std::uint32_t identity(std::uint32_t offset) const;
  void doorbell(std::uint32_t offset, std::uint32_t value);
  void control(std::uint32_t value);
  void reset();
  void clear_tables();

  Core core_;
  FaultyInterrupts interrupts_;
  QueueHost queue_host_;
  std::vector<Queue> queues_;
  TestUnit test_;
  Diagnostics diagnostics_;
  Events events_;
  Pk pk_;
  Admin admin_;
  Receiver receiver_;
  std::vector<std::unique_ptr<Transmitter>> transmitters_;
  PciConfig pci_;
  bool enabled_ = false;
  bool link_was_up_ = false;
};

}  // namespace spa::card
