// SPDX-License-Identifier: Apache-2.0
// Whether to ask a peer if it is still there (RFC 7296 2.4, R-DPD-7..11, 20). Looks at the clock
// and at the traffic counters; asking is for the caller.
#pragma once

#include <cstdint>
#include <optional>

#include "userspace/base/clock.h"
#include "userspace/policy/ikev2.h"

namespace spa::ike {

class Liveness {
 public:
  // Traffic of all SAs with the peer so far, in packets.
  struct Traffic {
    std::uint64_t in = 0;
    std::uint64_t out = 0;
  };

  void configure(const policy::DpdSettings& settings, SteadyTime now) {
    settings_ = settings;
    last_heard_ = now;
    last_look_ = now;
  }
  // A fresh protected message of the peer: the proof of life that RFC 7296 2.4 wants.
  void heard(SteadyTime now) { last_heard_ = now; }

  [[nodiscard]] std::optional<SteadyTime> due() const {
    if (settings_.interval_seconds == 0) return std::nullopt;
    // On demand the look is every interval, so that a dead peer is asked within two of them
    // (R-DPD-11).
    return (settings_.periodic ? std::max(last_heard_, last_look_) : last_look_) + interval();
  }
  // To be called when due. True: send a liveness check now.
  [[nodiscard]] bool check(SteadyTime now, const Traffic& traffic) {
    const bool came = traffic.in > traffic_.in;
    const bool went = traffic.out > traffic_.out;
    traffic_ = traffic;
    last_look_ = now;
    if (came) last_heard_ = now;  // R-DPD-20
    if (now - last_heard_ < interval()) return false;
    return settings_.periodic || went;
  }
  [[nodiscard]] const policy::DpdSettings& settings() const { return settings_; }

 private:
  [[nodiscard]] Duration interval() const { return Duration(settings_.interval_seconds * 1000LL); }

  policy::DpdSettings settings_;
  SteadyTime last_heard_{};
  SteadyTime last_look_{};
  Traffic traffic_;
};

}  // namespace spa::ike
