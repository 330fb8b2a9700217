// SPDX-License-Identifier: Apache-2.0
#include "userspace/config/show/crypto_map.h"

#include <set>

#include "userspace/config/show/names.h"
#include "userspace/config/show/text.h"
#include "userspace/policy/tunnel_protection.h"

namespace spa::config {
namespace {

void access_list(Screen& screen, const policy::Snapshot& policy, const std::string& name) {
  if (name.empty()) {
    screen.line("        No matching address list set.");
    return;
  }
  const auto list = policy.access_lists.find(name);
  screen.line("        Extended IP access list %s", c(name));
  if (list == policy.access_lists.end()) return;
  for (const policy::AclEntry& entry : list->second.entries)
    screen.line("            access-list %s %s", c(name), c(acl_text(entry)));
}

void transform_sets(Screen& screen, const policy::Snapshot& policy,
                    const policy::CryptoMapEntry& entry, bool old) {
  if (old) {
    std::string names;
    for (const std::string& name : entry.transform_sets) names += name + ", ";
    return screen.line("        Transform sets={ %s}", c(names));
  }
  screen.line("        Mixed-mode : Disabled");
  screen.line("        Transform sets={");
  for (const std::string& name : entry.transform_sets) {
    const auto set = policy.transform_sets.find(name);
    screen.line("                %s:  { %s } ,", c(name),
                set == policy.transform_sets.end() ? "" : c(transform_names(set->second)));
  }
  screen.line("        }");
}

void entry_text(Screen& screen, const policy::Snapshot& policy, const policy::CryptoMap& map,
                const policy::CryptoMapEntry& entry, bool old, const std::string& profile = {}) {
  const bool v6 = !entry.peers.empty() && entry.peers.front().is_v6();
  screen.line("Crypto Map %s\"%s\" %u ipsec-isakmp",
              old  ? ""
              : v6 ? "IPv6 "
                   : "IPv4 ",
              c(map.name), entry.sequence);
  if (!entry.dynamic_map.empty()) {
    screen.line("        Dynamic map template tag: %s", c(entry.dynamic_map));
    return;
  }
  if (!entry.description.empty()) screen.line("        Description: %s", c(entry.description));
  if (!entry.ikev2_profile.empty())
    screen.line("        IKEv2 Profile: %s", c(entry.ikev2_profile));
  for (const IpAddress& peer : entry.peers) screen.line("        Peer = %s", c(peer.to_string()));
  if (entry.sequence == policy::kProtectionSequence) {
    screen.line("        Profile name: %s", c(profile));
  } else {
    if (!old) screen.line("        Access-List SS dynamic: False");
    access_list(screen, policy, entry.access_list);
  }
  if (!entry.peers.empty())
    screen.line("        Current peer: %s", c(entry.peers.front().to_string()));
  const auto& global = policy.default_lifetime;
  screen.line("        Security association lifetime: %llu kilobytes/%u seconds",
              n(entry.lifetime.kilobytes != 0 ? entry.lifetime.kilobytes : global.kilobytes),
              entry.lifetime.seconds != 0 ? entry.lifetime.seconds : global.seconds);
  if (!old) screen.line("        Responder-Only (Y/N): N");
  screen.line("        PFS (Y/N): %s", entry.pfs ? "Y" : "N");
  if (entry.pfs) screen.line("        DH group:  group%u", static_cast<unsigned>(*entry.pfs));
  transform_sets(screen, policy, entry, old);
  // R-MAP-15
  const bool complete = profile.empty() ? entry.complete() : !entry.transform_sets.empty();
  if (!complete) screen.line("        WARNING: This crypto map is in an incomplete state!");
}

}  // namespace

namespace {

void interfaces_text(Screen& screen, const policy::Snapshot& policy, const std::string& map) {
  screen.line("        Interfaces using crypto map %s:", c(map));
  for (const auto& interface : policy.interfaces)
    if (interface.crypto_map == map) screen.line("                %s", c(interface.name));
  screen.blank();
}

// AMB-24: what interfaces name, though nothing of it is left.
std::set<std::string> names_without_map(const policy::Snapshot& policy) {
  std::set<std::string> names;
  for (const auto& interface : policy.interfaces)
    if (!interface.crypto_map.empty() && !policy.crypto_maps.contains(interface.crypto_map))
      names.insert(interface.crypto_map);
  return names;
}

}  // namespace

std::string crypto_map_text(const policy::Snapshot& policy, const std::string& only,
                            ScreenForm form) {
  const bool old = is_old(form);
  Screen screen;
  for (const auto& [name, map] : policy.crypto_maps) {
    if (!only.empty() && only != name) continue;
    if (!map.local_address_interface.empty())
      screen.line("Crypto Map: \"%s\" local address: %s", c(name), c(map.local_address_interface));
    for (const auto& entry : map.entries) entry_text(screen, policy, map, entry, old);
    interfaces_text(screen, policy, name);
  }
  const std::set<std::string> left_over = names_without_map(policy);
  for (const std::string& name : left_over)
    if (only.empty() || only == name) interfaces_text(screen, policy, name);
  for (const auto& interface : policy.interfaces) {
    const auto map = policy.protections.find(policy::protection_name(interface));
    if (!interface.tunnel || map == policy.protections.end()) continue;
    if (!only.empty() && only != map->first) continue;
    entry_text(screen, policy, map->second, map->second.entries.front(), old,
               interface.tunnel->protection);
    screen.line("        Interfaces using crypto map %s:", c(map->first));
    screen.line("                %s", c(interface.name));
    screen.blank();
  }
  if (policy.crypto_maps.empty() && policy.protections.empty() && left_over.empty())
    screen.line("No crypto maps found.");
  return screen.take();
}

}  // namespace spa::config
