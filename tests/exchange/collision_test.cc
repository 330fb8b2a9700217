// SPDX-License-Identifier: Apache-2.0
// Exchanges of both ends that cross (RFC 7296 2.8.1, 2.8.2, 2.25): every pair of them, earlier and
// later, with and without a loss; and the two rekeyings with their nonces in every order. All of it
// again where additional key exchanges follow (RFC 9370 2.2.4).
#include <algorithm>
#include <array>

#include "tests/exchange/planned_nonces.h"

namespace spa::exchange {
namespace {

constexpr Duration kLatency{20};

std::vector<Duration> arrives() {
  return {kLatency};
}

enum class Act { kNewChild, kRekeyChild, kRekeyIke, kDeleteChild, kDeleteIke };
constexpr std::array<const char*, 5> kActNames{"NewChild", "RekeyChild", "RekeyIke", "DeleteChild",
                                               "DeleteIke"};
const char* name_of(Act act) {
  return kActNames.at(static_cast<std::size_t>(act));
}

// Two routers with a tunnel and a second line that waits for its traffic. IKE SAs are rekeyed 800 s
// after their birth by whom the test chooses.
class Crossing : public World {
 public:
  Crossing() {
    left.add_line(5, true);
    right.add_line(5, false);
    for (Router* r : {&left, &right}) {
      r->options.rekey_from_percent = r->options.rekey_to_percent = 80;
    }
  }
  void bring_up_tunnel() {
    start();
    left.traffic();
    while (left.up() == 0) run(Duration(1));
    rekeying_ = timers.now() + Duration(800 * 1000);
  }
  void use_more_keys() {
    policy::Ikev2Proposal proposal = policy::default_ikev2_proposal();
    proposal.groups = {wire::DhId::kCurve25519};
    proposal.additional = {{wire::DhId::kEcp256}, {wire::DhId::kEcp384}};
    for (Router* r : {&left, &right}) {
      r->config.ikev2_proposals["MORE"] = proposal;
      r->config.ikev2_policies["POLICY"] = {"POLICY", {}, {"MORE"}};
      r->entry().pfs = wire::DhId::kCurve25519;
      r->entry().additional = proposal.additional;
    }
  }
  void let_rekey_ike(Router& r) { r.profile().lifetime_seconds = 1000; }
  void run_until_rekeying(Duration before) { timers.run_for(rekeying_ - before - timers.now()); }
  // `router` does it so long after the moment when IKE SAs are rekeyed.
  void plan(Router& router, Act act, Duration after) {
    if (act == Act::kRekeyIke) return;  // by lifetime
    (void)timers.after(rekeying_ + after - timers.now(),
                       [this, &router, act] { do_now(router, act); });
  }

