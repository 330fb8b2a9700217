// SPDX-License-Identifier: Apache-2.0
// The rules of the soft data plane and the SA pairs under them: which pair protects a packet, and
// whether a decrypted packet is what its SA may carry.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "userspace/base/clock.h"
#include "userspace/dataplane/compression.h"
#include "userspace/dataplane/flow.h"
#include "userspace/kernel/soft_lifetime.h"
#include "userspace/ports/sa_database.h"

namespace spa::dataplane {

// A pair as installed; the keys of `sa` are wiped.
struct InstalledPair {
  ports::SaPair sa;
  std::uint32_t index_in = 0;  // in the SA table of the engine
  std::uint32_t index_out = 0;
  bool half = false;  // the inbound SA alone, so far
  std::uint32_t generation = 0;
  kernel::LifetimeLimits limits;
  std::uint64_t soft_timer = 0;
  std::uint64_t hard_timer = 0;
  std::uint64_t selector_failures = 0;
  Endpoint reported;  // the NAT mapping that was reported last
  std::optional<Compression> compression;
};

struct RuleState {
  ports::PolicyRule rule;
  std::vector<InstalledPair*> pairs;  // oldest first
  std::deque<Bytes> waiting;          // packets without an SA
  std::uint64_t dropped = 0;          // for want of one, when more came than may wait
  SteadyTime ask_again{};             // no acquire before this
};

class SecurityPolicy {
 public:
  static constexpr std::size_t kMostWaiting = 16;  // packets of one rule

  Status add(const ports::PolicyRule& rule);
  // The pairs of the rule are no longer used for outbound traffic. kNotFound.
  Status remove(const ports::PolicyId& id);
  [[nodiscard]] RuleState* find(const ports::PolicyId& id);
  // The rule with the lowest sequence that takes this flow (R-MAP-10); null when none does.
  [[nodiscard]] RuleState* match(const Flow& outbound);

  void attach(InstalledPair& pair);
  void detach(InstalledPair& pair);

  // The newest pair of the rule that may carry this flow; null when there is none.
  [[nodiscard]] static InstalledPair* choose(RuleState& state, const Flow& outbound);
  // Whether the negotiated selectors of the pair take this flow. For a decrypted packet, ask for
  // the reverse of its flow (RFC 4301 5.2 step 4).
  [[nodiscard]] static bool may_carry(const InstalledPair& pair, const Flow& outbound);

 private:
  struct FlowHash {
    std::size_t operator()(const Flow& flow) const;
  };
  static constexpr std::size_t kMostCached = 16384;

  // In the order of evaluation: map, sequence, line. Elements stay where they are.
  std::map<ports::PolicyId, RuleState> rules_;
  // Flows that were looked up since the last change of the rules.
  std::unordered_map<Flow, RuleState*, FlowHash> cache_;
};

}  // namespace spa::dataplane
