// SPDX-License-Identifier: Apache-2.0
// What names the router.
#include "userspace/config/commands/refusal.h"
#include "userspace/config/grammar/command.h"
#include "userspace/config/tree.h"

namespace spa::config {

void add_system_commands(std::vector<Command>& table) {
  table.push_back({.pattern = "hostname <name:word>",
                   .help = "The name of the router, and of its prompt.",
                   .apply = [](Build& b, const Args& a) -> Status {
                     if (a.text("name").size() > 63)
                       return refuse("A host name has 63 characters at most.");
                     b.snapshot.hostname = a.text("name");
                     return {};
                   },
                   .section = Section::kHostname,
                   .both_dialects = true});
  for (const char* pattern : {"ip domain name <name:word>", "ip domain-name <name:word>"})
    table.push_back({.pattern = pattern,
                     .help = "The domain of the router.",
                     .apply = [](Build& b, const Args& a) -> Status {
                       b.snapshot.domain_name = a.text("name");
                       return {};
                     },
                     .group = "ip domain name",
                     .section = Section::kGeneral});
}

}  // namespace spa::config
