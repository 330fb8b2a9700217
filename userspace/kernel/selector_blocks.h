// SPDX-License-Identifier: Apache-2.0
// Ranges cut into what the kernel's selectors can say: prefixes of addresses, and blocks of ports
// that a mask describes.
#pragma once

#include <cstddef>
#include <vector>

#include "userspace/policy/traffic.h"

namespace spa::kernel {

// Pieces that together are `selector`, no two of them overlapping, each a whole prefix and a block
// of ports. Empty where that takes more than `most` pieces.
[[nodiscard]] std::vector<policy::TrafficSelector> cut_into_blocks(
    const policy::TrafficSelector& selector, std::size_t most);

}  // namespace spa::kernel
