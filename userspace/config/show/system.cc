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

std::string time_text(WallTime now, bool synchronised, const policy::TimeZone& zone) {
  return (synchronised ? "" : "*") + clock_text_milliseconds(now, zone) + "\n";
}

std::string time_json(WallTime now, bool synchronised) {
  return json::serialize(json::object{{"time", iso_text(now)}, {"synchronised", synchronised}});
}

std::string configuration_json(std::string_view text) {
  const std::size_t bytes = text.size();
  json::array lines;
  while (!text.empty()) {
    const std::size_t newline = text.find('\n');
    lines.emplace_back(std::string(text.substr(0, newline)));
    text.remove_prefix(newline == text.npos ? text.size() : newline + 1);
  }
  return json::serialize(json::object{{"bytes", bytes}, {"lines", std::move(lines)}});
}

std::string debugging_json(const std::vector<std::string>& streams) {
  json::array list;
  for (const std::string& stream : streams) list.emplace_back(stream);
  return json::serialize(json::object{{"debugging", std::move(list)}});
}

std::string log_lines_text(const std::vector<LogLine>& lines, const LoggingSettings& settings) {
  Screen screen;
  screen.line("%s", c(logging_text(settings)));
  screen.line("Log Buffer (%zu lines):", lines.size());
  screen.blank();
  for (const LogLine& line : lines) screen.line("%s%s", c(line.stamp), c(line.text));
  return screen.take();
}

std::string log_lines_json(const std::vector<LogLine>& lines, const LoggingSettings& settings) {
  json::array list;
  for (const LogLine& line : lines)
    list.push_back(json::object{{"time", iso_text(line.time)}, {"text", line.text}});
  const auto word = [](const std::optional<Severity>& severity) -> json::value {
    return severity ? json::value(severity_word(*severity)) : json::value(nullptr);
  };
  return json::serialize(json::object{{"log", std::move(list)},
                                      {"buffered", word(settings.buffered)},
                                      {"console", word(settings.console)},
                                      {"monitor", word(settings.monitor)},
                                      {"trap", word(settings.trap)}});
}

}  // namespace spa::config
