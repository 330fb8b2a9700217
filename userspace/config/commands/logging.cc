// SPDX-License-Identifier: Apache-2.0
// logging …: which messages go to the ring, to standard error, to terminals and to the syslog.
#include "userspace/config/logging.h"

#include <array>

#include "userspace/config/grammar/command.h"
#include "userspace/config/show/text.h"
#include "userspace/config/tree.h"

namespace spa::config {
namespace {

constexpr std::array kSeverities{"emergencies", "alerts",        "critical",      "errors",
                                 "warnings",    "notifications", "informational", "debugging"};
constexpr const char* kSeverity =
    " [emergencies|alerts|critical|errors|warnings|notifications|informational|debugging|"
    "<severity:0-7>]";

// Where messages go, by the keyword, and what is meant without a severity.
struct Destination {
  const char* word;
  const char* arguments;
  const char* help;
  std::optional<Severity> LoggingSettings::* setting;
  Severity otherwise;
};
constexpr std::array<Destination, 4> kDestinations{
    {{"buffered", " [<size:4096-2147483647>]",
      "Keeps messages for `show logging`: at least as serious as this, so many octets of them.",
      &LoggingSettings::buffered, Severity::kDebug},
     {"console", "", "Prints messages on standard error, when the daemon stays in the foreground.",
      &LoggingSettings::console, Severity::kDebug},
     {"monitor", "", "Prints messages where somebody typed `terminal monitor`.",
      &LoggingSettings::monitor, Severity::kDebug},
     {"trap", "", "Sends messages to this host's syslog; informational unless said.",
      &LoggingSettings::trap, Severity::kInfo}}};

std::optional<Severity> severity_in(const Args& args) {
  for (std::size_t i = 0; i < kSeverities.size(); ++i)
    if (args.has(kSeverities[i])) return static_cast<Severity>(i);
  if (args.find("severity") != nullptr) return static_cast<Severity>(args.number("severity"));
  return std::nullopt;
}

bool is_line_of(const Node& node, std::string_view word) {
  const auto& values = node.args.values();
  return values.size() >= 2 && values[0].text == "logging" && values[1].text == word;
}

}  // namespace

const char* severity_word(Severity severity) {
  return kSeverities[static_cast<std::size_t>(severity)];
}

LoggingSettings logging_of(const Tree& tree) {
  LoggingSettings settings;
  bool on = true;
  for (const auto& node : tree.root().children) {
    if (is_line_of(*node, "on")) on = !node->negated;
    for (const Destination& to : kDestinations) {
      if (!is_line_of(*node, to.word)) continue;
      std::optional<Severity>& setting = settings.*to.setting;
      setting = severity_in(node->args).value_or(to.otherwise);
      if (node->negated) setting.reset();
      if (to.setting == &LoggingSettings::buffered && !node->negated)
        settings.buffer_octets = node->args.number("size");
    }
  }
  // Without `logging on` messages go to the console alone.
  if (!on) settings.buffered = settings.monitor = settings.trap = std::nullopt;
  return settings;
}

std::string logging_text(const LoggingSettings& settings) {
  Screen screen;
  const auto line = [&](const char* what, const std::optional<Severity>& severity) {
    if (severity)
      screen.line("    %s logging: level %s", what, severity_word(*severity));
    else
      screen.line("    %s logging: disabled", what);
  };
  const bool on = settings.buffered || settings.monitor || settings.trap;
  screen.line("Syslog logging: %s", on ? "enabled" : "disabled");
  line("Console", settings.console);
  line("Monitor", settings.monitor);
  line("Buffer", settings.buffered);
  line("Trap", settings.trap);
  return screen.take();
}

void add_logging_commands(std::vector<Command>& table) {
  for (const Destination& to : kDestinations)
    table.push_back({.pattern = std::string("logging ") + to.word + to.arguments + kSeverity,
                     .help = to.help,
                     .section = Section::kGeneral,
                     .order = 10,
                     .elide = std::string("logging ") + to.word,
                     .negative = true,
                     .off = true});
  table.push_back({.pattern = "logging on",
                   .help = "Messages go elsewhere than to the console too.",
                   .section = Section::kGeneral,
                   .order = 10,
                   .elide = "logging on",
                   .negative = true});
}

}  // namespace spa::config
