// SPDX-License-Identifier: Apache-2.0
// Several requests under way at once (RFC 7296 2.2, 2.3), and the refusals that an IKE SA survives.
#include "tests/exchange/two_routers.h"
#include "userspace/wire/message.h"

namespace spa::exchange {
namespace {

class Window : public TwoRouters {
 protected:
  static constexpr std::uint32_t kLines = 6;
  // Further permit lines at both ends, 192.168.(4 + n).0/24.
  void SetUp() override {
    for (Router* r : {&left, &right}) {
      for (std::uint32_t line = 2; line <= kLines; ++line) {
        ports::PolicyRule more = r->rules.front();
        more.id.line = more.reqid = line;
        auto& mine = r == &left ? more.selectors.local : more.selectors.remote;
        const std::string prefix = "192.168." + std::to_string(3 + line) + ".0/24";
        mine = policy::TrafficSelector::of(*IpPrefix::parse(prefix));
        r->rules.push_back(more);
      }
    }
  }
  void begin(std::uint32_t left_window, std::uint32_t right_window) {
    left.config.ikev2_window = left_window;
    right.config.ikev2_window = right_window;
    start();
    bring_up(left);
    expect_tunnel();
    before_ = network.sent.size();
  }
  void want_all() {
    for (std::uint32_t line = 2; line <= kLines; ++line) {
      ASSERT_TRUE(left.manager->initiate(left.rules[line - 1].id));
    }
  }
  void expect_all() {
    EXPECT_EQ(left.database.pairs.size(), kLines);
    EXPECT_EQ(mismatch(left.database, right.database), "");
    EXPECT_EQ(left.up(), 1U);
    EXPECT_EQ(right.up(), 1U);
  }
  [[nodiscard]] std::size_t sent_since() const { return network.sent.size() - before_; }

