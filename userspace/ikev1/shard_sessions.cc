// SPDX-License-Identifier: Apache-2.0
// Sessions from outside: brought up by traffic or command, cleared, revoked, changed by the data
// plane.
#include <algorithm>

#include "userspace/ike/udp_ports.h"
#include "userspace/ikev1/exchanges.h"
#include "userspace/ikev1/shard.h"
#include "userspace/ikev1/trace/steps.h"

namespace spa::ikev1 {

namespace {

bool has_live_child(const IsakmpSa& sa, const ports::PolicyId& id) {
  return std::any_of(sa.children.begin(), sa.children.end(),
                     [&](const auto& c) { return c->rule == id; });
}

}  // namespace

Result<IsakmpSa*> Shard::begin(const ports::PolicyRule& rule,
                               const std::vector<ports::PolicyId>& wanted) {
  const std::string name = profile_of(rule.id);
  const policy::IsakmpProfile* p = profile(name);
  if (!name.empty() && p == nullptr) {
    return fail(Errc::kState,
                rule.id.to_string() + ": ISAKMP profile '" + name + "' is not defined");
  }
  if (p != nullptr && !snapshot->terminates(p->local, rule.local)) {
    return fail(Errc::kState, rule.id.to_string() + ": ISAKMP profile '" + name +
                                  "' is for another local address");
  }
  if (asks_for_user(*snapshot, name, rule.local, rule.remote, nullptr)) {
    return fail(Errc::kState, rule.id.to_string() +
                                  ": the peer is a client with a user (XAUTH) "
                                  "and begins itself; no-xauth spares it");
  }
  const bool aggressive = p != nullptr && p->initiate_aggressive;
  if (aggressive && !snapshot->isakmp.aggressive_mode) {
    return fail(Errc::kState, rule.id.to_string() + ": aggressive mode is disabled");
  }
  const Status admitted = admit_call(ike::CallAdmission::Direction::kOutgoing, rule.local,
                                     rule.remote, has_sa_with(rule.remote));
  if (!admitted) return tl::unexpected(admitted.error());
  Result<IsakmpSa*> made = create(true, {rule.local, ike::kIkePort}, {rule.remote, ike::kIkePort});
  if (!made) return tl::unexpected(made.error());
  IsakmpSa& sa = **made;
  sa.profile = name;
  sa.wanted = wanted;
  sa.aggressive = aggressive;
  if (!name.empty()) debug(sa, " SA request profile is " + name);  // R-PROF-17
  trace::made_sa(sa, with_peer(rule.remote).size() - 1);
  if (!aggressive) {  // R-POL-21
    trace::say(sa, "Can not start Aggressive mode, trying Main mode.", trace::kInNewer);
  }
  if (p != nullptr && p->keyrings.empty()) {
    trace::say(sa, "Profile has no keyring, aborting key search", trace::kInNewer);
  }
  sa.spawn(aggressive ? initiate_aggressive_mode(sa) : initiate_main_mode(sa));
  return &sa;
}

Status Shard::initiate(const ports::PolicyId& id) {
  if (stopping) return fail(Errc::kState, "shutting down");
  if (!snapshot->isakmp.enabled) return fail(Errc::kState, "ISAKMP is disabled");
  const ike::Rule* wanted = rule(id);
  if (wanted == nullptr) return fail(Errc::kNotFound, id.to_string() + " does not exist");
  if (wanted->rule.is_template()) return fail(Errc::kState, id.to_string() + " only answers");
  const policy::CryptoMapEntry* e = entry(id);
  if (e == nullptr || !e->ikev2_profile.empty()) {
    return fail(Errc::kState, id.to_string() + " does not use IKEv1");
  }
  IsakmpSa* carrier = nullptr;
  for (IsakmpSa* sa : with_peer(wanted->rule.remote)) {
    if (has_live_child(*sa, id) || sa->wants(id)) return {};
    const bool under_way = sa->initiator && sa->handshake != nullptr;
    const bool fits = !sa->replaced && sa->local.address == wanted->rule.local &&
                      (sa->profile == profile_of(id) || e->isakmp_profile.empty());
    if (fits && (sa->usable() || under_way)) carrier = sa;
  }
  if (now() < wanted->hold_until) {
    return fail(Errc::kState, id.to_string() + " failed a moment ago; not tried again yet");
  }
  if (carrier == nullptr) {
    const auto begun = begin(wanted->rule, {id});
    return begun ? Status{} : Status(tl::unexpected(begun.error()));
  }
  carrier->wanted.push_back(id);
  const bool waits = carrier->client && carrier->client->pending();
  if (carrier->usable() && !waits) carrier->spawn(initiate_quick_mode(*carrier, id, 0));
  return {};
}

std::size_t Shard::clear(const ike::SessionFilter& filter) {
  std::size_t count = 0;
  for (IsakmpSa* sa : all()) {
    if (!filter.fits(sa->id, sa->local, sa->remote)) continue;
    if (!filter.only_children()) {
      delete_isakmp_sa(*sa, "cleared by operator");
      ++count;
      continue;
    }
    std::vector<std::uint32_t> close;
    for (const auto& c : sa->children) {
      if (filter.fits(*c)) close.push_back(c->spi_in);
    }
    for (const std::uint32_t spi : close) delete_child(*sa, spi);
    count += close.size();
  }
  return count;
}

void Shard::shutdown(std::function<void()> done) {
  stopping = true;
  on_stopped_ = std::move(done);
  for (IsakmpSa* sa : all()) delete_isakmp_sa(*sa, "shutting down");
}

std::size_t Shard::close_revoked(ByteView issuer_der, const std::vector<Bytes>& serials) {
  std::size_t count = 0;
  for (IsakmpSa* sa : all()) {
    if (!sa->held || !sa->usable() || !sa->held->among(issuer_der, serials)) continue;
    ++count;
    delete_isakmp_sa(*sa, ike::log_revoked(*this, *sa->held, sa->remote, sa->remote_identity));
  }
  return count;
}

void Shard::on_expire(std::uint32_t spi, bool hard) {
  for (IsakmpSa* sa : with_child(spi)) {
    ChildSa* child = sa->child(spi);
    if (child == nullptr) child = sa->child_by_outbound(spi);
    if (child == nullptr) continue;
    if (hard) {
      delete_child(*sa, child->spi_in);
    } else if (child->rekey_at) {
      rekey_child(*sa, child->spi_in);
    }
    return;
  }
}

void Shard::on_mapping(std::uint32_t spi_in, const Endpoint& remote) {
  for (IsakmpSa* sa : with_child(spi_in)) {
    if (sa->child(spi_in) == nullptr || !sa->remote_behind_nat || sa->local_behind_nat) continue;
    sa->move_to(sa->local, remote);
    return;
  }
}

bool Shard::on_unknown_spi(const ports::UnknownSpi& unknown) {
  for (IsakmpSa* sa : with_peer(unknown.remote)) {
    if (!sa->usable()) continue;
    if (spi_hints_.allow(now())) report_unknown_spi(*sa, unknown);
    return true;
  }
  for (IsakmpSa* sa : with_peer(unknown.remote)) {
    if (!sa->initiator || !sa->handshake) continue;
    if (sa->unknown_spis.size() < IsakmpSa::kMostUnknownSpis) sa->unknown_spis.push_back(unknown);
    return true;
  }
  return false;
}

Status Shard::begin_recovery(const ports::PolicyRule& rule, const ports::UnknownSpi& unknown) {
  if (stopping) return fail(Errc::kState, "shutting down");
  if (!snapshot->isakmp.enabled) return fail(Errc::kState, "ISAKMP is disabled");  // R-SPI-2
  const auto begun = begin(rule, {});
  if (!begun) return tl::unexpected(begun.error());
  (*begun)->unknown_spis.push_back(unknown);
  log(Severity::kNotice, "CRYPTO", "INV_SPI_RECOVERY",
      "IKE SA to " + rule.remote.to_string() + " to tell of its unknown SPI");
  return {};
}

}  // namespace spa::ikev1
