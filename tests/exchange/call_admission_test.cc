// SPDX-License-Identifier: Apache-2.0
// Call admission control between two routers, with either version (R-CAC).
#include "tests/exchange/two_routers.h"

namespace spa::exchange {
namespace {

class CallAdmission : public TwoRouters, public ::testing::WithParamInterface<int> {
 protected:
  void SetUp() override {
    for (Router* r : {&left, &right}) {
      if (GetParam() == 1) r->use_ikev1();
    }
  }
  static bool logged(const Router& router, const std::string& text) {
    return std::any_of(router.log.lines.begin(), router.log.lines.end(),
                       [&](const auto& line) { return line.find(text) != std::string::npos; });
  }
  static ike::CallAdmissionCounts counts(const Router& router) {
    return router.admission->counts();
  }
};

// R-CAC-4, R-CAC-12, R-CAC-14, R-DBG-40: no answer, one line with both addresses; when the
// resources are there again, the same peer gets in.
TEST_P(CallAdmission, RefusesTheRequestOfAPeer) {
  right.config.call_admission.resources = 50000;
  right.charge = 60000;
  start();
  ASSERT_TRUE(left.manager->initiate(left.rule_id()));
  run(Duration(1000));
  EXPECT_TRUE(right.status().empty());
  EXPECT_EQ(counts(right).incoming_rejected, 1U);
  EXPECT_EQ(counts(right).rejected_resources, 1U);
  EXPECT_EQ(counts(right).incoming_accepted, 0U);
  EXPECT_TRUE(logged(right,
                     "%CRYPTO-4-IKE_DENY_SA_REQ: IKE denied an INCOMING SA request from "
                     "172.16.172.34 to 172.16.172.39 due to SYSTEM RESOURCES LOW"));
  right.charge = 100;
  run(Duration(10000));
  expect_tunnel();
  EXPECT_EQ(counts(right).incoming_accepted, 1U);
  EXPECT_EQ(counts(right).active, 1U);
  EXPECT_EQ(counts(right).negotiating, 0U);
  EXPECT_EQ(counts(left).outgoing_accepted, 1U);
}

// R-CAC-5: and begins nothing of its own.
TEST_P(CallAdmission, RefusesToBegin) {
  left.config.call_admission.resources = 50000;
  left.charge = 50000;
  start();
  const Status begun = left.manager->initiate(left.rule_id());
  ASSERT_FALSE(begun);
  EXPECT_EQ(begun.error().code, Errc::kState);
  EXPECT_TRUE(network.sent.empty());
  EXPECT_EQ(counts(left).outgoing_rejected, 1U);
  EXPECT_TRUE(
      logged(left, "IKE denied an OUTGOING SA request from 172.16.172.34 to 172.16.172.39"));
}

// R-CAC-1, R-CAC-4: the limit of IKE SAs, here filled by a peer that is not there.
TEST_P(CallAdmission, TheLimitIsReachedByWhatIsUnderWay) {
  right.config.call_admission.ike_sas = 1;
  start();
  const ike::CountedSa other(right.admission);
  ASSERT_TRUE(left.manager->initiate(left.rule_id()));
  run(Duration(1000));
  EXPECT_TRUE(right.status().empty());
  EXPECT_EQ(counts(right).rejected_limit, 1U);
  EXPECT_TRUE(logged(right, "due to IKE SA LIMIT REACHED"));
}

// R-CAC-8: at the limit a peer that has an SA may replace it.
TEST_P(CallAdmission, RekeyingIsCountedAndNotRefused) {
  for (Router* r : {&left, &right}) {
    r->config.call_admission.ike_sas = 1;
    r->profile().lifetime_seconds = 120;
    for (auto& [priority, isakmp] : r->config.isakmp.policies) isakmp.lifetime_seconds = 120;
  }
  start();
  bring_up(left);
  expect_tunnel();
  run(Duration(118 * 1000));
  EXPECT_GE(left.up(), 1U);
  EXPECT_GE(counts(left).accepted(), 2U);
  EXPECT_EQ(counts(left).rejected() + counts(right).rejected(), 0U);
}

// R-CAC-18: a half-open SA that nobody finishes leaves the count.
TEST_P(CallAdmission, WhatTimesOutIsNotCounted) {
  network.plan = [this](std::size_t, const Packet& p) {
    const bool lost = p.from.address == right.address;
    return lost ? std::vector<Duration>{} : std::vector<Duration>{Duration(5)};
  };
  start();
  ASSERT_TRUE(left.manager->initiate(left.rule_id()));
  run(Duration(1000));
  EXPECT_EQ(counts(right).negotiating, 1U);
  EXPECT_EQ(counts(left).negotiating, 1U);
  run(Duration(180 * 1000));
  for (const Router* r : {&left, &right}) {
    EXPECT_EQ(counts(*r).negotiating, 0U) << r->name;
    EXPECT_EQ(counts(*r).active, 0U) << r->name;
  }
}

INSTANTIATE_TEST_SUITE_P(BothVersions, CallAdmission, ::testing::Values(1, 2),
                         [](const auto& version) {
                           return "Ikev" + std::to_string(version.param);
                         });

}  // namespace
}  // namespace spa::exchange
