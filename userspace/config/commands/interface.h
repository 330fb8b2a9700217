// SPDX-License-Identifier: Apache-2.0
// The interface that a line is about.
#pragma once

#include <string>
#include <string_view>

#include "userspace/config/tree.h"

namespace spa::config {

// "Tunnel0", whatever its case.
[[nodiscard]] bool is_tunnel_name(std::string_view name);

// Made if it is not there yet.
[[nodiscard]] policy::Interface& interface(Build& build, const std::string& name);
// That of the block.
[[nodiscard]] policy::Interface& interface(Build& build);

}  // namespace spa::config
