// SPDX-License-Identifier: Apache-2.0
// crypto dynamic-map …, and what lets a crypto map use one (R-MAP-22). The settings of an entry are
// those of a crypto map entry (ipsec.cc).
#include "userspace/config/commands/crypto_map_entry.h"
#include "userspace/config/commands/refusal.h"
#include "userspace/config/grammar/command.h"
#include "userspace/config/tree.h"

namespace spa::config {

void add_dynamic_map_commands(std::vector<Command>& table) {
  table.push_back({.pattern = "crypto dynamic-map <name:word> <sequence:1-65535>",
                   .help = "Opens an entry of a dynamic crypto map: for peers whose address and "
                           "networks are not known, and who call us.",
                   .apply = [](Build& b, const Args& a) -> Status {
                     static_cast<void>(map_entry(b.snapshot.dynamic_maps, a.text("name"),
                                                 static_cast<std::uint32_t>(a.number("sequence"))));
                     return {};
                   },
                   .key = by({"name", "sequence"}),
                   .section = Section::kDynamicMap,
                   .sorted = {"name", "sequence"},
                   .enters = Mode::kCryptoMap});
  table.push_back(
      {.pattern = "crypto map <name:word> <sequence:1-65535> ipsec-isakmp dynamic <dynamic:word>",
       .help = "Answers peers as a dynamic crypto map says; give it the highest number.",
       .apply = [](Build& b, const Args& a) -> Status {
         auto& entry = map_entry(b.snapshot.crypto_maps, a.text("name"),
                                 static_cast<std::uint32_t>(a.number("sequence")));
         entry.dynamic_map = a.text("dynamic");
         if (!b.loading && !b.snapshot.dynamic_maps.contains(entry.dynamic_map))
           b.warn("dynamic crypto map " + entry.dynamic_map + " is not defined");
         return {};
       },
       .key = by({"name", "sequence"}),
       .group = "crypto map entry",
       .section = Section::kCryptoMap,
       .sorted = {"name", "sequence"}});
  const auto reverse = [](Build& b, const Args&) -> Status {
    map_entry(b).reverse_route = true;
    return {};
  };
  for (const char* words : {"reverse-route", "set reverse-route"}) {
    table.push_back({.mode = Mode::kCryptoMap,
                     .pattern = words,
                     .help = "Adds a route to what the peer protects, as long as its SA lives.",
                     .apply = reverse,
                     .group = "reverse-route",
                     .order = 9});
  }
}

}  // namespace spa::config
