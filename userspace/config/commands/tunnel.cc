// SPDX-License-Identifier: Apache-2.0
// interface TunnelN: GRE, and what protects it (R-GRE-5).
#include <strings.h>

#include "userspace/config/commands/interface.h"
#include "userspace/config/commands/refusal.h"
#include "userspace/config/grammar/command.h"
#include "userspace/config/tree.h"

namespace spa::config {
namespace {

constexpr std::string_view kTunnel = "Tunnel";

Status set(Build& build, const std::function<void(policy::Tunnel&)>& change) {
  policy::Interface& where = interface(build);
  if (!where.tunnel) return refuse("Only an interface that is called TunnelN has a tunnel.");
  change(*where.tunnel);
  return {};
}

Status set_source(Build& build, const Args& args) {
  return set(build, [&](policy::Tunnel& tunnel) {
    tunnel.source.reset();
    if (const Value* address = args.find("address")) tunnel.source = address->address;
    tunnel.source_interface = args.text("interface");
  });
}

Status set_protection(Build& build, const Args& args) {
  if (!build.no_tunnels.empty()) return refuse(build.no_tunnels);
  const std::string& profile = args.text("profile");
  if (!build.loading && !build.snapshot.ipsec_profiles.contains(profile))
    build.warn("IPsec profile " + profile + " is not defined");
  return set(build, [&](policy::Tunnel& tunnel) { tunnel.protection = profile; });
}

}  // namespace

bool is_tunnel_name(std::string_view name) {
  return name.size() > kTunnel.size() &&
         strncasecmp(name.data(), kTunnel.data(), kTunnel.size()) == 0 &&
         name.find_first_not_of("0123456789", kTunnel.size()) == name.npos;
}

void add_tunnel_commands(std::vector<Command>& table) {
  constexpr Mode kMode = Mode::kInterface;
  table.push_back({.mode = kMode,
                   .pattern = "tunnel source (<address:ip>|<interface:interface>)",
                   .help = "Our end of the tunnel: an address, or an interface that has it.",
                   .apply = set_source,
                   .order = 50});
  table.push_back({.mode = kMode,
                   .pattern = "tunnel destination <address:ip>",
                   .help = "The other end of the tunnel.",
                   .apply = [](Build& b, const Args& a) -> Status {
                     return set(b, [&](policy::Tunnel& tunnel) {
                       tunnel.destination = a.find("address")->address;
                     });
                   },
                   .order = 51});
  table.push_back(
      {.mode = kMode,
       .pattern = "tunnel mode gre (ip|ipv6|multipoint)",
       .help = "GRE to one end, over either family, or to many that call us.",
       .apply = [](Build& b, const Args& a) -> Status {
         return set(b, [&](policy::Tunnel& tunnel) { tunnel.multipoint = a.has("multipoint"); });
       },
       .order = 52,
       .elide = "tunnel mode gre ip"});
  table.push_back({.mode = kMode,
                   .pattern = "tunnel key <key:0-4294967295>",
                   .help = "The number by which tunnels between the same ends are told apart.",
                   .apply = [](Build& b, const Args& a) -> Status {
                     return set(b, [&](policy::Tunnel& tunnel) {
                       tunnel.key = static_cast<std::uint32_t>(a.number("key"));
                     });
                   },
                   .order = 53});
  table.push_back({.mode = kMode,
                   .pattern = "tunnel vrf <vrf:word>",
                   .help = "The VRF that the ends of the tunnel are in.",
                   .apply = [](Build& b, const Args& a) -> Status {
                     return set(b, [&](policy::Tunnel& tunnel) { tunnel.vrf = a.text("vrf"); });
                   },
                   .order = 53});
  table.push_back({.mode = kMode,
                   .pattern = "tunnel protection ipsec profile <profile:word> [shared]",
                   .help = "Protects the tunnel; in clear it neither sends nor receives. Needs the "
                           "kernel data plane.",
                   .apply = set_protection,
                   .order = 54});
}

}  // namespace spa::config
