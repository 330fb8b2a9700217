// SPDX-License-Identifier: Apache-2.0
// Log lines for bad ESP packets, in the router's words, at most one a minute for a kind and peer:
// strangers can cause them. Of unknown SPIs IKE writes (ike/unknown_spi_log.h).
#pragma once

#include <map>

#include "firmware-sim/esp/events.h"
#include "userspace/base/address.h"
#include "userspace/base/clock.h"
#include "userspace/base/log.h"
#include "userspace/base/quiet_peers.h"

namespace spa::dataplane {

class EventLog {
 public:
  explicit EventLog(LogSink& log) : log_(log) {}
  // Where the packet that the event is about came from, and nobody has authenticated.
  [[nodiscard]] static IpAddress source_of(const esp::Event& event);
  // And to.
  [[nodiscard]] static IpAddress destination_of(const esp::Event& event);
  // Failed authentication, replay; other events are not logged here.
  void write(const esp::Event& event, SteadyTime now);

 private:
  LogSink& log_;
  std::map<spa_event_type, QuietPeers> quiet_;
};

}  // namespace spa::dataplane
