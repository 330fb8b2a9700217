// SPDX-License-Identifier: Apache-2.0
#include "userspace/ike/rule_table.h"

#include <algorithm>

#include "userspace/ike/same_rule.h"
#include "userspace/policy/tunnel_protection.h"

namespace spa::ike {

bool same_rule(const ports::PolicyRule& a, const ports::PolicyRule& b) {
  return a.selectors == b.selectors && a.mode == b.mode && a.local == b.local &&
         a.remote == b.remote && a.reqid == b.reqid && a.device == b.device && a.scope == b.scope;
}

namespace {

const policy::CryptoMapEntry* numbered(const policy::CryptoMap& map, std::uint32_t sequence) {
  const auto& entries = map.entries;
  const auto found =
      std::ranges::lower_bound(entries, sequence, {}, &policy::CryptoMapEntry::sequence);
  return found != entries.end() && found->sequence == sequence ? &*found : nullptr;
}

// All templates of one entry of a dynamic crypto map, and what was made from them.
ports::PolicyId dynamic_entry(ports::PolicyId id) {
  id.line = 0;
  return id;
}

}  // namespace

const policy::CryptoMapEntry* entry_of(const policy::Snapshot& snapshot,
                                       const ports::PolicyId& id) {
  const bool tunnel = id.sequence == policy::kProtectionSequence;
  const auto& maps = tunnel ? snapshot.protections : snapshot.crypto_maps;
  const auto map = maps.find(id.crypto_map);
  if (map == maps.end()) return nullptr;
  const policy::CryptoMapEntry* entry = numbered(map->second, id.sequence);
  if (tunnel || id.dynamic == 0 || entry == nullptr) return entry;
  const auto dynamic = snapshot.dynamic_maps.find(entry->dynamic_map);
  return dynamic == snapshot.dynamic_maps.end() ? nullptr : numbered(dynamic->second, id.dynamic);
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
    if (!old.rule.is_template()) continue;
    Fate& all = fates_.try_emplace(dynamic_entry(id), fate).first->second;
    all = std::max(all, fate);
  }
}

RuleTable::Fate RuleTable::Comparison::of(const ports::PolicyId& id) const {
  const auto found = fates_.find(id.dynamic != 0 ? dynamic_entry(id) : id);
  return found == fates_.end() ? Fate::kGoes : found->second;
}

void RuleTable::replace(const policy::Snapshot& snapshot, std::vector<ports::PolicyRule> list) {
  rules_.clear();
  by_peer_.clear();
  for (ports::PolicyRule& r : list) {
    if (!r.protects()) continue;
    const ports::PolicyId id = r.id;
    by_peer_[r.remote].insert(id);
    if (const policy::CryptoMapEntry* entry = entry_of(snapshot, id)) {
      for (const IpAddress& peer : entry->peers) by_peer_[peer].insert(id);
    }
    rules_.emplace(id, Rule{std::move(r), {}, {}, false});
  }
}

Rule* RuleTable::find(const ports::PolicyId& id) {
  const auto found = rules_.find(id);
  return found == rules_.end() ? nullptr : &found->second;
}

std::vector<const ports::PolicyRule*> RuleTable::towards(const IpAddress& peer) const {
  std::set<ports::PolicyId> ids;
  for (const IpAddress& whose : {peer, IpAddress{}}) {  // templates are for anybody
    const auto found = by_peer_.find(whose);
    if (found != by_peer_.end()) ids.insert(found->second.begin(), found->second.end());
  }
  std::vector<const ports::PolicyRule*> list;
  for (const ports::PolicyId& id : ids) list.push_back(&rules_.at(id).rule);
  return list;
}

}  // namespace spa::ike
