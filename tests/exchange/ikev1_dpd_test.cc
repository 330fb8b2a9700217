// SPDX-License-Identifier: Apache-2.0
// Whom IKEv1 asks whether he is there, how, and how often (RFC 3706).
#include <algorithm>

#include "tests/exchange/two_routers.h"
#include "userspace/wire/v1/message.h"

namespace spa::exchange {
namespace {

namespace v1 = wire::v1;

class Ikev1Dpd : public TwoRouters {
 protected:
  Ikev1Dpd() {
    left.use_ikev1();
    right.use_ikev1();
    left.config.isakmp.keepalive = {30, 2, true};
  }
  void live(std::uint32_t seconds) { run(Duration(seconds * 1000LL)); }
};

// R-DPD-18, RFC 3706 6.1, 6.2: each question has a higher number than the last, and the answer has
// the same, or it would not be taken.
TEST_F(Ikev1Dpd, NumbersCountUp) {
  start();
  bring_up(left);
  live(300);
  EXPECT_GE(left.manager->counters().liveness_checks, 9U);
  EXPECT_EQ(left.manager->counters().out_of_window, 0U);
  EXPECT_EQ(right.manager->counters().out_of_window, 0U);
  EXPECT_EQ(left.up(), 1U);
}

// R-DPD-13, RFC 3706 5.1: who does not send the vendor ID is not asked, and does not fall either.
TEST_F(Ikev1Dpd, OnlyWhoSaysThatHeAnswersIsAsked) {
  network.rewrite = [this](Packet& p) {
    const Bytes ours = v1::vendor_id(v1::Vendor::kDpd).data;
    const auto at = std::search(p.octets.begin(), p.octets.end(), ours.begin(), ours.end());
    if (p.from.address == right.address && at != p.octets.end()) *at ^= 0xFF;
  };
  start();
  bring_up(left);
  EXPECT_EQ(left.status()[0].dpd.interval_seconds, 0U);
  right.crash();
  live(600);
  EXPECT_EQ(left.manager->counters().liveness_checks, 0U);
  EXPECT_EQ(left.up(), 1U);
}

// R-DPD-26: what the profile says comes before what is said for all; without either nobody is
// asked.
TEST_F(Ikev1Dpd, TheProfileComesFirst) {
  left.isakmp_profile().keepalive = policy::DpdSettings{100, 3, false};
  left.entry().isakmp_profile = "V1";
  start();
  bring_up(left);
  EXPECT_EQ(left.status()[0].dpd, (policy::DpdSettings{100, 3, false}));
  EXPECT_EQ(right.status()[0].dpd.interval_seconds, 0U);
}

// R-DPD-4, R-DPD-22: the second number is the time between questions that nobody answers.
TEST_F(Ikev1Dpd, AsksAgainAtTheRetryInterval) {
  left.config.isakmp.keepalive = {60, 5, true};
  start();
  bring_up(left);
  right.crash();
  const std::size_t before = network.sent.size();
  std::vector<std::int64_t> at;
  for (std::int64_t second = 0; second < 120; ++second) {
    live(1);
    while (at.size() < network.sent.size() - before) at.push_back(second);
  }
  ASSERT_EQ(at.size(), 5U);
  for (std::size_t i = 1; i < at.size(); ++i) EXPECT_EQ(at[i] - at[i - 1], 5) << i;
  EXPECT_EQ(left.up(), 0U);
}

// R-DPD-7, R-DPD-8, RFC 3706 5.4: on demand nobody is asked who has nothing to be sent.
TEST_F(Ikev1Dpd, OnDemand) {
  left.config.isakmp.keepalive = {30, 2, false};
  start();
  bring_up(left);
  live(600);
  EXPECT_EQ(left.manager->counters().liveness_checks, 0U);
  for (int i = 0; i < 65; ++i) {
    ++left.database.out.packets;
    live(1);
  }
  EXPECT_GE(left.manager->counters().liveness_checks, 1U);
  EXPECT_EQ(left.up(), 1U);
}

}  // namespace
}  // namespace spa::exchange
