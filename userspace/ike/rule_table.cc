// SPDX-License-Identifier: Apache-2.0
#include "userspace/ike/rule_table.h"

#include <algorithm>

namespace spa::ike {

namespace {

bool same_rule(const ports::PolicyRule& a, const ports::PolicyRule& b) {
  return a.selectors == b.selectors && a.mode == b.mode && a.local == b.local &&
         a.remote == b.remote && a.reqid == b.reqid && a.device == b.device;
}

}  // namespace

const policy::CryptoMapEntry* entry_of(const policy::Snapshot& snapshot,
                                       const ports::PolicyId& id) {
  const auto map = snapshot.crypto_maps.find(id.crypto_map);
  if (map == snapshot.crypto_maps.end()) return nullptr;
  const auto& entries = map->second.entries;
  const auto found =
      std::ranges::lower_bound(entries, id.sequence, {}, &policy::CryptoMapEntry::sequence);
  return found != entries.end() && found->sequence == id.sequence ? &*found : nullptr;
}

RuleTable::Comparison::Comparison(const RuleTable& table,
                                  const std::vector<ports::PolicyRule>& next) {
  std::map<ports::PolicyId, const ports::PolicyRule*> fresh;
  for (const ports::PolicyRule& r : next) fresh.emplace(r.id, &r);
  for (const auto& [id, old] : table.rules_) {
    const auto found = fresh.find(id);
    const Fate fate = found == fresh.end()                  ? Fate::kGoes
                      : same_rule(*found->second, old.rule) ? Fate::kStays
                                                            : Fate::kChanges;
    fates_.emplace(id, fate);
  }
}

RuleTable::Fate RuleTable::Comparison::of(const ports::PolicyId& id) const {
  const auto found = fates_.find(id);
  return found == fates_.end() ? Fate::kGoes : found->second;
}

void RuleTable::replace(const policy::Snapshot& snapshot, std::vector<ports::PolicyRule> list) {
  rules_.clear();
  by_peer_.clear();
  for (ports::PolicyRule& r : list) {
    if (r.clear) continue;
    const ports::PolicyId id = r.id;
    by_peer_[r.remote].insert(id);
    if (const policy::CryptoMapEntry* entry = entry_of(snapshot, id)) {
      for (const IpAddress& peer : entry->peers) by_peer_[peer].insert(id);
    }
    rules_.emplace(id, Rule{std::move(r), {}});
  }
}

Rule* RuleTable::find(const ports::PolicyId& id) {
  const auto found = rules_.find(id);
  return found == rules_.end() ? nullptr : &found->second;
}

std::vector<const ports::PolicyRule*> RuleTable::towards(const IpAddress& peer) const {
  std::vector<const ports::PolicyRule*> list;
  const auto found = by_peer_.find(peer);
  if (found == by_peer_.end()) return list;
  for (const ports::PolicyId& id : found->second) list.push_back(&rules_.at(id).rule);
  return list;
}

}  // namespace spa::ike
