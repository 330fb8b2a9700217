// SPDX-License-Identifier: Apache-2.0
// From a configuration to the entries of the policy database: every permit line of every crypto map
// that is bound to an interface of this host (R-MAP-14, 19, 20).
#pragma once

#include <functional>
#include <map>
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
  std::vector<kernel::DeviceSpec> devices;  // virtual devices that the configuration names
  std::vector<std::string> warnings;        // what of the configuration is not in force, and why
};

class RuleBuilder {
 public:
  // Request ids stay with their rule from one call to the next.
  [[nodiscard]] Rules build(const policy::Snapshot& snapshot, const Resolver& resolve);
  // From then on tunnel interfaces are left out, for this reason.
  void refuse_tunnels(std::string reason) { no_tunnels_ = std::move(reason); }

 private:
  // tunnel_rules.cc
  void add_tunnel(const policy::Snapshot& snapshot, const policy::Interface& interface,
                  const Resolver& resolve, Rules& out);
  void protect_tunnel(const policy::Snapshot& snapshot, const policy::Interface& interface,
                      const ResolvedAddress& source, Rules& out);
  std::uint32_t reqid_of(const ports::PolicyId& id);
  void add_map(const policy::Snapshot& snapshot, const policy::CryptoMap& map,
               const ResolvedAddress& where, Rules& out);
  static void add_dynamic(const policy::Snapshot& snapshot, const policy::CryptoMap& map,
                          const policy::CryptoMapEntry& entry, const ResolvedAddress& where,
                          Rules& out);
  void add_entry(const policy::Snapshot& snapshot, const policy::CryptoMap& map,
                 const policy::CryptoMapEntry& entry, const ResolvedAddress& where, Rules& out);

  std::map<ports::PolicyId, std::uint32_t> reqids_;
  std::string no_tunnels_;
  std::uint32_t next_reqid_ = 16384;  // above what people choose by hand
};

const policy::Interface* find_interface(const policy::Snapshot& snapshot, const std::string& name);
// What the first transform set of an entry wants; the peer may agree to another one.
void set_protection(const policy::Snapshot& snapshot, const policy::CryptoMapEntry& entry,
                    ports::PolicyRule& rule);

}  // namespace spa::daemon
