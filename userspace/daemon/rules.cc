// SPDX-License-Identifier: Apache-2.0
#include "userspace/daemon/rules.h"

#include <algorithm>
#include <array>

namespace spa::daemon {

namespace {

constexpr std::array kFamilies{IpAddress::Family::kV4, IpAddress::Family::kV6};

IpAddress any_address(IpAddress::Family family) {
  static constexpr std::array<std::uint8_t, 16> kZero{};
  return IpAddress::from_bytes(ByteView(kZero.data(), family == IpAddress::Family::kV6 ? 16 : 4));
}

policy::SelectorPair any_traffic(IpAddress::Family family) {
  const auto any = policy::TrafficSelector::of({any_address(family), 0});
  return {any, any};
}

// Whether a deny line takes packets from a later permit line. One that does not says nothing: what
// no line permits is in clear anyway, or for a later entry of the map.
bool denies_something(const std::vector<policy::AclEntry>& lines, std::size_t line) {
  const policy::SelectorPair denied = lines[line].selectors();
  return std::any_of(lines.begin() + static_cast<std::ptrdiff_t>(line), lines.end(),
                     [&](const policy::AclEntry& later) {
                       const policy::SelectorPair permitted = later.selectors();
                       policy::TrafficSelector common;
                       return later.permit &&
                              policy::intersect(denied.local, permitted.local, common) &&
                              policy::intersect(denied.remote, permitted.remote, common);
                     });
}

// What peers may ask for under an entry of a dynamic crypto map: anything, or what its access list
// permits.
std::vector<policy::SelectorPair> granted(const policy::Snapshot& snapshot,
                                          const policy::CryptoMapEntry& how,
                                          const std::string& place,
                                          std::vector<std::string>& warnings) {
  std::vector<policy::SelectorPair> list;
  if (how.access_list.empty()) {
    for (const IpAddress::Family family : kFamilies) list.push_back(any_traffic(family));
    return list;
  }
  const auto found = snapshot.access_lists.find(how.access_list);
  if (found == snapshot.access_lists.end()) {
    warnings.push_back(place + ": access list " + how.access_list + " is not defined");
    return list;
  }
  const std::vector<policy::AclEntry>& lines = found->second.entries;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (lines[i].permit) {
      list.push_back(lines[i].selectors());
    } else if (denies_something(lines, i)) {
      warnings.push_back(place + ": line " + std::to_string(i + 1) + " of access list " +
                         how.access_list + " denies nothing to a peer that asks for it");
    }
  }
  return list;
}

// Our end of a tunnel to `peer`: the address that the map is in force on, or the interface's first
// one of the peer's family. Unspecified where there is none.
IpAddress local_end(const Place& place, const IpAddress& peer) {
  if (place.where.address.family() == peer.family()) return place.where.address;
  for (const IpPrefix& prefix : place.ends_on->addresses) {
    if (prefix.address.family() == peer.family()) return prefix.address;
  }
  return {};
}

// All of our ends, each once.
std::vector<std::pair<IpAddress, std::string>> ends_of(const std::vector<Place>& places) {
  std::vector<std::pair<IpAddress, std::string>> list;
  for (const Place& place : places) {
    for (const IpAddress::Family family : kFamilies) {
      const IpAddress end = local_end(place, any_address(family));
      const bool known = std::any_of(list.begin(), list.end(),
                                     [&](const auto& other) { return other.first == end; });
      if (!end.empty() && !known) list.emplace_back(end, place.where.device);
    }
  }
  return list;
}

}  // namespace

const policy::Interface* find_interface(const policy::Snapshot& snapshot, const std::string& name) {
  for (const policy::Interface& interface : snapshot.interfaces) {
    if (interface.name == name) return &interface;
  }
  return nullptr;
}

void set_protection(const policy::Snapshot& snapshot, const policy::CryptoMapEntry& entry,
                    ports::PolicyRule& rule) {
  const auto found = snapshot.transform_sets.find(entry.transform_sets.front());
  if (found == snapshot.transform_sets.end()) return;
  const policy::TransformSet& set = found->second;
  rule.mode = set.mode;
  rule.layers = {false, set.esp_cipher.has_value(), set.ah.has_value()};
}

