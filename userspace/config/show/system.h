// SPDX-License-Identifier: Apache-2.0
// show version, show clock (R-SHOW-19), show logging.
#pragma once

#include <string>
#include <vector>

#include "userspace/config/backend.h"

namespace spa::config {

[[nodiscard]] std::string version_text(const SystemInfo& info, const std::string& hostname);
[[nodiscard]] std::string version_json(const SystemInfo& info, const std::string& hostname);
[[nodiscard]] std::string time_text(WallTime now, bool synchronised, const policy::TimeZone& zone);
[[nodiscard]] std::string time_json(WallTime now, bool synchronised);
[[nodiscard]] std::string log_lines_text(const std::vector<LogLine>& lines,
                                         const LoggingSettings& settings);
// A configuration line by line; empty `text`: there is none.
[[nodiscard]] std::string configuration_json(std::string_view text);
// Streams of debugging that are on.
[[nodiscard]] std::string debugging_json(const std::vector<std::string>& streams);
[[nodiscard]] std::string log_lines_json(const std::vector<LogLine>& lines,
                                         const LoggingSettings& settings);

}  // namespace spa::config
