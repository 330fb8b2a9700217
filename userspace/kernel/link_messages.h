// SPDX-License-Identifier: Apache-2.0
// Requests to rtnetlink that make virtual devices (linux/if_link.h, linux/if_tunnel.h), and what it
// says of them. Pure: no sockets here.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "userspace/base/address.h"
#include "userspace/kernel/netlink.h"

namespace spa::kernel {

// Between two ends; without a remote one, to whoever the neighbour entries of the device name.
struct GreTunnel {
  IpAddress local;
  IpAddress remote;
  std::optional<std::uint32_t> key;
  int link = 0;  // whose routes the outer packets take; 0: the host's own
  friend bool operator==(const GreTunnel&, const GreTunnel&) = default;
};

// A VRF: who is enslaved to it uses this routing table (Documentation/networking/vrf.rst).
struct VrfTable {
  std::uint32_t table = 0;
  friend bool operator==(const VrfTable&, const VrfTable&) = default;
};

// Where the policies and SAs of this number apply, and come out.
struct XfrmInterface {
  std::uint32_t if_id = 0;
  int link = 0;  // whose routes the outer packets take; 0: the host's own
  friend bool operator==(const XfrmInterface&, const XfrmInterface&) = default;
};

using DeviceKind = std::variant<GreTunnel, VrfTable, XfrmInterface>;

// "gre", "ip6gre", "vrf", "xfrm"
[[nodiscard]] std::string kind_name(const DeviceKind& kind);

// RTM_NEWLINK; kind and name must be free.
[[nodiscard]] NetlinkMessage make_device_message(const std::string& name, const DeviceKind& kind);

// A device as RTM_NEWLINK tells of it.
struct LinkInfo {
  int index = 0;
  std::string name;
  std::string alias;
  std::string kind;                // empty: not a virtual device
  std::optional<DeviceKind> made;  // of the kinds above, where nothing about it is unusual
  std::uint32_t mtu = 0;
  int master = 0;
  bool up = false;
};
// Empty unless the message is whole.
[[nodiscard]] std::optional<LinkInfo> read_link(const NetlinkView& message);

}  // namespace spa::kernel
