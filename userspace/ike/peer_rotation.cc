// SPDX-License-Identifier: Apache-2.0
#include "userspace/ike/peer_rotation.h"

#include <algorithm>

namespace spa::ike {

IpAddress PeerRotation::current(const std::vector<IpAddress>& peers) const {
  const bool listed = std::find(peers.begin(), peers.end(), current_) != peers.end();
  return listed ? current_ : peers.front();
}

void PeerRotation::dead(const std::vector<IpAddress>& peers, const IpAddress& peer,
                        SteadyTime now) {
  std::erase_if(died_, [&](const auto& item) {
    return now - item.second >= kRemembered ||
           std::find(peers.begin(), peers.end(), item.first) == peers.end();
  });
  const auto at = std::find(peers.begin(), peers.end(), peer);
  if (at == peers.end()) return;
  died_[peer] = now;
  if (current(peers) != peer) return;  // another one is in use already
  std::vector<IpAddress> candidates(at + 1, peers.end());
  candidates.insert(candidates.end(), peers.begin(), at + 1);
  const auto death = [&](const IpAddress& p) {
    const auto found = died_.find(p);
    return found == died_.end() ? SteadyTime{} : found->second;
  };
  // The first of those that are not dead, else of those that died first.
  current_ = *std::ranges::min_element(candidates, {}, death);
}

}  // namespace spa::ike