 private:
  void do_now(Router& r, Act act) {
    ikev2::SessionFilter children;
    children.children_only = true;
    switch (act) {
      case Act::kNewChild:
        return r.traffic(1);
      case Act::kRekeyChild:
        return r.expire_first(false);
      case Act::kRekeyIke:
        return;
      case Act::kDeleteChild:
        (void)r.manager->clear(children);
        return;
      case Act::kDeleteIke:
        (void)r.manager->clear({});
        return;
    }
  }
  SteadyTime rekeying_{};
};

struct Case {
  Act left{};
  Act right{};
  int offset = 0;          // ms that `right` is later
  bool left_lost = false;  // the first datagram of `left` is lost
  bool right_lost = false;
  int engine = 0;  // ms that public-key work takes
  bool more_keys = false;
};

std::vector<Case> every_pair(bool more_keys) {
  // With more exchanges after each there is less to be varied before them.
  const std::vector<int> offsets = more_keys ? std::vector{0, 10} : std::vector{-30, 0, 10, 30};
  const int step = more_keys ? 3 : 1;
  std::vector<Case> cases;
  for (int l = 0; l < 5; ++l) {
    for (int r = 0; r < 5; ++r) {
      for (const int offset : offsets) {
        for (int lost = 0; lost < 4; lost += step) {
          cases.push_back({static_cast<Act>(l), static_cast<Act>(r), offset, (lost & 1) != 0,
                           (lost & 2) != 0, lost == 0 ? 35 : 0, more_keys});
        }
      }
    }
  }
  return cases;
}

std::string case_name(const ::testing::TestParamInfo<Case>& given) {
  const Case& c = given.param;
  return std::string(name_of(c.left)) + "_" + name_of(c.right) +
         (c.offset < 0 ? "_Before" : "_After") + std::to_string(std::abs(c.offset)) +
         (c.left_lost ? "_LeftLost" : "") + (c.right_lost ? "_RightLost" : "") +
         (c.engine > 0 ? "_Slow" : "");
}

class EveryPair : public ::testing::TestWithParam<Case>, protected Crossing {
 protected:
  void lose(bool from_left, bool from_right) {
    network.plan = [this, from_left, from_right](std::size_t, const Packet& p) mutable {
      bool& lost = p.from.address == left.address ? from_left : from_right;
      return std::exchange(lost, false) ? std::vector<Duration>{} : arrives();
    };
  }
  // Both had traffic for one rule at once: then there are two CHILD SAs for it, which RFC 7296
  // leaves as they are.
  [[nodiscard]] std::size_t doubled(const Case& c) const {
    const bool may_be = c.left == Act::kNewChild && c.right == Act::kNewChild;
    return may_be && left.database.pairs.size() == 3 ? 1 : 0;
  }
  void expect_agreement() {
    EXPECT_EQ(left.status().size(), right.status().size());
    EXPECT_EQ(left.up(), right.up());
    EXPECT_LE(left.up(), 1U);
    EXPECT_EQ(left.status().size(), left.up());
    EXPECT_EQ(mismatch(left.database, right.database), "");
    EXPECT_EQ(violation(), "");
    EXPECT_LE(left.database.pairs.size(), left.rules.size() + 1);
    EXPECT_TRUE(left.database.reserved.empty());
    EXPECT_TRUE(right.database.reserved.empty());
  }
};

TEST_P(EveryPair, BothEndsAgreeInTheEnd) {
  const Case c = GetParam();
  if (c.more_keys) use_more_keys();
  if (c.left == Act::kRekeyIke) let_rekey_ike(left);
  if (c.right == Act::kRekeyIke) let_rekey_ike(right);
  bring_up_tunnel();
  left.engine_delay.wait = right.engine_delay.wait = Duration(c.engine);
  run_until_rekeying(Duration(200));
  lose(c.left_lost, c.right_lost);
  plan(left, c.left, Duration(0));
  plan(right, c.right, Duration(c.offset));
  run(Duration(100 * 1000));
  expect_agreement();
  const auto has = [&c](Act act) { return c.left == act || c.right == act; };
  if (!has(Act::kDeleteChild) && !has(Act::kDeleteIke)) {
    expect_sas(1, has(Act::kNewChild) ? 2 + doubled(c) : 1);
  }
  // And the tunnels work, or come back.
  run(Duration(60 * 1000));
  left.traffic(0);
  left.traffic(1);
  run(Duration(60 * 1000));
  expect_sas(1, 2 + doubled(c));
  expect_nothing_left_over();
}

INSTANTIATE_TEST_SUITE_P(Ikev2, EveryPair, ::testing::ValuesIn(every_pair(false)), case_name);
INSTANTIATE_TEST_SUITE_P(Ikev2MoreKeys, EveryPair, ::testing::ValuesIn(every_pair(true)),
                         case_name);

// One end rekeys the IKE SA and, before it has the answer, deletes a CHILD SA, which the other end
// has moved to the new IKE SA already (RFC 7296 2.8, 2.25).
TEST(RekeyAndDelete, BySameEndWhileTheAnswerIsLost) {
  Crossing world;
  world.left.config.ikev2_window = world.right.config.ikev2_window = 4;
  world.let_rekey_ike(world.left);
  world.bring_up_tunnel();
  world.run_until_rekeying(Duration(200));
  world.lose_next_from(world.right);
  world.plan(world.left, Act::kDeleteChild, Duration(50));
  world.run(Duration(60 * 1000));
  EXPECT_EQ(world.left.up(), 1U);
  EXPECT_EQ(world.left.database.pairs.size(), 0U);
  EXPECT_EQ(world.right.database.pairs.size(), 0U);
  world.expect_nothing_left_over();
}

// The order of the four nonces, the lowest first: who made it, asking or answering.
class NonceOrder : public Crossing {
 public:
  NonceOrder(const std::array<std::uint8_t, 4>& order, bool more_keys)
      : leads_{order[0], order[1], order[2], order[3]} {
    if (more_keys) use_more_keys();
  }

