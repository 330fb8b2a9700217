// SPDX-License-Identifier: Apache-2.0
#include "userspace/ike/shard.h"

#include "userspace/crypto/random.h"

namespace spa::ike {

namespace {

std::uint32_t seed() {
  const Result<std::uint64_t> random = crypto::random_nonzero_u64();
  return random ? static_cast<std::uint32_t>(*random) : 1;
}

}  // namespace

Shard::Shard(const Dependencies& dependencies, const Options& wanted, std::function<void()> idle,
             std::string stream)
    : ports(dependencies),
      options(wanted),
      ids(dependencies.ids ? dependencies.ids : std::make_shared<ConnectionIds>()),
      strand(std::move(idle)),
      decisions(wanted.decisions_kept),
      snapshot(std::make_shared<policy::Snapshot>()),
      stream_(std::move(stream)),
      jitter_(seed()) {}

void Shard::send(const Endpoint& local, const Endpoint& remote, ByteView message) {
  ++counters.sent;
  if (!ports.datagrams.send(local, remote, message)) ++counters.send_errors;
}

const ports::PolicyRule* Shard::rule_for_recovery(const IpAddress& peer, bool ikev2) const {
  for (const ports::PolicyRule* rule : rules.towards(peer)) {
    const policy::CryptoMapEntry* of = entry(rule->id);
    if (rule->remote == peer && of != nullptr && of->ikev2_profile.empty() != ikev2) return rule;
  }
  return nullptr;
}

bool Shard::may_recover(const IpAddress& peer) {
  const bool may = spi_recovery_.may_begin(peer, now());
  ++(may ? counters.spi_recoveries : counters.spi_recoveries_refused);
  return may;
}

void Shard::failed(const ports::PolicyId& id, Duration wait) {
  if (Rule* r = rule(id)) r->hold_until = now() + wait;
}

void Shard::log(Severity severity, std::string_view facility, std::string_view mnemonic,
                std::string text) {
  ports.log.write({severity, facility, mnemonic, std::move(text)});
}

void Shard::log_limited(Severity severity, std::string_view facility, std::string_view mnemonic,
                        std::string text) {
  if (stranger_logs_.allow(now())) log(severity, facility, mnemonic, std::move(text));
}

void Shard::debug_line(const IpAddress& peer, std::string text) {
  ports.log.debug({stream_, peer, PlainDebug(std::move(text))});
}

void Shard::keep_record(std::uint32_t ike_sa, SteadyTime since, const Endpoint& remote,
                        std::string exchange, std::string outcome, std::vector<std::string> steps) {
  DecisionRecord r;
  r.started = ports.timers.wall();
  if (ike_sa != 0) {
    r.ike_sa = ike_sa;
    const Duration took = now() - since;
    r.started -= took;
    r.milliseconds = static_cast<std::uint32_t>(took.count());
  }
  r.exchange = std::move(exchange);
  r.remote = remote;
  r.outcome = std::move(outcome);
  r.steps = std::move(steps);
  decisions.add(std::move(r));
}

Status Shard::admit_call(CallAdmission::Direction direction, const IpAddress& from,
                         const IpAddress& to, bool known_peer) {
  const auto cause = ports.call_admission->judge(direction, known_peer, snapshot->call_admission);
  if (!cause) return {};
  const bool incoming = direction == CallAdmission::Direction::kIncoming;
  const std::string why =
      *cause == CallAdmission::Cause::kResources ? "SYSTEM RESOURCES LOW" : "IKE SA LIMIT REACHED";
  // R-CAC-14
  const std::string text = std::string("IKE denied an ") + (incoming ? "INCOMING" : "OUTGOING") +
                           " SA request from " + from.to_string() + " to " + to.to_string() +
                           " due to " + why;
  log_limited(Severity::kWarning, "CRYPTO", "IKE_DENY_SA_REQ", text);
  return fail(Errc::kState, text);
}

}  // namespace spa::ike