 private:
  std::size_t before_ = 0;
};

// RFC 7296 2.3: as many as the peer takes, and no more.
TEST_F(Window, AsManyAsThePeerTakes) {
  begin(1, 4);
  EXPECT_EQ(left.status()[0].remote_window, 4U);
  EXPECT_EQ(left.status()[0].local_window, 1U);
  EXPECT_EQ(right.status()[0].remote_window, 1U);
  want_all();
  EXPECT_EQ(sent_since(), 4U);
  EXPECT_EQ(left.status()[0].requests_queued, 1U);
  run(Duration(5000));
  EXPECT_EQ(sent_since(), 2U * (kLines - 1));
  expect_all();
}

// RFC 7296 2.3: a peer that says nothing has a window of one.
TEST_F(Window, OneWithoutNotification) {
  begin(5, 1);
  EXPECT_EQ(left.status()[0].remote_window, 1U);
  want_all();
  EXPECT_EQ(sent_since(), 1U);
  run(Duration(5000));
  expect_all();
}

// RFC 7296 2.2: what comes in the wrong order is taken in the right one, each once.
TEST_F(Window, TakenInOrderOfMessageId) {
  begin(5, 5);
  network.plan = [this](std::size_t n, const Packet& p) {
    if (p.from.address != left.address) return std::vector<Duration>{Duration(5)};
    const auto late = Duration(400 - 50 * (n % 8));
    return std::vector<Duration>{late, late + Duration(1), late + Duration(900)};
  };
  want_all();
  run(Duration(10000));
  expect_all();
  const auto children = right.status()[0].children;
  for (std::size_t i = 1; i < children.size(); ++i) {
    EXPECT_EQ(children[i].rule.line, i + 1);
  }
  EXPECT_EQ(right.database.adds, kLines);
}

// RFC 7296 2.1, 2.3: the first of a burst is lost. The others wait for it, and its answer is kept
// for as long as it may be asked for.
TEST_F(Window, FirstOfABurstLost) {
  for (Router* lossy : {&left, &right}) {
    left.manager.reset();
    right.manager.reset();
    left.database.pairs.clear();
    right.database.pairs.clear();
    begin(5, 5);
    lose_next_from(*lossy);
    want_all();
    run(Duration(500));
    EXPECT_EQ(right.database.pairs.size(), lossy == &left ? 1U : kLines);
    run(Duration(30000));
    expect_all();
  }
}

// RFC 7296 1.3.2, 2.3: the window of the new IKE SA is agreed on anew.
TEST_F(Window, OfARekeyedIkeSa) {
  left.profile().lifetime_seconds = 1000;
  begin(3, 4);
  const std::uint64_t old = left.status()[0].spi_local;
  run(Duration(920 * 1000));
  expect_tunnel();
  EXPECT_NE(left.status()[0].spi_local, old);
  EXPECT_EQ(left.status()[0].remote_window, 4U);
  EXPECT_EQ(right.status()[0].remote_window, 3U);
  want_all();
  run(Duration(5000));
  expect_all();
}

// RFC 7296 2.25.2: with several requests under way, the peer's rekeying of the IKE SA and a request
// under it cross. Neither is lost.
TEST_F(Window, ChildrenWantedWhileBothRekeyTheIkeSa) {
  for (int round = 0; round < 10; ++round) {
    left.manager.reset();
    right.manager.reset();
    left.database.pairs.clear();
    right.database.pairs.clear();
    left.options.rekey_to_percent = right.options.rekey_to_percent = 80;
    left.profile().lifetime_seconds = right.profile().lifetime_seconds = 1000;
    begin(5, 5);
    run(Duration((789 + round) * 1000));
    want_all();
    for (int i = 0; i < 40; ++i) {
      run(Duration(100));
      left.manager->on_expire(left.database.pairs.begin()->first, false);
      right.manager->on_expire(right.database.pairs.rbegin()->first, false);
    }
    run(Duration(120 * 1000));
    expect_all();
    EXPECT_EQ(left.status().size(), 1U);
    EXPECT_EQ(right.status().size(), 1U);
  }
}

// RFC 7296 1.3, RFC 8019 5: NO_ADDITIONAL_SAS. What there is stays, and the peer is not asked again
// at once.
TEST_F(Window, NoAdditionalSas) {
  right.options.children_max = 2;
  begin(5, 5);
  want_all();
  run(Duration(10000));
  EXPECT_EQ(left.database.pairs.size(), 2U);
  EXPECT_EQ(mismatch(left.database, right.database), "");
  EXPECT_EQ(left.up(), 1U);
  EXPECT_TRUE(left.log.has("peer answered NO_ADDITIONAL_SAS"));
  const std::size_t quiet = network.sent.size();
  for (int i = 0; i < 20; ++i) {
    left.manager->on_acquire(left.rules[5].id, std::nullopt);
    run(Duration(1000));
  }
  EXPECT_EQ(network.sent.size(), quiet);
  // A rekeying is no addition.
  left.manager->on_expire(left.database.pairs.begin()->first, false);
  run(Duration(5000));
  EXPECT_EQ(left.database.pairs.size(), 2U);
  EXPECT_EQ(mismatch(left.database, right.database), "");
}

class Contact : public TwoRouters {};

// RFC 7296 2.4: INITIAL_CONTACT ends what the same identities have, after a crash without a word.
TEST_F(Contact, InitialContactEndsWhatIsLeftOver) {
  start();
  bring_up(left);
  expect_tunnel();
  left.crash();
  left.database.pairs.clear();
  left.start();
  bring_up(left);
  expect_tunnel();
  EXPECT_TRUE(right.log.has("peer made initial contact anew"));
}

// RFC 7296 2.4: it says nothing about what another identity of the same host has.
TEST_F(Contact, InitialContactOfAnotherIdentity) {
  const auto call = [this](const char* who) {
    policy::Identity id;
    id.kind = policy::Identity::Kind::kFqdn;
    id.text = who;
    left.profile().local_identity = id;
  };
  right.profile().match_remote = {{policy::IdentityMatch::Kind::kAny, {}, {}}};
  call("one.example.com");
  start();
  bring_up(left);
  expect_tunnel();
  left.crash();
  left.database.pairs.clear();
  call("two.example.com");
  left.start();
  bring_up(left);
  EXPECT_EQ(right.up(), 2U);
  EXPECT_FALSE(right.log.has("initial contact"));
}

// RFC 7296 1.5, 2.21.4: INVALID_SPI in the clear is a hint. It leads to a question now and then,
// and only where the SPI is one of the peer's.
TEST_F(Contact, UnprotectedInvalidSpiIsAHint) {
  start();
  bring_up(left);
  wire::Message lie;
  lie.header.initiator_spi = 0x1234;
  lie.header.flags = wire::Header::kFlagInitiator;
  lie.header.exchange = wire::ExchangeType::kInformational;
  const auto tell = [&](std::uint32_t spi) {
    lie.payloads = {wire::notify(wire::NotifyType::kInvalidSpi, wire::spi_octets(spi))};
    for (int i = 0; i < 10; ++i) {
      network.deliver({{right.address, 500}, {left.address, 500}, *wire::serialize(lie)});
    }
    run(Duration(5000));
  };
  tell(0x77777777);
  EXPECT_EQ(left.manager->counters().liveness_checks, 0U);
  tell(right.database.pairs.begin()->first);
  EXPECT_EQ(left.manager->counters().liveness_checks, 1U);
  EXPECT_EQ(left.manager->counters().hints_ignored, 20U);
  expect_tunnel();
}

}  // namespace
}  // namespace spa::exchange
