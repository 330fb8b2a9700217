// SPDX-License-Identifier: Apache-2.0
// The entry of a crypto map or of a dynamic one, or the IPsec profile, that a line is about.
#pragma once

#include <map>
#include <string>

#include "userspace/config/tree.h"

namespace spa::config {

// Made if it is not there yet.
[[nodiscard]] policy::CryptoMapEntry& map_entry(std::map<std::string, policy::CryptoMap>& maps,
                                                const std::string& name, std::uint32_t sequence);
// That of the block; an IPsec profile is one too.
[[nodiscard]] policy::CryptoMapEntry& map_entry(Build& build);

}  // namespace spa::config
