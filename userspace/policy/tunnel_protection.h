// SPDX-License-Identifier: Apache-2.0
// `tunnel protection`: the GRE between the ends of a tunnel interface is protected by an IPsec
// profile, as if a crypto map of one entry said so (R-GRE-5).
#pragma once

#include <map>
#include <string>

#include "userspace/policy/snapshot.h"

namespace spa::policy {

// Of the only entry of such a map: beyond the numbers that can be typed.
inline constexpr std::uint32_t kProtectionSequence = 65536;

// What the map is called on the screens: "Tunnel0-head-0".
[[nodiscard]] std::string protection_name(const Interface& tunnel);

// The maps of all tunnel interfaces that a defined profile protects, by name. Their entries have
// the profile's settings and the tunnel's destination as peer; a multipoint tunnel has none.
[[nodiscard]] std::map<std::string, CryptoMap> tunnel_protections(const Snapshot& snapshot);

}  // namespace spa::policy
