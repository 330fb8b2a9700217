// SPDX-License-Identifier: Apache-2.0
#include "userspace/ike/liveness.h"

#include <gtest/gtest.h>

namespace spa::ike {
namespace {

const SteadyTime kStart{Duration(1000)};

TEST(Liveness, OffMeansNeverDue) {
  Liveness liveness;
  liveness.configure({0, 2, true}, kStart);
  EXPECT_FALSE(liveness.due().has_value());
}

// R-DPD-9, R-DPD-10, R-DPD-20
TEST(Liveness, PeriodicAsksUnlessHeard) {
  Liveness liveness;
  liveness.configure({10, 2, true}, kStart);
  EXPECT_EQ(liveness.due(), kStart + Duration(10000));
  EXPECT_TRUE(liveness.check(kStart + Duration(10000), {}));
  liveness.heard(kStart + Duration(12000));
  EXPECT_EQ(liveness.due(), kStart + Duration(22000));
  EXPECT_FALSE(liveness.check(kStart + Duration(22000), {5, 0}));  // traffic came in
  EXPECT_TRUE(liveness.check(kStart + Duration(32000), {5, 0}));
}

// R-DPD-7, R-DPD-8, R-DPD-11
TEST(Liveness, OnDemandAsksOnlyWhenTrafficGoesOut) {
  Liveness liveness;
  liveness.configure({10, 2, false}, kStart);
  EXPECT_FALSE(liveness.check(kStart + Duration(10000), {0, 0}));
  EXPECT_TRUE(liveness.check(kStart + Duration(20000), {0, 3}));
  EXPECT_FALSE(liveness.check(kStart + Duration(30000), {1, 9}));
  EXPECT_FALSE(liveness.check(kStart + Duration(40000), {1, 9}));
}

}  // namespace
}  // namespace spa::ike