std::uint32_t RuleBuilder::reqid_of(const ports::PolicyId& id) {
  const auto [entry, fresh] = reqids_.try_emplace(id, next_reqid_);
  if (fresh) ++next_reqid_;
  return entry->second;
}

Rules RuleBuilder::build(const policy::Snapshot& snapshot, const Resolver& resolve) {
  Rules out;
  add_vrfs(snapshot, resolve, out);
  std::vector<std::string> order;
  std::map<std::string, std::vector<Place>> bound;
  for (const policy::Interface& interface : snapshot.interfaces) {
    if (interface.crypto_map.empty() || interface.shutdown) continue;
    const auto map = snapshot.crypto_maps.find(interface.crypto_map);
    if (map == snapshot.crypto_maps.end()) {
      out.warnings.push_back("interface " + interface.name + ": there is no crypto map " +
                             interface.crypto_map);
      continue;
    }
    const auto place = place_of(snapshot, map->second, interface, resolve, out);
    if (!place) continue;
    std::vector<Place>& places = bound[map->first];
    if (places.empty()) {
      order.push_back(map->first);
    } else if (places.front().bound->vrf != interface.vrf) {
      out.warnings.push_back("interface " + interface.name + ": crypto map " + map->first +
                             " is in force in another VRF; give this one a map of its own");
      continue;
    }
    places.push_back(*place);
  }
  for (const std::string& name : order) {
    add_map(snapshot, snapshot.crypto_maps.at(name), bound.at(name), out);
  }
  // After the maps: a tunnel may be protected by one of them.
  for (const policy::Interface& interface : snapshot.interfaces) {
    if (interface.tunnel && !interface.shutdown) add_tunnel(snapshot, interface, resolve, out);
  }
  return out;
}

std::optional<Place> RuleBuilder::place_of(const policy::Snapshot& snapshot,
                                           const policy::CryptoMap& map,
                                           const policy::Interface& interface,
                                           const Resolver& resolve, Rules& out) {
  auto resolved = resolve(interface);
  if (!resolved) {
    out.warnings.push_back(resolved.error().text);  // names the interface itself
    return std::nullopt;
  }
  Place place{*resolved, &interface, &interface};
  const std::string& source_name = map.local_address_interface;
  if (!source_name.empty()) {
    place.ends_on = find_interface(snapshot, source_name);
    const auto address = place.ends_on != nullptr
                             ? resolve(*place.ends_on)
                             : fail(Errc::kNotFound, "there is no such interface");
    if (!address) {
      out.warnings.push_back("crypto map " + map.name + " local-address " + source_name + ": " +
                             address.error().text);
      return std::nullopt;
    }
    place.where.address = address->address;
  }
  const std::string& vrf = snapshot.front_vrf(place.where.address);
  if (vrf == interface.vrf) return place;
  const std::string address = place.where.address.to_string();
  out.warnings.push_back("interface " + interface.name +
                         (vrf.empty()
                              ? ": it needs ip address " + address + ", by which its VRF is known"
                              : ": " + address + " is in VRF " + vrf + " already"));
  return std::nullopt;
}

void RuleBuilder::add_map(const policy::Snapshot& snapshot, const policy::CryptoMap& map,
                          const std::vector<Place>& places, Rules& out) {
  for (const policy::CryptoMapEntry& entry : map.entries) {
    if (!entry.dynamic_map.empty()) {
      add_dynamic(snapshot, map, entry, places, out);
      continue;
    }
    if (!entry.complete()) {
      // R-MAP-15
      out.warnings.push_back(
          "crypto map " + map.name + " " + std::to_string(entry.sequence) +
          " is incomplete (it needs a peer, a transform set and an access list) and not used");
      continue;
    }
    add_entry(snapshot, map, entry, place_towards(entry.peers.front(), places), out);
  }
}

// R-MAP-14: of the interfaces that a map is on, the one that leads to the peer.
const Place& RuleBuilder::place_towards(const IpAddress& peer,
                                        const std::vector<Place>& places) const {
  if (places.size() == 1 || !source_towards_) return places.front();
  const IpAddress source = source_towards_(peer);
  for (const Place& place : places) {
    const auto& own = place.bound->addresses;
    const bool leads = place.where.address == source ||
                       std::any_of(own.begin(), own.end(), [&](const IpPrefix& prefix) {
                         return prefix.address == source;
                       });
    if (leads) return place;
  }
  return places.front();
}

