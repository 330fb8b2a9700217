// SPDX-License-Identifier: Apache-2.0
#include "userspace/ike/call_admission.h"

#include <gtest/gtest.h>

#include <deque>

namespace spa::ike {
namespace {

using Direction = CallAdmission::Direction;
using Cause = CallAdmission::Cause;

class CallAdmissionTest : public testing::Test {
 protected:
  std::uint32_t charge = 0;
  std::shared_ptr<CallAdmission> admission =
      std::make_shared<CallAdmission>([this] { return charge; });
  policy::CallAdmissionLimits limits;
  std::deque<CountedSa> sas;

  void add(std::size_t count, Phase phase) {
    for (std::size_t i = 0; i < count; ++i) sas.emplace_back(admission).step(phase);
  }
  std::optional<Cause> ask(Direction direction = Direction::kIncoming, bool known = false) {
    return admission->judge(direction, known, limits);
  }
};

// R-CAC-13, R-CAC-16: 0, which is what there is at first, is no limit.
TEST_F(CallAdmissionTest, NothingIsLimitedAtFirst) {
  add(100, Phase::kEstablished);
  charge = 100000;
  EXPECT_FALSE(ask());
  EXPECT_FALSE(ask(Direction::kOutgoing));
}

// R-CAC-1, R-CAC-4, R-CAC-9: active and negotiating together, at the limit and not only above it;
// 500 peers that set up both ways at a time need 1000.
TEST_F(CallAdmissionTest, ActiveAndNegotiatingFillTheLimitTogether) {
  limits.ike_sas = 1000;
  add(500, Phase::kEstablished);
  add(499, Phase::kAuth);
  EXPECT_FALSE(ask());
  add(1, Phase::kInit);
  EXPECT_EQ(ask(), Cause::kSaLimit);
  EXPECT_EQ(ask(Direction::kOutgoing), Cause::kSaLimit);
  sas.pop_front();
  EXPECT_FALSE(ask());
}

// R-CAC-3
TEST_F(CallAdmissionTest, NegotiationsHaveALimitOfTheirOwn) {
  limits.in_negotiation = 10;
  add(50, Phase::kEstablished);
  add(9, Phase::kInit);
  EXPECT_FALSE(ask());
  add(1, Phase::kAuth);
  EXPECT_EQ(ask(), Cause::kInNegotiation);
  EXPECT_EQ(admission->counts().rejected_in_negotiation, 1u);  // R-CAC-15
  EXPECT_EQ(admission->counts().rejected_limit, 1u);
  sas.back().step(Phase::kEstablished);
  EXPECT_FALSE(ask());
}

// R-CAC-6, R-CAC-7
TEST_F(CallAdmissionTest, TheMonitorIsAsked) {
  limits.resources = 50000;
  charge = 49999;
  EXPECT_FALSE(ask());
  charge = 50000;
  EXPECT_EQ(ask(), Cause::kResources);
  EXPECT_EQ(admission->counts().charge, 50000U);
}

// R-CAC-8: counted, and refused never.
TEST_F(CallAdmissionTest, WhatIsThereAlreadyIsSpared) {
  limits.ike_sas = 1;
  limits.resources = 1;
  charge = 100000;
  add(1, Phase::kEstablished);
  EXPECT_FALSE(ask(Direction::kIncoming, true));
  admission->count_accepted(Direction::kOutgoing);
  EXPECT_EQ(admission->counts().incoming_accepted, 1U);
  EXPECT_EQ(admission->counts().outgoing_accepted, 1U);
}

// R-CAC-10, R-CAC-12
TEST_F(CallAdmissionTest, EveryRequestIsCountedOnce) {
  add(2, Phase::kEstablished);
  EXPECT_FALSE(ask());
  EXPECT_FALSE(ask(Direction::kOutgoing));
  limits.ike_sas = 2;
  EXPECT_TRUE(ask());
  limits = {0, 0, 10};
  charge = 10;
  EXPECT_TRUE(ask(Direction::kOutgoing));
  EXPECT_TRUE(ask(Direction::kOutgoing));
  CallAdmissionCounts counts = admission->counts();
  EXPECT_EQ(counts.incoming_accepted, 1U);
  EXPECT_EQ(counts.outgoing_accepted, 1U);
  EXPECT_EQ(counts.incoming_rejected, 1U);
  EXPECT_EQ(counts.outgoing_rejected, 2U);
  EXPECT_EQ(counts.rejected_limit, 1U);
  EXPECT_EQ(counts.rejected_resources, 2U);
  EXPECT_EQ(counts.rejected(), counts.rejected_limit + counts.rejected_resources);
  admission->clear();
  counts = admission->counts();
  EXPECT_EQ(counts.accepted() + counts.rejected() + counts.rejected_limit, 0U);
  EXPECT_EQ(counts.active, 2U);
}

// R-CAC-18
TEST_F(CallAdmissionTest, AnSaIsInOnePlaceUntilItsEnd) {
  add(1, Phase::kAuth);
  EXPECT_EQ(admission->counts().negotiating, 1U);
  sas.back().step(Phase::kEstablished);
  EXPECT_EQ(admission->counts().negotiating, 0U);
  EXPECT_EQ(admission->counts().active, 1U);
  sas.back().step(Phase::kDeleting);
  EXPECT_EQ(admission->counts().active, 1U);
  sas.back().step(Phase::kGone);
  add(1, Phase::kInit);
  sas.clear();
  EXPECT_EQ(admission->counts().active + admission->counts().negotiating, 0U);
}

}  // namespace
}  // namespace spa::ike
