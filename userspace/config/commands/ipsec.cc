// SPDX-License-Identifier: Apache-2.0
// crypto ipsec … and crypto map … (R-MAP).
#include <algorithm>

#include "userspace/config/commands/algorithms.h"
#include "userspace/config/commands/crypto_map_entry.h"
#include "userspace/config/commands/refusal.h"
#include "userspace/config/commands/transform_set.h"
#include "userspace/config/grammar/command.h"
#include "userspace/config/tree.h"
#include "userspace/policy/tunnel_protection.h"

namespace spa::config {
namespace {

using policy::Cipher;

void add_globals(std::vector<Command>& table) {
  table.push_back({.pattern = "crypto ipsec security-association lifetime seconds "
                              "<seconds:120-86400>",
                   .help = "Life of an IPsec SA in seconds; 3600 unless given.",
                   .apply = [](Build& b, const Args& a) -> Status {
                     b.snapshot.default_lifetime.seconds =
                         static_cast<std::uint32_t>(a.number("seconds"));
                     return {};
                   },
                   .section = Section::kIpsecGlobal,
                   .elide = "crypto ipsec security-association lifetime seconds 3600"});
  table.push_back({.pattern = "crypto ipsec security-association lifetime kilobytes "
                              "<kilobytes:2560-536870912>",
                   .help = "Life of an IPsec SA in kilobytes; 4608000 unless given.",
                   .apply = [](Build& b, const Args& a) -> Status {
                     b.snapshot.default_lifetime.kilobytes = a.number("kilobytes");
                     return {};
                   },
                   .section = Section::kIpsecGlobal,
                   .elide = "crypto ipsec security-association lifetime kilobytes 4608000"});
  table.push_back({.pattern = "crypto ipsec security-association replay window-size "
                              "(32|64|128|256|512|1024|2048|4096)",
                   .help = "Packets an attacker cannot replay; 64 unless given.",
                   .apply = [](Build& b, const Args& a) -> Status {
                     b.snapshot.replay_window =
                         static_cast<std::uint32_t>(std::stoul(a.values().back().text));
                     return {};
                   },
                   .section = Section::kIpsecGlobal,
                   .elide = "crypto ipsec security-association replay window-size 64"});
}

void add_map(std::vector<Command>& table) {
  table.push_back({.pattern = "crypto map <name:word> local-address <interface:interface>",
                   .help = "The interface whose address the tunnels of the map end on.",
                   .apply = [](Build& b, const Args& a) -> Status {
                     auto& map = b.snapshot.crypto_maps[a.text("name")];
                     map.name = a.text("name");
                     map.local_address_interface = a.text("interface");
                     return {};
                   },
                   .key = by({"name"}),
                   .section = Section::kCryptoMapGlobal,
                   .sorted = {"name"}});
  table.push_back({.pattern = "crypto map <name:word> isakmp-profile <profile:word>",
                   .help = "The ISAKMP profile of entries that name none.",
                   .apply = [](Build& b, const Args& a) -> Status {
                     auto& map = b.snapshot.crypto_maps[a.text("name")];
                     map.name = a.text("name");
                     map.isakmp_profile = a.text("profile");
                     return {};
                   },
                   .key = by({"name"}),
                   .section = Section::kCryptoMapGlobal,
                   .sorted = {"name"}});
  const auto open = [](Build& b, const Args& a) -> Status {
    static_cast<void>(map_entry(b.snapshot.crypto_maps, a.text("name"),
                                static_cast<std::uint32_t>(a.number("sequence"))));
    if (!b.loading && !map_entry(b.snapshot.crypto_maps, a.text("name"),
                                 static_cast<std::uint32_t>(a.number("sequence")))
                           .complete())
      b.warnings.push_back(
          "% NOTE: This new crypto map will remain disabled until a peer\n"
          "        and a valid access list have been configured.");
    return {};
  };
  table.push_back({.pattern = "crypto map <name:word> <sequence:1-65535> ipsec-isakmp",
                   .help = "Opens an entry of a crypto map; the lowest number is tried first.",
                   .apply = open,
                   .key = by({"name", "sequence"}),
                   .group = "crypto map entry",
                   .section = Section::kCryptoMap,
                   .sorted = {"name", "sequence"},
                   .enters = Mode::kCryptoMap});
  table.push_back({.pattern = "crypto map <name:word> <sequence:1-65535>",
                   .help = "Opens an entry that is there already.",
                   .key = by({"name", "sequence"}),
                   .group = "crypto map entry",
                   .section = Section::kCryptoMap,
                   .enters = Mode::kCryptoMap,
                   .reenter = true});
  table.push_back({.pattern = "crypto map <name:word> <sequence:1-65535> ipsec-manual",
                   .help = "Refused: keys are never set by hand (R-POL-2).",
                   .apply = [](Build&, const Args&) -> Status {
                     return refuse("Manual keying is not supported; use ipsec-isakmp.");
                   },
                   .key = by({"name", "sequence"}),
                   .section = Section::kCryptoMap});
}

// What an entry of a crypto map and an IPsec profile have in common.
void add_settings(std::vector<Command>& table, Mode mode) {
  table.push_back({.mode = mode,
                   .pattern = "description <text:line>",
                   .help = "Says what it is for.",
                   .apply = [](Build& b, const Args& a) -> Status {
                     map_entry(b).description = a.text("text");
                     return {};
                   },
                   .order = 1});
  table.push_back({.mode = mode,
                   .pattern = "set security-association lifetime seconds <seconds:120-86400>",
                   .help = "Life of its SAs in seconds.",
                   .apply = [](Build& b, const Args& a) -> Status {
                     map_entry(b).lifetime.seconds =
                         static_cast<std::uint32_t>(a.number("seconds"));
                     return {};
                   },
                   .order = 3});
  table.push_back({.mode = mode,
                   .pattern = "set security-association lifetime kilobytes "
                              "<kilobytes:2560-536870912>",
                   .help = "Life of its SAs in kilobytes.",
                   .apply = [](Build& b, const Args& a) -> Status {
                     map_entry(b).lifetime.kilobytes = a.number("kilobytes");
                     return {};
                   },
                   .order = 4});
  table.push_back({.mode = mode,
                   .pattern = "set security-association level per-host",
                   .help = "An SA of its own for each pair of hosts, with IKEv2.",
                   .apply = [](Build& b, const Args&) -> Status {
                     map_entry(b).per_host = true;
                     return {};
                   },
                   .order = 4});
  table.push_back({.mode = mode,
                   .pattern = "set transform-set <transform-set:word>+",
                   .help = "The transform sets, in order of preference.",
                   .apply = [](Build& b, const Args& a) -> Status {
                     map_entry(b).transform_sets = a.texts("transform-set");
                     for (const std::string& name : map_entry(b).transform_sets)
                       if (!b.loading && !b.snapshot.transform_sets.contains(name))
                         b.warn("transform set " + name + " is not defined");
                     return {};
                   },
                   .order = 5});
  table.push_back({.mode = mode,
                   .pattern = "set pfs (" + group_keywords("group") + ")",
                   .help = "A Diffie-Hellman exchange of its own for each IPsec SA.",
                   .apply = [](Build& b, const Args& a) -> Status {
                     map_entry(b).pfs = group(a.values().back().text);
                     if (is_legacy(*map_entry(b).pfs) && !b.snapshot.legacy_algorithms)
                       b.warn(legacy_warning(a.values().back().text));
                     return {};
                   },
                   .order = 6});
  table.push_back({.mode = mode,
                   .pattern = "set ikev2-profile <profile:word>",
                   .help = "The IKEv2 profile to negotiate with.",
                   .apply = [](Build& b, const Args& a) -> Status {
                     map_entry(b).ikev2_profile = a.text("profile");
                     if (!b.loading && !b.snapshot.ikev2_profiles.contains(a.text("profile")))
                       b.warn("IKEv2 profile " + a.text("profile") + " is not defined");
                     return {};
                   },
                   .order = 7});
  table.push_back({.mode = mode,
                   .pattern = "set isakmp-profile <profile:word>",
                   .help = "The ISAKMP profile to negotiate with.",
                   .apply = [](Build& b, const Args& a) -> Status {
                     map_entry(b).isakmp_profile = a.text("profile");
                     if (!b.loading && !b.snapshot.isakmp.profiles.contains(a.text("profile")))
                       b.warn("ISAKMP profile " + a.text("profile") + " is not defined");
                     return {};
                   },
                   .order = 7});
}

void add_map_settings(std::vector<Command>& table) {
  constexpr Mode kMode = Mode::kCryptoMap;
  add_settings(table, kMode);
  table.push_back({.mode = kMode,
                   .pattern = "set peer <peer:ip>",
                   .help = "The other end; more lines are backups.",
                   .apply = [](Build& b, const Args& a) -> Status {
                     map_entry(b).peers.push_back(a.find("peer")->address);
                     return {};
                   },
                   .key = by_line(),
                   .order = 2});
  table.push_back({.mode = kMode,
                   .pattern = "match address <access-list:word>",
                   .help = "The access list that says which packets are protected.",
                   .apply = [](Build& b, const Args& a) -> Status {
                     map_entry(b).access_list = a.text("access-list");
                     if (!b.loading && !b.snapshot.access_lists.contains(a.text("access-list")))
                       b.warn("access list " + a.text("access-list") + " is not defined");
                     return {};
                   },
                   .order = 8});
}

// RFC 7296 3.3.3: a cipher, a group, and integrity unless every cipher is a combined one.
bool is_complete(const policy::Ikev2Proposal& proposal) {
  const bool combined = std::all_of(proposal.ciphers.begin(), proposal.ciphers.end(),
                                    [](const Cipher& cipher) { return wire::is_aead(cipher.id); });
  return !proposal.ciphers.empty() && !proposal.groups.empty() &&
         (combined || !proposal.integrity.empty());
}

template <typename List>
void drop_legacy(List& list) {
  std::erase_if(list, [](const auto& id) { return is_legacy(id); });
}

}  // namespace

policy::CryptoMapEntry& map_entry(std::map<std::string, policy::CryptoMap>& maps,
                                  const std::string& name, std::uint32_t sequence) {
  auto& map = maps[name];
  map.name = name;
  const auto place = std::lower_bound(
      map.entries.begin(), map.entries.end(), sequence,
      [](const policy::CryptoMapEntry& e, std::uint32_t wanted) { return e.sequence < wanted; });
  if (place != map.entries.end() && place->sequence == sequence) return *place;
  policy::CryptoMapEntry fresh;
  fresh.sequence = sequence;
  return *map.entries.insert(place, std::move(fresh));
}

policy::CryptoMapEntry& map_entry(Build& build) {
  const Args& args = build.block->args;
  if (args.has("profile")) return build.snapshot.ipsec_profiles[build.block_name()];
  const bool dynamic = args.has("dynamic-map");
  return map_entry(dynamic ? build.snapshot.dynamic_maps : build.snapshot.crypto_maps,
                   build.block_name(), static_cast<std::uint32_t>(args.number("sequence")));
}

void finish(policy::Snapshot& snapshot) {
  if (!snapshot.legacy_algorithms) {
    for (auto& [name, proposal] : snapshot.ikev2_proposals) {
      drop_legacy(proposal.ciphers);
      drop_legacy(proposal.integrity);
      drop_legacy(proposal.prfs);
      drop_legacy(proposal.groups);
    }
    std::erase_if(snapshot.transform_sets, [](const auto& item) {
      const policy::TransformSet& set = item.second;
      return (set.esp_cipher && is_legacy(*set.esp_cipher)) ||
             (set.esp_integrity && is_legacy(*set.esp_integrity)) || (set.ah && is_legacy(*set.ah));
    });
    // Never with less than what was asked for: such an entry rests until it is changed.
    for (auto* maps : {&snapshot.crypto_maps, &snapshot.dynamic_maps})
      for (auto& [name, map] : *maps)
        for (auto& item : map.entries)
          if (item.pfs && is_legacy(*item.pfs)) item.transform_sets.clear();
    for (auto& [name, profile] : snapshot.ipsec_profiles)
      if (profile.pfs && is_legacy(*profile.pfs)) profile.transform_sets.clear();
  }
  std::erase_if(snapshot.ikev2_proposals,
                [](const auto& item) { return !is_complete(item.second); });
  snapshot.protections = policy::tunnel_protections(snapshot);
}

void add_ipsec_commands(std::vector<Command>& table) {
  add_transform_set_commands(table);
  add_globals(table);
  add_map(table);
  add_map_settings(table);
  table.push_back({.pattern = "crypto ipsec profile <name:word>",
                   .help = "Defines how tunnel interfaces are protected.",
                   .apply = [](Build& b, const Args& a) -> Status {
                     b.snapshot.ipsec_profiles.try_emplace(a.text("name"));
                     return {};
                   },
                   .key = by({"name"}),
                   .section = Section::kIpsecProfile,
                   .enters = Mode::kIpsecProfile});
  add_settings(table, Mode::kIpsecProfile);
  add_dynamic_map_commands(table);
}

}  // namespace spa::config