// R-MAP-22: whoever fits may ask, at each of our ends. What is not said in an access list is
// whatever the peer wants.
void RuleBuilder::add_dynamic(const policy::Snapshot& snapshot, const policy::CryptoMap& map,
                              const policy::CryptoMapEntry& entry, const std::vector<Place>& places,
                              Rules& out) {
  const auto dynamic = snapshot.dynamic_maps.find(entry.dynamic_map);
  if (dynamic == snapshot.dynamic_maps.end()) {
    out.warnings.push_back("crypto map " + map.name + " " + std::to_string(entry.sequence) +
                           ": dynamic crypto map " + entry.dynamic_map + " is not defined");
    return;
  }
  for (const policy::CryptoMapEntry& how : dynamic->second.entries) {
    const std::string inner =
        "crypto dynamic-map " + entry.dynamic_map + " " + std::to_string(how.sequence);
    if (how.transform_sets.empty()) {
      out.warnings.push_back(inner + " is incomplete (it needs a transform set) and not used");
      continue;
    }
    ports::PolicyRule rule;
    rule.id = {map.name, entry.sequence, 0, how.sequence};
    rule.reverse_route = how.reverse_route;
    set_protection(snapshot, how, rule);
    for (const policy::SelectorPair& selectors : granted(snapshot, how, inner, out.warnings)) {
      for (const auto& [rule_local, device] : ends_of(places)) {
        rule.local = rule_local;
        rule.device = device;
        rule.selectors = selectors;
        ++rule.id.line;
        rule.scope = {};
        if (!set_scope(snapshot, map, how, rule, inner, out)) return;
        out.rules.push_back(rule);
      }
    }
  }
}

void RuleBuilder::add_entry(const policy::Snapshot& snapshot, const policy::CryptoMap& map,
                            const policy::CryptoMapEntry& entry, const Place& at, Rules& out) {
  const std::string place = "crypto map " + map.name + " " + std::to_string(entry.sequence);
  const auto list = snapshot.access_lists.find(entry.access_list);
  if (list == snapshot.access_lists.end()) {
    // R-MAP-16
    out.warnings.push_back(place + ": access list " + entry.access_list + " is not defined");
    return;
  }
  const IpAddress& peer = entry.peers.front();
  const IpAddress local = local_end(at, peer);
  if (local.empty()) {
    out.warnings.push_back(place + ": peer " + peer.to_string() + " and the local address " +
                           at.where.address.to_string() + " are of different families");
    return;
  }
  const std::size_t first = out.rules.size();
  std::uint32_t line = 0;
  for (const policy::AclEntry& acl : list->second.entries) {
    ++line;
    if (!acl.permit && !denies_something(list->second.entries, line - 1)) continue;
    ports::PolicyRule rule;
    rule.id = {map.name, entry.sequence, line};
    rule.selectors = acl.selectors();
    rule.device = at.where.device;
    const bool again =
        std::any_of(out.rules.begin() + static_cast<std::ptrdiff_t>(first), out.rules.end(),
                    [&](const auto& earlier) { return earlier.selectors == rule.selectors; });
    if (again) {
      out.warnings.push_back(place + ": line " + std::to_string(line) + " of access list " +
                             entry.access_list + " repeats an earlier one and is not used");
      continue;
    }
    rule.clear = !acl.permit;  // R-MAP-20
    rule.local = local;
    if (acl.permit) rule.remote = peer;
    if (!set_scope(snapshot, map, entry, rule, place, out)) return;
    if (acl.permit) {
      rule.reqid = reqid_of(rule.id);
      rule.reverse_route = entry.reverse_route;
      set_protection(snapshot, entry, rule);
    }
    out.rules.push_back(std::move(rule));
  }
  const bool denied = std::all_of(out.rules.begin() + static_cast<std::ptrdiff_t>(first),
                                  out.rules.end(), [](const auto& rule) { return rule.clear; });
  if (line == 0) {
    out.warnings.push_back(place + ": access list " + entry.access_list + " is empty");
  } else if (denied) {
    out.warnings.push_back(place + ": access list " + entry.access_list + " permits nothing");
  }
}

}  // namespace spa::daemon
