// SPDX-License-Identifier: Apache-2.0
// What the ESP engine tells its owner besides the packets, and the rate limit on what a stranger
// can provoke.
#pragma once

#include <spa/hw.h>

#include <array>
#include <cstdint>
#include <functional>

namespace spa::esp {

// Fields as in struct spa_event, in the host's byte order.
struct Event {
  spa_event_type type = SPA_EVENT_UNKNOWN_SPI;
  std::uint8_t family = 0;  // 4 or 6; 0: no addresses
  std::uint32_t sa_index = SPA_SA_NONE;
  std::uint32_t sa_generation = 0;
  std::uint32_t spi = 0;
  std::array<std::uint8_t, 16> saddr{};  // of the packet where one caused the event, else of the SA
  std::array<std::uint8_t, 16> daddr{};
  std::uint32_t seq = 0;         // low half
  std::uint32_t suppressed = 0;  // of this kind, since the last one that was delivered
};

using EventSink = std::function<void(const Event&)>;
using NowFunction = std::function<std::uint64_t()>;  // monotonic nanoseconds

// A token bucket for each kind that packets from the wire can cause. Expiries and sequence warnings
// come at most once for an SA and always pass.
class EventLimiter {
 public:
  static constexpr std::uint32_t kBurst = 10;
  static constexpr std::uint32_t kPerSecond = 10;

  // Without `now` the steady clock is read.
  explicit EventLimiter(EventSink sink = {}, NowFunction now = {});

  void raise(Event event);

 private:
  struct Bucket {
    std::uint64_t tokens = 0;  // in 1/1e9 of an event
    std::uint64_t filled_at = 0;
    std::uint32_t suppressed = 0;
    bool started = false;
  };
  [[nodiscard]] bool take(Bucket& bucket);

  EventSink sink_;
  NowFunction now_;
  std::array<Bucket, 3> buckets_{};
};

}  // namespace spa::esp
