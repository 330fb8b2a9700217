// SPDX-License-Identifier: Apache-2.0
#include "userspace/ikev1/isakmp_sa.h"

#include <algorithm>

#include "userspace/ikev1/exchanges.h"
#include "userspace/ikev1/phase2_suite.h"
#include "userspace/ikev1/shard.h"
#include "userspace/ikev1/trace/steps.h"

namespace spa::ikev1 {

using ike::Phase;

IsakmpSa::IsakmpSa(Shard& owner, std::uint32_t number, bool we_initiate, std::uint64_t cookie,
                   const Endpoint& at, const Endpoint& peer)
    : shard(owner),
      id(number),
      initiator(we_initiate),
      spi_local(cookie),
      local(at),
      remote(peer),
      counted_(owner.ports.call_admission) {
  handshake = std::make_unique<Handshake>();
  created = shard.now();
  auto exchange = std::make_unique<Exchange>();
  exchange->type = v1::ExchangeType::kIdentityProtection;
  exchange->ours = we_initiate;
  exchanges_.emplace(0, std::move(exchange));
}

IsakmpSa::~IsakmpSa() {
  scripts_.clear();  // their locals refer to what follows
  if (timer_ != 0) shard.ports.timers.cancel(timer_);
}

void IsakmpSa::step(Phase to) {
  if (!ike::may_step(phase_, to)) {
    shard.log(Severity::kCritical, "CRYPTO", "PHASE",
              "ISAKMP SA " + std::to_string(id) + " may not go from phase " +
                  std::to_string(static_cast<int>(phase_)) + " to " +
                  std::to_string(static_cast<int>(to)));
    return;
  }
  phase_ = to;
  counted_.step(to);
}

ChildSa* IsakmpSa::child(std::uint32_t spi_in) const {
  for (const auto& c : children) {
    if (c->spi_in == spi_in) return c.get();
  }
  return nullptr;
}

ChildSa* IsakmpSa::child_by_outbound(std::uint32_t spi_out) const {
  for (const auto& c : children) {
    if (c->spi_out == spi_out) return c.get();
  }
  return nullptr;
}

ChildSa* IsakmpSa::child_by_outbound(v1::ProtocolId protocol, std::uint32_t spi_out) const {
  for (const auto& c : children) {
    if (main_protocol(c->suite) == protocol && c->spi_out == spi_out) return c.get();
    const bool around = protocol == v1::ProtocolId::kAh && c->ah_spi_out != 0;
    if (around && c->ah_spi_out == spi_out) return c.get();
  }
  return nullptr;
}

bool IsakmpSa::wants(const ports::PolicyId& rule) const {
  return std::find(wanted.begin(), wanted.end(), rule) != wanted.end();
}

void IsakmpSa::remove_wanted(const ports::PolicyId& rule) {
  std::erase(wanted, rule);
}

v1::Bodies IsakmpSa::clear_bodies() const {
  return suite.auth == policy::IsakmpAuth::kRsaEncr ? v1::Bodies::kEncrypted : v1::Bodies::kPlain;
}

namespace {
ike::Task<> run_script(IsakmpSa& sa, ike::Task<> script) {
  co_await script;
  sa.shard.touch(sa);
}
}  // namespace

void IsakmpSa::spawn(ike::Task<> script) {
  shard.touch(*this);
  ike::Task<> task = run_script(*this, std::move(script));
  // Into the list before it runs: it may end this SA, and with it every script that is listed.
  scripts_.push_back(std::make_unique<ike::Task<>>(std::move(task)));
  scripts_.back()->start();
}

void IsakmpSa::reap_scripts() {
  std::erase_if(scripts_, [](const auto& script) { return script->done(); });
}

// --- time ---

std::optional<SteadyTime> IsakmpSa::next_due() const {
  std::optional<SteadyTime> next = expires;
  const auto consider = [&next](std::optional<SteadyTime> at) {
    if (at) next = std::min(next.value_or(*at), *at);
  };
  for (const auto& [message_id, exchange] : exchanges_) {
    consider(exchange->due);
    if (exchange->forget_at != SteadyTime::max()) consider(exchange->forget_at);
  }
  for (const auto& c : children) {
    consider(c->rekey_at);
    if (c->expires != SteadyTime::max()) consider(c->expires);
  }
  if (!usable()) return next;
  consider(rekey_at);
  if (dpd.supported) consider(dpd.asked != 0 ? dpd.due : liveness.due());
  return next;
}

void IsakmpSa::schedule() {
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
      IsakmpSa* sa = owner->find(spi);
      if (sa == nullptr) return;
      sa->timer_ = 0;
      owner->touch(*sa);
      sa->on_time(owner->now());
    });
  });
}

