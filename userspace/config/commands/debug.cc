// SPDX-License-Identifier: Apache-2.0
// debug …, undebug all, show debugging, and `service timestamps` for what they print (R-DBG).
#include "userspace/config/show/debug.h"
#include "userspace/config/exec.h"
#include "userspace/config/grammar/command.h"
#include "userspace/config/show/pix.h"
#include "userspace/config/show/system.h"
#include "userspace/config/tree.h"

namespace spa::config {
namespace {

// R-DBG-6: the stream and what is said when it is switched.
struct Stream {
  const char* pattern;
  const char* name;
  const char* text;
};
constexpr Stream kStreams[] = {
    {"crypto ikev2", "ikev2", "IKEv2 default debugging"},
    {"crypto isakmp", "isakmp", "Crypto ISAKMP debugging"},
    {"crypto engine", "engine", "Crypto Engine debugging"},
    {"crypto ipsec", "ipsec", "Crypto IPSEC debugging"},
    {"crypto pki~ca transactions", "pki", "Crypto PKI Trans debugging"},
    {"crypto pki~ca messages", "pki-messages", "Crypto PKI Msg debugging"},
};

void add_streams(std::vector<Command>& table) {
  for (const Stream& stream : kStreams) {
    for (const bool on : {true, false}) {
      table.push_back({.mode = Mode::kPrivileged,
                       .pattern = std::string(on ? "debug " : "no debug ") + stream.pattern,
                       .help = on ? "Prints what is going on." : "Stops printing it.",
                       .run = [&stream, on](Exec& e, const Args&) {
                         e.backend().set_debugging(stream.name, on);
                         e.print(std::string(stream.text) + (on ? " is on" : " is off"));
                       }});
    }
  }
  for (const char* pattern : {"undebug all", "no debug all"})
    table.push_back({.mode = Mode::kPrivileged,
                     .pattern = pattern,
                     .help = "Stops all debugging.",
                     .run = [](Exec& e, const Args&) {
                       for (const std::string& stream : e.backend().debugging())
                         e.backend().set_debugging(stream, false);
                       e.print("All possible debugging has been turned off");
                     }});
  table.push_back({.mode = Mode::kPrivileged,
                   .pattern = "show debugging",
                   .help = "Which streams are on (R-SHOW-20).",
                   .run = [](Exec& e, const Args&) {
                     const auto on = e.backend().debugging();
                     if (e.wants_json()) return e.give_json(debugging_json(on));
                     if (wants_pix(e)) return e.print_raw(pix_debug_text(on));
                     if (on.empty()) return;
                     e.print("Cryptographic Subsystem:");
                     for (const Stream& stream : kStreams)
                       for (const std::string& name : on)
                         if (name == stream.name)
                           e.print("  " + std::string(stream.text) + " is on");
                   }});
}

void add_conditions(std::vector<Command>& table) {
  for (const bool on : {true, false})
    table.push_back(
        {.mode = Mode::kPrivileged,
         .pattern =
             std::string(on ? "debug" : "no debug") + " crypto condition peer ipv4 <peer:ip4>",
         .help = on ? "Prints debug lines of this peer alone, and of others that are named so."
                    : "This peer is no condition any more; without any all lines are printed.",
         .run = [on](Exec& e, const Args& a) {
           e.backend().set_debug_condition(a.find("peer")->address, on);
         }});
  table.push_back({.mode = Mode::kPrivileged,
                   .pattern = "debug crypto condition reset",
                   .help = "Prints debug lines of all peers.",
                   .run = [](Exec& e, const Args&) {
                     for (const IpAddress& peer : e.backend().debug_conditions())
                       e.backend().set_debug_condition(peer, false);
                   }});
  table.push_back({.mode = Mode::kPrivileged,
                   .pattern = "show crypto debug-condition",
                   .help = "Whose debug lines are printed.",
                   .run = [](Exec& e, const Args&) {
                     const auto peers = e.backend().debug_conditions();
                     if (e.wants_json()) return e.give_json(debug_conditions_json(peers));
                     e.print_raw(debug_conditions_text(peers));
                   }});
}

policy::TimeStamp stamp_of(const Args& args) {
  policy::TimeStamp stamp;
  stamp.kind =
      args.has("datetime") ? policy::TimeStamp::Kind::kDateTime : policy::TimeStamp::Kind::kUptime;
  stamp.milliseconds = args.has("msec");
  stamp.local_time = args.has("localtime");
  return stamp;
}

void add_stamps(std::vector<Command>& table) {
  struct Lines {
    const char* word;
    policy::TimeStamp policy::Snapshot::* stamp;
  };
  static constexpr Lines kLines[] = {{"debug", &policy::Snapshot::debug_stamp},
                                     {"log", &policy::Snapshot::log_stamp}};
  for (const Lines& lines : kLines)
    table.push_back(
        {.pattern = std::string("service timestamps ") + lines.word +
                    " [uptime|datetime [msec] [localtime]]",
         .help = "What stands before these lines: how long this has been running, or the time, "
                 "with a star while nothing keeps the clock right; in UTC, or with localtime in "
                 "the zone of clock timezone.",
         .apply = [&lines](Build& b, const Args& a) -> Status {
           b.snapshot.*lines.stamp = stamp_of(a);
           return {};
         },
         .apply_no = [&lines](Build& b, const Args&) -> Status {
           (b.snapshot.*lines.stamp).kind = policy::TimeStamp::Kind::kNone;
           return {};
         },
         .section = Section::kService,
         .negative = true});
}

}  // namespace

void add_debug_commands(std::vector<Command>& table) {
  add_streams(table);
  add_conditions(table);
  add_stamps(table);
}

}  // namespace spa::config
