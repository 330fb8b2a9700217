// SPDX-License-Identifier: Apache-2.0
// The rules of the configuration that is in force, how each fared, and which lead to which peer.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <vector>

#include "userspace/base/clock.h"
#include "userspace/policy/snapshot.h"
#include "userspace/ports/sa_database.h"

namespace spa::ike {

// A rule of the configuration and how it fared.
struct Rule {
  ports::PolicyRule rule;
  SteadyTime hold_until{};                     // no new attempt before
  std::optional<policy::SelectorPair> packet;  // the latest one that asked for an SA
  bool single_pair = false;  // the peer wants an SA for each pair of addresses (RFC 7296 2.9)
};

// The entry of a crypto map that a rule comes from; null when it is gone.
[[nodiscard]] const policy::CryptoMapEntry* entry_of(const policy::Snapshot& snapshot,
                                                     const ports::PolicyId& id);

class RuleTable {
 public:
  // How a rule would fare under another list, from good to bad.
  enum class Fate { kStays, kChanges, kGoes };
  // The fate of each rule of this table; what is not here has gone already. Rules that a dynamic
  // crypto map made fare as the templates of its entry do.
  class Comparison {
   public:
    Comparison(const RuleTable& table, const std::vector<ports::PolicyRule>& next);
    [[nodiscard]] Fate of(const ports::PolicyId& id) const;

   private:
    std::map<ports::PolicyId, Fate> fates_;
  };

  // Replaces all rules; the backup peers of their entries are taken from `snapshot`.
  void replace(const policy::Snapshot& snapshot, std::vector<ports::PolicyRule> list);
  [[nodiscard]] Rule* find(const ports::PolicyId& id);
  // The rules towards a peer, as its first or as a backup address, and the templates of dynamic
  // crypto maps, in the order of the configuration.
  [[nodiscard]] std::vector<const ports::PolicyRule*> towards(const IpAddress& peer) const;

 private:
  std::map<ports::PolicyId, Rule> rules_;
  std::map<IpAddress, std::set<ports::PolicyId>> by_peer_;
};

}  // namespace spa::ike
