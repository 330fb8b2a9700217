// SPDX-License-Identifier: Apache-2.0
// Which packets: traffic selectors as RFC 7296 3.13 has them, and the access lists they come from
// (R-MAP-18, R-MAP-19).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "userspace/base/address.h"

namespace spa::policy {

// One range of addresses and ports. Protocol 0 and ports 0..65535 mean any.
struct TrafficSelector {
  std::uint8_t protocol = 0;
  std::uint16_t port_first = 0;
  std::uint16_t port_last = 65535;
  IpAddress first;
  IpAddress last;

  [[nodiscard]] static TrafficSelector of(const IpPrefix& prefix, std::uint8_t protocol = 0);
  [[nodiscard]] bool contains(const TrafficSelector& other) const;
  // The smallest prefix that covers the range; exact() tells whether it is the range itself.
  [[nodiscard]] IpPrefix covering_prefix() const;
  [[nodiscard]] bool is_exact_prefix() const;
  [[nodiscard]] std::string to_string() const;  // "192.168.4.0-192.168.4.255 proto 0 port 0-65535"
  friend bool operator==(const TrafficSelector&, const TrafficSelector&) = default;
};

// What two selectors have in common; false when nothing.
[[nodiscard]] bool intersect(const TrafficSelector& a, const TrafficSelector& b,
                             TrafficSelector& out);

// The two ends of a flow to protect, seen from here. One permit line of a crypto ACL gives one.
struct SelectorPair {
  TrafficSelector local;
  TrafficSelector remote;
  friend bool operator==(const SelectorPair&, const SelectorPair&) = default;
};

struct AclEntry {
  bool permit = true;
  std::uint8_t protocol = 0;  // 0 = ip
  IpPrefix source;            // contiguous wildcard masks only
  IpPrefix destination;
  std::uint16_t source_port_first = 0, source_port_last = 65535;
  std::uint16_t destination_port_first = 0, destination_port_last = 65535;
  [[nodiscard]] SelectorPair selectors() const;  // source is local, destination remote
  friend bool operator==(const AclEntry&, const AclEntry&) = default;
};

struct AccessList {
  std::string name;  // a number is kept as its digits
  bool extended = true;
  std::vector<AclEntry> entries;
  friend bool operator==(const AccessList&, const AccessList&) = default;
};

}  // namespace spa::policy
