// SPDX-License-Identifier: Apache-2.0
#include "userspace/config/show/system.h"

#include "userspace/config/show/json.h"
#include "userspace/config/show/text.h"
#include "userspace/config/show/time.h"

namespace spa::config {

std::string version_text(const SystemInfo& info, const std::string& hostname) {
  Screen screen;
  screen.line("%s, version %s", c(info.program), c(info.version));
  screen.line("%s uptime is %s", c(hostname), c(uptime_text(info.uptime)));
  return screen.take();
}

std::string version_json(const SystemInfo& info, const std::string& hostname) {
  return json::serialize(json::object{{"program", info.program},
                                      {"version", info.version},
                                      {"hostname", hostname},
                                      {"uptime_seconds", info.uptime.count() / 1000}});
}

std::string time_text(WallTime now, bool synchronised) {
  return (synchronised ? "" : "*") + clock_text_milliseconds(now) + "\n";
}

std::string time_json(WallTime now, bool synchronised) {
  return json::serialize(json::object{{"time", iso_text(now)}, {"synchronised", synchronised}});
}

std::string log_lines_text(const std::vector<LogLine>& lines) {
  Screen screen;
  screen.line("Log Buffer (%zu lines):", lines.size());
  screen.blank();
  for (const LogLine& line : lines) screen.line("%s%s", c(line.stamp), c(line.text));
  return screen.take();
}

std::string log_lines_json(const std::vector<LogLine>& lines) {
  json::array list;
  for (const LogLine& line : lines)
    list.push_back(json::object{{"time", iso_text(line.time)}, {"text", line.text}});
  return json::serialize(json::object{{"log", std::move(list)}});
}

}  // namespace spa::config
