// SPDX-License-Identifier: Apache-2.0
// The IKE SAs with each peer, by the peer's address.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <vector>

#include "userspace/base/address.h"

namespace spa::ike {

class PeerIndex {
 public:
  void add(const IpAddress& peer, std::uint64_t spi_local) { by_peer_.emplace(peer, spi_local); }
  void remove(const IpAddress& peer, std::uint64_t spi_local) {
    const auto [first, last] = by_peer_.equal_range(peer);
    const auto found =
        std::find_if(first, last, [&](const auto& item) { return item.second == spi_local; });
    if (found != last) by_peer_.erase(found);
  }
  // Our SPIs, the oldest first.
  [[nodiscard]] std::vector<std::uint64_t> of(const IpAddress& peer) const {
    std::vector<std::uint64_t> list;
    const auto [first, last] = by_peer_.equal_range(peer);
    for (auto it = first; it != last; ++it) list.push_back(it->second);
    return list;
  }

 private:
  std::multimap<IpAddress, std::uint64_t> by_peer_;
};

}  // namespace spa::ike
