// SPDX-License-Identifier: Apache-2.0
// Requests to a device's ethtool interface (<linux/ethtool.h>).
#pragma once

#include <cstddef>
#include <cstring>
#include <string>
#include <vector>

namespace spa::kernel {

// `memory` is a structure of ethtool's, with its array behind it; the kernel writes its answer
// there. False: errno says why not.
[[nodiscard]] bool ethtool_ask(const std::string& device, void* memory);

// A structure of ethtool's that ends in an array, and room for `extra` octets of it.
template <typename Header>
[[nodiscard]] std::vector<char> with_array(const Header& header, std::size_t extra) {
  std::vector<char> memory(sizeof header + extra);
  std::memcpy(memory.data(), &header, sizeof header);
  return memory;
}

}  // namespace spa::kernel
