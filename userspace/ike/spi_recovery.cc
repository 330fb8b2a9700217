// SPDX-License-Identifier: Apache-2.0
#include "userspace/ike/spi_recovery.h"

namespace spa::ike {

bool SpiRecovery::may_begin(const IpAddress& peer, SteadyTime now) {
  const auto known = not_before_.find(peer);
  if (known != not_before_.end() && now < known->second) return false;
  if (known == not_before_.end() && not_before_.size() >= kMostPeers) {
    std::erase_if(not_before_, [&](const auto& entry) { return entry.second <= now; });
    if (not_before_.size() >= kMostPeers) return false;
  }
  if (!all_.allow(now)) return false;
  not_before_[peer] = now + kInterval;
  return true;
}

}  // namespace spa::ike
