// SPDX-License-Identifier: Apache-2.0
#include "firmware-sim/esp/events.h"

#include <algorithm>
#include <chrono>
#include <limits>
#include <utility>

namespace spa::esp {
namespace {

constexpr std::uint64_t kSecond = 1'000'000'000;

std::uint64_t steady_nanoseconds() {
  const auto since = std::chrono::steady_clock::now().time_since_epoch();
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::nanoseconds>(since).count());
}

// Which bucket a kind draws from; -1: not limited.
int bucket_of(spa_event_type type) {
  switch (type) {
    case SPA_EVENT_UNKNOWN_SPI:
      return 0;
    case SPA_EVENT_AUTH_FAILURE:
      return 1;
    case SPA_EVENT_REPLAY_FAILURE:
      return 2;
    default:
      return -1;
  }
}

}  // namespace

EventLimiter::EventLimiter(EventSink sink, NowFunction now)
    : sink_(std::move(sink)), now_(now ? std::move(now) : NowFunction(steady_nanoseconds)) {}

bool EventLimiter::take(Bucket& bucket) {
  constexpr std::uint64_t kFull = kBurst * kSecond;
  const std::uint64_t now = now_();
  if (!bucket.started) {
    bucket = {kFull, now, 0, true};
  } else if (now > bucket.filled_at) {
    // More than the time it takes to fill the bucket makes no difference, and could overflow.
    const std::uint64_t elapsed = std::min(now - bucket.filled_at, kFull / kPerSecond);
    bucket.tokens = std::min(kFull, bucket.tokens + elapsed * kPerSecond);
    bucket.filled_at = now;
  }
  if (bucket.tokens < kSecond) return false;
  bucket.tokens -= kSecond;
  return true;
}

void EventLimiter::raise(Event event) {
  if (!sink_) return;
  if (const int number = bucket_of(event.type); number >= 0) {
    Bucket& bucket = buckets_[static_cast<std::size_t>(number)];
    if (!take(bucket)) {
      if (bucket.suppressed != std::numeric_limits<std::uint32_t>::max()) ++bucket.suppressed;
      return;
    }
    event.suppressed = std::exchange(bucket.suppressed, 0u);
  }
  sink_(event);
}

}  // namespace spa::esp
