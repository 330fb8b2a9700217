// SPDX-License-Identifier: Apache-2.0
#include "firmware-sim/esp/policy_table.h"

#include <algorithm>
#include <cstring>

namespace spa::esp {
namespace {

bool all_zero(card::ByteView bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](std::uint8_t b) { return b == 0; });
}

// End points, action and mode belong together.
bool decode_template(const spa_policy& request, Policy& policy) {
  std::copy_n(request.saddr, policy.saddr.size(), policy.saddr.begin());
  std::copy_n(request.daddr, policy.daddr.size(), policy.daddr.begin());
  policy.reqid = card::from_le(request.reqid);
  policy.tunnel = request.tunnel == 1;
  policy.outer_ipv6 = request.outer_family == 6;
  const bool no_ends = all_zero(policy.saddr) && all_zero(policy.daddr);
  if (request.action == SPA_POLICY_ALLOW || request.action == SPA_POLICY_BLOCK)
    return policy.reqid == 0 && request.tunnel == 0 && request.outer_family == 0 && no_ends;
  if (request.action != SPA_POLICY_PROTECT || policy.reqid == 0 || request.tunnel > 1) return false;
  if (!policy.tunnel) return request.outer_family == 0 && no_ends;
  if (request.outer_family != 4 && request.outer_family != 6) return false;
  if (all_zero(policy.saddr) || all_zero(policy.daddr)) return false;
  const unsigned longest = policy.outer_ipv6 ? 128 : 32;
  return masked(policy.saddr, longest) == policy.saddr &&
         masked(policy.daddr, longest) == policy.daddr;
}

}  // namespace

PolicyTable::PolicyTable(std::uint32_t entries) : slots_(entries), cache_(kCache) {}

Flow PolicyTable::Shape::key(const Flow& flow) const {
  Flow key;
  key.family = family;
  key.saddr = masked(flow.saddr, saddr_prefix);
  key.daddr = masked(flow.daddr, daddr_prefix);
  key.sport = flow.sport & sport_mask;
  key.dport = flow.dport & dport_mask;
  key.protocol = protocol_known != 0 ? flow.protocol : std::uint8_t{0};
  return key;
}

std::size_t PolicyTable::FlowHash::operator()(const Flow& flow) const {
  std::uint64_t words[4];
  std::memcpy(words, flow.saddr.data(), 16);
  std::memcpy(words + 2, flow.daddr.data(), 16);
  std::uint64_t hash = std::uint64_t{flow.sport} << 48 | std::uint64_t{flow.dport} << 32 |
                       std::uint32_t{flow.family} << 8 | flow.protocol;
  for (const std::uint64_t word : words) {
    hash = (hash ^ word) * 0x9e3779b97f4a7c15u;
    hash ^= hash >> 29;
  }
  return hash;
}

PolicyTable::Shape PolicyTable::shape_of(const Selector& selector) {
  return {.family = selector.family,
          .protocol_known = static_cast<std::uint8_t>(selector.protocol != 0),
          .saddr_prefix = selector.saddr_prefix,
          .daddr_prefix = selector.daddr_prefix,
          .sport_mask = selector.sport_mask,
          .dport_mask = selector.dport_mask};
}

Flow PolicyTable::key_of(const Selector& selector) {
  return {.saddr = selector.saddr,
          .daddr = selector.daddr,
          .sport = selector.sport,
          .dport = selector.dport,
          .family = selector.family,
          .protocol = selector.protocol};
}

bool PolicyTable::wins(std::uint32_t one, std::uint32_t other) const {
  const std::uint32_t left = slots_[one]->priority;
  const std::uint32_t right = slots_[other]->priority;
  return left != right ? left < right : one < other;
}

void PolicyTable::order(Side& side) {
  std::erase_if(side.shapes, [](const Group& group) { return group.count == 0; });
  std::sort(side.shapes.begin(), side.shapes.end(),
            [](const Group& one, const Group& other) { return one.best < other.best; });
}

spa_status PolicyTable::add(std::uint32_t index, const spa_policy& request) {
  if (index >= slots_.size()) return SPA_E_FIELD;
  if (slots_[index]) return SPA_E_EXISTS;
  Policy policy;
  const auto selector = decode_selector(request.selector);
  if (!selector || selector->family == 0 || !all_zero(request.reserved) ||
      !decode_template(request, policy))
    return SPA_E_FIELD;
  if (request.direction != SPA_POLICY_IN && request.direction != SPA_POLICY_OUT) return SPA_E_FIELD;
  policy.selector = *selector;
  policy.index = index;
  policy.generation = card::from_le(request.generation);
  policy.priority = card::from_le(request.priority);
  policy.direction = static_cast<spa_policy_direction>(request.direction);
  policy.action = static_cast<spa_policy_action>(request.action);
  slots_[index] = policy;

  Side& where = side(policy.direction);
  const Shape shape = shape_of(*selector);
  auto group = std::find_if(where.shapes.begin(), where.shapes.end(),
                            [&](const Group& one) { return one.shape == shape; });
  if (group == where.shapes.end())
    group = where.shapes.insert(where.shapes.end(), Group{.shape = shape, .best = policy.priority});
  auto& same = group->policies[key_of(*selector)];
  same.insert(std::lower_bound(same.begin(), same.end(), index,
                               [this](auto one, auto other) { return wins(one, other); }),
              index);
  ++group->count;
  group->best = std::min(group->best, policy.priority);
  order(where);
  ++used_;
  ++epoch_;
  return SPA_OK;
}

// `best` may stay lower than what is left: then a lookup tries the shape too early, and finds the
// same.
spa_status PolicyTable::remove(std::uint32_t index, std::uint32_t generation) {
  if (index >= slots_.size()) return SPA_E_FIELD;
  if (!slots_[index]) return SPA_E_NOT_FOUND;
  if (slots_[index]->generation != generation) return SPA_E_STALE;
  const Policy& policy = *slots_[index];
  Side& where = side(policy.direction);
  const Shape shape = shape_of(policy.selector);
  const auto group = std::find_if(where.shapes.begin(), where.shapes.end(),
                                  [&](const Group& one) { return one.shape == shape; });
  const auto same = group->policies.find(key_of(policy.selector));
  std::erase(same->second, index);
  if (same->second.empty()) group->policies.erase(same);
  --group->count;
  slots_[index].reset();
  order(where);
  --used_;
  ++epoch_;
  return SPA_OK;
}

void PolicyTable::flush() {
  for (auto& slot : slots_) slot.reset();
  for (Side& one : sides_) one.shapes.clear();
  used_ = 0;
  ++epoch_;
}

std::uint32_t PolicyTable::search(const Side& side, const Flow& flow) const {
  std::uint32_t found = kNone;
  for (const Group& group : side.shapes) {
    if (found != kNone && group.best > slots_[found]->priority) break;
    if (group.shape.family != flow.family) continue;
    const auto same = group.policies.find(group.shape.key(flow));
    if (same == group.policies.end()) continue;
    if (found == kNone || wins(same->second.front(), found)) found = same->second.front();
  }
  return found;
}

const Policy* PolicyTable::find(spa_policy_direction direction, const Flow& flow) {
  if (empty(direction)) return nullptr;
  Cached& cached = cache_[(FlowHash{}(flow) + direction) % kCache];
  if (cached.epoch != epoch_ || cached.direction != direction || !(cached.flow == flow))
    cached = {flow, epoch_, direction, search(side(direction), flow)};
  return cached.index == kNone ? nullptr : &*slots_[cached.index];
}

}  // namespace spa::esp
