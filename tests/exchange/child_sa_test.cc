// SPDX-License-Identifier: Apache-2.0
// CREATE_CHILD_SA and INFORMATIONAL between two managers (RFC 7296 1.3, 1.4, 2.4, 2.8, 2.25).
#include "tests/exchange/two_routers.h"
#include "userspace/wire/message.h"

namespace spa::exchange {
namespace {

class ChildSas : public TwoRouters {
 protected:
  void SetUp() override {
    start();
    bring_up(left);
    expect_tunnel();
  }
  [[nodiscard]] static std::uint32_t spi_of(const Router& r) {
    return r.database.pairs.begin()->first;
  }
  // A second permit line at both ends, and its rule.
  ports::PolicyId add_second_line() {
    for (Router* r : {&left, &right}) {
      ports::PolicyRule second = r->rules.front();
      second.id.line = 2;
      second.reqid = 2;
      auto& mine = r == &left ? second.selectors.local : second.selectors.remote;
      mine = policy::TrafficSelector::of(*IpPrefix::parse("192.168.5.0/24"));
      r->rules.push_back(second);
      r->start();
    }
    return left.rules.back().id;
  }
};

// RFC 7296 1.3.1: a further CHILD SA under the same IKE SA. R-MAP-19: one pair for each line.
TEST_F(ChildSas, NewChild) {
  const ports::PolicyId second = add_second_line();
  const std::size_t before = network.sent.size();
  ASSERT_TRUE(left.manager->initiate(second));
  run(Duration(5000));
  EXPECT_EQ(network.sent.size(), before + 2);
  EXPECT_EQ(left.database.pairs.size(), 2U);
  EXPECT_EQ(left.up(), 1U);
  EXPECT_EQ(mismatch(left.database, right.database), "");
  EXPECT_EQ(left.status()[0].children[1].rule, second);
}

// RFC 7296 2.1, 1.4.1: the answer that makes the CHILD SA is lost, and before it is sent again the
// peer deletes what it has made. Neither end may keep a half.
TEST_F(ChildSas, DeletedBeforeItsAnswerCame) {
  const ports::PolicyId second = add_second_line();
  lose_next_from(right);
  ASSERT_TRUE(left.manager->initiate(second));
  run(Duration(100));
  ASSERT_EQ(right.database.pairs.size(), 2U);
  ASSERT_EQ(left.database.pairs.size(), 1U);
  right.manager->on_expire(right.database.pairs.rbegin()->first, true);
  run(Duration(60000));
  expect_tunnel();
  EXPECT_EQ(left.status()[0].children.size(), 1U);
}

// RFC 7296 2.8, 2.25: the same, and the peer rekeys it: not now, but not "unknown" either.
TEST_F(ChildSas, RekeyedBeforeItsAnswerCame) {
  const ports::PolicyId second = add_second_line();
  lose_next_from(right);
  ASSERT_TRUE(left.manager->initiate(second));
  run(Duration(100));
  const std::uint32_t young = right.database.pairs.rbegin()->first;
  right.manager->on_expire(young, false);
  run(Duration(60000));
  EXPECT_EQ(left.database.pairs.size(), 2U);
  EXPECT_EQ(right.database.pairs.size(), 2U);
  EXPECT_FALSE(right.database.pairs.contains(young));
  EXPECT_EQ(mismatch(left.database, right.database), "");
}

// RFC 7296 2.8: the answer to our rekeying is lost, and the peer deletes the new SA: both are gone.
TEST_F(ChildSas, ReplacementDeletedBeforeItsAnswerCame) {
  lose_next_from(right);
  left.manager->on_expire(spi_of(left), false);
  run(Duration(100));
  ASSERT_EQ(right.database.pairs.size(), 2U);
  right.manager->on_expire(right.database.pairs.rbegin()->first, true);
  run(Duration(60000));
  EXPECT_EQ(mismatch(left.database, right.database), "");
  EXPECT_TRUE(left.database.pairs.empty());
  EXPECT_TRUE(right.database.pairs.empty());
  EXPECT_TRUE(left.database.reserved.empty());
}

// RFC 7296 1.3.1: with PFS, and with the retry for another group.
TEST_F(ChildSas, NewChildWithPfs) {
  left.entry().pfs = wire::DhId::kEcp256;
  right.entry().pfs = wire::DhId::kEcp256;
  const ports::PolicyId second = add_second_line();
  ASSERT_TRUE(left.manager->initiate(second));
  run(Duration(5000));
  EXPECT_EQ(left.database.pairs.size(), 2U);
  EXPECT_EQ(mismatch(left.database, right.database), "");
  EXPECT_EQ(left.status()[0].children[1].pfs, wire::DhId::kEcp256);
}

TEST_F(ChildSas, PeerWantsPfsThatWeDoNotAskFor) {
  left.entry().pfs = wire::DhId::kCurve25519;
  const ports::PolicyId second = add_second_line();
  ASSERT_TRUE(left.manager->initiate(second));
  run(Duration(5000));
  EXPECT_EQ(left.database.pairs.size(), 2U);
  EXPECT_EQ(mismatch(left.database, right.database), "");
}

TEST_F(ChildSas, PeerLacksPfs) {
  right.entry().pfs = wire::DhId::kCurve25519;
  const ports::PolicyId second = add_second_line();
  ASSERT_TRUE(left.manager->initiate(second));
  run(Duration(5000));
  EXPECT_EQ(left.database.pairs.size(), 1U);
  EXPECT_TRUE(left.log.has("peer answered NO_PROPOSAL_CHOSEN"));
  // It is not tried again at once.
  EXPECT_FALSE(left.manager->initiate(second));
}

// RFC 7296 1.3.3, 2.8: each end may rekey; one pair is left, with other keys.
TEST_F(ChildSas, RekeyByInitiator) {
  const std::uint32_t old = spi_of(left);
  left.manager->on_expire(old, false);
  run(Duration(5000));
  expect_tunnel();
  EXPECT_NE(spi_of(left), old);
  EXPECT_EQ(left.manager->counters().child_sas_rekeyed, 1U);
}

TEST_F(ChildSas, RekeyByResponder) {
  const std::uint32_t old = spi_of(right);
  right.manager->on_expire(old, false);
  run(Duration(5000));
  expect_tunnel();
  EXPECT_NE(spi_of(right), old);
}

// The data plane may name the outbound SPI.
TEST_F(ChildSas, RekeyByOutboundSpi) {
  const std::uint32_t old = spi_of(left);
  left.manager->on_expire(left.database.pairs.begin()->second.spi_out, false);
  run(Duration(5000));
  expect_tunnel();
  EXPECT_NE(spi_of(left), old);
}

// RFC 7296 2.8, 2.9.2: what is in use is rekeyed, not what is configured.
TEST_F(ChildSas, RekeyKeepsNarrowedSelectors) {
  left.crash();
  left.database.pairs.clear();
  left.rules[0].selectors.remote = policy::TrafficSelector::of(*IpPrefix::parse("1.1.0.0/16"));
  left.start();
  bring_up(left);
  expect_tunnel();
  right.manager->on_expire(spi_of(right), false);
  run(Duration(5000));
  expect_tunnel();
  EXPECT_EQ(right.status()[0].children[0].selectors_local[0].to_string(),
            "1.1.1.0-1.1.1.255 proto 0 port 0-65535");
}

// RFC 7296 2.8.1: both at once; one pair survives whoever had the lowest nonce.
TEST_F(ChildSas, SimultaneousRekey) {
  for (int round = 0; round < 8; ++round) {
    left.manager->on_expire(spi_of(left), false);
    right.manager->on_expire(spi_of(right), false);
    run(Duration(30000));
    expect_tunnel();
    ASSERT_EQ(left.status()[0].children.size(), 1U);
  }
  EXPECT_EQ(left.manager->counters().collisions, 8U);
  EXPECT_EQ(right.manager->counters().collisions, 8U);
}

// RFC 7296 2.8.1: the peer does not notice the collision, because our request is late.
TEST_F(ChildSas, SimultaneousRekeyNoticedByOne) {
  for (int round = 0; round < 8; ++round) {
    lose_next_from(left);
    left.manager->on_expire(spi_of(left), false);
    right.manager->on_expire(spi_of(right), false);
    run(Duration(60000));
    expect_tunnel();
  }
}

// RFC 7296 2.25.1: the SA to rekey is not there at the peer.
TEST_F(ChildSas, RekeyOfUnknownChild) {
  lose_next_from(left);
  left.manager->on_expire(spi_of(left), false);
  ikev2::SessionFilter filter;
  filter.children_only = true;
  EXPECT_EQ(right.manager->clear(filter), 1U);
  run(Duration(60000));
  EXPECT_EQ(mismatch(left.database, right.database), "");
  EXPECT_EQ(left.up(), 1U);
}

// The lifetime does it without the data plane, between 80 and 90 percent.
TEST_F(ChildSas, RekeyByLifetime) {
  const std::uint32_t old = spi_of(left);
  run(Duration(2860 * 1000));
  EXPECT_EQ(spi_of(left), old);
  run(Duration(400 * 1000));
  EXPECT_NE(spi_of(left), old);
  expect_tunnel();
}

// The hard limit: both forget the pair, the IKE SA stands.
TEST_F(ChildSas, HardExpiry) {
  left.manager->on_expire(spi_of(left), true);
  run(Duration(5000));
  EXPECT_TRUE(left.database.pairs.empty());
  EXPECT_TRUE(right.database.pairs.empty());
  EXPECT_EQ(left.up(), 1U);
}

// RFC 7296 1.3.2, 2.8, 2.18
TEST_F(ChildSas, RekeyIkeSaByEachEnd) {
  for (Router* r : {&left, &right}) {
    r->profile().lifetime_seconds = 1000;
    left.manager.reset();
    right.manager.reset();
    left.database.pairs.clear();
    right.database.pairs.clear();
    start();
    bring_up(left);
    const std::uint64_t spi = left.status()[0].spi_local;
    run(Duration(920 * 1000));
    expect_tunnel();
    EXPECT_NE(left.status()[0].spi_local, spi);
    EXPECT_EQ(left.status()[0].spi_local, right.status()[0].spi_remote);
    EXPECT_EQ(left.status().size(), 1U);
    r->profile().lifetime_seconds = 86400;
    // The new SA carries exchanges.
    left.manager->on_expire(spi_of(left), false);
    run(Duration(5000));
    expect_tunnel();
  }
}

// RFC 7296 2.8.2: both at once, with and without the loss of one request.
TEST_F(ChildSas, SimultaneousRekeyOfIkeSa) {
  for (const bool lose : {false, true}) {
    for (int round = 0; round < 6; ++round) {
      left.manager.reset();
      right.manager.reset();
      left.database.pairs.clear();
      right.database.pairs.clear();
      left.options.rekey_to_percent = right.options.rekey_to_percent = 80;
      left.profile().lifetime_seconds = right.profile().lifetime_seconds = 1000;
      start();
      bring_up(left);
      run(Duration(785 * 1000));
      expect_tunnel();
      if (lose) lose_next_from(round % 2 == 0 ? left : right);
      run(Duration(100 * 1000));
      expect_tunnel();
      EXPECT_EQ(left.status()[0].spi_local, right.status()[0].spi_remote);
      EXPECT_EQ(left.status().size(), 1U);
      EXPECT_EQ(right.status().size(), 1U);
    }
  }
}

// RFC 7296 2.8.2: both rekey the IKE SA, but our request does not get through. The peer knows of
// one new SA only, and goes on under it while we still wait: our CHILD SAs follow.
TEST_F(ChildSas, PeerGoesOnUnderTheSuccessorWhileOurRekeyingWaits) {
  left.manager.reset();
  right.manager.reset();
  left.database.pairs.clear();
  right.database.pairs.clear();
  left.options.rekey_to_percent = right.options.rekey_to_percent = 80;
  left.profile().lifetime_seconds = right.profile().lifetime_seconds = 1000;
  start();
  bring_up(left);
  run(Duration(785 * 1000));
  expect_tunnel();
  const std::uint64_t old = right.status()[0].spi_local;
  network.plan = [this](std::size_t, const Packet& p) {
    const bool request = (p.octets.at(19) & wire::Header::kFlagResponse) == 0;
    if (request && p.from.address == left.address) return std::vector<Duration>{};
    return std::vector<Duration>{Duration(5)};
  };
  run(Duration(8 * 1000));
  ASSERT_EQ(left.status().size(), 3U);  // the old one, ours in the making, the peer's
  ASSERT_NE(right.status().back().spi_local, old);
  const std::uint32_t child = spi_of(right);
  right.manager->on_expire(child, false);
  run(Duration(5 * 1000));
  EXPECT_FALSE(right.database.pairs.contains(child));
  network.plan = [](std::size_t, const Packet&) { return std::vector<Duration>{Duration(5)}; };
  run(Duration(90 * 1000));
  expect_tunnel();
  EXPECT_EQ(left.status().size(), 1U);
}

// RFC 7296 2.25.2: traffic asks for a CHILD SA while the peer rekeys the IKE SA. It waits, and is
// served.
TEST_F(ChildSas, NewChildDuringThePeersRekeyingOfTheIkeSa) {
  const ports::PolicyId second = add_second_line();
  right.engine_delay.wait = Duration(300);
  right.profile().lifetime_seconds = 1000;
  right.options.rekey_to_percent = 80;
  right.manager.reset();
  right.database.pairs.clear();
  left.manager.reset();
  left.database.pairs.clear();
  start();
  bring_up(left);
  const std::uint64_t old = right.status()[0].spi_local;
  while (right.status().size() == 1 && right.status()[0].spi_local == old) run(Duration(50));
  ASSERT_TRUE(left.manager->initiate(second));
  run(Duration(30 * 1000));
  EXPECT_EQ(left.database.pairs.size(), 2U);
  EXPECT_EQ(mismatch(left.database, right.database), "");
  EXPECT_EQ(left.up(), 1U);
}

// RFC 7296 1.4.1
TEST_F(ChildSas, DeleteChild) {
  ikev2::SessionFilter filter;
  filter.children_only = true;
  EXPECT_EQ(left.manager->clear(filter), 1U);
  run(Duration(1000));
  EXPECT_TRUE(left.database.pairs.empty());
  EXPECT_TRUE(right.database.pairs.empty());
  EXPECT_EQ(left.up(), 1U);
  EXPECT_EQ(right.up(), 1U);
  // Traffic brings it back under the same IKE SA.
  left.manager->on_acquire(left.rule_id(), std::nullopt);
  run(Duration(1000));
  expect_tunnel();
}

TEST_F(ChildSas, DeleteChildFromBothEndsAtOnce) {
  ikev2::SessionFilter filter;
  filter.children_only = true;
  EXPECT_EQ(left.manager->clear(filter), 1U);
  EXPECT_EQ(right.manager->clear(filter), 1U);
  run(Duration(1000));
  EXPECT_TRUE(left.database.pairs.empty());
  EXPECT_TRUE(right.database.pairs.empty());
}

// R-REV-4, R-DBG-1, R-DBG-4: clear crypto session, with and without a filter that fits.
TEST_F(ChildSas, ClearSession) {
  ikev2::SessionFilter filter;
  filter.remote = *IpAddress::parse("10.0.0.1");
  EXPECT_EQ(left.manager->clear(filter), 0U);
  filter.remote = right.address;
  EXPECT_EQ(left.manager->clear(filter), 1U);
  run(Duration(60000));
  expect_clean(left);
  expect_clean(right);
}

TEST_F(ChildSas, ClearFromBothEndsAtOnce) {
  EXPECT_EQ(left.manager->clear({}), 1U);
  EXPECT_EQ(right.manager->clear({}), 1U);
  run(Duration(60000));
  expect_clean(left);
  expect_clean(right);
}

// Cleared while a rekeying is under way: its script is cancelled wherever it waits.
TEST_F(ChildSas, ClearDuringRekey) {
  left.engine_delay.wait = Duration(400);
  left.entry().pfs = wire::DhId::kEcp256;
  left.start();
  for (const int after : {0, 100, 300, 420, 600, 900}) {
    left.manager->on_expire(spi_of(left), false);
    run(Duration(after));
    (void)left.manager->clear({});
    run(Duration(60000));
    expect_clean(left);
    expect_clean(right);
    bring_up(left);
    expect_tunnel();
  }
}

// The successor of an IKE SA in the making is not to be cleared by itself.
TEST_F(ChildSas, ClearDuringRekeyOfIkeSa) {
  left.profile().lifetime_seconds = 1000;
  left.options.rekey_to_percent = 80;
  left.engine_delay.wait = Duration(2000);
  left.manager.reset();
  right.manager.reset();
  left.database.pairs.clear();
  right.database.pairs.clear();
  start();
  bring_up(left);
  run(Duration(5000));
  expect_tunnel();
  while (left.status().size() == 1) run(Duration(1000));
  ikev2::SessionFilter filter;
  filter.ike_sa = left.status()[1].id;
  EXPECT_EQ(left.manager->clear(filter), 0U);
  run(Duration(100 * 1000));
  expect_tunnel();
  filter.ike_sa = left.status()[0].id;
  EXPECT_EQ(left.manager->clear(filter), 1U);
  run(Duration(100 * 1000));
  expect_clean(left);
  expect_clean(right);
}

TEST_F(ChildSas, DestroyedDuringRekey) {
  left.engine_delay.wait = Duration(400);
  left.entry().pfs = wire::DhId::kEcp256;
  left.start();
  left.manager->on_expire(spi_of(left), false);
  run(Duration(100));
  left.crash();
  EXPECT_TRUE(left.database.pairs.empty());
  EXPECT_TRUE(left.database.reserved.empty());
  run(Duration(5000));
}

TEST_F(ChildSas, Shutdown) {
  bool done = false;
  left.manager->shutdown([&] { done = true; });
  EXPECT_FALSE(done);
  run(Duration(60000));
  EXPECT_TRUE(done);
  expect_clean(left);
  expect_clean(right);
  EXPECT_FALSE(left.manager->initiate(left.rule_id()));
}

// A configuration without the rule closes its pair; would_close() says so before.
TEST_F(ChildSas, ReconfigurationClosesWhatItRemoves) {
  EXPECT_TRUE(left.manager->would_close(left.config, left.rules).empty());
  left.start();
  run(Duration(1000));
  expect_tunnel();
  EXPECT_EQ(left.manager->would_close(left.config, {}).size(), 1U);
  left.rules.clear();
  left.start();
  run(Duration(1000));
  EXPECT_TRUE(left.database.pairs.empty());
  EXPECT_TRUE(right.database.pairs.empty());
  EXPECT_EQ(right.up(), 1U);
}

class Liveness : public TwoRouters {
 protected:
  void bring_up_with(std::uint32_t interval, bool periodic) {
    left.profile().dpd = {interval, 2, periodic};
    start();
    bring_up(left);
    expect_tunnel();
    sent_before_ = network.sent.size();
  }
  [[nodiscard]] std::size_t sent_since() const { return network.sent.size() - sent_before_; }

