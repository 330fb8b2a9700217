// SPDX-License-Identifier: Apache-2.0
// interface …
#include <algorithm>

#include "userspace/config/commands/interface.h"
#include "userspace/config/commands/refusal.h"
#include "userspace/config/grammar/command.h"
#include "userspace/config/tree.h"

namespace spa::config {
namespace {

IpPrefix address_of(const Args& args) {
  return {args.find("address")->address, args.find("mask")->prefix_length};
}

void add_addresses(std::vector<Command>& table) {
  constexpr Mode kMode = Mode::kInterface;
  table.push_back({.mode = kMode,
                   .pattern = "ip address <address:ip4> <mask:mask>",
                   .help = "The primary IPv4 address.",
                   .apply = [](Build& b, const Args& a) -> Status {
                     // R-KEY-5: the primary address is the first one.
                     auto& list = interface(b).addresses;
                     list.insert(list.begin(), address_of(a));
                     return {};
                   },
                   .order = 3});
  table.push_back({.mode = kMode,
                   .pattern = "ip address <address:ip4> <mask:mask> secondary",
                   .help = "One more IPv4 address.",
                   .apply = [](Build& b, const Args& a) -> Status {
                     interface(b).addresses.push_back(address_of(a));
                     return {};
                   },
                   .key = by_line(),
                   .order = 4,
                   .remove_all = true});
  table.push_back({.mode = kMode,
                   .pattern = "ipv6 address <address:prefix6>",
                   .help = "An IPv6 address.",
                   .apply = [](Build& b, const Args& a) -> Status {
                     const Value* address = a.find("address");
                     interface(b).addresses.push_back({address->address, address->prefix_length});
                     return {};
                   },
                   .key = by_line(),
                   .order = 5,
                   .remove_all = true});
}

}  // namespace

policy::Interface& interface(Build& build, const std::string& name) {
  auto& list = build.snapshot.interfaces;
  for (auto& known : list)
    if (known.name == name) return known;
  list.emplace_back().name = name;
  if (is_tunnel_name(name)) list.back().tunnel.emplace();
  return list.back();
}
policy::Interface& interface(Build& build) {
  return interface(build, build.block_name());
}

void add_interface_commands(std::vector<Command>& table) {
  constexpr Mode kMode = Mode::kInterface;
  table.push_back({.pattern = "interface <name:interface>",
                   .help = "Opens an interface; it stands for a Linux device.",
                   .apply = [](Build& b, const Args& a) -> Status {
                     static_cast<void>(interface(b, a.text("name")));
                     return {};
                   },
                   .key = by({"name"}),
                   .section = Section::kInterface,
                   .enters = kMode});
  table.push_back({.mode = kMode,
                   .pattern = "description <text:line>",
                   .help = "Says where the interface leads.",
                   .apply = [](Build& b, const Args& a) -> Status {
                     interface(b).description = a.text("text");
                     return {};
                   },
                   .order = 1});
  table.push_back({.mode = kMode,
                   .pattern = "device <device:word>",
                   .help = "The Linux device the interface stands for.",
                   .apply = [](Build& b, const Args& a) -> Status {
                     // IFNAMSIZ is 16 with its end.
                     if (a.text("device").size() > 15 ||
                         a.text("device").find('/') != std::string::npos)
                       return refuse("No Linux device can have this name.");
                     interface(b).device = a.text("device");
                     return {};
                   },
                   .order = 2});
  for (const char* pattern : {"ip vrf forwarding <vrf:word>", "vrf forwarding <vrf:word>"}) {
    table.push_back({.mode = kMode,
                     .pattern = pattern,
                     .help = "The VRF that the interface is in.",
                     .apply = [](Build& b, const Args& a) -> Status {
                       interface(b).vrf = a.text("vrf");
                       if (!b.loading && !b.snapshot.vrfs.contains(a.text("vrf")))
                         b.warn("VRF " + a.text("vrf") + " is not defined");
                       return {};
                     },
                     .group = "vrf forwarding",
                     .order = 2});
  }
  add_addresses(table);
  table.push_back({.mode = kMode,
                   .pattern = "crypto map <map:word>",
                   .help = "Protects what leaves here as the crypto map says.",
                   .apply = [](Build& b, const Args& a) -> Status {
                     interface(b).crypto_map = a.text("map");
                     if (!b.loading && !b.snapshot.crypto_maps.contains(a.text("map")))
                       b.warn("crypto map " + a.text("map") + " is not defined");
                     return {};
                   },
                   .order = 90});
  table.push_back({.mode = kMode,
                   .pattern = "ip mtu <octets:68-10000>",
                   .help = "The longest IP packet through a tunnel interface; kept without effect "
                           "for others.",
                   .apply = [](Build& b, const Args& a) -> Status {
                     interface(b).mtu = static_cast<std::uint32_t>(a.number("octets"));
                     return {};
                   },
                   .order = 10});
  add_tunnel_commands(table);
  table.push_back({.mode = kMode,
                   .pattern = "shutdown",
                   .help = "Takes the interface out of use.",
                   .apply = [](Build& b, const Args&) -> Status {
                     interface(b).shutdown = true;
                     return {};
                   },
                   .order = 20});
}

}  // namespace spa::config
