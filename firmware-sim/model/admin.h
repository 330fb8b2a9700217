// SPDX-License-Identifier: Apache-2.0
// The admin queue: runs the driver's commands one after the other.
#pragma once

#include <spa/hw.h>

#include "firmware-sim/model/core.h"
#include "firmware-sim/model/diagnostics.h"
#include "firmware-sim/model/fault.h"
#include "firmware-sim/model/pk.h"
#include "firmware-sim/model/queue.h"

namespace spa::card {

class Admin {
 public:
  // `queues`: all of the card.
  Admin(Core& core, QueueHost& host, std::span<Queue> queues, Pk& pk,
        const Diagnostics& diagnostics);
  // Runs what waits, as far as completions have room.
  void poll();

 private:
  [[nodiscard]] spa_status run(const spa_admin_cmd& command);
  [[nodiscard]] spa_status sa_add(const spa_admin_cmd& command);
  [[nodiscard]] spa_status sa_update(const spa_admin_cmd& command);
  [[nodiscard]] spa_status policy_add(const spa_admin_cmd& command);
  // Writes what the command asked for.
  [[nodiscard]] spa_status answer(const spa_admin_cmd& command, MutableByteView octets);
  [[nodiscard]] spa_status sa_read(const spa_admin_cmd& command);
  [[nodiscard]] spa_status health_read(const spa_admin_cmd& command);
  [[nodiscard]] spa_status stats_read(const spa_admin_cmd& command);
  [[nodiscard]] spa_status port_set(std::uint64_t arg);
  [[nodiscard]] spa_status mac_set(std::uint64_t arg);
  [[nodiscard]] spa_status rss_set(const spa_admin_cmd& command);
  [[nodiscard]] spa_status shadow_set(const spa_admin_cmd& command);

  Core& core_;
  QueueHost& host_;
  std::span<Queue> all_;
  Queue& queue_;
  Pk& pk_;
  const Diagnostics& diagnostics_;
  FaultInjector faults_;
};

}  // namespace spa::card
