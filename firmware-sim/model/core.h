// SPDX-License-Identifier: Apache-2.0
// What the units of one card share: memory, the wire, the tables, the counters. Device owns it;
// nothing here locks, for all units run on the device's thread.
#pragma once

#include <spa/hw.h>

#include <cstdint>
#include <memory>

#include "firmware-sim/esp/engine.h"
#include "firmware-sim/esp/policy_table.h"
#include "firmware-sim/esp/sa_table.h"
#include "firmware-sim/keystore/key_store.h"
#include "firmware-sim/model/config.h"
#include "firmware-sim/model/dma.h"
#include "firmware-sim/model/faults.h"
#include "firmware-sim/model/health.h"
#include "firmware-sim/model/rss.h"
#include "firmware-sim/port/port.h"

namespace spa::card {

// struct spa_port_stats in the host's byte order, less what the engine counts.
struct PortCounters {
  std::uint64_t rx_frames = 0;
  std::uint64_t rx_bytes = 0;
  std::uint64_t rx_no_buffer = 0;
  std::uint64_t rx_too_long = 0;
  std::uint64_t tx_frames = 0;
  std::uint64_t tx_bytes = 0;
  std::uint64_t tx_errors = 0;
  std::uint64_t tx_tso_frames = 0;
  std::uint64_t tx_tso_segments = 0;
  std::uint64_t rx_csum_ok = 0;
  std::uint64_t tx_packet_protected = 0;
  std::uint64_t tx_packet_bypassed = 0;
  std::uint64_t tx_packet_blocked = 0;
  std::uint64_t tx_packet_no_sa = 0;
  std::uint64_t rx_packet_ok = 0;
  std::uint64_t rx_packet_selector = 0;
  std::uint64_t rx_packet_blocked = 0;
  std::uint64_t pk_done = 0;
  std::uint64_t pk_errors = 0;
};

struct Core {
  Core(const Config& configuration, DmaSpace& memory, std::unique_ptr<Port> wire)
      : config(configuration),
        dma(memory),
        port(std::move(wire)),
        faults(configuration.faults),
        sas(configuration.sa_entries, configuration.backend),
        policies(configuration.policy_entries),
        keys(configuration.key_entries) {}

  const Config config;
  DmaSpace& dma;
  std::unique_ptr<Port> port;
  Health health;
  Faults faults;
  esp::SaTable sas;
  esp::PolicyTable policies;
  std::unique_ptr<esp::Engine> engine;  // made anew at reset
  keystore::KeyStore keys;
  PortCounters counters;
  MacAddress mac{};
  Rss rss;
  std::uint32_t port_flags = 0;  // SPA_PORT_*
};

}  // namespace spa::card
