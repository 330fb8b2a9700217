// SPDX-License-Identifier: Apache-2.0
#include "firmware-sim/model/events.h"

#include <algorithm>

namespace spa::card {

void Events::post(const esp::Event& event) {
  if (!queue_.running()) return;
  if (queue_.room() == 0) {
    health_.event_lost();
    untold_ = true;
    return;
  }
  write(event);
}

// A loss is told as soon as there is room to tell it.
void Events::flush() {
  if (!queue_.running()) untold_ = false;
  if (untold_ && queue_.room() > 0) {
    untold_ = false;
    write({.type = SPA_EVENT_HEALTH,
           .sa_index = SPA_ERROR_EVENT_LOST,
           .sa_generation = SPA_QUEUE_EVENT});
  }
  queue_.flush();
}

void Events::write(const esp::Event& event) {
  spa_event entry{};
  entry.type = to_le(static_cast<std::uint16_t>(event.type));
  entry.family = event.family;
  entry.sa_index = to_le(event.sa_index);
  entry.sa_generation = to_le(event.sa_generation);
  entry.spi = from_be(event.spi);
  std::copy(event.saddr.begin(), event.saddr.end(), entry.saddr);
  std::copy(event.daddr.begin(), event.daddr.end(), entry.daddr);
  entry.seq = from_be(event.seq);
  entry.suppressed = to_le(event.suppressed);
  queue_.post(entry);
}

}  // namespace spa::card
