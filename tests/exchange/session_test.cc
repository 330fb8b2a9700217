// SPDX-License-Identifier: Apache-2.0
// Sessions over their whole life: backup peers (R-MAP-11, R-DPD-16), reauthentication (RFC 7296
// 2.8.3, RFC 4478), childless IKE SAs (RFC 6023), configuration (RFC 7296 3.15), crash detection
// (RFC 6290).
#include "tests/exchange/two_routers.h"
#include "userspace/wire/message.h"

namespace spa::exchange {
namespace {

policy::IdentityMatch anybody() {
  return {policy::IdentityMatch::Kind::kAny, {}, {}};
}

class Backup : public TwoRouters {
 protected:
  Backup() {
    left.entry().peers = {right.address, backup.address};
    left.profile().match_remote = {anybody()};
    left.key().address = *IpPrefix::parse("172.16.172.0/24");
    left.profile().dpd = {10, 2, true};
  }
  void expect_with(const Router& peer) {
    ASSERT_EQ(left.up(), 1U);
    EXPECT_EQ(left.status()[0].remote.address, peer.address);
    EXPECT_EQ(left.database.pairs.size(), 1U);
    EXPECT_EQ(mismatch(left.database, peer.database), "");
  }
  Router backup{timers,          network,          pki,   "backup", "172.16.172.40", "1.1.1.0/24",
                "172.16.172.34", "192.168.4.0/24", 0xd000};
};

// R-MAP-11: the first of the list, although the other lives.
TEST_F(Backup, FirstPeerFirst) {
  backup.start();
  start();
  bring_up(left);
  expect_with(right);
  EXPECT_EQ(left.manager->counters().peers_switched, 0U);
}

// R-MAP-11: the first does not answer: the next, in the same attempt.
TEST_F(Backup, NextPeerWhenTheFirstIsSilent) {
  left.start();
  backup.start();
  ASSERT_TRUE(left.manager->initiate(left.rule_id()));
  run(Duration(100 * 1000));
  expect_with(backup);
  EXPECT_EQ(left.manager->counters().peers_switched, 1U);
}

// R-DPD-16, R-DPD-17: the peer dies: its SAs go, and the next one is asked without any traffic.
// When that one dies as well, it is the first one's turn again.
TEST_F(Backup, FallsBackAfterDpdAndGoesRound) {
  start();
  backup.start();
  bring_up(left);
  expect_with(right);
  right.crash();
  right.database.pairs.clear();
  run(Duration(60 * 1000));
  expect_with(backup);
  right.start();
  backup.crash();
  backup.database.pairs.clear();
  run(Duration(60 * 1000));
  expect_with(right);
}

// None answers: each is asked once, then there is a pause.
TEST_F(Backup, AllDead) {
  left.start();
  ASSERT_TRUE(left.manager->initiate(left.rule_id()));
  run(Duration(400 * 1000));
  EXPECT_TRUE(left.status().empty());
  EXPECT_EQ(left.manager->counters().peers_switched, 1U);
  expect_clean(left);
}

// What an operator ends is not tried elsewhere.
TEST_F(Backup, ClearedAttemptEnds) {
  left.start();
  backup.start();
  ASSERT_TRUE(left.manager->initiate(left.rule_id()));
  run(Duration(1000));
  EXPECT_EQ(left.manager->clear({}), 1U);
  run(Duration(200 * 1000));
  expect_clean(left);
  expect_clean(backup);
}

class Reauthentication : public TwoRouters {
 protected:
  // Lets time pass; there is a pair at each end at every moment.
  void live(int seconds) {
    for (int i = 0; i < seconds; ++i) {
      run(Duration(1000));
      ASSERT_FALSE(left.database.pairs.empty()) << i;
      ASSERT_FALSE(right.database.pairs.empty()) << i;
    }
  }
};

// RFC 7296 2.8.3: make before break, again and again.
TEST_F(Reauthentication, ByTheInitiator) {
  left.profile().reauthenticate_seconds = 600;
  start();
  bring_up(left);
  for (std::uint64_t round = 1; round <= 3; ++round) {
    const std::uint64_t old = left.status()[0].spi_local;
    live(560);
    expect_tunnel();
    EXPECT_NE(left.status()[0].spi_local, old);
    EXPECT_EQ(left.manager->counters().reauthentications, round);
  }
  EXPECT_FALSE(right.log.has("initial contact"));
}

// RFC 4478 3: the responder says how long an authentication is good for; the initiator obeys, also
// after the responder has rekeyed the IKE SA.
TEST_F(Reauthentication, AskedForByTheResponder) {
  right.profile().reauthenticate_seconds = 2000;
  right.profile().lifetime_seconds = 1000;
  start();
  bring_up(left);
  live(920);
  EXPECT_EQ(left.manager->counters().reauthentications, 0U);
  live(900);
  expect_tunnel();
  EXPECT_EQ(left.manager->counters().reauthentications, 1U);
}

// RFC 4478 3: whoever does not do it in time goes.
TEST_F(Reauthentication, NotDoneInTime) {
  right.profile().reauthenticate_seconds = 600;
  start();
  bring_up(left);
  network.plan = [](std::size_t, const Packet& p) {
    const bool initial = p.octets.at(18) == 34;  // IKE_SA_INIT
    return initial ? std::vector<Duration>{} : std::vector<Duration>{Duration(5)};
  };
  live(580);
  run(Duration(60 * 1000));
  EXPECT_TRUE(right.database.pairs.empty());
  EXPECT_TRUE(right.log.has("peer has not authenticated anew in time"));
}

// An attempt fails: the old SA carries on, and the next attempt replaces it.
TEST_F(Reauthentication, FailedAttemptLosesNothing) {
  left.profile().reauthenticate_seconds = 600;
  start();
  bring_up(left);
  network.plan = [](std::size_t, const Packet& p) {
    const bool initial = p.octets.at(18) == 34;
    return initial ? std::vector<Duration>{} : std::vector<Duration>{Duration(5)};
  };
  live(700);
  EXPECT_EQ(left.manager->counters().reauthentications, 0U);
  network.plan = [](std::size_t, const Packet&) { return std::vector<Duration>{Duration(5)}; };
  live(200);
  expect_tunnel();
  EXPECT_EQ(left.manager->counters().reauthentications, 1U);
}

class Childless : public TwoRouters {};

// RFC 6023 3: no CHILD SA in IKE_AUTH; the first one is made as all others are, with PFS.
TEST_F(Childless, FirstChildByCreateChildSa) {
  left.profile().childless = true;
  left.entry().pfs = right.entry().pfs = wire::DhId::kEcp256;
  start();
  bring_up(left);
  expect_tunnel();
  EXPECT_EQ(left.status()[0].children[0].pfs, wire::DhId::kEcp256);
  EXPECT_EQ(network.sent.size(), 6U);
}

class Configuration : public TwoRouters {
 protected:
  Configuration() {
    pool("10.9.0.1", "10.9.0.9");
    policy::AuthorizationPolicy policy;
    policy.name = "CLIENTS";
    policy.pool = "POOL";
    policy.dns = {*IpAddress::parse("1.1.1.53")};
    right.config.authorization_policies.emplace("CLIENTS", policy);
    right.profile().authorization_policy = "CLIENTS";
    const auto inside = policy::TrafficSelector::of(*IpPrefix::parse("10.9.0.0/24"));
    left.rules[0].selectors.local = inside;
    right.rules[0].selectors.remote = inside;
    left.profile().request_configuration = true;
  }
  void pool(const char* first, const char* last) {
    right.config.address_pools["POOL"] =
        policy::AddressPool{"POOL", {{*IpAddress::parse(first), *IpAddress::parse(last)}}};
  }
  [[nodiscard]] std::string address() const {
    const auto assigned = left.status().at(0).assigned;
    return assigned.empty() ? "" : assigned[0].to_string();
  }
};

// RFC 7296 2.19, 3.15: the address is the peer's, and the CHILD SA is for it alone.
TEST_F(Configuration, GivesAnAddress) {
  start();
  bring_up(left);
  expect_tunnel();
  EXPECT_EQ(address(), "10.9.0.1/32");
  EXPECT_TRUE(right.status()[0].assigned_to_peer);
  EXPECT_EQ(right.status()[0].children[0].selectors_remote[0].to_string(),
            "10.9.0.1-10.9.0.1 proto 0 port 0-65535");
  EXPECT_EQ(left.addresses.held.size(), 1U);
  EXPECT_EQ(left.manager->clear({}), 1U);
  run(Duration(60 * 1000));
  EXPECT_TRUE(left.addresses.held.empty());
}

// An address goes back when the session ends: a pool of one serves one after the other.
TEST_F(Configuration, FreedWithTheSession) {
  pool("10.9.0.7", "10.9.0.7");
  start();
  for (int round = 0; round < 3; ++round) {
    bring_up(left);
    expect_tunnel();
    EXPECT_EQ(address(), "10.9.0.7/32");
    EXPECT_EQ(left.manager->clear({}), 1U);
    run(Duration(60 * 1000));
  }
}

// RFC 7296 2.8, 2.8.3: the address lasts through rekeying and reauthentication.
TEST_F(Configuration, LastsWithTheSession) {
  pool("10.9.0.7", "10.9.0.7");
  left.profile().lifetime_seconds = 1000;
  left.profile().reauthenticate_seconds = 3000;
  start();
  bring_up(left);
  for (int i = 0; i < 5; ++i) {
    run(Duration(980 * 1000));
    expect_tunnel();
    EXPECT_EQ(address(), "10.9.0.7/32");
  }
  EXPECT_GE(left.manager->counters().reauthentications, 1U);
}

// RFC 7296 3.15.4: no address: the IKE SA stands, without CHILD SA.
TEST_F(Configuration, InternalAddressFailure) {
  right.config.address_pools["POOL"].ranges.clear();
  start();
  bring_up(left);
  EXPECT_EQ(left.up(), 1U);
  EXPECT_EQ(right.up(), 1U);
  EXPECT_TRUE(left.database.pairs.empty());
  EXPECT_TRUE(left.log.has("peer answered INTERNAL_ADDRESS_FAILURE"));
  EXPECT_EQ(right.manager->counters().addresses_refused, 1U);
}

// RFC 7296 3.10.1: FAILED_CP_REQUIRED.
TEST_F(Configuration, Required) {
  left.profile().request_configuration = false;
  start();
  bring_up(left);
  EXPECT_EQ(left.up(), 1U);
  EXPECT_TRUE(left.database.pairs.empty());
  EXPECT_TRUE(left.log.has("peer answered FAILED_CP_REQUIRED"));
}

class Crash : public TwoRouters {
 protected:
  Crash() {
    left.options.crash_secret = SecretBytes(32, 1);
    right.options.crash_secret = SecretBytes(32, 2);
    left.profile().dpd = {30, 2, true};
  }
  void restart_right() {
    right.crash();
    right.database.pairs.clear();
    right.start();
  }
};

// RFC 6290 2, 4.1, 4.2, 4.5: one question, and the peer that has restarted is believed: the tunnel
// is back long before liveness checks would have given up.
TEST_F(Crash, IsDetectedByTheToken) {
  start();
  bring_up(left);
  expect_tunnel();
  restart_right();
  run(Duration(34 * 1000));
  expect_tunnel();
  EXPECT_EQ(left.manager->counters().crashes_detected, 1U);
  EXPECT_EQ(left.manager->counters().peers_dead, 0U);
}

// RFC 6290 3, 4.3, 5.3: the tokens of a rekeyed IKE SA are its own, whoever has rekeyed it.
TEST_F(Crash, IsDetectedAfterRekeying) {
  for (Router* rekeys : {&left, &right}) {
    left.manager.reset();
    right.manager.reset();
    left.database.pairs.clear();
    right.database.pairs.clear();
    left.profile().lifetime_seconds = right.profile().lifetime_seconds = 86400;
    rekeys->profile().lifetime_seconds = 1000;
    start();
    bring_up(left);
    run(Duration(920 * 1000));
    restart_right();
    run(Duration(34 * 1000));
    expect_tunnel();
    EXPECT_EQ(left.manager->counters().crashes_detected, 1U);
  }
}

// RFC 6290 9: nobody is told the token of an SA that lives, whatever the flags of his message say;
// and a wrong token is no more than a hint.
TEST_F(Crash, TokensAreNotForStrangers) {
  start();
  bring_up(left);
  const ike::IkeSaStatus sa = right.status()[0];
  wire::Message probe;
  probe.header.exchange = wire::ExchangeType::kInformational;
  probe.header.message_id = 9;
  probe.payloads.emplace_back(wire::EncryptedPayload{wire::PayloadType::kNone, Bytes(40, 1)});
  for (const bool swapped : {false, true}) {
    for (const std::uint8_t flags : {0x00, 0x08}) {
      probe.header.initiator_spi = swapped ? sa.spi_local : sa.spi_remote;
      probe.header.responder_spi = swapped ? sa.spi_remote : sa.spi_local;
      probe.header.flags = flags;
      for (Router* r : {&left, &right}) {
        network.deliver(
            {{*IpAddress::parse("198.51.100.1"), 500}, {r->address, 500}, *wire::serialize(probe)});
      }
    }
  }
  EXPECT_EQ(left.manager->counters().crash_tokens_sent, 0U);
  EXPECT_EQ(right.manager->counters().crash_tokens_sent, 0U);
  wire::Message lie = lie_about_left();
  lie.payloads.emplace_back(wire::notify(wire::NotifyType::kQuickCrashDetection, Bytes(32, 7)));
  tell_left(lie);
  run(Duration(5000));
  EXPECT_EQ(left.manager->counters().crashes_detected, 0U);
  expect_tunnel();
}

}  // namespace
}  // namespace spa::exchange
