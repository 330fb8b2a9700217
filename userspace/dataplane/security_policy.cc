// SPDX-License-Identifier: Apache-2.0
#include "userspace/dataplane/security_policy.h"

#include <algorithm>
#include <string_view>

namespace spa::dataplane {

namespace {

bool takes_source(const policy::TrafficSelector& selector, const Flow& flow) {
  return takes(selector, flow.source, flow.protocol, flow.has_ports, flow.source_port);
}

bool takes_destination(const policy::TrafficSelector& selector, const Flow& flow) {
  return takes(selector, flow.destination, flow.protocol, flow.has_ports, flow.destination_port);
}

}  // namespace

std::size_t SecurityPolicy::FlowHash::operator()(const Flow& flow) const {
  // The standard library's hash of octets is not keyed; the cache is bounded, so that collisions
  // cost time only.
  const auto hash = [](ByteView octets) {
    return std::hash<std::string_view>{}(
        {reinterpret_cast<const char*>(octets.data()), octets.size()});
  };
  std::size_t value = hash(flow.source.bytes());
  value = value * 0x9e3779b97f4a7c15u + hash(flow.destination.bytes());
  value =
      value * 0x9e3779b97f4a7c15u + (std::size_t{flow.protocol} << 32 |
                                     std::size_t{flow.source_port} << 16 | flow.destination_port);
  return value ^ value >> 29;
}

Status SecurityPolicy::add(const ports::PolicyRule& rule) {
  if (rule.selectors.local.first.family() != rule.selectors.remote.first.family() ||
      rule.selectors.local.first.empty()) {
    return fail(Errc::kInvalid, "rule " + rule.id.to_string() + ": its two sides do not fit");
  }
  const auto [place, fresh] = rules_.try_emplace(rule.id);
  if (!fresh) return fail(Errc::kExists, "rule " + rule.id.to_string() + " is there already");
  place->second.rule = rule;
  cache_.clear();
  return {};
}

Status SecurityPolicy::remove(const ports::PolicyId& id) {
  if (rules_.erase(id) == 0) return fail(Errc::kNotFound, "no rule " + id.to_string());
  cache_.clear();
  return {};
}

RuleState* SecurityPolicy::find(const ports::PolicyId& id) {
  const auto found = rules_.find(id);
  return found == rules_.end() ? nullptr : &found->second;
}

RuleState* SecurityPolicy::match(const Flow& outbound) {
  if (const auto known = cache_.find(outbound); known != cache_.end()) return known->second;
  RuleState* best = nullptr;
  for (auto& [id, state] : rules_) {
    if (takes_source(state.rule.selectors.local, outbound) &&
        takes_destination(state.rule.selectors.remote, outbound)) {
      best = &state;
      break;
    }
  }
  if (cache_.size() >= kMostCached) cache_.clear();
  cache_.emplace(outbound, best);
  return best;
}

void SecurityPolicy::attach(InstalledPair& pair) {
  if (RuleState* state = find(pair.sa.rule)) state->pairs.push_back(&pair);
}

void SecurityPolicy::detach(InstalledPair& pair) {
  if (RuleState* state = find(pair.sa.rule)) std::erase(state->pairs, &pair);
}

InstalledPair* SecurityPolicy::choose(RuleState& state, const Flow& outbound) {
  const auto newest = std::find_if(state.pairs.rbegin(), state.pairs.rend(),
                                   [&](const auto* pair) { return may_carry(*pair, outbound); });
  return newest == state.pairs.rend() ? nullptr : *newest;
}

bool SecurityPolicy::may_carry(const InstalledPair& pair, const Flow& outbound) {
  return std::any_of(pair.sa.selectors_local.begin(), pair.sa.selectors_local.end(),
                     [&](const auto& selector) { return takes_source(selector, outbound); }) &&
         std::any_of(pair.sa.selectors_remote.begin(), pair.sa.selectors_remote.end(),
                     [&](const auto& selector) { return takes_destination(selector, outbound); });
}

}  // namespace spa::dataplane
