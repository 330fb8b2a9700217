// SPDX-License-Identifier: Apache-2.0
// Transport mode behind one NAT (RFC 3948 5.2, RFC 7296 2.23.1): several peers look like one host
// there, so of the same packets only one of them can have an SA.
#pragma once

#include <algorithm>
#include <vector>

#include "userspace/ike/child_sa.h"

namespace spa::ike {

// Whether the pair is for transport mode and has some of the packets between these.
[[nodiscard]] bool has_in_transport(const ChildSa& child,
                                    const std::vector<policy::TrafficSelector>& local,
                                    const std::vector<policy::TrafficSelector>& remote);

// Another peer behind the NAT of this one, which has some of these packets in transport mode
// already: they cannot be told apart from what this one asks for. Or null; the same identity may
// come again. `Sa`: the IKE SA of either version.
template <typename Sa>
const Sa* rival_behind_nat(const Sa& sa, const std::vector<policy::TrafficSelector>& local,
                           const std::vector<policy::TrafficSelector>& remote) {
  if (!sa.remote_behind_nat) return nullptr;
  for (const Sa* other : sa.shard.with_peer(sa.remote.address)) {
    const bool same_peer = other == &sa || (other->remote_identity == sa.remote_identity &&
                                            other->profile == sa.profile);
    if (same_peer || other->local.address != sa.local.address) continue;
    const bool has_them = std::ranges::any_of(other->children, [&](const auto& child) {
      return has_in_transport(*child, local, remote);
    });
    if (has_them) return other;
  }
  return nullptr;
}

// Why this one gets none.
[[nodiscard]] std::string refusal_for(const policy::Identity& rival);

}  // namespace spa::ike
