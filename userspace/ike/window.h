// SPDX-License-Identifier: Apache-2.0
// The two message windows of an IKE SA (RFC 7296 2.1 to 2.3): requests that we send, and requests
// that the peer sends. Message IDs are per direction.
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "userspace/base/bytes.h"
#include "userspace/base/clock.h"
#include "userspace/ike/retransmit.h"

namespace spa::ike {

// One message as it goes over the wire: a datagram, or several that are its fragments (RFC 7383).
struct Flight {
  std::vector<Bytes> datagrams;
};
[[nodiscard]] inline Flight flight_of(Bytes datagram) {
  Flight flight;
  flight.datagrams.push_back(std::move(datagram));
  return flight;
}

// Requests under way to the peer. A request is retransmitted octet for octet until it is answered.
class RequestWindow {
 public:
  explicit RequestWindow(std::uint32_t size = 1) : size_(size) {}

  // A request may run ahead of the oldest that is not answered by less than the window: whoever
  // keeps `size` replies could not repeat the oldest otherwise.
  [[nodiscard]] bool has_room() const {
    return outstanding_.empty() || next_id_ - outstanding_.front().id < size_;
  }
  [[nodiscard]] bool idle() const { return outstanding_.empty(); }
  [[nodiscard]] std::uint32_t next_id() const { return next_id_; }
  [[nodiscard]] std::uint32_t size() const { return size_; }
  // The number of requests the peer is ready to take (SET_WINDOW_SIZE), which only grows.
  void grow(std::uint32_t size) { size_ = std::max(size_, size); }

  // `message` went out just now under next_id(), which is used up by this.
  void sent(Flight message, const RetransmitPolicy& policy, SteadyTime now, std::uint32_t random);
  void sent(Bytes message, const RetransmitPolicy& policy, SteadyTime now, std::uint32_t random) {
    sent(flight_of(std::move(message)), policy, now, random);
  }
  // The answer to `id` came: forgets the request. False when no such request is under way.
  [[nodiscard]] bool answered(std::uint32_t id);
  [[nodiscard]] bool awaits(std::uint32_t id) const;
  // IKE_SA_INIT begins anew with the same message ID (RFC 7296 2.6, 1.2).
  void restart();

  // When the next retransmission is due; nothing while no request is under way.
  [[nodiscard]] std::optional<SteadyTime> due() const;
  enum class Outcome { kOk, kGiveUp };
  // Sends again what is due, every datagram of it. kGiveUp when a request was sent often enough.
  [[nodiscard]] Outcome retransmit(SteadyTime now, std::uint32_t random,
                                   const std::function<void(ByteView)>& send);
  // What is under way begins anew, and is due now: the path to the peer has changed.
  void hurry(SteadyTime now);

 private:
  struct Outstanding {
    std::uint32_t id = 0;
    Flight message;
    RetransmitPolicy policy;
    unsigned transmissions = 1;
    SteadyTime due{};
  };
  std::uint32_t size_;
  std::uint32_t next_id_ = 0;
  std::deque<Outstanding> outstanding_;
};

// Requests of the peer and our replies, of which the last `size` are kept to be sent again.
// Requests are taken strictly in the order of their IDs, also when several are allowed to be under
// way.
class ReplyWindow {
 public:
  explicit ReplyWindow(std::uint32_t size = 1) : size_(size) {}
  // From now on the peer may know that we take so many requests at once; it only grows.
  void grow(std::uint32_t size) { size_ = std::max(size_, size); }

  enum class Verdict {
    kNew,         // the request to work on next
    kInProgress,  // it is being worked on already
    kResend,      // answered before: send cached() again
    kAhead,       // within the window, but others come before it
    kOutside,     // too old or too far ahead
  };
  [[nodiscard]] Verdict judge(std::uint32_t id) const;
  // Work on expected_id() begins.
  void begin() { in_progress_ = true; }
  // The reply to expected_id(), which is one more from now on.
  void replied(Flight reply);
  void replied(Bytes reply) { replied(flight_of(std::move(reply))); }
  // The datagrams of a kept reply; none when it is not kept.
  [[nodiscard]] std::span<const Bytes> cached(std::uint32_t id) const;

  [[nodiscard]] bool in_progress() const { return in_progress_; }
  [[nodiscard]] std::uint32_t expected_id() const { return expected_id_; }
  [[nodiscard]] std::uint32_t size() const { return size_; }

 private:
  std::uint32_t size_;
  std::uint32_t expected_id_ = 0;
  bool in_progress_ = false;
  std::deque<Flight> replies_;  // of expected_id_ - replies_.size() and up
};

}  // namespace spa::ike
