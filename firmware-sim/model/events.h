// SPDX-License-Identifier: Apache-2.0
// The event queue: what the card reports by itself. The ESP engine limits the rate of what
// strangers can provoke.
#pragma once

#include <spa/hw.h>

#include "firmware-sim/esp/events.h"
#include "firmware-sim/model/health.h"
#include "firmware-sim/model/queue.h"

namespace spa::card {

class Events {
 public:
  Events(Queue& queue, Health& health) : queue_(queue), health_(health) {}

  // Posts the event, or drops it: when the driver runs no event queue it is not interested; when
  // the ring is full, ERROR notes EVENT_LOST, and a HEALTH event follows when there is room.
  void post(const esp::Event& event);
  void flush();

 private:
  void write(const esp::Event& event);

  Queue& queue_;
  Health& health_;
  bool untold_ = false;  // a loss of events
};

}  // namespace spa::card
