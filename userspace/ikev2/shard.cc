// SPDX-License-Identifier: Apache-2.0
#include "userspace/ikev2/shard.h"

#include <algorithm>

#include "userspace/ike/same_rule.h"
#include "userspace/ikev2/configuration.h"
#include "userspace/ikev2/exchanges.h"
#include "userspace/ikev2/mobike.h"

namespace spa::ikev2 {

using ike::Phase;

Shard::Shard(const Dependencies& dependencies, const Options& wanted)
    : ike::Shard(
          dependencies, wanted, [this] { idle(); }, "ikev2"),
      fragment_budget(wanted.fragment_octets_max),
      table_(wanted.shard),
      cookies_(wanted.cookie_secret_life) {}

Shard::~Shard() {
  for (IkeSa* sa : table_.all()) {
    for (const auto& c : sa->children) (void)ports.sa_database.remove(c->spi_in);
    (void)table_.take(sa->spi_local);
  }
  retired_.clear();
}

void Shard::idle() {
  while (!touched_.empty() || !retired_.empty()) {
    const std::set<std::uint64_t> touched = std::exchange(touched_, {});
    for (const std::uint64_t spi : touched) {
      IkeSa* sa = table_.find(spi);
      if (sa == nullptr) continue;
      sa->reap_scripts();
      sa->schedule();
    }
    const auto retired = std::exchange(retired_, {});
  }
  if (stopping && table_.size() == 0 && on_stopped_) std::exchange(on_stopped_, nullptr)();
}

// --- the table ---

Result<IkeSa*> Shard::create(bool initiator, const Endpoint& local, const Endpoint& remote) {
  const Result<std::uint64_t> spi = table_.fresh_spi();
  if (!spi) return tl::unexpected(spi.error());
  auto sa = std::make_unique<IkeSa>(*this, ids->next_ike(), initiator, *spi, local, remote);
  IkeSa* raw = sa.get();
  table_.add(*spi, std::move(sa));
  by_peer_.add(remote.address, *spi);
  touch(*raw);
  return raw;
}

std::vector<IkeSa*> Shard::with_peer(const IpAddress& remote) const {
  std::vector<IkeSa*> list;
  for (const std::uint64_t spi : by_peer_.of(remote)) {
    if (IkeSa* sa = table_.find(spi)) list.push_back(sa);
  }
  return list;
}

std::vector<IkeSa*> Shard::with_child(std::uint32_t spi) const {
  std::vector<IkeSa*> list;
  for (const std::uint64_t owner : child_index.owners(spi)) {
    if (IkeSa* sa = table_.find(owner)) list.push_back(sa);
  }
  return list;
}

bool Shard::has_sa_with(const IpAddress& remote) const {
  const std::vector<IkeSa*> list = with_peer(remote);
  return std::any_of(list.begin(), list.end(),
                     [](const IkeSa* sa) { return sa->usable() || !sa->children.empty(); });
}

void Shard::left_half_open(IkeSa& sa) {
  if (!sa.handshake || !sa.handshake->counted_half_open) return;
  sa.handshake->counted_half_open = false;
  half_open_.remove(sa.handshake->first_source.address);
  const auto [first, last] =
      first_requests_.equal_range({sa.spi_remote, sa.handshake->first_source});
  const auto found =
      std::find_if(first, last, [&](const auto& item) { return item.second == sa.spi_local; });
  if (found != last) first_requests_.erase(found);
}

void Shard::retire(IkeSa& sa, const std::string& cause) {
  if (sa.phase() == Phase::kGone) return;
  const bool was_up = sa.phase() == Phase::kEstablished || sa.phase() == Phase::kDeleting;
  left_half_open(sa);
  sa.step(Phase::kGone);
  sa.drop_requests();
  if (was_up && !cause.empty()) {
    log(Severity::kNotice, "IKEV2", "SA_DOWN",
        "SA DOWN: peer " + sa.remote.to_string() + " tunnel-id " + std::to_string(sa.id) + ": " +
            cause);
  } else if (!was_up && !cause.empty()) {
    log(Severity::kError, "IKEV2", "NEG_ABORT",
        "Negotiation with " + sa.remote.to_string() + " aborted due to ERROR: " + cause);
  }
  for (const auto& c : sa.children) {
    (void)ports.sa_database.remove(c->spi_in);
    child_index.remove(*c, sa.spi_local);
  }
  sa.children.clear();
  abandon_wanted(sa);
  roaming_.erase(sa.spi_local);
  by_peer_.remove(sa.remote.address, sa.spi_local);
  retired_.push_back(table_.take(sa.spi_local));
}

// --- CHILD SAs ---

void Shard::remove_child(IkeSa& sa, std::uint32_t spi_in) {
  const auto found = std::find_if(sa.children.begin(), sa.children.end(),
                                  [&](const auto& c) { return c->spi_in == spi_in; });
  if (found == sa.children.end()) return;
  (void)ports.sa_database.remove(spi_in);
  child_index.remove(**found, sa.spi_local);
  sa.children.erase(found);
}

void Shard::move_children(IkeSa& from, IkeSa& to) {
  std::vector<std::uint32_t> closing;
  for (auto& c : from.children) {
    // What was begun under the old SA is not finished there any more.
    if (c->state == ChildSa::State::kDeleting) closing.push_back(c->spi_in);
    if (c->state == ChildSa::State::kRekeying) c->rekey_at = now();
    if (c->state != ChildSa::State::kReplaced) c->state = ChildSa::State::kInstalled;
    child_index.remove(*c, from.spi_local);
    child_index.add(*c, to.spi_local);
    to.children.push_back(std::move(c));
  }
  from.children.clear();
  for (const std::uint32_t spi : closing) to.spawn(delete_child_sa(to, spi));
  touch(to);
}

ChildSa* Shard::child_of_peer(IkeSa& sa, std::uint32_t spi_out) {
  ChildSa* child = sa.child_by_outbound(spi_out);
  if (child != nullptr) return child;
  for (IkeSa* old : with_peer(sa.remote.address)) {
    if (!old->peer_rekey || old->peer_rekey->spi != sa.spi_local) continue;
    move_children(*old, sa);
    return sa.child_by_outbound(spi_out);
  }
  return nullptr;
}

// --- configuration ---

Proposals Shard::ike_proposals(const IpAddress& local, Steps& steps) const {
  Proposals out =
      ikev2::ike_proposals(snapshot->proposals_for(local), snapshot->legacy_algorithms, steps);
  leave_out_unsupported(out, ports.engine, steps);
  return out;
}

const policy::Ikev2Profile* Shard::profile(const std::string& name) const {
  const auto found = snapshot->ikev2_profiles.find(name);
  return found == snapshot->ikev2_profiles.end() ? nullptr : &found->second;
}

std::vector<std::string> Shard::would_close(const std::vector<ports::PolicyRule>& list) const {
  std::vector<std::string> sentences;
  const ike::RuleTable::Comparison next(rules, list);
  for (const IkeSa* sa : table_.all()) {
    for (const auto& c : sa->children) {
      const ike::RuleTable::Fate fate = next.of(c->rule);
      if (fate == ike::RuleTable::Fate::kStays) continue;
      sentences.push_back("CHILD SA " + std::to_string(c->id) + " with " +
                          sa->remote.address.to_string() + ": " + c->rule.to_string() +
                          (fate == ike::RuleTable::Fate::kGoes ? " is gone" : " has changed"));
    }
  }
  return sentences;
}

namespace {

// The rules that differ in nothing but the address of ours that they end on.
std::set<ports::PolicyId> rules_elsewhere(ike::RuleTable& now,
                                          const std::vector<ports::PolicyRule>& next) {
  std::set<ports::PolicyId> moving;
  for (const ports::PolicyRule& r : next) {
    const ike::Rule* old = now.find(r.id);
    if (old == nullptr || r.clear || old->rule.local == r.local) continue;
    ports::PolicyRule there = old->rule;
    there.local = r.local;
    if (ike::same_rule(there, r)) moving.insert(r.id);
  }
  return moving;
}

}  // namespace

void Shard::configure(policy::SnapshotPtr next, std::vector<ports::PolicyRule> list) {
  const ike::RuleTable::Comparison fates(rules, list);
  const std::set<ports::PolicyId> moving = rules_elsewhere(rules, list);
  if (!next) next = std::make_shared<const policy::Snapshot>();
  forget_tickets(*next);
  snapshot = std::move(next);
  ports.address_pools->configure(snapshot->address_pools);
  std::erase_if(rotations_, [this](const auto& item) {
    return entry({item.first.first, item.first.second, 0}) == nullptr;
  });
  rules.replace(*snapshot, std::move(list));
  for (IkeSa* sa : table_.all()) {
    std::vector<std::uint32_t> close;
    for (const auto& c : sa->children) {
      if (fates.of(c->rule) == ike::RuleTable::Fate::kStays) continue;
      // One that has moved to where its rule is now goes on (RFC 4555).
      const bool follows = sa->mobility && moving.contains(c->rule) &&
                           sa->local.address == rule(c->rule)->rule.local;
      if (!follows) close.push_back(c->spi_in);
    }
    for (const std::uint32_t spi : close) sa->spawn(delete_child_sa(*sa, spi));
  }
}

// --- logs ---

void Shard::debug(const IkeSa& sa, const std::string& text) {
  if (!debugging()) return;
  debug_line(sa.remote.address, "IKEv2:(SESSION ID = " + std::to_string(sa.id) + "):" + text);
}

void Shard::record(const IkeSa* sa, const Endpoint& remote, std::string exchange,
                   std::string outcome, Steps steps) {
  if (debugging()) {
    for (const std::string& step : steps) {
      debug_line(remote.address, "IKEv2:" + exchange + ": " + step);
    }
  }
  keep_record(sa != nullptr ? sa->id : 0, sa != nullptr ? sa->created : now(), remote,
              std::move(exchange), std::move(outcome), std::move(steps));
}

}  // namespace spa::ikev2
