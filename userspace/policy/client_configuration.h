// SPDX-License-Identifier: Apache-2.0
// What a peer may be given for its life inside our network: an address out of a pool, name servers,
// the networks behind us (RFC 7296 3.15; IKEv1 mode config).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "userspace/base/address.h"

namespace spa::policy {

struct AddressRange {
  IpAddress first;
  IpAddress last;  // of the same family, not below `first`
  friend bool operator==(const AddressRange&, const AddressRange&) = default;
};

// `ip local pool NAME FIRST [LAST]`; several lines add ranges.
struct AddressPool {
  std::string name;
  std::vector<AddressRange> ranges;
  friend bool operator==(const AddressPool&, const AddressPool&) = default;
};

// `crypto ikev2 authorization policy NAME`
struct AuthorizationPolicy {
  std::string name;
  std::string pool;       // for IPv4; empty: gives none
  std::string ipv6_pool;  // for IPv6
  std::optional<IpAddress> netmask;
  std::vector<IpAddress> dns;     // either family
  std::string default_domain;     // printed and stored; there is no attribute for it in IKEv2
  std::string split_access_list;  // `route set access-list`: its sources are behind us
  friend bool operator==(const AuthorizationPolicy&, const AuthorizationPolicy&) = default;
};

}  // namespace spa::policy
