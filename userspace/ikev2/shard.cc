// SPDX-License-Identifier: Apache-2.0
#include "userspace/ikev2/shard.h"

#include <algorithm>

#include "userspace/crypto/random.h"
#include "userspace/ikev2/exchanges.h"

namespace spa::ikev2 {

using ike::Phase;

namespace {

std::uint32_t seed() {
  const Result<std::uint64_t> random = crypto::random_nonzero_u64();
  return random ? static_cast<std::uint32_t>(*random) : 1;
}

}  // namespace

Shard::Shard(const Dependencies& dependencies, const Options& wanted)
    : ports(dependencies),
      options(wanted),
      strand([this] { idle(); }),
      decisions(wanted.decisions_kept),
      snapshot(std::make_shared<policy::Snapshot>()),
      table_(wanted.shard),
      cookies_(wanted.cookie_secret_life),
      jitter_(seed()) {}

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
  auto sa = std::make_unique<IkeSa>(*this, next_id_++, initiator, *spi, local, remote);
  IkeSa* raw = sa.get();
  table_.add(*spi, std::move(sa));
  by_peer_.emplace(remote.address, *spi);
  touch(*raw);
  return raw;
}

std::vector<IkeSa*> Shard::with_peer(const IpAddress& remote) const {
  std::vector<IkeSa*> list;
  const auto [first, last] = by_peer_.equal_range(remote);
  for (auto it = first; it != last; ++it) {
    if (IkeSa* sa = table_.find(it->second)) list.push_back(sa);
  }
  return list;
}

void Shard::moved(IkeSa& sa, const IpAddress& old_remote) {
  if (old_remote == sa.remote.address) return;
  const auto [first, last] = by_peer_.equal_range(old_remote);
  const auto found =
      std::find_if(first, last, [&](const auto& item) { return item.second == sa.spi_local; });
  if (found != last) by_peer_.erase(found);
  by_peer_.emplace(sa.remote.address, sa.spi_local);
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
  for (const auto& c : sa.children) (void)ports.sa_database.remove(c->spi_in);
  sa.children.clear();
  for (const ports::PolicyId& id : sa.wanted) failed(id, options.acquire_hold_down);
  sa.wanted.clear();
  const auto [first, last] = by_peer_.equal_range(sa.remote.address);
  const auto found =
      std::find_if(first, last, [&](const auto& item) { return item.second == sa.spi_local; });
  if (found != last) by_peer_.erase(found);
  retired_.push_back(table_.take(sa.spi_local));
}

// --- CHILD SAs ---

void Shard::remove_child(IkeSa& sa, std::uint32_t spi_in) {
  const auto found = std::find_if(sa.children.begin(), sa.children.end(),
                                  [&](const auto& c) { return c->spi_in == spi_in; });
  if (found == sa.children.end()) return;
  (void)ports.sa_database.remove(spi_in);
  sa.children.erase(found);
}

