// SPDX-License-Identifier: Apache-2.0
// RFC 7383 2.6
#include "userspace/ike/reassembly.h"

#include <gtest/gtest.h>

#include "userspace/wire/limits.h"

namespace spa::ike {
namespace {

using Outcome = Reassembly::Outcome;
using wire::PayloadType;

class ReassemblyTest : public testing::Test {
 protected:
  Outcome add(std::uint32_t id, std::uint16_t number, std::uint16_t total, std::size_t size = 1) {
    const auto first = number == 1 ? PayloadType::kIdi : PayloadType::kNone;
    return reassembly.add({id, number, total}, first,
                          Bytes(size, static_cast<std::uint8_t>(number)));
  }
  FragmentBudget budget{100'000};
  Reassembly reassembly{budget};
};

TEST_F(ReassemblyTest, AnyOrder) {
  EXPECT_EQ(add(1, 3, 3), Outcome::kIncomplete);
  EXPECT_EQ(add(1, 1, 3, 2), Outcome::kIncomplete);
  EXPECT_EQ(add(1, 3, 3), Outcome::kIgnored);
  EXPECT_EQ(add(1, 2, 3), Outcome::kComplete);
  EXPECT_EQ(budget.used(), 4U);
  const Reassembled whole = reassembly.take(1);
  EXPECT_EQ(whole.first, PayloadType::kIdi);
  EXPECT_EQ(whole.chain, (Bytes{1, 1, 2, 3}));
  EXPECT_EQ(budget.used(), 0U);
  EXPECT_EQ(reassembly.messages(), 0U);
}

TEST_F(ReassemblyTest, OneFragmentIsAMessage) {
  EXPECT_EQ(add(7, 1, 1), Outcome::kComplete);
  EXPECT_EQ(reassembly.take(7).chain, Bytes{1});
}

// 2.5.2: the sender tried again with smaller datagrams; what is of the first attempt is dropped.
TEST_F(ReassemblyTest, LargerTotalBeginsAnew) {
  EXPECT_EQ(add(1, 1, 2, 10), Outcome::kIncomplete);
  EXPECT_EQ(add(1, 1, 3), Outcome::kIncomplete);
  EXPECT_EQ(budget.used(), 1U);
  EXPECT_FALSE(reassembly.wants({1, 2, 2}));
  EXPECT_EQ(add(1, 2, 2), Outcome::kIgnored);
  EXPECT_EQ(add(1, 2, 3), Outcome::kIncomplete);
  EXPECT_EQ(add(1, 3, 3), Outcome::kComplete);
}

TEST_F(ReassemblyTest, RefusesImpossibleNumbers) {
  EXPECT_FALSE(reassembly.wants({1, 0, 2}));
  EXPECT_FALSE(reassembly.wants({1, 3, 2}));
  EXPECT_FALSE(reassembly.wants({1, 1, 0}));
  EXPECT_FALSE(reassembly.wants({1, 1, wire::kMaxFragments + 1}));
  EXPECT_TRUE(reassembly.wants({1, 1, wire::kMaxFragments}));
}

TEST_F(ReassemblyTest, BoundedInOctets) {
  EXPECT_EQ(add(1, 1, 3, 40'000), Outcome::kIncomplete);
  EXPECT_EQ(add(1, 2, 3, 30'000), Outcome::kTooMuch);  // beyond one message
  EXPECT_EQ(budget.used(), 0U);
  EXPECT_EQ(add(2, 1, 2, 60'000), Outcome::kIncomplete);
  EXPECT_EQ(add(3, 1, 2, 60'000), Outcome::kTooMuch);  // beyond the budget
  EXPECT_EQ(budget.used(), 60'000U);
  {
    Reassembly other(budget);
    EXPECT_EQ(other.add({9, 1, 2}, PayloadType::kIdi, Bytes(30'000, 0)), Outcome::kIncomplete);
    EXPECT_EQ(budget.used(), 90'000U);
  }
  EXPECT_EQ(budget.used(), 60'000U);
}

TEST_F(ReassemblyTest, BoundedInMessages) {
  for (std::uint32_t id = 1; id <= Reassembly::kMessages + 1; ++id) {
    EXPECT_EQ(add(id, 1, 2), Outcome::kIncomplete);
  }
  EXPECT_EQ(reassembly.messages(), Reassembly::kMessages);
  EXPECT_EQ(add(1, 2, 2), Outcome::kIncomplete);  // the oldest was dropped
  reassembly.forget_before(100);
  EXPECT_EQ(reassembly.messages(), 0U);
  EXPECT_EQ(budget.used(), 0U);
}

}  // namespace
}  // namespace spa::ike