  // RFC 7296 2.8.1: the exchange with the lowest nonce is the redundant one.
  [[nodiscard]] bool left_wins() const {
    return std::min(leads_.left_asks, leads_.right_answers) >
           std::min(leads_.right_asks, leads_.left_answers);
  }
  void children() {
    bring_up_tunnel();
    run(Duration(1000));
    network.plan = [](std::size_t, const Packet&) { return arrives(); };
    PlannedNonces nonces(*this, leads_);
    const std::uint32_t old = left.database.pairs.begin()->first;
    nonces.acts(left);
    left.expire_first(false);
    nonces.acts(right);
    right.expire_first(false);
    run(Duration(20 * 1000));
    expect_sas(1, 1);
    EXPECT_EQ(left.manager->counters().collisions, 1U);
    EXPECT_EQ(right.manager->counters().collisions, 1U);
    // SPIs count up here: `left` has taken one to ask with, then one to answer with.
    EXPECT_EQ(left.database.pairs.begin()->first, old + (left_wins() ? 1 : 2));
    expect_nothing_left_over();
  }
  void ike_sas() {
    let_rekey_ike(left);
    let_rekey_ike(right);
    bring_up_tunnel();
    run_until_rekeying(Duration(1000));
    network.plan = [](std::size_t, const Packet&) { return arrives(); };
    const PlannedNonces nonces(*this, leads_);
    run(Duration(60 * 1000));
    expect_sas(1, 1);
    EXPECT_EQ(left.manager->counters().collisions, 1U);
    EXPECT_EQ(right.manager->counters().collisions, 1U);
    EXPECT_EQ(left.status()[0].initiator, left_wins());
    EXPECT_EQ(right.status()[0].initiator, !left_wins());
    expect_nothing_left_over();
  }

 private:
  PlannedNonces::Leads leads_;
};

void in_every_order(void (NonceOrder::*live)(), bool more_keys) {
  std::array<std::uint8_t, 4> order{0x10, 0x50, 0x90, 0xd0};
  int seen = 0;
  do {
    SCOPED_TRACE("first octets: left asks " + std::to_string(order[0]) + ", answers " +
                 std::to_string(order[1]) + "; right asks " + std::to_string(order[2]) +
                 ", answers " + std::to_string(order[3]));
    NonceOrder world(order, more_keys);
    (world.*live)();
    ++seen;
  } while (std::next_permutation(order.begin(), order.end()));
  EXPECT_EQ(seen, 24);
}

TEST(EveryNonceOrder, Child) {  // RFC 7296 2.8.1
  in_every_order(&NonceOrder::children, false);
}

TEST(EveryNonceOrder, ChildWithMoreKeys) {  // RFC 9370 2.2.4
  in_every_order(&NonceOrder::children, true);
}

TEST(EveryNonceOrder, IkeSa) {  // RFC 7296 2.8.2
  in_every_order(&NonceOrder::ike_sas, false);
}

TEST(EveryNonceOrder, IkeSaWithMoreKeys) {
  in_every_order(&NonceOrder::ike_sas, true);
}

}  // namespace
}  // namespace spa::exchange
