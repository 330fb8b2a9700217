// SPDX-License-Identifier: Apache-2.0
// clock …: the zone in which times are shown. The clock itself is the host's (R-TIME).
#include <strings.h>

#include <array>
#include <charconv>
#include <cstdio>
#include <optional>

#include "userspace/config/commands/refusal.h"
#include "userspace/config/exec.h"
#include "userspace/config/grammar/command.h"
#include "userspace/config/tree.h"

namespace spa::config {
namespace {

constexpr std::size_t kLongestZone = 7;

std::optional<int> number(std::string_view text, int least, int most) {
  int value = 0;
  const bool negative = text.starts_with('-');
  if (text.starts_with('+') || negative) text.remove_prefix(1);
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (read.ec != std::errc{} || read.ptr != text.data() + text.size() || text.starts_with('-'))
    return std::nullopt;
  if (negative) value = -value;
  if (value < least || value > most) return std::nullopt;
  return value;
}

// A name in full or short, three letters at least, in any case; counted from `first`.
template <std::size_t N>
std::optional<int> named(std::string_view text, const std::array<const char*, N>& names,
                         int first) {
  for (std::size_t i = 0; i < N; ++i)
    if (text.size() >= 3 && text.size() <= std::string_view(names[i]).size() &&
        strncasecmp(names[i], text.data(), text.size()) == 0)
      return static_cast<int>(i) + first;
  return std::nullopt;
}

std::optional<int> month_of(std::string_view text) {
  constexpr std::array kMonths{"january",   "february", "march",    "april",
                               "may",       "june",     "july",     "august",
                               "september", "october",  "november", "december"};
  return named(text, kMonths, 1);
}

std::optional<int> weekday_of(std::string_view text) {
  constexpr std::array kDays{"sunday",   "monday", "tuesday", "wednesday",
                             "thursday", "friday", "saturday"};
  return named(text, kDays, 0);
}

std::optional<int> week_of(std::string_view text) {
  if (strncasecmp("first", text.data(), std::max<std::size_t>(text.size(), 5)) == 0) return 1;
  if (strncasecmp("last", text.data(), std::max<std::size_t>(text.size(), 4)) == 0) return 5;
  return number(text, 1, 4);
}

// "02:00"
std::optional<int> minute_of(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == text.npos) return std::nullopt;
  const auto hour = number(text.substr(0, colon), 0, 23);
  const auto minute = number(text.substr(colon + 1), 0, 59);
  if (!hour || !minute) return std::nullopt;
  return *hour * 60 + *minute;
}

using Words = std::vector<Word>;

// WEEK DAY MONTH HH:MM
std::optional<policy::ClockChange> recurring(const Words& words, std::size_t at) {
  policy::ClockChange change;
  const auto week = week_of(words[at].text), day = weekday_of(words[at + 1].text);
  const auto month = month_of(words[at + 2].text), minute = minute_of(words[at + 3].text);
  if (!week || !day || !month || !minute) return std::nullopt;
  change.week = *week;
  change.weekday = *day;
  change.month = *month;
  change.minute = *minute;
  return change;
}

// DAY MONTH YEAR HH:MM, or the month first.
std::optional<policy::ClockChange> on_date(const Words& words, std::size_t at) {
  const bool month_first = month_of(words[at].text).has_value();
  const auto day = number(words[at + (month_first ? 1 : 0)].text, 1, 31);
  const auto month = month_of(words[at + (month_first ? 0 : 1)].text);
  const auto year = number(words[at + 2].text, 1993, 2035), minute = minute_of(words[at + 3].text);
  if (!day || !month || !year || !minute) return std::nullopt;
  policy::ClockChange change;
  change.year = *year;
  change.month = *month;
  change.day = *day;
  change.minute = *minute;
  return change;
}

// The rule that holds unless another is given: second Sunday of March to first Sunday of November.
policy::SummerTime usual(const std::string& name) {
  policy::SummerTime summer;
  summer.name = name;
  summer.begin.month = 3;
  summer.begin.week = 2;
  summer.end.month = 11;
  return summer;
}

Status set_summer_time(Build& build, const Args& args, bool dates) {
  policy::SummerTime summer = usual(args.text("zone"));
  if (summer.name.size() > kLongestZone) return refuse("The name of a zone has 7 letters at most.");
  const std::string& text = args.text("rule");
  const Words words = split_words(text);
  if (dates || !words.empty()) {
    if (words.size() != 8 && words.size() != 9)
      return refuse(dates
                        ? "A date is DAY MONTH YEAR HH:MM; give that of the begin and of the end."
                        : "A rule is WEEK DAY MONTH HH:MM; give that of the begin and of the end.");
    const auto begin = dates ? on_date(words, 0) : recurring(words, 0);
    const auto end = dates ? on_date(words, 4) : recurring(words, 4);
    const auto minutes = words.size() == 9 ? number(words[8].text, 1, 1440) : std::optional(60);
    if (!begin || !end || !minutes)
      return refuse("\"" + text + "\" is not read: " +
                    (dates ? "dates are like 1 april 2002 02:00"
                           : "rules are like first sunday april 02:00") +
                    ", and minutes to add 1 to 1440.");
    summer.begin = *begin;
    summer.end = *end;
    summer.minutes = *minutes;
  }
  build.snapshot.time_zone.summer = summer;
  return {};
}

Status set_zone(Build& build, const Args& args) {
  const auto hours = number(args.text("hours"), -23, 23);
  if (!hours || args.text("zone").size() > kLongestZone)
    return refuse("A zone is a name of 7 letters at most and -23 to 23 hours from UTC.");
  const int minutes = static_cast<int>(args.number("minutes"));
  build.snapshot.time_zone.name = args.text("zone");
  build.snapshot.time_zone.minutes = *hours * 60 + (*hours < 0 ? -minutes : minutes);
  return {};
}

// R-TIME-3: read, and not done: everything on the host lives by its clock.
void set_clock(Exec& exec, const Args& args) {
  const Words words = split_words(args.text("time"));
  const auto fields = [&]() -> std::optional<std::string> {
    if (words.size() != 4) return std::nullopt;
    const std::string_view time = words[0].text;
    const std::size_t second = time.rfind(':');
    const auto minute = minute_of(time.substr(0, second));
    const auto seconds =
        second == time.npos ? std::nullopt : number(time.substr(second + 1), 0, 59);
    const bool month_first = month_of(words[1].text).has_value();
    const auto month = month_of(words[month_first ? 1 : 2].text);
    const auto day = number(words[month_first ? 2 : 1].text, 1, 31);
    const auto year = number(words[3].text, 1993, 2035);
    if (!minute || !seconds || !month || !day || !year) return std::nullopt;
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), "%04d-%02d-%02d %02d:%02d:%02d", *year, *month, *day,
                  *minute / 60, *minute % 60, *seconds);
    return text.data();
  }();
  if (!fields)
    return exec.refuse("A time is HH:MM:SS MONTH DAY YEAR, like 09:05:55 january 11 2002.");
  exec.refuse(
      "The clock is the host's and was not set. Set it there: timedatectl set-time '" + *fields +
      "' (local time of the host), or let chrony or another NTP client keep it. Certificates and "
      "CRLs are held against it at once, without a restart.");
}

}  // namespace

