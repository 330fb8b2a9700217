// SPDX-License-Identifier: Apache-2.0
// The policy table against the plain reading of its rule: of all policies that fit, the one with
// the lowest priority, and of those the lowest index (RFC 4301 4.4.1).
#include "firmware-sim/esp/policy_table.h"

#include <gtest/gtest.h>

#include <random>

namespace spa::esp {
namespace {

constexpr std::uint32_t kEntries = 400;

class Oracle {
 public:
  void add(std::uint32_t index, const spa_policy& request) {
    entries_[index] = {*decode_selector(request.selector), card::from_le(request.priority),
                       request.direction};
  }
  void remove(std::uint32_t index) { entries_[index].reset(); }
  [[nodiscard]] std::optional<std::uint32_t> find(std::uint8_t direction, const Flow& flow) const {
    std::optional<std::uint32_t> found;
    for (std::uint32_t i = 0; i < kEntries; ++i) {
      const auto& entry = entries_[i];
      if (!entry || entry->direction != direction || !entry->selector.matches(flow)) continue;
      if (!found || entry->priority < entries_[*found]->priority) found = i;
    }
    return found;
  }

 private:
  struct Entry {
    Selector selector;
    std::uint32_t priority = 0;
    std::uint8_t direction = 0;
  };
  std::array<std::optional<Entry>, kEntries> entries_;
};

class Random {
 public:
  std::uint32_t below(std::uint32_t limit) { return engine_() % limit; }
  Flow flow() {
    Flow made;
    made.family = below(4) == 0 ? 6 : 4;
    const std::size_t octets = made.family == 6 ? 16 : 4;
    for (std::size_t i = 0; i < octets; ++i) {
      made.saddr[i] = static_cast<std::uint8_t>(below(2));
      made.daddr[i] = static_cast<std::uint8_t>(below(2));
    }
    made.protocol = below(2) == 0 ? 6 : 17;
    made.sport = static_cast<std::uint16_t>(below(3));
    made.dport = static_cast<std::uint16_t>(below(3));
    return made;
  }
  spa_policy policy() {
    const Flow like = flow();
    constexpr std::array<unsigned, 5> kPrefixes{0, 8, 15, 24, 32};
    spa_policy made{};
    made.selector.family = like.family;
    made.selector.saddr_prefix = static_cast<std::uint8_t>(kPrefixes[below(5)]);
    made.selector.daddr_prefix = static_cast<std::uint8_t>(kPrefixes[below(5)]);
    const Address saddr = masked(like.saddr, made.selector.saddr_prefix);
    const Address daddr = masked(like.daddr, made.selector.daddr_prefix);
    std::copy(saddr.begin(), saddr.end(), made.selector.saddr);
    std::copy(daddr.begin(), daddr.end(), made.selector.daddr);
    if (below(2) == 0) made.selector.protocol = like.protocol;
    if (below(3) == 0) {
      made.selector.dport = card::from_be(like.dport);
      made.selector.dport_mask = 0xffff;
    }
    made.priority = card::to_le(below(8));
    made.direction = below(2) == 0 ? SPA_POLICY_IN : SPA_POLICY_OUT;
    made.action = SPA_POLICY_ALLOW;
    return made;
  }

 private:
  std::mt19937 engine_{7};
};

TEST(PolicyTable, FindsWhatTheRuleSaysWhileItChanges) {
  PolicyTable table(kEntries);
  Oracle oracle;
  Random random;
  std::array<bool, kEntries> there{};
  for (int round = 0; round < 3000; ++round) {
    const std::uint32_t index = random.below(kEntries);
    if (there[index]) {
      ASSERT_EQ(table.remove(index, 0), SPA_OK);
      oracle.remove(index);
    } else {
      const spa_policy made = random.policy();
      ASSERT_EQ(table.add(index, made), SPA_OK);
      oracle.add(index, made);
    }
    there[index] = !there[index];
    for (int i = 0; i < 10; ++i) {
      const Flow flow = random.flow();
      const auto direction = random.below(2) == 0 ? SPA_POLICY_IN : SPA_POLICY_OUT;
      const Policy* found = table.find(direction, flow);
      const auto expected = oracle.find(static_cast<std::uint8_t>(direction), flow);
      ASSERT_EQ(found != nullptr, expected.has_value()) << round;
      if (found != nullptr) {
        ASSERT_EQ(found->index, *expected) << round;
      }
    }
  }
}

TEST(PolicyTable, HoldsSixteenThousandAndForgetsThemAtOnce) {
  PolicyTable table(16384);
  for (std::uint32_t i = 0; i < 16384; ++i) {
    spa_policy made{};
    made.selector.family = 4;
    made.selector.daddr[0] = 10;
    made.selector.daddr[1] = static_cast<std::uint8_t>(i >> 6);
    made.selector.daddr[2] = static_cast<std::uint8_t>(i << 2);
    made.selector.daddr_prefix = 22;
    made.direction = SPA_POLICY_OUT;
    made.action = SPA_POLICY_BLOCK;
    ASSERT_EQ(table.add(i, made), SPA_OK);
  }
  Flow flow;
  flow.family = 4;
  for (std::uint32_t i = 0; i < 16384; ++i) {
    flow.daddr = {10, static_cast<std::uint8_t>(i >> 6), static_cast<std::uint8_t>(i << 2 | 1)};
    const Policy* found = table.find(SPA_POLICY_OUT, flow);
    ASSERT_NE(found, nullptr);
    ASSERT_EQ(found->index, i);
  }
  EXPECT_EQ(table.find(SPA_POLICY_IN, flow), nullptr);
  table.flush();
  EXPECT_EQ(table.find(SPA_POLICY_OUT, flow), nullptr) << "the cache forgets too";
  EXPECT_EQ(table.used(), 0u);
}

}  // namespace
}  // namespace spa::esp