void Shard::move_children(IkeSa& from, IkeSa& to) {
  std::vector<std::uint32_t> closing;
  for (auto& c : from.children) {
    // What was begun under the old SA is not finished there any more.
    if (c->state == ChildSa::State::kDeleting) closing.push_back(c->spi_in);
    if (c->state == ChildSa::State::kRekeying) c->rekey_at = now();
    if (c->state != ChildSa::State::kReplaced) c->state = ChildSa::State::kInstalled;
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

Rule* Shard::rule(const ports::PolicyId& id) {
  const auto found = rules_.find(id);
  return found == rules_.end() ? nullptr : &found->second;
}

const policy::CryptoMapEntry* Shard::entry(const ports::PolicyId& id) const {
  const auto map = snapshot->crypto_maps.find(id.crypto_map);
  if (map == snapshot->crypto_maps.end()) return nullptr;
  const auto& entries = map->second.entries;
  const auto found =
      std::ranges::lower_bound(entries, id.sequence, {}, &policy::CryptoMapEntry::sequence);
  return found != entries.end() && found->sequence == id.sequence ? &*found : nullptr;
}

std::vector<const ports::PolicyRule*> Shard::rules_towards(const IpAddress& peer) const {
  std::vector<const ports::PolicyRule*> list;
  const auto found = rules_by_peer_.find(peer);
  if (found == rules_by_peer_.end()) return list;
  for (const ports::PolicyId& id : found->second) list.push_back(&rules_.at(id).rule);
  return list;
}

const policy::Ikev2Profile* Shard::profile(const std::string& name) const {
  const auto found = snapshot->ikev2_profiles.find(name);
  return found == snapshot->ikev2_profiles.end() ? nullptr : &found->second;
}

namespace {

bool same_rule(const ports::PolicyRule& a, const ports::PolicyRule& b) {
  return a.selectors == b.selectors && a.mode == b.mode && a.local == b.local &&
         a.remote == b.remote && a.reqid == b.reqid && a.device == b.device;
}

using RuleIndex = std::map<ports::PolicyId, const ports::PolicyRule*>;
RuleIndex index_of(const std::vector<ports::PolicyRule>& list) {
  RuleIndex index;
  for (const ports::PolicyRule& r : list) index.emplace(r.id, &r);
  return index;
}

}  // namespace

std::vector<std::string> Shard::would_close(const std::vector<ports::PolicyRule>& list) const {
  std::vector<std::string> sentences;
  const RuleIndex fresh = index_of(list);
  for (const IkeSa* sa : table_.all()) {
    for (const auto& c : sa->children) {
      const auto next = fresh.find(c->rule);
      const auto current = rules_.find(c->rule);
      const bool same = next != fresh.end() && current != rules_.end() &&
                        same_rule(*next->second, current->second.rule);
      if (same) continue;
      sentences.push_back("CHILD SA " + std::to_string(c->id) + " with " +
                          sa->remote.address.to_string() + ": " + c->rule.to_string() +
                          (next == fresh.end() ? " is gone" : " has changed"));
    }
  }
  return sentences;
}

void Shard::configure(policy::SnapshotPtr next, std::vector<ports::PolicyRule> list) {
  std::set<ports::PolicyId> changed;
  const RuleIndex fresh = index_of(list);
  for (const auto& [id, old] : rules_) {
    const auto found = fresh.find(id);
    if (found == fresh.end() || !same_rule(*found->second, old.rule)) changed.insert(id);
  }
  snapshot = next ? std::move(next) : std::make_shared<const policy::Snapshot>();
  std::map<ports::PolicyId, Rule> rules;
  for (ports::PolicyRule& r : list) {
    const ports::PolicyId id = r.id;
    rules.emplace(id, Rule{std::move(r), {}});
  }
  rules_ = std::move(rules);
  rules_by_peer_.clear();
  for (const auto& [id, state] : rules_) {
    rules_by_peer_[state.rule.remote].insert(id);
    const policy::CryptoMapEntry* e = entry(id);
    if (e == nullptr) continue;
    for (const IpAddress& peer : e->peers) rules_by_peer_[peer].insert(id);
  }
  for (IkeSa* sa : table_.all()) {
    std::vector<std::uint32_t> close;
    for (const auto& c : sa->children) {
      if (changed.contains(c->rule)) close.push_back(c->spi_in);
    }
    for (const std::uint32_t spi : close) sa->spawn(delete_child_sa(*sa, spi));
  }
}

// --- logs ---

void Shard::log(Severity severity, std::string_view facility, std::string_view mnemonic,
                std::string text) {
  ports.log.write({severity, facility, mnemonic, std::move(text)});
}

void Shard::log_limited(Severity severity, std::string_view facility, std::string_view mnemonic,
                        std::string text) {
  if (stranger_logs_.allow(now())) log(severity, facility, mnemonic, std::move(text));
}

void Shard::debug(const IkeSa& sa, const std::string& text) {
  if (!ports.log.debugging("ikev2")) return;
  log(Severity::kDebug, "ikev2", "", "IKEv2:(SESSION ID = " + std::to_string(sa.id) + "):" + text);
}

void Shard::record(const IkeSa* sa, const Endpoint& remote, std::string exchange,
                   std::string outcome, Steps steps) {
  ike::DecisionRecord r;
  r.started = ports.timers.wall();
  if (sa != nullptr) {
    r.ike_sa = sa->id;
    const Duration took = now() - sa->created;
    r.started -= took;
    r.milliseconds = static_cast<std::uint32_t>(took.count());
  }
  r.exchange = std::move(exchange);
  r.remote = remote;
  r.outcome = std::move(outcome);
  r.steps = std::move(steps);
  if (ports.log.debugging("ikev2")) {
    for (const std::string& step : r.steps) {
      log(Severity::kDebug, "ikev2", "", "IKEv2:" + r.exchange + ": " + step);
    }
  }
  decisions.add(std::move(r));
}

}  // namespace spa::ikev2
