// SPDX-License-Identifier: Apache-2.0
// Every message of a tunnel's life lost, doubled or late once (RFC 7296 2.1 to 2.4).
#include "tests/exchange/two_routers.h"

namespace spa::exchange {
namespace {

class Life : public TwoRouters {
 protected:
  Life() {
    for (Router* r : {&left, &right}) {
      r->options.rekey_to_percent = 80;
      r->profile().lifetime_seconds = 4000;
      ports::PolicyRule second = r->rules.front();
      second.id.line = 2;
      second.reqid = 2;
      auto& mine = r == &left ? second.selectors.local : second.selectors.remote;
      mine = policy::TrafficSelector::of(*IpPrefix::parse("192.168.5.0/24"));
      r->rules.push_back(second);
    }
    right.profile().lifetime_seconds = 8000;  // left rekeys the IKE SA
    right.entry().pfs = left.entry().pfs = wire::DhId::kCurve25519;
  }
  void expect_pairs(std::size_t count, const char* after) {
    EXPECT_EQ(left.database.pairs.size(), count) << after;
    EXPECT_EQ(right.database.pairs.size(), count) << after;
    EXPECT_EQ(mismatch(left.database, right.database), "") << after;
    EXPECT_TRUE(left.database.reserved.empty()) << after;
    EXPECT_TRUE(right.database.reserved.empty()) << after;
  }
  static constexpr Duration kSettle{60000};

  // Everything that two peers do to one another, one after the other.
  void live() {
    start();
    ASSERT_TRUE(left.manager->initiate(left.rules[0].id));
    run(kSettle);
    expect_pairs(1, "first tunnel");
    ASSERT_EQ(left.up(), 1U);
    ASSERT_TRUE(left.manager->initiate(left.rules[1].id));
    run(kSettle);
    expect_pairs(2, "second CHILD SA");
    left.manager->on_expire(left.database.pairs.begin()->first, false);
    run(kSettle);
    expect_pairs(2, "rekeying by the initiator");
    right.manager->on_expire(right.database.pairs.begin()->first, false);
    run(kSettle);
    expect_pairs(2, "rekeying by the responder");
    ikev2::SessionFilter filter;
    filter.child_spi = right.database.pairs.begin()->first;
    EXPECT_EQ(right.manager->clear(filter), 1U);
    run(kSettle);
    expect_pairs(1, "deletion of one CHILD SA");
    const std::uint64_t spi = left.status()[0].spi_local;
    left.profile().dpd = {};
    run(Duration(3000 * 1000));
    expect_pairs(1, "rekeying by lifetime");
    EXPECT_EQ(left.status().size(), 1U);
    EXPECT_NE(left.status()[0].spi_local, spi);
    EXPECT_EQ(left.manager->clear({}), 1U);
    run(kSettle);
    expect_clean(left);
    expect_clean(right);
  }
};

// One life with the n-th datagram treated differently; how many datagrams it took.
class OneFault : public Life {
 public:
  std::size_t live_with(std::size_t n, std::vector<Duration> fate) {
    network.plan = [n, fate = std::move(fate)](std::size_t i, const Packet&) {
      return i == n ? fate : std::vector<Duration>{Duration(5)};
    };
    live();
    return network.sent.size();
  }
  void TestBody() override {}
};

void for_each_datagram(const std::vector<Duration>& fate) {
  std::size_t total = 1;
  for (std::size_t n = 0; n < total; ++n) {
    SCOPED_TRACE("datagram " + std::to_string(n));
    OneFault world;
    const std::size_t sent = world.live_with(n, fate);
    if (n == 0) total = sent;
    if (::testing::Test::HasFailure()) return;
  }
  EXPECT_GT(total, 20U);
}

TEST(EveryDatagram, LostOnce) {
  for_each_datagram({});
}

// The copy comes late, when the exchange is long over.
TEST(EveryDatagram, DoubledOnce) {
  for_each_datagram({Duration(5), Duration(7), Duration(9000)});
}

// Overtaken by its own retransmission.
TEST(EveryDatagram, LateOnce) {
  for_each_datagram({Duration(2500)});
}

}  // namespace
}  // namespace spa::exchange
