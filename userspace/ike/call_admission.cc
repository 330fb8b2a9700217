// SPDX-License-Identifier: Apache-2.0
#include "userspace/ike/call_admission.h"

namespace spa::ike {

std::optional<CallAdmission::Cause> CallAdmission::shortage(
    const policy::CallAdmissionLimits& limits) const {
  const std::uint64_t total = std::uint64_t{counts_.active} + counts_.negotiating;
  if (limits.ike_sas != 0 && total >= limits.ike_sas) return Cause::kSaLimit;
  if (limits.in_negotiation != 0 && counts_.negotiating >= limits.in_negotiation) {
    return Cause::kInNegotiation;
  }
  if (limits.resources != 0 && monitor_ && monitor_() >= limits.resources) return Cause::kResources;
  return std::nullopt;
}

std::optional<CallAdmission::Cause> CallAdmission::judge(
    Direction direction, bool known_peer, const policy::CallAdmissionLimits& limits) {
  const std::optional<Cause> cause = known_peer ? std::nullopt : shortage(limits);
  if (!cause) {
    count_accepted(direction);
    return cause;
  }
  ++(direction == Direction::kIncoming ? counts_.incoming_rejected : counts_.outgoing_rejected);
  ++(*cause == Cause::kResources ? counts_.rejected_resources : counts_.rejected_limit);
  if (*cause == Cause::kInNegotiation) ++counts_.rejected_in_negotiation;
  return cause;
}

void CallAdmission::count_accepted(Direction direction) {
  ++(direction == Direction::kIncoming ? counts_.incoming_accepted : counts_.outgoing_accepted);
}

CallAdmissionCounts CallAdmission::counts() const {
  CallAdmissionCounts counts = counts_;
  if (monitor_) counts.charge = monitor_();
  return counts;
}

void CallAdmission::clear() {
  CallAdmissionCounts fresh;
  fresh.active = counts_.active;
  fresh.negotiating = counts_.negotiating;
  counts_ = fresh;
}

CountedSa::CountedSa(std::shared_ptr<CallAdmission> owner) : owner_(std::move(owner)) {
  ++owner_->counts_.negotiating;
}

CountedSa::~CountedSa() {
  step(Phase::kGone);
}

std::uint32_t* CountedSa::place(Phase phase) const {
  if (phase == Phase::kGone) return nullptr;
  const bool authenticated = phase != Phase::kInit && phase != Phase::kAuth;
  return authenticated ? &owner_->counts_.active : &owner_->counts_.negotiating;
}

void CountedSa::step(Phase to) {
  if (std::uint32_t* from = place(phase_)) --*from;
  phase_ = to;
  if (std::uint32_t* next = place(phase_)) ++*next;
}

}  // namespace spa::ike
