// SPDX-License-Identifier: Apache-2.0
// Log lines for bad ESP packets, in the router's words, at most one a minute for a kind and peer
// (R-SPI-13, R-SPI-15): strangers can cause them.
#pragma once

#include <map>
#include <utility>

#include "firmware-sim/esp/events.h"
#include "userspace/base/address.h"
#include "userspace/base/clock.h"
#include "userspace/base/log.h"

namespace spa::dataplane {

class EventLog {
 public:
  explicit EventLog(LogSink& log) : log_(log) {}
  // Where the packet that the event is about came from, and nobody has authenticated.
  [[nodiscard]] static IpAddress source_of(const esp::Event& event);
  // Unknown SPI, failed authentication, replay; other events are not logged here.
  void write(const esp::Event& event, SteadyTime now);

 private:
  static constexpr std::size_t kMostPeers = 256;
  [[nodiscard]] bool may(spa_event_type type, const IpAddress& peer, SteadyTime now);

  LogSink& log_;
  std::map<std::pair<spa_event_type, IpAddress>, SteadyTime> quiet_until_;
};

}  // namespace spa::dataplane