void add_clock_commands(std::vector<Command>& table) {
  constexpr int kOrder = 10;
  table.push_back({.pattern = "clock timezone <zone:word> <hours:word> [<minutes:0-59>]",
                   .help = "The zone in which times are shown, in hours ahead of UTC.",
                   .apply = set_zone,
                   .section = Section::kGeneral,
                   .order = kOrder});
  table.push_back({.pattern = "clock summer-time <zone:word> recurring [<rule:line>]",
                   .help = "Summer time every year: WEEK DAY MONTH HH:MM of begin and end, and the "
                           "minutes to add.",
                   .apply = [](Build& b, const Args& a) { return set_summer_time(b, a, false); },
                   .group = "clock summer-time",
                   .section = Section::kGeneral,
                   .order = kOrder});
  table.push_back({.pattern = "clock summer-time <zone:word> date <rule:line>",
                   .help = "Summer time once: DAY MONTH YEAR HH:MM of begin and end, and the "
                           "minutes to add.",
                   .apply = [](Build& b, const Args& a) { return set_summer_time(b, a, true); },
                   .group = "clock summer-time",
                   .section = Section::kGeneral,
                   .order = kOrder});
  table.push_back({.mode = Mode::kPrivileged,
                   .pattern = "clock set <time:line>",
                   .help = "Refused: the clock is the host's; says how it is set there.",
                   .run = set_clock});
}

}  // namespace spa::config
