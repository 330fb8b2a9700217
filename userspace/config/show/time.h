// SPDX-License-Identifier: Apache-2.0
// The forms in which the router prints time, in the zone of the configuration.
#pragma once

#include <cstdint>
#include <string>

#include "userspace/base/clock.h"
#include "userspace/policy/time_zone.h"

namespace spa::config {

// "20:17:48 UTC Thu Jan 10 2002"
[[nodiscard]] std::string clock_text(WallTime time, const policy::TimeZone& zone = {});
// "20:17:48.123 UTC Thu Jan 10 2002" (R-SHOW-19)
[[nodiscard]] std::string clock_text_milliseconds(WallTime time, const policy::TimeZone& zone = {});
// "03:06:14 UTC Jan 11 2002" (R-SHOW-14)
[[nodiscard]] std::string date_text(WallTime time, const policy::TimeZone& zone = {});
// "22:02:40 Jun 19 2001", UTC (R-PIX-18)
[[nodiscard]] std::string plain_date_text(WallTime time);
// "2002-01-10T20:17:48Z", for JSON
[[nodiscard]] std::string iso_text(WallTime time);
// "hh:mm:ss", "1d02h", "3w1d", as sessions print their age
[[nodiscard]] std::string age_text(std::uint64_t seconds);
// "2 days, 3 hours, 4 minutes", for show version
[[nodiscard]] std::string uptime_text(Duration uptime);

}  // namespace spa::config