 private:
  std::size_t sent_before_ = 0;
};

// RFC 7296 2.4, R-DPD-9, R-DPD-10: an exchange at every interval without traffic.
TEST_F(Liveness, Periodic) {
  bring_up_with(30, true);
  run(Duration(300 * 1000));
  EXPECT_GE(sent_since(), 18U);
  EXPECT_LE(sent_since(), 20U);
  expect_tunnel();
}

// R-DPD-20: what comes in proves life.
TEST_F(Liveness, PeriodicIsQuietUnderTraffic) {
  bring_up_with(30, true);
  for (int i = 0; i < 100; ++i) {
    ++left.database.in.packets;
    run(Duration(3000));
  }
  EXPECT_LE(sent_since(), 2U);
}

// R-DPD-7: nothing to send, nothing asked.
TEST_F(Liveness, OnDemandIsQuietWithoutTraffic) {
  bring_up_with(30, false);
  run(Duration(1000 * 1000));
  EXPECT_EQ(sent_since(), 0U);
}

// R-DPD-8, R-DPD-11: traffic goes out and nothing comes back.
TEST_F(Liveness, OnDemandAsks) {
  bring_up_with(30, false);
  for (int i = 0; i < 65; ++i) {
    ++left.database.out.packets;
    run(Duration(1000));
  }
  EXPECT_GE(sent_since(), 2U);
  expect_tunnel();
}

// R-DPD-16, R-DPD-19: five questions at the retry interval, then everything goes.
TEST_F(Liveness, DeadPeer) {
  bring_up_with(30, true);
  right.crash();
  run(Duration(50 * 1000));
  EXPECT_EQ(sent_since(), 5U);
  EXPECT_EQ(left.manager->counters().peers_dead, 1U);
  expect_clean(left);
  EXPECT_TRUE(left.log.has("peer is not responding"));
}

// RFC 7296 2.21.4: a stranger's INVALID_IKE_SPI or Delete makes nobody fall.
TEST_F(Liveness, HintsAreOnlyHints) {
  bring_up_with(0, false);
  wire::Message lie = lie_about_left();
  for (int i = 0; i < 20; ++i) tell_left(lie);
  run(Duration(10000));
  expect_tunnel();
  EXPECT_EQ(left.manager->counters().liveness_checks, 1U);  // asked once, and answered
  lie.header.flags = 0;
  lie.payloads = {wire::DeletePayload{wire::ProtocolId::kIke, {}}};
  tell_left(lie);
  run(Duration(10000));
  expect_tunnel();
  EXPECT_GE(left.manager->counters().not_encrypted, 1U);
}

// RFC 7296 1.5: ESP for an SPI that is gone here; the peer, told inside the IKE SA, gives it up.
TEST_F(Liveness, InvalidSpiInsideTheIkeSa) {
  bring_up_with(0, false);
  const std::uint32_t lost = left.database.pairs.begin()->first;
  EXPECT_TRUE(left.manager->on_unknown_spi({right.address, lost}));
  EXPECT_FALSE(left.manager->on_unknown_spi({*IpAddress::parse("10.0.0.1"), lost}));
  run(Duration(5000));
  EXPECT_TRUE(right.database.pairs.empty());
  EXPECT_TRUE(left.database.pairs.empty());
  EXPECT_EQ(right.up(), 1U);
}

class Revocation : public TwoRouters {
 protected:
  void SetUp() override {
    left.use_certificates("CN=left");
    right.use_certificates("CN=right");
  }
  [[nodiscard]] static Bytes issuer() { return to_bytes(as_bytes("0DN CN=Test CA")); }
};

// R-REV-2, 5, 8, 10, 16, 17
TEST_F(Revocation, ClosesTheSession) {
  right.config.disconnect_revoked_peers = true;
  start();
  bring_up(left);
  expect_tunnel();
  const std::vector<Bytes> held = right.manager->held_serials(issuer());
  ASSERT_EQ(held.size(), 1U);
  EXPECT_TRUE(right.status()[0].disconnect_revoked);  // R-REV-15
  EXPECT_EQ(right.manager->close_revoked(issuer(), {Bytes{0x77}}), 0U);
  EXPECT_EQ(right.manager->close_revoked(issuer(), held), 1U);
  run(Duration(60000));
  expect_clean(right);
  expect_clean(left);
  EXPECT_TRUE(right.log.has("certificate serial " + to_hex(held[0])));
  EXPECT_EQ(right.manager->counters().sessions_revoked, 1U);
}

// R-REV-3: only sessions that came up while the switch was on. R-REV-11: none without checking.
TEST_F(Revocation, HoldsNothingWithoutTheSwitchOrTheCheck) {
  start();
  bring_up(left);
  EXPECT_TRUE(right.manager->held_serials(issuer()).empty());
  right.config.disconnect_revoked_peers = true;
  right.credentials.check_revocation = false;
  right.start();
  EXPECT_TRUE(right.manager->held_serials(issuer()).empty());
  (void)left.manager->clear({});
  run(Duration(60000));
  bring_up(left);
  EXPECT_EQ(right.up(), 1U);
  EXPECT_TRUE(right.manager->held_serials(issuer()).empty());
}

}  // namespace
}  // namespace spa::exchange
