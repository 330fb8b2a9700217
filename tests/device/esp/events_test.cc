// SPDX-License-Identifier: Apache-2.0
#include "firmware-sim/esp/events.h"

#include <gtest/gtest.h>

#include <vector>

namespace spa::esp {
namespace {

struct Fixture : testing::Test {
  std::uint64_t now = 5;
  std::vector<Event> seen;
  EventLimiter limiter{[this](const Event& event) { seen.push_back(event); },
                       [this] { return now; }};

  void raise(spa_event_type type, int times = 1) {
    for (int i = 0; i < times; ++i) {
      Event event;
      event.type = type;
      limiter.raise(event);
    }
  }
};

using Limiter = Fixture;

TEST_F(Limiter, PassesABurstThenCountsWhatItSwallows) {
  raise(SPA_EVENT_UNKNOWN_SPI, 100);
  ASSERT_EQ(seen.size(), EventLimiter::kBurst);
  for (const Event& event : seen) EXPECT_EQ(event.suppressed, 0u);
  now += 1'000'000'000 / EventLimiter::kPerSecond;
  raise(SPA_EVENT_UNKNOWN_SPI, 2);
  ASSERT_EQ(seen.size(), EventLimiter::kBurst + 1);
  EXPECT_EQ(seen.back().suppressed, 90u);
  now += 1'000'000'000 / EventLimiter::kPerSecond;
  raise(SPA_EVENT_UNKNOWN_SPI);
  EXPECT_EQ(seen.back().suppressed, 1u);
}

TEST_F(Limiter, KindsDoNotStarveOneAnother) {
  raise(SPA_EVENT_UNKNOWN_SPI, 1000);
  seen.clear();
  raise(SPA_EVENT_AUTH_FAILURE);
  raise(SPA_EVENT_REPLAY_FAILURE);
  ASSERT_EQ(seen.size(), 2u);
  EXPECT_EQ(seen[0].suppressed, 0u);
}

TEST_F(Limiter, NeverHoldsBackAnExpiry) {
  raise(SPA_EVENT_SOFT_EXPIRE, 50);
  raise(SPA_EVENT_HARD_EXPIRE, 50);
  raise(SPA_EVENT_SEQ_SOFT, 50);
  EXPECT_EQ(seen.size(), 150u);
}

TEST_F(Limiter, DoesNotSaveUpMoreThanABurst) {
  raise(SPA_EVENT_AUTH_FAILURE);
  now = ~std::uint64_t{0} - 5;
  seen.clear();
  raise(SPA_EVENT_AUTH_FAILURE, 1000);
  EXPECT_EQ(seen.size(), EventLimiter::kBurst);
}

TEST(EventLimiter, WorksWithoutASink) {
  EventLimiter limiter;
  limiter.raise(Event{});
}

}  // namespace
}  // namespace spa::esp
