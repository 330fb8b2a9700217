// SPDX-License-Identifier: Apache-2.0
#include "userspace/ikev1/shard.h"

#include <algorithm>

#include "userspace/ikev1/exchanges.h"
#include "userspace/ikev1/trace/steps.h"

namespace spa::ikev1 {

using ike::Phase;

Shard::Shard(const Dependencies& dependencies, const Options& wanted)
    : ike::Shard(dependencies, wanted, [this] { idle(); }, "isakmp"), table_(wanted.shard) {}

Shard::~Shard() {
  for (IsakmpSa* sa : table_.all()) {
    for (const auto& c : sa->children) (void)ports.sa_database.remove(c->spi_in);
    (void)table_.take(sa->spi_local);
  }
  retired_.clear();
}

void Shard::idle() {
  while (!touched_.empty() || !retired_.empty()) {
    const std::set<std::uint64_t> touched = std::exchange(touched_, {});
    for (const std::uint64_t cookie : touched) {
      IsakmpSa* sa = table_.find(cookie);
      if (sa == nullptr) continue;
      sa->reap_scripts();
      sa->schedule();
    }
    const auto retired = std::exchange(retired_, {});
  }
  if (stopping && table_.size() == 0 && on_stopped_) std::exchange(on_stopped_, nullptr)();
}

// --- the table ---

Result<IsakmpSa*> Shard::create(bool initiator, const Endpoint& local, const Endpoint& remote) {
  const Result<std::uint64_t> cookie = table_.fresh_spi();
  if (!cookie) return tl::unexpected(cookie.error());
  auto sa = std::make_unique<IsakmpSa>(*this, ids->next_ike(), initiator, *cookie, local, remote);
  IsakmpSa* raw = sa.get();
  table_.add(*cookie, std::move(sa));
  by_peer_.add(remote.address, *cookie);
  touch(*raw);
  return raw;
}

std::vector<IsakmpSa*> Shard::with_peer(const IpAddress& remote) const {
  std::vector<IsakmpSa*> list;
  for (const std::uint64_t cookie : by_peer_.of(remote)) {
    if (IsakmpSa* sa = table_.find(cookie)) list.push_back(sa);
  }
  return list;
}

std::vector<IsakmpSa*> Shard::with_child(std::uint32_t spi) const {
  std::vector<IsakmpSa*> list;
  for (const std::uint64_t cookie : child_index.owners(spi)) {
    if (IsakmpSa* sa = table_.find(cookie)) list.push_back(sa);
  }
  return list;
}

bool Shard::has_sa_with(const IpAddress& remote) const {
  const std::vector<IsakmpSa*> list = with_peer(remote);
  return std::any_of(list.begin(), list.end(),
                     [](const IsakmpSa* sa) { return sa->usable() || !sa->children.empty(); });
}

void Shard::moved(IsakmpSa& sa, const IpAddress& old_remote) {
  if (old_remote == sa.remote.address) return;
  by_peer_.remove(old_remote, sa.spi_local);
  by_peer_.add(sa.remote.address, sa.spi_local);
}

void Shard::left_half_open(IsakmpSa& sa) {
  if (!sa.handshake || !sa.handshake->counted_half_open) return;
  sa.handshake->counted_half_open = false;
  half_open_.remove(sa.handshake->first_source.address);
  const auto [first, last] =
      first_messages_.equal_range({sa.spi_remote, sa.handshake->first_source});
  const auto found =
      std::find_if(first, last, [&](const auto& item) { return item.second == sa.spi_local; });
  if (found != last) first_messages_.erase(found);
}

void Shard::retire(IsakmpSa& sa, const std::string& cause) {
  if (sa.phase() == Phase::kGone) return;
  const bool was_up = sa.phase() != Phase::kInit && sa.phase() != Phase::kAuth;
  trace::deleting_sa(sa, cause);
  left_half_open(sa);
  // The peer may have another one now, or not know ours any more: next time we show certificates.
  if (sa.initiator && sa.handshake && !sa.handshake->peer_certificate.empty()) {
    seen_certificates.forget(sa.local.address, sa.remote.address);
  }
  sa.step(Phase::kGone);
  sa.drop_exchanges();
  if (!cause.empty()) {
    log(was_up ? Severity::kNotice : Severity::kError, "CRYPTO",
        was_up ? "ISAKMP_SA_DOWN" : "IKMP_MODE_FAILURE",
        was_up ? "ISAKMP SA " + std::to_string(sa.id) + " with " + sa.remote.to_string() +
                     " is gone: " + cause
               : "Processing of " + std::string(sa.aggressive ? "Aggressive" : "Main") +
                     " mode failed with peer at " + sa.remote.address.to_string() + ": " + cause);
  }
  for (const auto& c : sa.children) {
    (void)ports.sa_database.remove(c->spi_in);
    child_index.remove(*c, sa.spi_local);
  }
  sa.children.clear();
  for (const ports::PolicyId& id : sa.wanted) failed(id, options.acquire_hold_down);
  sa.wanted.clear();
  by_peer_.remove(sa.remote.address, sa.spi_local);
  retired_.push_back(table_.take(sa.spi_local));
}

// --- IPsec SAs ---

void Shard::remove_child(IsakmpSa& sa, std::uint32_t spi_in) {
  const auto found = std::find_if(sa.children.begin(), sa.children.end(),
                                  [&](const auto& c) { return c->spi_in == spi_in; });
  if (found == sa.children.end()) return;
  (void)ports.sa_database.remove(spi_in);
  child_index.remove(**found, sa.spi_local);
  sa.children.erase(found);
  touch(sa);
}

void Shard::move_children(IsakmpSa& from, IsakmpSa& to) {
  for (auto& c : from.children) {
    child_index.remove(*c, from.spi_local);
    child_index.add(*c, to.spi_local);
    to.children.push_back(std::move(c));
  }
  from.children.clear();
  touch(to);
}

IsakmpSa* Shard::successor_of(const IsakmpSa& sa) const {
  IsakmpSa* newest = nullptr;
  for (IsakmpSa* other : with_peer(sa.remote.address)) {
    const bool fits = other != &sa && other->usable() && same_peer(*other, sa);
    if (fits && (newest == nullptr || other->id > newest->id)) newest = other;
  }
  return newest;
}

// What the configuration says of the pair, or what a dynamic crypto map granted (R-MAP-22).
const ports::PolicyRule* Shard::rule_of(const ChildSa& child) {
  if (child.own_rule) return child.own_rule.get();
  const ike::Rule* known = rule(child.rule);
  return known != nullptr ? &known->rule : nullptr;
}

void Shard::rekey_child(IsakmpSa& sa, std::uint32_t spi_in) {
  ChildSa* child = sa.child(spi_in);
  const ports::PolicyRule* known = child != nullptr ? rule_of(*child) : nullptr;
  if (known == nullptr || stopping) return;
  const ports::PolicyId id = child->rule;
  child->rekey_at.reset();
  IsakmpSa* carrier = sa.usable() && !sa.replaced ? &sa : successor_of(sa);
  if (carrier != nullptr) {
    if (carrier->wants(id)) return;
    carrier->wanted.push_back(id);
    carrier->spawn(initiate_quick_mode(*carrier, id, spi_in));
    return;
  }
  if (is_served(sa)) return;  // a client begins itself
  // No phase 1 any more: a new one, and then the quick mode.
  for (IsakmpSa* other : with_peer(sa.remote.address)) {
    if (other->wants(id)) return;
  }
  const auto begun = begin(*known, {id});
  if (!begun) debug(sa, "no new phase 1: " + begun.error().text);
}

// Another one with this peer will do if it is yet to be renewed itself, or is being made. Two that
// came up together, because both ends began at once, must not each rely on the other.
bool Shard::outlived(const IsakmpSa& sa) const {
  const auto peers = with_peer(sa.remote.address);
  return std::any_of(peers.begin(), peers.end(), [&](const IsakmpSa* other) {
    if (other == &sa) return false;
    if (other->handshake != nullptr) return other->initiator && other->profile == sa.profile;
    return other->usable() && other->rekey_at && same_peer(*other, sa);
  });
}

// The last of them speaks for the pairs of all.
const ports::PolicyRule* Shard::rule_in_use(const IsakmpSa& sa) {
  for (const IsakmpSa* other : with_peer(sa.remote.address)) {
    if (other->children.empty() || (other != &sa && !same_peer(*other, sa))) continue;
    const ports::PolicyRule* known = rule_of(*other->children.front());
    if (known != nullptr) return known;
  }
  return nullptr;
}

void Shard::rekey_isakmp_sa(IsakmpSa& sa) {
  if (stopping || is_served(sa) || outlived(sa)) return;
  const ports::PolicyRule* known = rule_in_use(sa);
  if (known == nullptr) return;
  debug(sa, "ISAKMP SA is near its end, beginning a new one");
  const auto begun = begin(*known, {});
  if (!begun) debug(sa, "no new phase 1: " + begun.error().text);
}

// --- configuration ---

Suites Shard::suites_for(const IpAddress& local) const {
  Suites suites = snapshot->isakmp_suites();
  const auto asks = [](const policy::ClientAccess& access) {
    return !access.authentication_list.empty();
  };
  // Which profile a peer falls under is not known yet: any that asks will do.
  const policy::ClientAccess* access = client_access(*snapshot, {}, local);
  const auto& profiles = snapshot->isakmp.profiles;
  const bool wanted = (access != nullptr && asks(*access)) ||
                      std::any_of(profiles.begin(), profiles.end(),
                                  [&](const auto& item) { return asks(item.second.client); });
  return wanted ? with_users(suites) : suites;
}

Suites Shard::suites_of(const std::string& name) const {
  const policy::IsakmpProfile* known = profile(name);
  Suites suites = snapshot->isakmp_suites();
  return known != nullptr && known->login ? with_users(suites) : suites;
}

const policy::IsakmpProfile* Shard::profile(const std::string& name) const {
  const auto found = snapshot->isakmp.profiles.find(name);
  return found == snapshot->isakmp.profiles.end() ? nullptr : &found->second;
}

std::string Shard::profile_of(const ports::PolicyId& id) const {
  const policy::CryptoMapEntry* e = entry(id);
  if (e == nullptr) return {};
  if (!e->isakmp_profile.empty()) return e->isakmp_profile;
  const auto map = snapshot->crypto_maps.find(id.crypto_map);
  return map == snapshot->crypto_maps.end() ? std::string() : map->second.isakmp_profile;
}

std::vector<std::string> Shard::would_close(const std::vector<ports::PolicyRule>& list) const {
  std::vector<std::string> sentences;
  const ike::RuleTable::Comparison next(rules, list);
  for (const IsakmpSa* sa : table_.all()) {
    for (const auto& c : sa->children) {
      const ike::RuleTable::Fate fate = next.of(c->rule);
      if (fate == ike::RuleTable::Fate::kStays) continue;
      sentences.push_back("IPsec SA " + std::to_string(c->id) + " with " +
                          sa->remote.address.to_string() + ": " + c->rule.to_string() +
                          (fate == ike::RuleTable::Fate::kGoes ? " is gone" : " has changed"));
    }
  }
  return sentences;
}

void Shard::configure(policy::SnapshotPtr next, std::vector<ports::PolicyRule> list) {
  const ike::RuleTable::Comparison fates(rules, list);
  snapshot = next ? std::move(next) : std::make_shared<const policy::Snapshot>();
  ports.address_pools->configure(snapshot->address_pools);
  rules.replace(*snapshot, std::move(list));
  for (IsakmpSa* sa : table_.all()) {
    std::vector<std::uint32_t> close;
    for (const auto& c : sa->children) {
      if (fates.of(c->rule) != ike::RuleTable::Fate::kStays) close.push_back(c->spi_in);
    }
    for (const std::uint32_t spi : close) delete_child(*sa, spi);
    if (!snapshot->isakmp.enabled) delete_isakmp_sa(*sa, "ISAKMP is disabled");
  }
}

// --- logs ---

void Shard::debug(const IsakmpSa& sa, const std::string& text) {
  trace::say(sa, text);
}

void Shard::record(const IsakmpSa* sa, const Endpoint& remote, std::string exchange,
                   std::string outcome, Steps steps) {
  keep_record(sa != nullptr ? sa->id : 0, sa != nullptr ? sa->created : now(), remote,
              std::move(exchange), std::move(outcome), std::move(steps));
}

}  // namespace spa::ikev1
