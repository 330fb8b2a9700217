// SPDX-License-Identifier: Apache-2.0
#include "userspace/dataplane/rule_keeper.h"

#include <algorithm>
#include <utility>

namespace spa::dataplane {

RuleKeeper::RuleKeeper(std::unique_ptr<ports::SaDatabase> plane, kernel::RouteAdder* routes,
                       LogSink& log)
    : plane_(std::move(plane)), routes_(routes), log_(log) {
  plane_->set_listener(this);
}

RuleKeeper::~RuleKeeper() {
  plane_->set_listener(nullptr);
  for (auto& [id, rule] : rules_) set_route(rule, false);
}

Status RuleKeeper::add_rule(const ports::PolicyRule& rule) {
  if (rule.is_template()) {
    templates_[rule.id] = rule;
    return {};
  }
  if (auto done = plane_->add_rule(rule); !done) return done;
  Rule& entry = rules_[rule.id];
  entry = {rule, false, 0, false};
  // Pairs that outlived an earlier rule of this name.
  for (const auto& [spi, id] : pairs_) entry.pairs += id == rule.id ? 1 : 0;
  set_route(entry, entry.pairs != 0);
  return {};
}

Status RuleKeeper::remove_rule(const ports::PolicyId& id) {
  if (templates_.erase(id) != 0) return {};
  const auto found = rules_.find(id);
  if (found != rules_.end()) {
    set_route(found->second, false);
    rules_.erase(found);
  }
  return plane_->remove_rule(id);
}

std::size_t RuleKeeper::own_rules() const {
  return static_cast<std::size_t>(std::count_if(
      rules_.begin(), rules_.end(), [](const auto& entry) { return entry.second.own; }));
}

Result<RuleKeeper::Rule*> RuleKeeper::rule_for(const ports::SaPair& pair) {
  const auto known = rules_.find(pair.rule);
  if (known != rules_.end()) return &known->second;
  if (!pair.own_rule) return nullptr;
  const ports::PolicyRule& wanted = *pair.own_rule;
  // A peer that comes again before its old SA has gone goes on under the rule of that.
  for (auto& [id, rule] : rules_) {
    if (!rule.own || rule.rule.selectors != wanted.selectors || rule.rule.scope != wanted.scope) {
      continue;
    }
    if (rule.rule.local == wanted.local && rule.rule.remote == wanted.remote) return &rule;
    return fail(Errc::kExists, "peer " + rule.rule.remote.to_string() +
                                   " protects the same traffic under " + id.to_string());
  }
  if (auto done = plane_->add_rule(wanted); !done) return tl::unexpected(done.error());
  Rule& made = rules_[wanted.id];
  made = {wanted, true, 0, false};
  return &made;
}

Status RuleKeeper::add(const ports::SaPair& pair) {
  const bool half_there = pairs_.contains(pair.spi_in);
  const Status done = add_under_rule(pair, &ports::SaDatabase::add);
  if (!done && half_there && !plane_->query(pair.spi_in)) gone(pair.spi_in);
  return done;
}

Status RuleKeeper::add_inbound(const ports::SaPair& pair) {
  return add_under_rule(pair, &ports::SaDatabase::add_inbound);
}

Status RuleKeeper::add_under_rule(const ports::SaPair& pair, Adder add) {
  auto rule = rule_for(pair);
  if (!rule) return tl::unexpected(rule.error());
  if (*rule == nullptr) return (*plane_.*add)(pair);
  Status done;
  if ((*rule)->rule.id == pair.rule && (*rule)->rule.scope.if_id == pair.if_id) {
    done = (*plane_.*add)(pair);
  } else {
    ports::SaPair under = pair;
    under.rule = (*rule)->rule.id;
    under.reqid = (*rule)->rule.reqid;
    under.if_id = (*rule)->rule.scope.if_id;
    done = (*plane_.*add)(under);
  }
  if (done) {
    gained(**rule, pair);
  } else if ((*rule)->own && (*rule)->pairs == 0) {
    (void)remove_rule(ports::PolicyId((*rule)->rule.id));
  }
  return done;
}

void RuleKeeper::gained(Rule& rule, const ports::SaPair& pair) {
  if (pairs_.emplace(pair.spi_in, rule.rule.id).second) ++rule.pairs;
  set_route(rule, true);
}

void RuleKeeper::gone(std::uint32_t spi_in) {
  const auto pair = pairs_.extract(spi_in);
  if (pair.empty()) return;
  const auto found = rules_.find(pair.mapped());
  if (found == rules_.end() || found->second.pairs == 0 || --found->second.pairs != 0) return;
  if (found->second.own) {
    (void)remove_rule(pair.mapped());
  } else {
    set_route(found->second, false);
  }
}

Status RuleKeeper::remove(std::uint32_t spi_in) {
  const Status done = plane_->remove(spi_in);
  gone(spi_in);
  return done;
}

Status RuleKeeper::update_endpoints(std::uint32_t spi_in, const Endpoint& local,
                                    const Endpoint& remote) {
  const Status done = plane_->update_endpoints(spi_in, local, remote);
  if (!done && !plane_->query(spi_in)) gone(spi_in);
  const auto pair = pairs_.find(spi_in);
  const auto found = pair == pairs_.end() ? rules_.end() : rules_.find(pair->second);
  if (!done || found == rules_.end()) return done;
  const bool routed = found->second.routed;
  set_route(found->second, false);
  found->second.rule.local = local.address;
  found->second.rule.remote = remote.address;
  set_route(found->second, routed);
  return done;
}

// As long as there are SAs; what another route stands in the way of is said and lived with.
void RuleKeeper::set_route(Rule& rule, bool wanted) {
  // In a scope the data plane itself has such a route.
  const bool scoped = rule.rule.scope.if_id != 0;
  if (!rule.rule.reverse_route || scoped || routes_ == nullptr || rule.routed == wanted) return;
  const IpPrefix to = rule.rule.selectors.remote.covering_prefix();
  const Status done = wanted ? routes_->add(to, rule.rule.remote) : routes_->remove(to);
  rule.routed = wanted && done.has_value();
  if (!done && wanted) {
    log_.write({Severity::kWarning, "CRYPTO", "ROUTE",
                rule.rule.id.to_string() + ": reverse route: " + done.error().text});
  }
}

void RuleKeeper::on_acquire(const ports::PolicyId& rule,
                            const std::optional<policy::SelectorPair>& packet) {
  if (listener_ != nullptr) listener_->on_acquire(rule, packet);
}

void RuleKeeper::on_expire(std::uint32_t spi, bool hard) {
  // It may be the outbound one, which the peer chose: then a pair of ours with that number stays.
  if (hard && !plane_->query(spi)) gone(spi);
  if (listener_ != nullptr) listener_->on_expire(spi, hard);
}

void RuleKeeper::on_lost(std::uint32_t spi) {
  gone(spi);
  if (listener_ != nullptr) listener_->on_lost(spi);
}

bool RuleKeeper::on_unknown_spi(const IpAddress& remote, std::uint32_t spi) {
  return listener_ != nullptr && listener_->on_unknown_spi(remote, spi);
}

void RuleKeeper::on_mapping(std::uint32_t spi_in, const Endpoint& remote) {
  if (listener_ != nullptr) listener_->on_mapping(spi_in, remote);
}

}  // namespace spa::dataplane
