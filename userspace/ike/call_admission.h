// SPDX-License-Identifier: Apache-2.0
// How many IKE SAs of both versions there are, and whether one more may be begun (R-CAC).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "userspace/ike/lifecycle.h"
#include "userspace/policy/call_admission.h"

namespace spa::ike {

// What the screens show (R-CAC-12). A rejected request is one of the two causes.
struct CallAdmissionCounts {
  std::uint64_t incoming_accepted = 0;
  std::uint64_t incoming_rejected = 0;
  std::uint64_t outgoing_accepted = 0;
  std::uint64_t outgoing_rejected = 0;
  std::uint64_t rejected_resources = 0;
  std::uint64_t rejected_limit = 0;
  std::uint32_t active = 0;       // IKE SAs in use
  std::uint32_t negotiating = 0;  // not authenticated yet
  std::uint32_t charge = 0;       // of 100000, what the monitor says

  // What later releases show (R-CAC-15).
  std::uint64_t rejected_in_negotiation = 0;  // of rejected_limit: too many are being negotiated
  std::uint64_t dropped = 0;                  // first messages, for too many negotiations begun
  std::uint64_t seconds = 0;                  // since the counters are counting
  // Negotiations of IPsec SAs, both directions of a pair together.
  std::uint64_t ipsec_incoming_accepted = 0;
  std::uint64_t ipsec_incoming_rejected = 0;
  std::uint64_t ipsec_outgoing_accepted = 0;
  std::uint64_t ipsec_outgoing_rejected = 0;
  std::uint32_t ipsec_active = 0;
  std::uint32_t ipsec_negotiating = 0;

  [[nodiscard]] std::uint64_t accepted() const { return incoming_accepted + outgoing_accepted; }
  [[nodiscard]] std::uint64_t rejected() const { return incoming_rejected + outgoing_rejected; }
};

class CallAdmission {
 public:
  enum class Direction { kIncoming, kOutgoing };
  enum class Cause { kSaLimit, kInNegotiation, kResources };
  // How busy the machine is, of 100000; asked with every request (R-CAC-7). Without one nothing is
  // ever short.
  using Monitor = std::function<std::uint32_t()>;

  explicit CallAdmission(Monitor monitor = {}) : monitor_(std::move(monitor)) {}

  // Judges a request for an IKE SA and counts it; why it is refused, or nothing. One that replaces
  // or accompanies an SA that is there already (`known_peer`) is counted and never refused
  // (R-CAC-8).
  [[nodiscard]] std::optional<Cause> judge(Direction direction, bool known_peer,
                                           const policy::CallAdmissionLimits& limits);
  // A rekeying, which asks nobody.
  void count_accepted(Direction direction);
  [[nodiscard]] CallAdmissionCounts counts() const;
  void clear();  // the counters of requests, not of SAs (R-CAC-10)

 private:
  friend class CountedSa;
  [[nodiscard]] std::optional<Cause> shortage(const policy::CallAdmissionLimits& limits) const;

  Monitor monitor_;
  CallAdmissionCounts counts_;  // without the charge
};

// One IKE SA as it is counted, from its beginning to its end, whatever ends it (R-CAC-18).
class CountedSa {
 public:
  explicit CountedSa(std::shared_ptr<CallAdmission> owner);
  ~CountedSa();
  CountedSa(const CountedSa&) = delete;
  CountedSa& operator=(const CountedSa&) = delete;
  void step(Phase to);

 private:
  [[nodiscard]] std::uint32_t* place(Phase phase) const;  // null: counted nowhere

  std::shared_ptr<CallAdmission> owner_;
  Phase phase_ = Phase::kInit;
};

}  // namespace spa::ike
