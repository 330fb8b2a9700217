// SPDX-License-Identifier: Apache-2.0
// Which of several peers of a crypto map entry to go to (R-MAP-11, R-DPD-16, R-DPD-17): the first
// one, until it does not answer; then the next, and round again, past those known to be dead.
#pragma once

#include <map>
#include <vector>

#include "userspace/base/address.h"
#include "userspace/base/clock.h"

namespace spa::ike {

class PeerRotation {
 public:
  // `peers`: the list as configured, never empty. It may change between calls.
  [[nodiscard]] IpAddress current(const std::vector<IpAddress>& peers) const;
  // `peer` does not answer: the next one's turn. Those that died within the last minutes come
  // last, the longest dead first.
  void dead(const std::vector<IpAddress>& peers, const IpAddress& peer, SteadyTime now);
  void alive(const IpAddress& peer) { died_.erase(peer); }

 private:
  static constexpr Duration kRemembered{300'000};
  IpAddress current_;  // unspecified: the first
  std::map<IpAddress, SteadyTime> died_;
};

}  // namespace spa::ike
