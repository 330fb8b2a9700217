// SPDX-License-Identifier: Apache-2.0
// RFC 6479 and RFC 4303 3.4.3, appendix A. R-POL-1, R-MAP-25: anti-replay.
#include "firmware-sim/esp/replay_window.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

namespace spa::esp {
namespace {

// The definition: a number is acceptable when it is new and less than the window behind the highest
// one.
class Model {
 public:
  Model(std::uint32_t size, std::uint64_t highest)
      : size_(size), start_(highest), highest_(highest) {}
  bool accept(std::uint64_t sequence) {
    if (sequence <= start_ || sequence + size_ <= highest_ || seen_.count(sequence) != 0)
      return false;
    seen_.insert(sequence);
    highest_ = std::max(highest_, sequence);
    return true;
  }
  [[nodiscard]] std::uint64_t highest() const { return highest_; }

 private:
  std::uint64_t size_;
  std::uint64_t start_;
  std::uint64_t highest_;
  std::set<std::uint64_t> seen_;
};

class Window : public testing::TestWithParam<std::uint32_t> {};

TEST_P(Window, AgreesWithASetOfNumbers) {
  const std::uint32_t size = GetParam();
  for (const std::uint64_t start :
       {0ull, 1ull, 62ull, 63ull, 64ull, 4095ull, 0xffffffc0ull, 1ull << 40}) {
    std::mt19937_64 random(size * 31 + start);
    ReplayWindow window(size, start);
    Model model(size, start);
    for (int i = 0; i < 4000; ++i) {
      // Mostly around the edges of the window; now and then a leap of up to several rings.
      const std::uint64_t reach = random() % 16 == 0 ? 40000 : size + 70;
      const std::uint64_t ahead = random() % 8 == 0 ? random() % reach : random() % 4;
      const std::uint64_t behind = std::min<std::uint64_t>(random() % (size + 70), model.highest());
      const std::uint64_t sequence =
          random() % 2 ? model.highest() + ahead : model.highest() - behind;
      const bool expected = model.accept(sequence);
      ASSERT_EQ(window.check(sequence), expected)
          << "number " << sequence << " of " << model.highest();
      if (expected) window.advance(sequence);
      ASSERT_EQ(window.highest(), model.highest());
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Sizes, Window,
                         testing::Values(32, 33, 63, 64, 65, 100, 128, 1024, 4095, 4096));

TEST(ReplayWindow, RefusesZeroAndEverythingUpToItsStart) {
  const ReplayWindow fresh(64, 0);
  EXPECT_FALSE(fresh.check(0));  // RFC 4303 3.3.3: the first packet carries 1
  EXPECT_TRUE(fresh.check(1));
  const ReplayWindow resumed(64, 1000);
  for (std::uint64_t number = 900; number <= 1000; ++number) EXPECT_FALSE(resumed.check(number));
  EXPECT_TRUE(resumed.check(1001));
}

TEST(ReplayWindow, WithoutAWindowTakesEverything) {
  ReplayWindow window(0, 0);
  EXPECT_TRUE(window.check(5));
  window.advance(5);
  EXPECT_TRUE(window.check(5));
  EXPECT_TRUE(window.check(1));
  EXPECT_EQ(window.highest(), 5u);
}

TEST(ReplayWindow, SurvivesTheEndOfTheNumbers) {
  const std::uint64_t last = ~std::uint64_t{0};
  ReplayWindow window(64, last - 3);
  EXPECT_TRUE(window.check(last));
  window.advance(last);
  EXPECT_FALSE(window.check(last));
  EXPECT_TRUE(window.check(last - 1));
}

// RFC 4303 A2.2, the two cases and their halves.
TEST(ReplayWindow, InfersTheUpperHalf) {
  const std::uint64_t high = 5ull << 32;
  const ReplayWindow middle(64, high | 1000);
  EXPECT_EQ(middle.infer(1001), high | 1001);
  EXPECT_EQ(middle.infer(937), high | 937);          // lowest of the window
  EXPECT_EQ(middle.infer(936), (6ull << 32) | 936);  // below it: must be the next subspace
  EXPECT_EQ(middle.infer(0xffffffff), high | 0xffffffff);

  const ReplayWindow straddling(64, high | 10);
  EXPECT_EQ(straddling.infer(5), high | 5);
  EXPECT_EQ(straddling.infer(0xffffffff), (4ull << 32) | 0xffffffff);
  EXPECT_EQ(straddling.infer(0xffffffcb), (4ull << 32) | 0xffffffcb);
  EXPECT_EQ(straddling.infer(0xffffffca), high | 0xffffffca);

  const ReplayWindow first(64, 10);
  EXPECT_EQ(first.infer(0xffffffff), std::nullopt);  // would lie before 0
  EXPECT_EQ(first.infer(11), 11u);
  const ReplayWindow last(64, 0xffffffff00001000ull);
  EXPECT_EQ(last.infer(5), std::nullopt);  // would lie beyond 2^64
}

TEST(ReplayWindow, FollowsASenderAcrossTheSubspace) {
  ReplayWindow window(1024, 0xfffffff0ull);
  std::mt19937 random(1);
  for (std::uint64_t base = 0xfffffff1ull; base < 0x100000400ull; base += 8) {
    std::uint64_t order[8];
    for (std::size_t i = 0; i < 8; ++i) order[i] = base + i;
    std::shuffle(std::begin(order), std::end(order), random);
    for (const std::uint64_t sequence : order) {
      const auto inferred = window.infer(static_cast<std::uint32_t>(sequence));
      ASSERT_EQ(inferred, sequence);
      ASSERT_TRUE(window.check(sequence));
      window.advance(sequence);
    }
  }
}

}  // namespace
}  // namespace spa::esp
