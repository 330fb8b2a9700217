// SPDX-License-Identifier: Apache-2.0
#include "userspace/ike/window.h"

#include <gtest/gtest.h>

#include "userspace/ike/arbiter.h"
#include "userspace/ike/lifecycle.h"
#include "userspace/ike/rate_limit.h"

namespace spa::ike {
namespace {

const SteadyTime kStart{Duration(1000)};
const RetransmitPolicy kPolicy{Duration(1000), 2.0, 3};

// RFC 7296 2.1: identical octets, at growing intervals, a bounded number of times.
TEST(RequestWindow, RetransmitsIdenticalOctetsAndGivesUp) {
  RequestWindow window;
  window.sent({1, 2, 3}, kPolicy, kStart, 0);
  EXPECT_FALSE(window.has_room());
  std::vector<Bytes> again;
  const auto keep = [&](ByteView m) { again.push_back(to_bytes(m)); };
  EXPECT_EQ(window.due(), kStart + Duration(1000));
  EXPECT_EQ(window.retransmit(kStart + Duration(999), 0, keep), RequestWindow::Outcome::kOk);
  EXPECT_TRUE(again.empty());
  SteadyTime now = kStart + Duration(1000);
  EXPECT_EQ(window.retransmit(now, 0, keep), RequestWindow::Outcome::kOk);
  EXPECT_EQ(window.due(), now + Duration(2000));
  now += Duration(2000);
  EXPECT_EQ(window.retransmit(now, 0, keep), RequestWindow::Outcome::kOk);
  EXPECT_EQ(window.due(), now + Duration(4000));
  now += Duration(4000);
  EXPECT_EQ(window.retransmit(now, 0, keep), RequestWindow::Outcome::kGiveUp);
  EXPECT_EQ(again, (std::vector<Bytes>{{1, 2, 3}, {1, 2, 3}}));
}

TEST(RequestWindow, AnswersAreTakenOnce) {
  RequestWindow window(2);
  window.sent({1}, kPolicy, kStart, 0);
  EXPECT_TRUE(window.has_room());
  window.sent({2}, kPolicy, kStart, 0);
  EXPECT_FALSE(window.has_room());
  EXPECT_TRUE(window.awaits(1));
  EXPECT_TRUE(window.answered(1));
  EXPECT_FALSE(window.answered(1));
  EXPECT_FALSE(window.answered(7));
  EXPECT_TRUE(window.awaits(0));
  EXPECT_EQ(window.next_id(), 2U);
  window.restart();  // RFC 7296 2.6
  EXPECT_EQ(window.next_id(), 0U);
  EXPECT_TRUE(window.idle());
}

// RFC 7296 2.3: no request runs ahead of an unanswered one by the window or more, however many
// after it are answered.
TEST(RequestWindow, WaitsForTheOldestAnswer) {
  RequestWindow window;
  window.grow(3);
  for (std::uint8_t i = 0; i < 3; ++i) window.sent({i}, kPolicy, kStart, 0);
  EXPECT_FALSE(window.has_room());
  EXPECT_TRUE(window.answered(1));
  EXPECT_TRUE(window.answered(2));
  EXPECT_FALSE(window.has_room());
  EXPECT_TRUE(window.answered(0));
  EXPECT_TRUE(window.has_room());
  window.grow(2);
  EXPECT_EQ(window.size(), 3U);
}

TEST(RetransmitPolicy, JitterIsATenthAtMost) {
  for (std::uint32_t random = 0; random < 5000; random += 7) {
    EXPECT_GE(kPolicy.wait(2, random), Duration(2000));
    EXPECT_LE(kPolicy.wait(2, random), Duration(2200));
  }
}

// RFC 7296 2.2, 2.3
TEST(ReplyWindow, TakesRequestsInOrderAndKeepsTheLastReply) {
  ReplyWindow window;
  using Verdict = ReplyWindow::Verdict;
  EXPECT_EQ(window.judge(0), Verdict::kNew);
  EXPECT_EQ(window.judge(1), Verdict::kOutside);
  window.begin();
  EXPECT_EQ(window.judge(0), Verdict::kInProgress);
  window.replied({9});
  EXPECT_EQ(window.judge(0), Verdict::kResend);
  ASSERT_EQ(window.cached(0).size(), 1U);
  EXPECT_EQ(window.cached(0)[0], Bytes{9});
  window.begin();
  window.replied({8});
  EXPECT_EQ(window.judge(0), Verdict::kOutside);
  EXPECT_TRUE(window.cached(0).empty());
  EXPECT_TRUE(window.cached(2).empty());
  EXPECT_EQ(window.judge(1), Verdict::kResend);
  EXPECT_EQ(window.judge(0xffffffff), Verdict::kOutside);
}

TEST(ReplyWindow, KeepsAsManyRepliesAsItsSize) {
  ReplyWindow window(3);
  for (std::uint8_t i = 0; i < 5; ++i) {
    window.begin();
    window.replied({i});
  }
  ASSERT_EQ(window.cached(2).size(), 1U);
  EXPECT_EQ(window.cached(2)[0], Bytes{2});
  EXPECT_TRUE(window.cached(1).empty());
}

// RFC 7296 2.2, 2.3
TEST(ReplyWindow, TellsWhatIsAheadFromWhatIsOutside) {
  ReplyWindow window;
  window.grow(3);
  using Verdict = ReplyWindow::Verdict;
  EXPECT_EQ(window.judge(0), Verdict::kNew);
  EXPECT_EQ(window.judge(1), Verdict::kAhead);
  EXPECT_EQ(window.judge(2), Verdict::kAhead);
  EXPECT_EQ(window.judge(3), Verdict::kOutside);
  window.begin();
  EXPECT_EQ(window.judge(2), Verdict::kAhead);
  window.replied({1});
  EXPECT_EQ(window.judge(3), Verdict::kAhead);
  EXPECT_EQ(window.judge(0), Verdict::kResend);
}

// RFC 7296 2.8.1: both ends come to opposite answers, whoever holds the lowest nonce.
TEST(Arbiter, TheExchangeWithTheLowestNonceLoses) {
  const ExchangeNonces with_lowest{{5, 5}, {1, 1}};
  const ExchangeNonces other{{2, 0}, {9, 9}};
  EXPECT_EQ(arbitrate(with_lowest, other), RekeyWinner::kTheirs);
  EXPECT_EQ(arbitrate(other, with_lowest), RekeyWinner::kOurs);
  // Octet by octet, not by length.
  EXPECT_EQ(arbitrate({{2}, {3}}, {{1, 255, 255}, {3}}), RekeyWinner::kOurs);
}

TEST(Lifecycle, StepsBackAreImpossible) {
  EXPECT_TRUE(may_step(Phase::kInit, Phase::kAuth));
  EXPECT_FALSE(may_step(Phase::kEstablished, Phase::kAuth));
  EXPECT_FALSE(may_step(Phase::kDeleting, Phase::kEstablished));
  EXPECT_FALSE(may_step(Phase::kRekeyed, Phase::kEstablished));
  for (const auto& step : kPhaseSteps) EXPECT_NE(step.first, Phase::kGone);
}

TEST(RateLimit, BurstThenRate) {
  RateLimit limit(10, 5);
  int allowed = 0;
  for (int i = 0; i < 100; ++i) allowed += limit.allow(kStart) ? 1 : 0;
  EXPECT_EQ(allowed, 5);
  EXPECT_FALSE(limit.allow(kStart + Duration(50)));
  EXPECT_TRUE(limit.allow(kStart + Duration(150)));
}

}  // namespace
}  // namespace spa::ike
