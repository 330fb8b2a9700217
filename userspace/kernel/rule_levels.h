// SPDX-License-Identifier: Apache-2.0
// The order of permit and deny lines (R-MAP-20) for what can only ask all of one kind and then all
// of another: levels, of which the lower ones are asked first.
#pragma once

#include <map>

#include "userspace/ports/sa_database.h"

namespace spa::kernel {

class RuleLevels {
 public:
  // One more than the highest level among the rules that are there, come before this one, are of
  // the other kind and share packets with it; 0 where there is none. Add rules in their order.
  std::uint32_t add(const ports::PolicyRule& rule);
  // Forgets a rule and says its level; 0 for one that is not known.
  std::uint32_t remove(const ports::PolicyId& id);
  [[nodiscard]] std::uint32_t of(const ports::PolicyId& id) const;

 private:
  struct Entry {
    policy::SelectorPair selectors;
    std::uint32_t level = 0;
  };
  using Entries = std::map<ports::PolicyId, Entry>;
  Entries permits_;
  Entries denies_;
};

}  // namespace spa::kernel
