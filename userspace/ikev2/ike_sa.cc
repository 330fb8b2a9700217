// SPDX-License-Identifier: Apache-2.0
#include "userspace/ikev2/ike_sa.h"

#include <algorithm>

#include "userspace/crypto/prf.h"
#include "userspace/ikev2/configuration.h"
#include "userspace/ikev2/exchanges.h"
#include "userspace/ikev2/mobike.h"
#include "userspace/ikev2/resumption.h"
#include "userspace/ikev2/shard.h"

namespace spa::ikev2 {

using ike::Phase;

IkeSa::IkeSa(Shard& owner, std::uint32_t number, bool we_initiate, std::uint64_t spi,
             const Endpoint& at, const Endpoint& peer)
    : shard(owner),
      id(number),
      initiator(we_initiate),
      spi_local(spi),
      local(at),
      remote(peer),
      counted_(owner.ports.call_admission),
      request_fragments_(owner.fragment_budget),
      reply_fragments_(owner.fragment_budget) {
  handshake = std::make_unique<Handshake>();
  home = peer.address;
  original_initiator = we_initiate;
  created = shard.now();
}

IkeSa::~IkeSa() {
  scripts_.clear();  // their locals refer to what follows
  if (timer_ != 0) shard.ports.timers.cancel(timer_);
}

void IkeSa::step(Phase to) {
  if (!ike::may_step(phase_, to)) {
    shard.log(Severity::kCritical, "IKEV2", "PHASE",
              "IKE SA " + std::to_string(id) + " may not go from phase " +
                  std::to_string(static_cast<int>(phase_)) + " to " +
                  std::to_string(static_cast<int>(to)));
    return;
  }
  phase_ = to;
  counted_.step(to);
}

ChildSa* IkeSa::child(std::uint32_t spi_in) const {
  for (const auto& c : children) {
    if (c->spi_in == spi_in) return c.get();
  }
  return nullptr;
}

ChildSa* IkeSa::child_by_outbound(std::uint32_t spi_out) const {
  for (const auto& c : children) {
    if (c->spi_out == spi_out) return c.get();
  }
  return nullptr;
}

const ChildCollision* IkeSa::collision(std::uint32_t old_spi_in) const {
  const auto found = std::find_if(collisions.begin(), collisions.end(),
                                  [&](const auto& c) { return c.old_spi_in == old_spi_in; });
  return found == collisions.end() ? nullptr : &*found;
}

bool IkeSa::wants(const ports::PolicyId& rule) const {
  return std::find(wanted.begin(), wanted.end(), rule) != wanted.end();
}

void IkeSa::remove_wanted(const ports::PolicyId& rule) {
  std::erase(wanted, rule);
}

Status IkeSa::take_keys(const IkeSuite& agreed, crypto::IkeKeys keys) {
  const Result<crypto::CipherSuite> ciphers = agreed.cipher_suite();
  if (!ciphers) return tl::unexpected(ciphers.error());
  auto from_i = crypto::IkeCipher::create(*ciphers, keys.sk_ei, keys.sk_ai);
  auto from_r = crypto::IkeCipher::create(*ciphers, keys.sk_er, keys.sk_ar);
  if (!from_i) return tl::unexpected(from_i.error());
  if (!from_r) return tl::unexpected(from_r.error());
  suite = agreed;
  if (open_) open_before_ = std::move(open_);
  seal_.emplace(std::move(initiator ? *from_i : *from_r));
  open_.emplace(std::move(initiator ? *from_r : *from_i));
  sk_d = std::move(keys.sk_d);
  if (handshake) {
    handshake->sk_pi = std::move(keys.sk_pi);
    handshake->sk_pr = std::move(keys.sk_pr);
  }
  return {};
}

namespace {
ike::Task<> run_script(IkeSa& sa, ike::Task<> script) {
  co_await script;
  sa.shard.touch(sa);
}
}  // namespace

void IkeSa::spawn(ike::Task<> script) {
  shard.touch(*this);
  ike::Task<> task = run_script(*this, std::move(script));
  // Into the list before it runs: it may end this SA, and with it every script that is listed.
  scripts_.push_back(std::make_unique<ike::Task<>>(std::move(task)));
  scripts_.back()->start();
}

void IkeSa::reap_scripts() {
  std::erase_if(scripts_, [](const auto& script) { return script->done(); });
}

std::optional<SteadyTime> IkeSa::next_due() const {
  std::optional<SteadyTime> next = requests_.due();
  const auto consider = [&next](std::optional<SteadyTime> at) {
    if (at) next = std::min(next.value_or(*at), *at);
  };
  consider(expires);
  if (!usable()) return next;
  consider(rekey_at);
  consider(reauth_at);
  consider(authentication_ends);
  consider(ticket_at);
  if (!liveness_running) consider(liveness.due());
  for (const auto& c : children) {
    consider(c->rekey_at);
    consider(c->expires);
  }
  return next;
}

void IkeSa::schedule() {
  const std::optional<SteadyTime> next = next_due();
  if (!next) return;
  // A timer that fires too early looks again; that is cheaper than moving it with every message.
  if (timer_ != 0 && timer_due_ <= *next) return;
  if (timer_ != 0) shard.ports.timers.cancel(timer_);
  timer_due_ = *next;
  const Duration wait =
      std::max(Duration(0), std::chrono::duration_cast<Duration>(*next - shard.now()));
  timer_ = shard.ports.timers.after(wait, [owner = &shard, spi = spi_local] {
    owner->strand.run([owner, spi] {
      IkeSa* sa = owner->find(spi);
      if (sa == nullptr) return;
      sa->timer_ = 0;
      owner->touch(*sa);
      sa->on_time(owner->now());
    });
  });
}

void IkeSa::on_time(SteadyTime now) {
  if (expires && *expires <= now) {
    expires.reset();
    if (!usable()) {
      const bool half_open = phase_ == Phase::kInit || phase_ == Phase::kAuth;
      if (half_open && !initiator) ++shard.counters.half_open_timeouts;
      shard.retire(*this, expiry_cause);
    } else {
      delete_ike_sa(*this, expiry_cause);
    }
    return;
  }
  const auto resend = [this](ByteView message) {
    ++shard.counters.retransmitted;
    send(message);
  };
  if (requests_.retransmit(now, shard.random(), resend) == ike::RequestWindow::Outcome::kGiveUp) {
    if (try_other_address(*this)) return;  // RFC 4555 3.5
    ++shard.counters.peers_dead;
    shard.give_up(*this, "peer is not responding");
    return;
  }
  if (!usable()) return;
  if (authentication_ends && *authentication_ends <= now) {
    delete_ike_sa(*this, "peer has not authenticated anew in time");  // RFC 4478 3
    return;
  }
  if (reauth_at && *reauth_at <= now) {
    reauth_at.reset();
    reauthenticate(*this);
  }
  if (ticket_at && *ticket_at <= now) {
    ticket_at.reset();
    spawn(renew_ticket(*this));
  }
  if (usable() && rekey_at && *rekey_at <= now) {
    rekey_at.reset();
    spawn(rekey_ike_sa(*this));
  }
  std::vector<std::uint32_t> old, expired;
  for (const auto& c : children) {
    if (c->expires <= now) {
      expired.push_back(c->spi_in);
    } else if (c->rekey_at && *c->rekey_at <= now) {
      c->rekey_at.reset();
      old.push_back(c->spi_in);
    }
  }
  for (const std::uint32_t spi : old) spawn(rekey_child_sa(*this, spi));
  for (const std::uint32_t spi : expired) spawn(delete_child_sa(*this, spi));
  if (usable()) look_at_liveness(now);
}

void IkeSa::look_at_liveness(SteadyTime now) {
  const std::optional<SteadyTime> due = liveness.due();
  if (liveness_running || !due || *due > now) return;
  ike::Liveness::Traffic traffic;
  for (const auto& c : children) {
    const Result<ports::SaPairState> state = shard.ports.sa_database.query(c->spi_in);
    if (!state) continue;
    traffic.in += state->in.packets;
    traffic.out += state->out.packets;
  }
  if (liveness.check(now, traffic)) spawn(check_liveness(*this));
}

namespace {

ike::ChildSaStatus status_of(const IkeSa& sa, const ChildSa& c) {
  ike::ChildSaStatus s = ike::status_of(c, sa.shard.now());
  s.udp_encapsulation = sa.udp_encapsulation;
  s.local = sa.local;
  s.remote = sa.remote;
  return s;
}

ike::IkeSaState state_of(const IkeSa& sa) {
  switch (sa.phase()) {
    case Phase::kInit:
    case Phase::kAuth:
      return ike::IkeSaState::kInNegotiation;
    case Phase::kEstablished:
      return sa.rekeying ? ike::IkeSaState::kRekeying : ike::IkeSaState::kReady;
    case Phase::kRekeyed:
    case Phase::kDeleting:
    case Phase::kGone:
      break;
  }
  return ike::IkeSaState::kDeleting;
}

}  // namespace

ike::IkeSaStatus IkeSa::status() const {
  ike::IkeSaStatus s;
  s.id = id;
  s.state = state_of(*this);
  s.status_description = description;
  s.initiator = initiator;
  s.local = local;
  s.remote = remote;
  s.spi_local = spi_local;
  s.spi_remote = spi_remote;
  s.profile = profile;
  s.local_identity = local_identity;
  s.remote_identity = remote_identity;
  s.cipher = suite.cipher;
  s.integrity = suite.integrity;
  s.prf = suite.prf;
  s.group = suite.group;
  s.local_auth = local_auth;
  s.remote_auth = remote_auth;
  s.dh_engine = dh_engine;
  s.auth_engine = auth_engine;
  s.lifetime_seconds = lifetime_seconds;
  const auto age = std::chrono::duration_cast<std::chrono::seconds>(shard.now() - created);
  s.active_seconds = static_cast<std::uint32_t>(std::max<std::int64_t>(0, age.count()));
  s.local_request_id = requests_.next_id();
  s.remote_request_id = replies_.expected_id();
  s.local_window = replies_.size();
  s.remote_window = requests_.size();
  s.requests_queued = static_cast<std::uint32_t>(pending_.size());
  s.children_wanted = static_cast<std::uint32_t>(wanted.size());
  s.dpd = liveness.settings();
  s.local_behind_nat = local_behind_nat;
  s.remote_behind_nat = remote_behind_nat;
  s.mobike = mobility != nullptr;
  if (configuration) {
    for (const IpAddress& a : configuration->addresses) s.assigned.push_back({a, a.bits()});
    s.assigned_to_peer = configuration->to_peer;
  }
  if (reauth_at) {
    const auto wait = std::chrono::duration_cast<std::chrono::seconds>(*reauth_at - shard.now());
    s.reauth_seconds = static_cast<std::uint32_t>(std::max<std::int64_t>(1, wait.count()));
  }
  s.disconnect_revoked = held.has_value();
  s.remote_certificate_serial = peer_certificate_serial;
  s.remote_certificate_issuer = peer_certificate_issuer;
  for (const auto& c : children) s.children.push_back(status_of(*this, *c));
  return s;
}

}  // namespace spa::ikev2