void IsakmpSa::on_time(SteadyTime now) {
  if (expires && *expires <= now) {
    expires.reset();
    const bool half_open = phase_ == Phase::kInit || phase_ == Phase::kAuth;
    if (half_open && !initiator) ++shard.counters.half_open_timeouts;
    if (usable()) {
      expire(*this, expiry_cause);
    } else {
      shard.retire(*this, expiry_cause);
    }
    if (phase_ == Phase::kGone) return;
  }
  forget_old_exchanges(now);
  for (auto& [message_id, exchange] : exchanges_) {
    if (!exchange->due || *exchange->due > now) continue;
    if (exchange->transmissions >= exchange->policy.tries) {
      if (!exchange->ours && message_id != 0) {
        // The peer lost interest in what it began: that says nothing about the SA.
        refuse_exchange(*exchange, v1::NotifyType::kPayloadMalformed);
        continue;
      }
      ++shard.counters.peers_dead;
      shard.retire(*this, "peer is not responding");
      return;
    }
    ++exchange->transmissions;
    exchange->due = now + exchange->policy.wait(exchange->transmissions, shard.random());
    ++shard.counters.retransmitted;
    trace::retransmitting(*this, message_id, exchange->transmissions - 1,
                          exchange->policy.tries - 1);
    transmit(exchange->last_sent);
  }
  if (usable() && rekey_at && *rekey_at <= now) {
    rekey_at.reset();
    shard.rekey_isakmp_sa(*this);
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
  for (const std::uint32_t spi : old) shard.rekey_child(*this, spi);
  for (const std::uint32_t spi : expired) delete_child(*this, spi);
  if (phase_ == Phase::kRekeyed && children.empty()) {
    shard.retire(*this, "");
    return;
  }
  if (usable()) look_at_liveness(now);
}

void IsakmpSa::look_at_liveness(SteadyTime now) {
  if (dpd.asked != 0) {
    if (dpd.due && *dpd.due <= now) ask_whether_alive(*this);
    return;
  }
  const std::optional<SteadyTime> due = liveness.due();
  if (!dpd.supported || !due || *due > now) return;
  ike::Liveness::Traffic traffic;
  for (const auto& c : children) {
    const Result<ports::SaPairState> state = shard.ports.sa_database.query(c->spi_in);
    if (!state) continue;
    traffic.in += state->in.packets;
    traffic.out += state->out.packets;
  }
  if (liveness.check(now, traffic)) ask_whether_alive(*this);
}

// --- seen from outside ---

namespace {

ike::IkeSaState state_of(const IsakmpSa& sa) {
  switch (sa.phase()) {
    case Phase::kInit:
    case Phase::kAuth:
      return ike::IkeSaState::kInNegotiation;
    case Phase::kEstablished:
      return ike::IkeSaState::kReady;
    case Phase::kRekeyed:
    case Phase::kDeleting:
    case Phase::kGone:
      break;
  }
  return ike::IkeSaState::kDeleting;
}

const char* name_of(policy::IsakmpAuth auth) {
  switch (auth) {
    case policy::IsakmpAuth::kPreShare:
      return "PSK";
    case policy::IsakmpAuth::kRsaSig:
      return "RSA";
    case policy::IsakmpAuth::kRsaEncr:
      return "RSA-ENCR";
  }
  return "";
}

}  // namespace

ike::IkeSaStatus IsakmpSa::status() const {
  ike::IkeSaStatus s;
  s.id = id;
  s.version = 1;
  s.state = state_of(*this);
  s.status_description = description;
  s.isakmp_state = usable() || phase_ == Phase::kRekeyed ? "QM_IDLE" : state_name;
  s.initiator = initiator;
  s.local = local;
  s.remote = remote;
  s.spi_local = spi_local;
  s.spi_remote = spi_remote;
  s.profile = profile;
  s.local_identity = local_identity;
  s.remote_identity = remote_identity;
  s.children_wanted = static_cast<std::uint32_t>(wanted.size());
  s.cipher = suite.cipher;
  s.prf = suite.hash;
  s.group = suite.group;
  s.local_auth = name_of(suite.auth);
  s.remote_auth = name_of(suite.auth);
  s.dh_engine = dh_engine;
  s.auth_engine = auth_engine;
  s.lifetime_seconds = lifetime_seconds;
  const auto age = std::chrono::duration_cast<std::chrono::seconds>(shard.now() - created);
  s.active_seconds = static_cast<std::uint32_t>(std::max<std::int64_t>(0, age.count()));
  s.dpd = dpd.supported ? liveness.settings() : policy::DpdSettings{};
  s.local_behind_nat = local_behind_nat;
  s.remote_behind_nat = remote_behind_nat;
  s.disconnect_revoked = held.has_value();
  s.remote_certificate_serial = peer_certificate_serial;
  s.remote_certificate_issuer = peer_certificate_issuer;
  for (const auto& c : children) {
    ike::ChildSaStatus child = ike::status_of(*c, shard.now());
    child.udp_encapsulation = udp_encapsulation;
    child.local = local;
    child.remote = remote;
    s.children.push_back(std::move(child));
  }
  return s;
}

}  // namespace spa::ikev1
