// SPDX-License-Identifier: Apache-2.0
// Sessions from outside: brought up by traffic or command, cleared, revoked, changed by the data
// plane.
#include <algorithm>

#include "userspace/ikev2/exchanges.h"
#include "userspace/ikev2/nat.h"
#include "userspace/ikev2/selectors.h"
#include "userspace/ikev2/shard.h"

namespace spa::ikev2 {

namespace {

constexpr Duration kRefusedHoldDown{60000};  // after NO_ADDITIONAL_SAS

// Where there is an SA for each pair of hosts, one that does not take the packet does not count.
bool has_live_child(const IkeSa& sa, const ike::Rule& wanted, bool by_pair) {
  return std::any_of(sa.children.begin(), sa.children.end(), [&](const auto& c) {
    if (c->rule != wanted.rule.id || c->state == ChildSa::State::kDeleting) return false;
    return !by_pair || !wanted.packet ||
           (covers(c->local, {wanted.packet->local}) && covers(c->remote, {wanted.packet->remote}));
  });
}

void note_unknown_spi(IkeSa& sa, std::uint32_t spi) {
  std::vector<std::uint32_t>& noted = sa.unknown_spis;
  const bool again = std::find(noted.begin(), noted.end(), spi) != noted.end();
  if (!again && noted.size() < IkeSa::kMostUnknownSpis) noted.push_back(spi);
}

}  // namespace

Status Shard::initiate(const ports::PolicyId& id, unsigned tried) {
  if (stopping) return fail(Errc::kState, "shutting down");
  const ike::Rule* wanted = rule(id);
  if (wanted == nullptr) return fail(Errc::kNotFound, id.to_string() + " does not exist");
  if (wanted->rule.is_template()) return fail(Errc::kState, id.to_string() + " only answers");
  const policy::CryptoMapEntry* e = entry(id);
  if (e == nullptr || e->ikev2_profile.empty()) {
    return fail(Errc::kState, id.to_string() + " does not use IKEv2: no ikev2-profile is set");
  }
  const policy::Ikev2Profile* p = profile(e->ikev2_profile);
  if (p == nullptr || !p->complete()) {
    return fail(Errc::kState, id.to_string() + ": IKEv2 profile '" + e->ikev2_profile + "' is " +
                                  (p == nullptr ? "not defined" : "incomplete"));
  }
  const std::vector<IpAddress> peers =
      e->peers.empty() ? std::vector<IpAddress>{wanted->rule.remote} : e->peers;
  const bool by_pair = e->per_host || wanted->single_pair;
  IkeSa* carrier = nullptr;
  for (const IpAddress& peer : peers) {
    for (IkeSa* sa : with_home(peer)) {
      if (has_live_child(*sa, *wanted, by_pair) || sa->wants(id)) return {};
      const bool under_way =
          sa->initiator && sa->handshake != nullptr && sa->phase() != ike::Phase::kDeleting;
      const bool fits = sa->local.address == wanted->rule.local && sa->profile == p->name;
      if ((sa->usable() && fits) || (under_way && sa->local.address == wanted->rule.local)) {
        carrier = sa;
      }
    }
  }
  if (now() < wanted->hold_until) {
    return fail(Errc::kState, id.to_string() + " failed a moment ago; not tried again yet");
  }
  if (carrier != nullptr && carrier->children.size() >= options.children_max) {
    return fail(Errc::kState, "as many CHILD SAs as one IKE SA may have");
  }
  if (carrier != nullptr && carrier->no_additional_sas) {
    failed(id, kRefusedHoldDown);
    carrier->no_additional_sas = false;
    return fail(Errc::kState, "peer takes no more CHILD SAs");
  }
  if (carrier != nullptr) {
    carrier->wanted.push_back(id);
    if (carrier->usable()) carrier->spawn(create_child_sa(*carrier, id));
    return {};
  }
  const IpAddress peer = peers.size() == 1 ? peers.front() : rotation(id).current(peers);
  const Status admitted = admit_call(ike::CallAdmission::Direction::kOutgoing, wanted->rule.local,
                                     peer, has_sa_with(peer));
  if (!admitted) return admitted;
  Result<IkeSa*> made = create(true, {wanted->rule.local, kIkePort}, {peer, kIkePort});
  if (!made) return tl::unexpected(made.error());
  (*made)->peers_tried = tried;
  (*made)->profile = p->name;
  (*made)->wanted.push_back(id);
  (*made)->spawn(initiate_ike_sa(**made, id));
  return {};
}

std::size_t Shard::clear(const SessionFilter& filter) {
  std::size_t count = 0;
  for (IkeSa* sa : all()) {
    // A successor in the making belongs to the script that makes it, and ends with it.
    if (sa->phase() == ike::Phase::kInit && sa->handshake == nullptr) continue;
    if (!filter.fits(sa->id, sa->local, sa->remote)) continue;
    if (filter.only_children()) {
      std::vector<std::uint32_t> close;
      for (const auto& c : sa->children) {
        if (filter.fits(*c)) close.push_back(c->spi_in);
      }
      for (const std::uint32_t spi : close) sa->spawn(delete_child_sa(*sa, spi));
      count += close.size();
    } else if (sa->phase() != ike::Phase::kDeleting && sa->phase() != ike::Phase::kGone) {
      delete_ike_sa(*sa, "cleared by operator");
      ++count;
    }
  }
  return count;
}

void Shard::shutdown(std::function<void()> done) {
  stopping = true;
  on_stopped_ = std::move(done);
  for (IkeSa* sa : all()) delete_ike_sa(*sa, "shutting down");
}

std::size_t Shard::close_revoked(ByteView issuer_der, const std::vector<Bytes>& serials) {
  std::size_t count = 0;
  for (IkeSa* sa : all()) {
    if (!sa->held || !sa->usable() || !sa->held->among(issuer_der, serials)) continue;
    ++count;
    delete_ike_sa(*sa, ike::log_revoked(*this, *sa->held, sa->remote, sa->remote_identity));
  }
  return count;
}

void Shard::on_expire(std::uint32_t spi, bool hard) {
  for (IkeSa* sa : with_child(spi)) {
    ChildSa* child = sa->child(spi);
    if (child == nullptr) child = sa->child_by_outbound(spi);
    if (child == nullptr) continue;
    const std::uint32_t spi_in = child->spi_in;
    if (hard) {
      sa->spawn(delete_child_sa(*sa, spi_in));
    } else if (child->rekey_at) {
      child->rekey_at.reset();
      sa->spawn(rekey_child_sa(*sa, spi_in));
    }
    return;
  }
}

void Shard::on_mapping(std::uint32_t spi_in, const Endpoint& remote) {
  for (IkeSa* sa : with_child(spi_in)) {
    if (sa->child(spi_in) == nullptr || !sa->remote_behind_nat || sa->local_behind_nat) continue;
    const IpAddress old = sa->remote.address;
    sa->remote = remote;
    moved(*sa, old);
    for (const auto& c : sa->children) {
      (void)ports.sa_database.update_endpoints(c->spi_in, sa->local, sa->remote);
    }
    return;
  }
}

bool Shard::on_unknown_spi(const ports::UnknownSpi& unknown) {
  for (IkeSa* sa : with_peer(unknown.remote)) {
    if (!sa->usable()) continue;
    if (spi_hints_.allow(now())) sa->spawn(report_unknown_spi(*sa, unknown.spi));
    return true;
  }
  for (IkeSa* sa : with_peer(unknown.remote)) {
    if (!sa->initiator || !sa->handshake) continue;
    note_unknown_spi(*sa, unknown.spi);
    return true;
  }
  return false;
}

Status Shard::begin_recovery(const ports::PolicyRule& rule, const ports::UnknownSpi& unknown) {
  if (stopping) return fail(Errc::kState, "shutting down");
  const policy::Ikev2Profile* p = profile(entry(rule.id)->ikev2_profile);
  if (p == nullptr || !p->complete()) {
    return fail(Errc::kState, rule.id.to_string() + ": IKEv2 profile is missing or incomplete");
  }
  const Status admitted = admit_call(ike::CallAdmission::Direction::kOutgoing, rule.local,
                                     rule.remote, has_sa_with(rule.remote));
  if (!admitted) return admitted;
  Result<IkeSa*> made = create(true, {rule.local, kIkePort}, {rule.remote, kIkePort});
  if (!made) return tl::unexpected(made.error());
  IkeSa& sa = **made;
  sa.profile = p->name;
  sa.only_tells = true;
  note_unknown_spi(sa, unknown.spi);
  log(Severity::kNotice, "CRYPTO", "INV_SPI_RECOVERY",
      "IKE SA to " + rule.remote.to_string() + " to tell of its unknown SPI");
  sa.spawn(initiate_ike_sa(sa, rule.id));
  return {};
}

}  // namespace spa::ikev2
