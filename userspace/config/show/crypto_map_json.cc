// SPDX-License-Identifier: Apache-2.0
#include "userspace/config/show/crypto_map.h"
#include "userspace/config/show/json.h"
#include "userspace/config/show/names.h"
#include "userspace/policy/tunnel_protection.h"

namespace spa::config {
namespace {

json::object entry_json(const policy::Snapshot& policy, const policy::CryptoMapEntry& entry) {
  json::array peers, sets, lines;
  for (const IpAddress& peer : entry.peers) peers.emplace_back(peer.to_string());
  for (const std::string& name : entry.transform_sets) {
    const auto set = policy.transform_sets.find(name);
    const bool known = set != policy.transform_sets.end();
    sets.push_back(
        json::object{{"name", name}, {"transforms", known ? transform_names(set->second) : ""}});
  }
  const auto list = policy.access_lists.find(entry.access_list);
  if (list != policy.access_lists.end())
    for (const auto& line : list->second.entries) lines.emplace_back(acl_text(line));
  const auto& global = policy.default_lifetime;
  return {
      {"sequence", entry.sequence},
      {"description", entry.description},
      {"complete", entry.complete()},
      {"peers", std::move(peers)},
      {"access_list", entry.access_list},
      {"access_list_lines", std::move(lines)},
      {"transform_sets", std::move(sets)},
      {"pfs_group", entry.pfs ? static_cast<unsigned>(*entry.pfs) : 0},
      {"ikev2_profile", entry.ikev2_profile},
      {"lifetime_seconds", entry.lifetime.seconds != 0 ? entry.lifetime.seconds : global.seconds},
      {"lifetime_kilobytes",
       entry.lifetime.kilobytes != 0 ? entry.lifetime.kilobytes : global.kilobytes}};
}

}  // namespace

std::string crypto_map_json(const policy::Snapshot& policy, const std::string& only) {
  json::array maps;
  for (const auto& [name, map] : policy.crypto_maps) {
    if (!only.empty() && only != name) continue;
    json::array entries, interfaces;
    for (const auto& entry : map.entries) entries.push_back(entry_json(policy, entry));
    for (const auto& interface : policy.interfaces)
      if (interface.crypto_map == name) interfaces.emplace_back(interface.name);
    maps.push_back(json::object{{"name", name},
                                {"local_address_interface", map.local_address_interface},
                                {"interfaces", std::move(interfaces)},
                                {"entries", std::move(entries)}});
  }
  for (const auto& interface : policy.interfaces) {
    const auto map = policy.protections.find(policy::protection_name(interface));
    if (!interface.tunnel || map == policy.protections.end()) continue;
    if (!only.empty() && only != map->first) continue;
    json::object entry = entry_json(policy, map->second.entries.front());
    entry["ipsec_profile"] = interface.tunnel->protection;
    maps.push_back(json::object{{"name", map->first},
                                {"local_address_interface", ""},
                                {"interfaces", json::array{json::string(interface.name)}},
                                {"entries", json::array{std::move(entry)}}});
  }
  return json::serialize(json::object{{"crypto_maps", std::move(maps)}});
}

}  // namespace spa::config
