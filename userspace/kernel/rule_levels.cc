// SPDX-License-Identifier: Apache-2.0
#include "userspace/kernel/rule_levels.h"

#include <algorithm>

namespace spa::kernel {

namespace {

bool share_packets(const policy::SelectorPair& a, const policy::SelectorPair& b) {
  policy::TrafficSelector common;
  return policy::intersect(a.local, b.local, common) &&
         policy::intersect(a.remote, b.remote, common);
}

}  // namespace

std::uint32_t RuleLevels::add(const ports::PolicyRule& rule) {
  std::uint32_t level = 0;
  for (const auto& [id, other] : rule.clear ? permits_ : denies_) {
    if (!(id < rule.id)) break;
    if (other.level >= level && share_packets(other.selectors, rule.selectors)) {
      level = other.level + 1;
    }
  }
  (rule.clear ? denies_ : permits_)[rule.id] = {rule.selectors, level};
  return level;
}

std::uint32_t RuleLevels::remove(const ports::PolicyId& id) {
  const std::uint32_t level = of(id);
  permits_.erase(id);
  denies_.erase(id);
  return level;
}

std::uint32_t RuleLevels::of(const ports::PolicyId& id) const {
  for (const Entries* list : {&permits_, &denies_}) {
    if (const auto found = list->find(id); found != list->end()) return found->second.level;
  }
  return 0;
}

}  // namespace spa::kernel
