// SPDX-License-Identifier: Apache-2.0
// What the IKE SAs of one thread share in either version: ports, limits, configuration, rules,
// logs. Each version derives its own shard from it, with the table of its SAs.
#pragma once

#include <functional>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "userspace/ike/child_index.h"
#include "userspace/ike/counters.h"
#include "userspace/ike/decision_log.h"
#include "userspace/ike/options.h"
#include "userspace/ike/rate_limit.h"
#include "userspace/ike/retransmit.h"
#include "userspace/ike/rule_table.h"
#include "userspace/ike/spi_recovery.h"
#include "userspace/ike/strand.h"
#include "userspace/policy/snapshot.h"

namespace spa::ike {

class Shard {
 public:
  // `idle` runs whenever nothing is left to do; `stream` names the debug stream ("ikev2").
  Shard(const Dependencies& dependencies, const Options& options, std::function<void()> idle,
        std::string stream);
  Shard(const Shard&) = delete;
  Shard& operator=(const Shard&) = delete;

  Dependencies ports;
  const Options options;
  const std::shared_ptr<ConnectionIds> ids;
  Strand strand;
  Counters counters;
  DecisionLog decisions;
  policy::SnapshotPtr snapshot;  // never null
  RuleTable rules;
  ChildIndex child_index;
  bool stopping = false;

  [[nodiscard]] SteadyTime now() const { return ports.timers.now(); }
  [[nodiscard]] std::uint32_t random() { return static_cast<std::uint32_t>(jitter_()); }
  // When in its lifetime an SA is rekeyed; at random, so that the two ends rarely do it at once.
  [[nodiscard]] Duration rekey_after(Duration life) {
    const unsigned spread = options.rekey_to_percent - options.rekey_from_percent;
    const auto part = options.rekey_from_percent * 1000 + random() % (spread * 1000 + 1);
    return life * part / 100000;
  }
  [[nodiscard]] RetransmitPolicy retransmission() const {
    return {options.retransmit_first, options.retransmit_factor, options.retransmit_tries};
  }
  void send(const Endpoint& local, const Endpoint& remote, ByteView message);

  // --- configuration ---
  [[nodiscard]] Rule* rule(const ports::PolicyId& id) { return rules.find(id); }
  [[nodiscard]] std::vector<const ports::PolicyRule*> rules_towards(const IpAddress& peer) const {
    return rules.towards(peer);
  }
  [[nodiscard]] const policy::CryptoMapEntry* entry(const ports::PolicyId& id) const {
    return entry_of(*snapshot, id);
  }
  // The negotiation for a rule failed: wait before the next attempt.
  void failed(const ports::PolicyId& id, Duration wait);

  // The rule, of this version of IKE, by which an IKE SA with that peer would be begun; null where
  // none of the configuration's names the peer.
  [[nodiscard]] const ports::PolicyRule* rule_for_recovery(const IpAddress& peer, bool ikev2) const;
  // Whether an IKE SA may be made for an unknown SPI of that peer's; counted either way.
  [[nodiscard]] bool may_recover(const IpAddress& peer);

  // Whether an IKE SA may be begun (R-CAC-4, R-CAC-5): counted, and logged where it is refused.
  // kState: it may not. `known_peer`: there is an SA with that peer.
  [[nodiscard]] Status admit_call(CallAdmission::Direction direction, const IpAddress& from,
                                  const IpAddress& to, bool known_peer);

  // --- logs ---
  void log(Severity severity, std::string_view facility, std::string_view mnemonic,
           std::string text);
  // The same for what strangers can cause: at a bounded rate.
  void log_limited(Severity severity, std::string_view facility, std::string_view mnemonic,
                   std::string text);
  // One line of the debug stream, as it is printed, about a peer.
  void debug_line(const IpAddress& peer, std::string text);
  [[nodiscard]] bool debugging() const { return ports.log.debugging(stream_); }
  // Keeps why a negotiation went as it did; `since`: when it began, for an IKE SA with a number.
  void keep_record(std::uint32_t ike_sa, SteadyTime since, const Endpoint& remote,
                   std::string exchange, std::string outcome, std::vector<std::string> steps);

 private:
  const std::string stream_;
  SpiRecovery spi_recovery_;
  RateLimit stranger_logs_{5, 20};
  std::mt19937 jitter_;
};

}  // namespace spa::ike
