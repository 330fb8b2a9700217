// SPDX-License-Identifier: Apache-2.0
// Who was spoken of a while ago and is not to be again: for log lines that strangers can cause
// (R-SPI-15).
#pragma once

#include <cstddef>
#include <map>

#include "userspace/base/address.h"
#include "userspace/base/clock.h"

namespace spa {

class QuietPeers {
 public:
  static constexpr Duration kQuiet{60000};
  static constexpr std::size_t kMostPeers = 256;

  // Whether to speak of this peer now; if so, it is quiet about it for a minute.
  [[nodiscard]] bool may_speak(const IpAddress& peer, SteadyTime now) {
    const auto known = until_.find(peer);
    if (known != until_.end() && now < known->second) return false;
    if (known == until_.end() && until_.size() >= kMostPeers) {
      std::erase_if(until_, [&](const auto& entry) { return entry.second <= now; });
      if (until_.size() >= kMostPeers) return false;
    }
    until_[peer] = now + kQuiet;
    return true;
  }

 private:
  std::map<IpAddress, SteadyTime> until_;
};

}  // namespace spa
