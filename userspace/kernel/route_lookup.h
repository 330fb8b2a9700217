// SPDX-License-Identifier: Apache-2.0
// How the host reaches somebody now.
#pragma once

#include <cstdint>

#include "userspace/base/address.h"
#include "userspace/base/result.h"
#include "userspace/kernel/netlink.h"

namespace spa::kernel {

// Tags rules and routes as ours (rtm_protocol; /etc/iproute2/rt_protos leaves it free).
inline constexpr std::uint8_t kRouteProtocol = 83;

struct RouteTarget {
  int device = 0;
  IpAddress gateway;  // unspecified: directly on the device
};

// With traffic marked so, where `mark` is given. `socket`: one of NETLINK_ROUTE. kNotFound.
[[nodiscard]] Result<RouteTarget> route_towards(NetlinkSocket& socket, const IpAddress& remote,
                                                std::uint32_t mark = 0);

}  // namespace spa::kernel
