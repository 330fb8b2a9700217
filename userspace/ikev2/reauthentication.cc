// SPDX-License-Identifier: Apache-2.0
// Reauthentication (RFC 7296 2.8.3) and the life of an authentication (RFC 4478). Make before
// break: a new IKE SA with the same CHILD SAs is made beside the old one, which then goes.
#include <algorithm>

#include "userspace/ikev2/exchanges.h"
#include "userspace/ikev2/shard.h"
#include "userspace/wire/notice.h"

namespace spa::ikev2 {

namespace {

constexpr Duration kRetry{30000};  // after an attempt that failed, while the old SA lives

std::vector<ports::PolicyId> rules_in_use(const IkeSa& sa) {
  std::vector<ports::PolicyId> rules;
  for (const auto& c : sa.children) {
    if (c->state == ChildSa::State::kDeleting) continue;
    if (std::find(rules.begin(), rules.end(), c->rule) == rules.end()) rules.push_back(c->rule);
  }
  return rules;
}

}  // namespace

void begin_authentication_life(IkeSa& sa, std::uint32_t seconds) {
  if (seconds == 0) return;
  const Duration life(seconds * 1000LL);
  if (sa.original_initiator) {
    const SteadyTime at = sa.shard.now() + sa.shard.rekey_after(life);
    sa.reauth_at = std::min(sa.reauth_at.value_or(at), at);
  } else {
    sa.authentication_ends = sa.shard.now() + life;
  }
}

void reauthenticate(IkeSa& sa) {
  Shard& shard = sa.shard;
  if (!sa.usable() || sa.replaced_by_authentication) return;
  if (sa.handing_over()) {
    sa.reauth_at = shard.now() + kRetry;
    return;
  }
  std::vector<ports::PolicyId> rules = rules_in_use(sa);
  if (rules.empty()) {
    delete_ike_sa(sa, "not in use when it was to be authenticated anew");
    return;
  }
  const Result<IkeSa*> made = shard.create(true, sa.local, sa.remote);
  if (!made) {
    sa.reauth_at = shard.now() + kRetry;
    return;
  }
  shard.ports.call_admission->count_accepted(ike::CallAdmission::Direction::kOutgoing);
  IkeSa& next = **made;
  sa.replaced_by_authentication = true;
  next.profile = sa.profile;
  next.home = sa.home;
  next.replaces = sa.spi_local;
  next.wanted = rules;
  next.spawn(initiate_ike_sa(next, rules.front()));
}

ike::Task<> conclude_reauthentication(IkeSa& sa) {
  const std::vector<ports::PolicyId> others = sa.wanted;
  for (const ports::PolicyId& other : others) co_await create_child_sa(sa, other);
  if (!sa.usable()) co_return;
  if (sa.children.empty()) {  // it stands, and is of no use: the old one is
    reauthentication_failed(sa);
    co_return delete_ike_sa(sa, "no CHILD SA under the new authentication");
  }
  IkeSa* old = sa.shard.find(std::exchange(sa.replaces, 0));
  if (old == nullptr) co_return;
  ++sa.shard.counters.reauthentications;
  delete_ike_sa(*old, "authenticated anew");
}

void reauthentication_failed(IkeSa& sa) {
  IkeSa* old = sa.shard.find(std::exchange(sa.replaces, 0));
  if (old == nullptr) return;
  old->replaced_by_authentication = false;
  if (!old->usable()) return;
  old->reauth_at = sa.shard.now() + kRetry;
  sa.shard.touch(*old);
}

void announce_authentication_life(const IkeSa& sa, std::uint32_t seconds, Payloads& payloads) {
  if (seconds == 0 || sa.original_initiator) return;
  payloads.emplace_back(wire::number_notice(wire::NotifyType::kAuthLifetime, seconds));
}

void take_authentication_life(IkeSa& sa, const Payloads& payloads) {
  const auto* notify = wire::find_notify(payloads, wire::NotifyType::kAuthLifetime);
  if (notify == nullptr || !sa.original_initiator) return;
  const auto seconds = wire::parse_number_notice(*notify);
  // A life of a few seconds would keep both ends at nothing else.
  if (seconds) begin_authentication_life(sa, std::max<std::uint32_t>(*seconds, 60));
}

}  // namespace spa::ikev2
