// SPDX-License-Identifier: Apache-2.0
#include "userspace/net/nat_demux.h"

#include <algorithm>

namespace spa::net {

NatPortContent classify_nat_port(ByteView payload) {
  if (payload.size() == 1 && payload[0] == kKeepaliveOctet) return NatPortContent::kKeepalive;
  if (payload.size() < kNonEspMarkerLength) return NatPortContent::kTooShort;
  const auto marker = payload.first(kNonEspMarkerLength);
  if (std::all_of(marker.begin(), marker.end(), [](std::uint8_t octet) { return octet == 0; })) {
    return NatPortContent::kIke;
  }
  return payload.size() < kEspHeaderLength ? NatPortContent::kTooShort : NatPortContent::kEsp;
}

}  // namespace spa::net
