// SPDX-License-Identifier: Apache-2.0
// From a configuration to the entries of the policy database: every permit line of every crypto map
// that is bound to an interface of this host (R-MAP-14, 19, 20).
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "userspace/base/result.h"
#include "userspace/kernel/made_devices.h"
#include "userspace/policy/snapshot.h"
#include "userspace/ports/sa_database.h"

namespace spa::daemon {

// What an interface of the configuration is on this host.
struct ResolvedAddress {
  std::string device;
  IpAddress address;
};
using Resolver = std::function<Result<ResolvedAddress>(const policy::Interface&)>;

struct Rules {
  std::vector<ports::PolicyRule> rules;
  std::vector<kernel::DeviceSpec> devices;      // virtual devices that the configuration names
  std::map<std::string, std::string> members;   // devices of the host, and the VRF each is in
  std::map<IpAddress, std::string> front_vrfs;  // of our addresses
  std::vector<std::string> warnings;  // what of the configuration is not in force, and why
};

// Where a crypto map is in force.
struct Place {
  ResolvedAddress where;
  const policy::Interface* bound = nullptr;    // the interface that carries the map
  const policy::Interface* ends_on = nullptr;  // that whose address tunnels end on
};

class RuleBuilder {
 public:
  // Request ids stay with their rule from one call to the next.
  [[nodiscard]] Rules build(const policy::Snapshot& snapshot, const Resolver& resolve);
  // From then on tunnel interfaces are left out, for this reason.
  void refuse_tunnels(std::string reason) { no_tunnels_ = std::move(reason); }
  // Where to ask for the tables of VRF devices that are there already; nothing for others.
  using Tables = std::function<std::optional<std::uint32_t>(const std::string& vrf)>;
  // Which of our addresses the host would send from to a peer; unspecified where it cannot.
  using Sources = std::function<IpAddress(const IpAddress& peer)>;
  void use_sources(Sources source_towards) { source_towards_ = std::move(source_towards); }
  void use_tables(Tables tables) { tables_of_host_ = std::move(tables); }

 private:
  // vrf_rules.cc
  void add_vrfs(const policy::Snapshot& snapshot, const Resolver& resolve, Rules& out);
  // False where the map cannot be in force here because of its VRF; the reason is in the warnings.
  [[nodiscard]] bool vrf_is_there(const policy::Snapshot& snapshot, const std::string& vrf,
                                  const std::string& place, Rules& out) const;
  [[nodiscard]] bool set_scope(const policy::Snapshot& snapshot, const policy::CryptoMap& map,
                               const policy::CryptoMapEntry& entry, ports::PolicyRule& rule,
                               const std::string& place, Rules& out);
  // tunnel_rules.cc
  void add_tunnel(const policy::Snapshot& snapshot, const policy::Interface& interface,
                  const Resolver& resolve, Rules& out);
  void protect_tunnel(const policy::Snapshot& snapshot, const policy::Interface& interface,
                      const ResolvedAddress& source, Rules& out);
  std::uint32_t reqid_of(const ports::PolicyId& id);
  [[nodiscard]] static std::optional<Place> place_of(const policy::Snapshot& snapshot,
                                                     const policy::CryptoMap& map,
                                                     const policy::Interface& interface,
                                                     const Resolver& resolve, Rules& out);
  [[nodiscard]] const Place& place_towards(const IpAddress& peer,
                                           const std::vector<Place>& places) const;
  void add_map(const policy::Snapshot& snapshot, const policy::CryptoMap& map,
               const std::vector<Place>& places, Rules& out);
  void add_dynamic(const policy::Snapshot& snapshot, const policy::CryptoMap& map,
                   const policy::CryptoMapEntry& entry, const std::vector<Place>& places,
                   Rules& out);
  void add_entry(const policy::Snapshot& snapshot, const policy::CryptoMap& map,
                 const policy::CryptoMapEntry& entry, const Place& at, Rules& out);

  std::map<ports::PolicyId, std::uint32_t> reqids_;
  std::string no_tunnels_;
  Tables tables_of_host_;
  Sources source_towards_;
  std::map<std::string, std::uint32_t> tables_;  // of VRFs
  // Numbers of virtual devices between an outer and an inner VRF.
  std::map<std::pair<std::string, std::string>, std::uint32_t> if_ids_;
  std::uint32_t next_reqid_ = 16384;  // above what people choose by hand
};

const policy::Interface* find_interface(const policy::Snapshot& snapshot, const std::string& name);
// What the first transform set of an entry wants; the peer may agree to another one.
void set_protection(const policy::Snapshot& snapshot, const policy::CryptoMapEntry& entry,
                    ports::PolicyRule& rule);

}  // namespace spa::daemon
