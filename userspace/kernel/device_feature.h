// SPDX-License-Identifier: Apache-2.0
// What `ethtool -k` shows.
#pragma once

#include <string>

#include "userspace/base/result.h"

namespace spa::kernel {

// Whether the feature is switched on. kNotFound: no such device, or the kernel knows no such
// feature.
[[nodiscard]] Result<bool> device_feature(const std::string& device, const std::string& feature);

}  // namespace spa::kernel
