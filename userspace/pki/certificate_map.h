// SPDX-License-Identifier: Apache-2.0
// Certificate maps: which certificates an ISAKMP or IKEv2 profile is for (R-CMAP).
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "userspace/base/clock.h"
#include "userspace/pki/certificate.h"
#include "userspace/policy/trustpoint.h"

namespace spa::pki {

// Whether the first entry of `label` that fits exists: all its criteria hold (R-CMAP-7). A label
// without entries, and an entry without criteria, fit nothing.
[[nodiscard]] bool map_matches(const std::vector<policy::CertificateMapEntry>& entries,
                               std::string_view label, const Certificate& certificate);

// "dd mmm yyyy hh:mm:ss" or "mmm dd yyyy hh:mm:ss", UTC (R-CMAP-6); nothing for any other text.
[[nodiscard]] std::optional<WallTime> parse_map_date(std::string_view text);

}  // namespace spa::pki
