// SPDX-License-Identifier: Apache-2.0
#include "firmware-sim/rings/ring.h"

#include <gtest/gtest.h>

namespace spa::card {
namespace {

TEST(RingSize, IsAPowerOfTwoWithinTheLimits) {
  EXPECT_TRUE(ring_size_valid(8, 8, 4096));
  EXPECT_TRUE(ring_size_valid(4096, 8, 4096));
  for (const std::uint32_t size : {0u, 1u, 4u, 9u, 12u, 4095u, 8192u, 0x80000000u, 0xffffffffu}) {
    EXPECT_FALSE(ring_size_valid(size, 8, 4096)) << size;
  }
}

TEST(RingPhase, StartsAtOneAndFlipsAtEveryWrapAlsoAcross65536) {
  for (const std::uint16_t size : {std::uint16_t{8}, std::uint16_t{4096}, std::uint16_t{32768}}) {
    EXPECT_EQ(ring_phase(0, size), 1);
    EXPECT_EQ(ring_phase(static_cast<std::uint16_t>(size - 1), size), 1);
    EXPECT_EQ(ring_phase(size, size), 0);
    EXPECT_NE(ring_phase(65535, size), ring_phase(0, size));
  }
}

TEST(SubmissionRing, TakesATailUpToASizeAheadAndNeverBack) {
  SubmissionRing ring;
  ring.start(8);
  EXPECT_FALSE(ring.set_tail(9));
  EXPECT_TRUE(ring.set_tail(8));
  EXPECT_EQ(ring.pending(), 8);
  EXPECT_FALSE(ring.set_tail(7));
  EXPECT_FALSE(ring.set_tail(9));
  ring.consume(3);
  EXPECT_EQ(ring.head(), 3);
  EXPECT_TRUE(ring.set_tail(11));
  EXPECT_FALSE(ring.set_tail(12));
}

TEST(SubmissionRing, RunsAcrossTheWrapOfTheIndex) {
  SubmissionRing ring;
  ring.start(32768);
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(ring.set_tail(static_cast<std::uint16_t>(ring.head() + 30000)));
    ring.consume(30000);
  }
  EXPECT_EQ(ring.head(), static_cast<std::uint16_t>(90000));
  EXPECT_EQ(ring.pending(), 0);
}

TEST(CompletionRing, InterruptComesOncePerArmingAndAtOnceWhenAnEntryWaits) {
  CompletionRing ring;
  ring.start(8);
  ring.produce();
  EXPECT_FALSE(ring.take_interrupt()) << "never armed";
  EXPECT_TRUE(ring.set_head(0, true));
  EXPECT_TRUE(ring.take_interrupt()) << "the entry was there before the arming";
  EXPECT_FALSE(ring.take_interrupt());
  EXPECT_TRUE(ring.set_head(1, true));
  EXPECT_FALSE(ring.take_interrupt()) << "nothing new";
  ring.produce();
  EXPECT_TRUE(ring.take_interrupt());
}

TEST(CompletionRing, RefusesAHeadBeyondTheTailAndKnowsItsRoom) {
  CompletionRing ring;
  ring.start(8);
  EXPECT_EQ(ring.room(), 8);
  for (int i = 0; i < 8; ++i) ring.produce();
  EXPECT_EQ(ring.room(), 0);
  EXPECT_FALSE(ring.set_head(9, false));
  EXPECT_TRUE(ring.set_head(8, false));
  EXPECT_FALSE(ring.set_head(7, false));
  EXPECT_EQ(ring.room(), 8);
}

}  // namespace
}  // namespace spa::card
