// SPDX-License-Identifier: Apache-2.0
#include "userspace/ike/window.h"

#include <algorithm>

namespace spa::ike {

void RequestWindow::sent(Flight message, const RetransmitPolicy& policy, SteadyTime now,
                         std::uint32_t random) {
  outstanding_.push_back({next_id_++, std::move(message), policy, 1, now + policy.wait(1, random)});
}

bool RequestWindow::answered(std::uint32_t id) {
  return std::erase_if(outstanding_, [id](const Outstanding& o) { return o.id == id; }) != 0;
}

bool RequestWindow::awaits(std::uint32_t id) const {
  return std::any_of(outstanding_.begin(), outstanding_.end(),
                     [id](const Outstanding& o) { return o.id == id; });
}

void RequestWindow::restart() {
  outstanding_.clear();
  next_id_ = 0;
}

std::optional<SteadyTime> RequestWindow::due() const {
  std::optional<SteadyTime> first;
  for (const Outstanding& o : outstanding_) first = std::min(first.value_or(o.due), o.due);
  return first;
}

RequestWindow::Outcome RequestWindow::retransmit(SteadyTime now, std::uint32_t random,
                                                 const std::function<void(ByteView)>& send) {
  for (Outstanding& o : outstanding_) {
    if (o.due > now) continue;
    if (o.transmissions >= o.policy.tries) return Outcome::kGiveUp;
    ++o.transmissions;
    o.due = now + o.policy.wait(o.transmissions, random);
    for (const Bytes& datagram : o.message.datagrams) send(datagram);
  }
  return Outcome::kOk;
}

void RequestWindow::hurry(SteadyTime now) {
  for (Outstanding& o : outstanding_) {
    o.due = std::min(o.due, now);
    o.transmissions = 0;
  }
}

ReplyWindow::Verdict ReplyWindow::judge(std::uint32_t id) const {
  if (id == expected_id_) return in_progress_ ? Verdict::kInProgress : Verdict::kNew;
  if (id < expected_id_ && expected_id_ - id <= replies_.size()) return Verdict::kResend;
  if (id > expected_id_ && id - expected_id_ < size_) return Verdict::kAhead;
  return Verdict::kOutside;
}

void ReplyWindow::replied(Flight reply) {
  in_progress_ = false;
  ++expected_id_;
  replies_.push_back(std::move(reply));
  if (replies_.size() > size_) replies_.pop_front();
}

std::span<const Bytes> ReplyWindow::cached(std::uint32_t id) const {
  const std::uint32_t back = expected_id_ - id;
  if (back == 0 || back > replies_.size()) return {};
  return replies_[replies_.size() - back].datagrams;
}

}  // namespace spa::ike
