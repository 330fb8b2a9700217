// SPDX-License-Identifier: Apache-2.0
// crypto ikev2 …: how sessions behave once there is a peer.
#include "userspace/config/grammar/command.h"
#include "userspace/config/tree.h"

namespace spa::config {

void add_ikev2_session_commands(std::vector<Command>& table) {
  table.push_back({.pattern = "crypto ikev2 window <requests:1-20>",
                   .help = "So many requests of a peer may be under way at once; 5 unless given.",
                   .apply = [](Build& b, const Args& a) -> Status {
                     b.snapshot.ikev2_window = static_cast<std::uint32_t>(a.number("requests"));
                     return {};
                   },
                   .section = Section::kIkev2Global,
                   .elide = "crypto ikev2 window 5"});
}

}  // namespace spa::config
