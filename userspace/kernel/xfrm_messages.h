// SPDX-License-Identifier: Apache-2.0
// Requests to the kernel's IPsec databases (linux/xfrm.h), built from what the port says. Pure: no
// sockets here.
#pragma once

#include <netinet/in.h>

#include <linux/xfrm.h>

#include <optional>
#include <vector>

#include "userspace/kernel/netlink.h"
#include "userspace/kernel/soft_lifetime.h"
#include "userspace/ports/sa_database.h"

namespace spa::kernel {

enum class XfrmDirection : std::uint8_t { kIn, kOut, kForward };

// A pair is one state a direction for each header, tied by the request id. The innermost has the
// pair's mode, those around it are in transport mode.
enum class XfrmLayer : std::uint8_t {
  kIpComp = IPPROTO_COMP,
  kEsp = IPPROTO_ESP,
  kAh = IPPROTO_AH
};
// From the inside out; never empty.
[[nodiscard]] std::vector<XfrmLayer> layers_of(const ports::Layers& layers);

[[nodiscard]] xfrm_address_t to_xfrm(const IpAddress& address);
[[nodiscard]] IpAddress from_xfrm(const xfrm_address_t& address, std::uint16_t family);

// From the sender's point of view. kUnsupported: ranges that are not prefixes, port ranges that are
// no power of two long and aligned.
[[nodiscard]] Result<xfrm_selector> to_xfrm(const policy::TrafficSelector& from,
                                            const policy::TrafficSelector& to);
// The packet of an acquire, seen from here.
[[nodiscard]] policy::SelectorPair from_xfrm(const xfrm_selector& selector);

// Identifies a state of ours: the address it is for, the SPI (of IPComp: the CPI), and the
// protocol.
struct StateId {
  IpAddress destination;
  std::uint32_t spi = 0;  // host order
  XfrmLayer layer = XfrmLayer::kEsp;
  friend auto operator<=>(const StateId&, const StateId&) = default;
};
[[nodiscard]] StateId state_id(const ports::SaPair& pair, XfrmDirection direction, XfrmLayer layer);
// The one that the pair is named after, counts its packets and ends its life: ESP's, or AH's where
// there is no ESP.
[[nodiscard]] StateId state_id(const ports::SaPair& pair, XfrmDirection direction);

// XFRM_MSG_NEWSA, or XFRM_MSG_UPDSA where the SPI was allocated before. `limits` and
// `offload_device` (its index, 0 for software) are for the state that the pair is named after.
// Errors as add_algorithms().
[[nodiscard]] Result<NetlinkMessage> state_message(std::uint16_t type, const ports::SaPair& pair,
                                                   XfrmDirection direction, XfrmLayer layer,
                                                   const LifetimeLimits& limits,
                                                   int offload_device);
// The same for the state that the pair is named after.
[[nodiscard]] Result<NetlinkMessage> state_message(std::uint16_t type, const ports::SaPair& pair,
                                                   XfrmDirection direction,
                                                   const LifetimeLimits& limits,
                                                   int offload_device);
// XFRM_MSG_DELSA or XFRM_MSG_GETSA.
[[nodiscard]] NetlinkMessage state_query(std::uint16_t type, const StateId& id);
// An SPI, or with kIpComp a CPI of the negotiated range (RFC 3173 3.3).
[[nodiscard]] NetlinkMessage allocate_spi_message(const IpAddress& local, const IpAddress& remote,
                                                  XfrmLayer layer = XfrmLayer::kEsp);

// The kernel's selectors of a rule: one, or more where ranges are no prefixes and blocks of ports.
// From the sender's point of view. kUnsupported: it would be more than kMostSelectors.
inline constexpr std::size_t kMostSelectors = 64;
[[nodiscard]] Result<std::vector<xfrm_selector>> policy_selectors(const ports::PolicyRule& rule,
                                                                  XfrmDirection direction);
// XFRM_MSG_NEWPOLICY or XFRM_MSG_UPDPOLICY; the lower its sequence and line, the sooner a policy is
// asked (R-MAP-10). A clear rule lets its packets pass as they are (R-MAP-20), a discarding one,
// which comes after all others of its entry, drops them.
[[nodiscard]] NetlinkMessage policy_message(std::uint16_t type, const ports::PolicyRule& rule,
                                            XfrmDirection direction, const xfrm_selector& selector);
// `if_id`: of the rule's scope.
[[nodiscard]] NetlinkMessage delete_policy_message(XfrmDirection direction,
                                                   const xfrm_selector& selector,
                                                   std::uint32_t if_id = 0);

// The state in a reply to XFRM_MSG_GETSA, made into a new one between other ends: keys, counters of
// sequence numbers and limits stay. Empty unless the reply is whole.
[[nodiscard]] std::optional<NetlinkMessage> moved_state_message(const NetlinkView& reply,
                                                                const Endpoint& from,
                                                                const Endpoint& to);

}  // namespace spa::kernel
