// SPDX-License-Identifier: Apache-2.0
#include "userspace/ike/own_rule.h"

#include "userspace/ike/shard.h"

namespace spa::ike {

namespace {

constexpr std::uint32_t kFirstLine = 1U << 24;   // beyond the lines of any access list
constexpr std::uint32_t kFirstReqid = 1U << 30;  // beyond those of configured rules

}  // namespace

std::shared_ptr<const ports::PolicyRule> own_rule(Shard& shard,
                                                  const ports::PolicyRule& of_template,
                                                  const IpAddress& local, const IpAddress& remote,
                                                  const policy::SelectorPair& selectors) {
  const std::uint32_t number = shard.ids->next_own_rule();
  auto rule = std::make_shared<ports::PolicyRule>(of_template);
  rule->id.line = kFirstLine + number;
  rule->reqid = kFirstReqid + number;
  rule->selectors = selectors;
  rule->local = local;
  rule->remote = remote;
  return rule;
}

}  // namespace spa::ike
