// SPDX-License-Identifier: Apache-2.0
// Requests to the kernel's IPsec databases (linux/xfrm.h), built from what the port says. Pure: no
// sockets here.
#pragma once

#include <netinet/in.h>

#include <linux/xfrm.h>

#include <optional>

#include "userspace/kernel/netlink.h"
#include "userspace/kernel/soft_lifetime.h"
#include "userspace/ports/sa_database.h"

namespace spa::kernel {

enum class XfrmDirection : std::uint8_t { kIn, kOut, kForward };

[[nodiscard]] xfrm_address_t to_xfrm(const IpAddress& address);
[[nodiscard]] IpAddress from_xfrm(const xfrm_address_t& address, std::uint16_t family);

// From the sender's point of view. kUnsupported: ranges that are not prefixes, port ranges that are
// neither one port nor all.
[[nodiscard]] Result<xfrm_selector> to_xfrm(const policy::TrafficSelector& from,
                                            const policy::TrafficSelector& to);
// The packet of an acquire, seen from here.
[[nodiscard]] policy::SelectorPair from_xfrm(const xfrm_selector& selector);

// Identifies a state of ours: the address it is for, and the SPI.
struct StateId {
  IpAddress destination;
  std::uint32_t spi = 0;  // host order
  friend auto operator<=>(const StateId&, const StateId&) = default;
};
[[nodiscard]] StateId state_id(const ports::SaPair& pair, XfrmDirection direction);

// XFRM_MSG_NEWSA, or XFRM_MSG_UPDSA where the SPI was allocated before. `offload_device`: its
// index, 0 for software. Errors as add_algorithms().
[[nodiscard]] Result<NetlinkMessage> state_message(std::uint16_t type, const ports::SaPair& pair,
                                                   XfrmDirection direction,
                                                   const LifetimeLimits& limits,
                                                   int offload_device);
// XFRM_MSG_DELSA or XFRM_MSG_GETSA.
[[nodiscard]] NetlinkMessage state_query(std::uint16_t type, const StateId& id);
[[nodiscard]] NetlinkMessage allocate_spi_message(const IpAddress& local, const IpAddress& remote);

// XFRM_MSG_NEWPOLICY or XFRM_MSG_UPDPOLICY; the lower its sequence and line, the sooner a policy is
// asked (R-MAP-10).
[[nodiscard]] Result<NetlinkMessage> policy_message(std::uint16_t type,
                                                    const ports::PolicyRule& rule,
                                                    XfrmDirection direction);
[[nodiscard]] Result<NetlinkMessage> delete_policy_message(const ports::PolicyRule& rule,
                                                           XfrmDirection direction);

// The state in a reply to XFRM_MSG_GETSA, made into a new one between other ends: keys, counters of
// sequence numbers and limits stay. Empty unless the reply is whole.
[[nodiscard]] std::optional<NetlinkMessage> moved_state_message(const NetlinkView& reply,
                                                                const Endpoint& from,
                                                                const Endpoint& to);

}  // namespace spa::kernel
