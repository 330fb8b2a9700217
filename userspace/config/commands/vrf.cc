// SPDX-License-Identifier: Apache-2.0
// ip vrf …: routing tables of their own (R-VRF). Each is a VRF device of Linux with that name.
#include "userspace/config/commands/refusal.h"
#include "userspace/config/grammar/command.h"
#include "userspace/config/tree.h"

namespace spa::config {

void add_vrf_commands(std::vector<Command>& table) {
  for (const char* pattern : {"ip vrf <name:word>", "vrf definition <name:word>"}) {
    table.push_back({.pattern = pattern,
                     .help = "Opens a VRF; the Linux device of this name is made unless it is "
                             "there.",
                     .apply = [](Build& b, const Args& a) -> Status {
                       // IFNAMSIZ is 16 with its end.
                       const std::string& name = a.text("name");
                       if (name.size() > 15 || name.find_first_of("/:%") != name.npos ||
                           name == "." || name == "..")
                         return refuse("No Linux device can have this name.");
                       b.snapshot.vrfs[name].name = name;
                       return {};
                     },
                     .key = by({"name"}),
                     .group = "vrf",
                     .section = Section::kVrf,
                     .enters = Mode::kVrf});
  }
  table.push_back({.mode = Mode::kVrf,
                   .pattern = "description <text:line>",
                   .help = "Says what the VRF is for.",
                   .order = 1});
  table.push_back({.mode = Mode::kVrf,
                   .pattern = "rd <rd:word>",
                   .help = "Its route distinguisher; kept, no routing protocol runs here.",
                   .apply = [](Build& b, const Args& a) -> Status {
                     b.snapshot.vrfs[b.block_name()].route_distinguisher = a.text("rd");
                     return {};
                   },
                   .order = 2});
}

}  // namespace spa::config
