// SPDX-License-Identifier: Apache-2.0
// What a dynamic crypto map grants a peer, as a rule of its own (R-MAP-22).
#pragma once

#include <memory>
#include <vector>

#include "userspace/ports/sa_database.h"

namespace spa::ike {

class Shard;

// The rule for a pair under a template: between these ends, for these selectors (the first of each
// side), with a number that no other has. Goes into SaPair::own_rule.
[[nodiscard]] std::shared_ptr<const ports::PolicyRule> own_rule(
    Shard& shard, const ports::PolicyRule& of_template, const IpAddress& local,
    const IpAddress& remote, const policy::SelectorPair& selectors);

}  // namespace spa::ike
