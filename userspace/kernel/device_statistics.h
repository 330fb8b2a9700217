// SPDX-License-Identifier: Apache-2.0
// What a network device's driver counts, as `ethtool -S` prints it.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "userspace/base/result.h"

namespace spa::kernel {

struct DeviceStatistics {
  std::string driver;
  std::map<std::string, std::uint64_t> counters;
};

// kNotFound: there is no such device, or its driver has no counters of its own.
[[nodiscard]] Result<DeviceStatistics> device_statistics(const std::string& device);

}  // namespace spa::kernel
