// SPDX-License-Identifier: Apache-2.0
// `clear crypto sa counters`: no data plane can set its counters back, so what they were is taken
// away from what they are.
#pragma once

#include <cstdint>
#include <map>

#include "userspace/config/backend.h"
#include "userspace/ports/sa_database.h"

namespace spa::daemon {

class ClearedCounters {
 public:
  // Every SA pair as it is now, by its inbound SPI; those of before are forgotten.
  void clear(std::map<std::uint32_t, ports::SaPairState> now,
             std::map<ports::PolicyId, std::uint64_t> dropped) {
    before_ = std::move(now);
    dropped_ = std::move(dropped);
  }
  // What has been counted since. A counter that is smaller than it was belongs to another pair
  // that has got the same SPI: nothing of it was cleared.
  [[nodiscard]] config::SaState since(std::uint32_t spi_in, ports::SaPairState state) const;
  // The same for what a rule has dropped; a rule that was made anew counts from the start.
  [[nodiscard]] std::uint64_t since(const ports::PolicyId& rule, std::uint64_t dropped) const;

 private:
  std::map<std::uint32_t, ports::SaPairState> before_;
  std::map<ports::PolicyId, std::uint64_t> dropped_;
};

}  // namespace spa::daemon
