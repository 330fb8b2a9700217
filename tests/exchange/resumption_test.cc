// SPDX-License-Identifier: Apache-2.0
// Session resumption (RFC 5723): what a ticket is good for, and what it is not.
#include <algorithm>

#include "tests/exchange/malformed.h"
#include "tests/exchange/two_routers.h"
#include "userspace/wire/header.h"

namespace spa::exchange {
namespace {

using wire::ExchangeType;
using wire::NotifyType;

const std::vector<Duration> kArrives{Duration(5)};

class Resumption : public TwoRouters {
 protected:
  Resumption() {
    for (Router* r : {&left, &right}) r->config.resumption_seconds = 3000;
    left.profile().dpd = {30, 2, true};
  }
  [[nodiscard]] std::size_t sent(ExchangeType exchange) const {
    return static_cast<std::size_t>(std::count_if(
        network.sent.begin(), network.sent.end(),
        [&](const Packet& p) { return wire::parse_header(p.octets)->exchange == exchange; }));
  }
  void begin() {
    start();
    bring_up(left);
    expect_tunnel();
  }
  // The network is gone, until `left` has given the session up. `right` goes on believing in it.
  void break_off(Duration span = Duration(70'000)) {
    network.plan = [](std::size_t, const Packet&) { return std::vector<Duration>{}; };
    run(span);
    ASSERT_TRUE(left.status().empty());
    network.plan = [](std::size_t, const Packet&) { return kArrives; };
    network.sent.clear();
  }
  void come_back() {
    left.traffic();
    run(Duration(20'000));
  }
  void expect_resumed(std::uint64_t times = 1) {
    expect_sas(1, 1);
    EXPECT_EQ(left.manager->counters().sessions_resumed, times);
    EXPECT_EQ(right.manager->counters().sessions_resumed, times);
    EXPECT_EQ(sent(ExchangeType::kIkeSaInit), 0U);
    EXPECT_EQ(right.manager->counters().tickets_refused, 0U);
  }
  // The tunnel is there, made from the start.
  void expect_fallen_back() {
    expect_sas(1, 1);
    EXPECT_EQ(left.manager->counters().sessions_resumed, 0U);
    EXPECT_GE(sent(ExchangeType::kIkeSaInit), 2U);
    EXPECT_FALSE(left.log.has("aborted due to ERROR"));
  }
  [[nodiscard]] static std::uint64_t key_pairs(const Router& r) {
    return r.engine->counters().at(0).done.at(
        static_cast<std::size_t>(crypto::EngineOperation::kGenerate));
  }
  // The request that presents the ticket, as it was sent last.
  [[nodiscard]] Packet request() const {
    const auto found = std::find_if(network.sent.rbegin(), network.sent.rend(), [](const auto& p) {
      const auto h = wire::parse_header(p.octets);
      return h->exchange == ExchangeType::kIkeSessionResume && !h->is_response();
    });
    return found == network.sent.rend() ? Packet{} : *found;
  }
};

// 4.3, 5.1, the figures: two exchanges, no key exchange. RFC 5723 4.3.4: the gateway's old session
// is gone without a word.
TEST_F(Resumption, TakesTheTicket) {
  begin();
  const std::uint64_t spi = right.status()[0].spi_local;
  const std::uint64_t before = key_pairs(left) + key_pairs(right);
  break_off();
  ASSERT_EQ(right.status().size(), 1U);
  come_back();
  expect_resumed();
  EXPECT_EQ(network.sent.size(), 4U);
  EXPECT_EQ(key_pairs(left) + key_pairs(right), before);
  EXPECT_NE(right.status()[0].spi_local, spi);
  EXPECT_EQ(right.status()[0].remote_identity.to_string(), left.address.to_string());
}

// 4.3.3: IKE_AUTH gives the next ticket.
TEST_F(Resumption, AgainAndAgain) {
  begin();
  for (std::uint64_t i = 1; i <= 4; ++i) {
    break_off();
    come_back();
    expect_resumed(i);
  }
}

// 4.2: what is configured decides. Nothing by itself, and both ends have to want it.
TEST_F(Resumption, IsOffByDefault) {
  EXPECT_EQ(policy::Snapshot{}.resumption_seconds, 0U);
  for (Router* who : {&left, &right}) {
    for (Router* r : {&left, &right}) {
      r->manager.reset();
      r->database.pairs.clear();
      r->config.resumption_seconds = r == who ? 0 : 3000;
    }
    begin();
    break_off();
    come_back();
    EXPECT_EQ(sent(ExchangeType::kIkeSessionResume), 0U);
    expect_fallen_back();
  }
}

// 4.2: where the answer would be too large for a packet the ticket waits for an exchange of its
// own.
TEST_F(Resumption, TheTicketWaitsForItsOwnExchange) {
  left.config.fragmentation_mtu = 0;  // no fragments of IKE's own
  right.config.fragmentation_mtu = 400;
  begin();
  EXPECT_EQ(sent(ExchangeType::kInformational), 0U);
  run(Duration(61'000));
  EXPECT_GE(sent(ExchangeType::kInformational), 2U);
  break_off();
  come_back();
  expect_resumed();
}

// 4.2: until then there is none.
TEST_F(Resumption, WithTicketAckThereIsNoTicketYet) {
  left.profile().dpd = {10, 2, true};
  left.config.fragmentation_mtu = 0;
  right.config.fragmentation_mtu = 400;
  begin();
  break_off(Duration(45'000));
  come_back();
  EXPECT_EQ(sent(ExchangeType::kIkeSessionResume), 0U);
  expect_fallen_back();
}

// 6.2: no longer than the configured life, however long the session is.
TEST_F(Resumption, NotAfterItsTime) {
  for (Router* r : {&left, &right}) r->config.resumption_seconds = 120;
  begin();
  break_off(Duration(130'000));
  come_back();
  EXPECT_EQ(sent(ExchangeType::kIkeSessionResume), 0U);
  expect_fallen_back();
}

// The gateway's life is the shorter one: the client is told so, and asks for another ticket in
// time.
TEST_F(Resumption, ForAsLongAsTheGatewaySays) {
  right.config.resumption_seconds = 300;
  begin();
  run(Duration(300'000));
  break_off();
  come_back();
  expect_resumed();
}

// 4.1: a ticket is renewed before its time is over, in an INFORMATIONAL exchange.
TEST_F(Resumption, IsRenewed) {
  for (Router* r : {&left, &right}) r->config.resumption_seconds = 200;
  left.profile().dpd = {20, 2, true};
  begin();
  run(Duration(1'000'000));
  break_off(Duration(40'000));
  come_back();
  expect_resumed();
}

// After a rekeying the session is resumed from the new keys.
TEST_F(Resumption, AfterARekeying) {
  left.profile().lifetime_seconds = 1000;
  left.options.rekey_from_percent = left.options.rekey_to_percent = 80;
  begin();
  run(Duration(850'000));
  ASSERT_EQ(left.manager->counters().ike_sas_rekeyed, 1U);
  break_off();
  come_back();
  expect_resumed();
}

// The one that did not begin the session rekeys it: the client still has the ticket.
TEST_F(Resumption, AfterARekeyingByTheGateway) {
  right.profile().lifetime_seconds = 1000;
  right.options.rekey_from_percent = right.options.rekey_to_percent = 80;
  begin();
  run(Duration(850'000));
  ASSERT_EQ(right.manager->counters().ike_sas_rekeyed, 1U);
  break_off();
  come_back();
  expect_resumed();
}

// A session that was ended is not resumed, whoever ended it.
TEST_F(Resumption, NotWhatWasDeleted) {
  for (Router* who : {&left, &right}) {
    SCOPED_TRACE(who->name);
    for (Router* r : {&left, &right}) {
      r->manager.reset();
      r->database.pairs.clear();
    }
    begin();
    (void)who->manager->clear({});
    run(Duration(60'000));
    network.sent.clear();
    come_back();
    EXPECT_EQ(sent(ExchangeType::kIkeSessionResume), 0U);
    expect_fallen_back();
  }
}

// The gateway ended it, and the client never heard of it.
TEST_F(Resumption, NotWhatTheGatewayHasDeleted) {
  begin();
  network.plan = [](std::size_t, const Packet&) { return std::vector<Duration>{}; };
  (void)right.manager->clear({});
  break_off();
  come_back();
  EXPECT_EQ(sent(ExchangeType::kIkeSessionResume), 2U);
  EXPECT_EQ(right.manager->counters().tickets_refused, 1U);
  expect_fallen_back();
}

// 4.3.2: the gateway has begun anew: its keys are gone, and so are its tickets.
TEST_F(Resumption, TheGatewayHasRestarted) {
  begin();
  break_off();
  right.restart();
  come_back();
  EXPECT_EQ(sent(ExchangeType::kIkeSessionResume), 2U);
  EXPECT_EQ(right.manager->counters().tickets_refused, 1U);
  expect_fallen_back();
}

// One that does not even know the exchange.
TEST_F(Resumption, TheGatewayIsMute) {
  begin();
  break_off();
  network.plan = [](std::size_t, const Packet& p) {
    const bool lost = wire::parse_header(p.octets)->exchange == ExchangeType::kIkeSessionResume;
    return lost ? std::vector<Duration>{} : kArrives;
  };
  come_back();
  expect_fallen_back();
}

// What authentication rests on has changed: none of the old tickets is taken.
TEST_F(Resumption, AnotherConfigurationAtTheGateway) {
  begin();
  break_off();
  right.profile().lifetime_seconds = 5000;
  right.start();
  come_back();
  EXPECT_EQ(right.manager->counters().tickets_refused, 1U);
  expect_fallen_back();
}

TEST_F(Resumption, AnotherKeyAtTheGateway) {
  begin();
  break_off();
  right.key().remote_key = right.key().local_key = to_secret(as_bytes("another secret"));
  right.start();
  come_back();
  EXPECT_EQ(right.manager->counters().tickets_refused, 1U);
  EXPECT_EQ(left.up(), 0U);
}

TEST_F(Resumption, AnotherConfigurationAtTheClient) {
  begin();
  break_off();
  left.profile().lifetime_seconds = 5000;
  left.start();
  come_back();
  EXPECT_EQ(sent(ExchangeType::kIkeSessionResume), 0U);
  expect_fallen_back();
}

// Something else changed: the session goes on.
TEST_F(Resumption, AConfigurationThatDoesNotMatter) {
  begin();
  break_off();
  right.config.hostname = "elsewhere";
  right.start();
  come_back();
  expect_resumed();
}

// --- certificates ---

class ResumptionWithCertificates : public Resumption {
 protected:
  ResumptionWithCertificates() {
    left.use_certificates("CN=left");
    right.use_certificates("CN=right");
  }
};

// RFC 5723 5: what is taken over from the session of before.
TEST_F(ResumptionWithCertificates, AreNotSentAgain) {
  right.config.disconnect_revoked_peers = true;
  begin();
  const auto before = right.status()[0];
  break_off();
  come_back();
  expect_resumed();
  for (const Packet& p : network.sent) EXPECT_LT(p.octets.size(), 1500U);
  const auto after = right.status()[0];
  EXPECT_EQ(after.remote_certificate_serial, before.remote_certificate_serial);
  EXPECT_EQ(after.remote_identity, before.remote_identity);
  EXPECT_EQ(after.remote_auth, before.remote_auth);
  EXPECT_TRUE(after.disconnect_revoked);
}

// Revocation is looked at again, at either end, before anything is agreed on.
TEST_F(ResumptionWithCertificates, OfAPeerThatIsRevoked) {
  begin();
  break_off();
  pki.entries.at("CN=left").bad = "revoked";
  come_back();
  EXPECT_EQ(right.manager->counters().tickets_refused, 1U);
  EXPECT_EQ(left.up(), 0U);
  EXPECT_EQ(left.manager->counters().sessions_resumed, 0U);
}

TEST_F(ResumptionWithCertificates, OfAGatewayThatIsRevoked) {
  begin();
  break_off();
  pki.entries.at("CN=right").bad = "revoked";
  come_back();
  run(Duration(60'000));
  EXPECT_EQ(left.up(), 0U);
  EXPECT_EQ(left.manager->counters().sessions_resumed, 0U);
  EXPECT_EQ(right.up(), 0U);
}

// Revoked between the two exchanges.
TEST_F(ResumptionWithCertificates, RevokedInBetween) {
  begin();
  break_off();
  network.plan = [this](std::size_t, const Packet& p) {
    const auto h = wire::parse_header(p.octets);
    if (h->exchange == ExchangeType::kIkeAuth) pki.entries.at("CN=left").bad = "revoked";
    return kArrives;
  };
  come_back();
  EXPECT_EQ(right.manager->counters().sessions_resumed, 0U);
  EXPECT_EQ(right.up(), 1U) << "what it has of old";
  EXPECT_EQ(left.up(), 0U);
}

// Certificates are looked at while the request waits; it comes again meanwhile.
TEST_F(ResumptionWithCertificates, SlowJudgement) {
  begin();
  break_off();
  right.credentials.delay = left.credentials.delay = Duration(3000);
  come_back();
  expect_resumed();
}

// --- what strangers do with tickets ---

// Forged: any octet of the request changed. None is taken, none leaves anything behind.
TEST_F(Resumption, ForgedTickets) {
  begin();
  break_off();
  come_back();
  const Packet good = request();
  ASSERT_FALSE(good.octets.empty());
  std::size_t refused = 0;
  for (std::size_t at = wire::Header::kSize; at < good.octets.size(); ++at) {
    SCOPED_TRACE(at);
    Packet forged = good;
    forged.octets[at] ^= 0x20;
    forged.octets[7] ^= static_cast<std::uint8_t>(1 + at % 200);
    const std::uint64_t before = right.manager->counters().tickets_refused;
    network.deliver(forged);
    refused += right.manager->counters().tickets_refused - before;
    EXPECT_EQ(right.manager->half_open(), 0U);
  }
  EXPECT_GT(refused, 100U);
  run(Duration(1000));
  expect_sas(1, 1);
}

// RFC 5723 9: replayed by somebody who saw it: it was used.
TEST_F(Resumption, ReplayedTicket) {
  begin();
  break_off();
  come_back();
  Packet copy = request();
  network.deliver(copy);
  copy.octets[7] ^= 1;
  network.deliver(copy);
  EXPECT_EQ(right.manager->counters().tickets_refused, 2U);
  EXPECT_EQ(right.manager->half_open(), 0U);
  expect_sas(1, 1);
}

// RFC 5723 9: stolen before it was used: without the keys there is no IKE_AUTH, and the owner comes
// in.
TEST_F(Resumption, StolenTicket) {
  begin();
  break_off();
  bool stolen = false;
  network.plan = [&](std::size_t, const Packet& p) {
    const auto h = wire::parse_header(p.octets);
    if (h->exchange == ExchangeType::kIkeSessionResume && !h->is_response() && !stolen) {
      stolen = true;
      Packet copy = p;
      copy.octets[7] ^= 1;
      copy.from.port = 12345;
      (void)timers.after(Duration(1), [this, copy] { network.deliver(copy); });
    }
    return kArrives;
  };
  come_back();
  ASSERT_TRUE(stolen);
  EXPECT_EQ(right.manager->half_open(), 1U);
  EXPECT_EQ(left.manager->counters().sessions_resumed, 1U);
  run(Duration(60'000));
  expect_sas(1, 1);
}

// Of another gateway with the same configuration.
TEST_F(Resumption, ForeignTicket) {
  begin();
  break_off();
  come_back();
  const Packet of_this_one = request();
  World other;
  for (Router* r : {&other.left, &other.right}) r->config.resumption_seconds = 3000;
  other.start();
  other.bring_up(other.left);
  other.network.deliver(of_this_one);
  EXPECT_EQ(other.right.manager->counters().tickets_refused, 1U);
  EXPECT_EQ(other.right.manager->half_open(), 0U);
}

// RFC 7296 2.6: cookies work here as in IKE_SA_INIT.
TEST_F(Resumption, WithCookies) {
  right.options.cookie_threshold = 0;
  begin();
  break_off();
  come_back();
  expect_resumed();
  EXPECT_EQ(sent(ExchangeType::kIkeSessionResume), 4U);
}

// A forged refusal costs the ticket, and nothing else.
TEST_F(Resumption, ForgedRefusal) {
  begin();
  break_off();
  network.plan = [this](std::size_t, const Packet& p) {
    const auto h = wire::parse_header(p.octets);
    if (h->exchange == ExchangeType::kIkeSessionResume && !h->is_response()) {
      wire::Message nack;
      nack.header = *h;
      nack.header.flags = wire::Header::kFlagResponse;
      nack.payloads.emplace_back(wire::notify(NotifyType::kTicketNack));
      const Packet forged{p.to, p.from, *wire::serialize(nack)};
      (void)timers.after(Duration(1), [this, forged] { network.deliver(forged); });
    }
    return kArrives;
  };
  come_back();
  run(Duration(60'000));
  expect_fallen_back();
}

// --- mishaps (RFC 7296 2.1) ---

struct Fate {
  const char* name;
  std::vector<Duration> when;
};
class ResumptionMishaps : public Resumption,
                          public ::testing::WithParamInterface<std::tuple<std::size_t, Fate>> {};

TEST_P(ResumptionMishaps, EndWithOneTunnel) {
  const auto& [number, fate] = GetParam();
  begin();
  break_off();
  network.plan = [n = number, when = fate.when](std::size_t, const Packet&) mutable {
    return n-- == 0 ? when : kArrives;
  };
  // The plan counts from here.
  come_back();
  run(Duration(60'000));
  expect_sas(1, 1);
  EXPECT_EQ(left.manager->counters().sessions_resumed, 1U);
  expect_nothing_left_over();
}

INSTANTIATE_TEST_SUITE_P(
    EveryDatagram, ResumptionMishaps,
    ::testing::Combine(::testing::Range<std::size_t>(0, 4),
                       ::testing::Values(Fate{"Lost", {}},
                                         Fate{"Doubled", {Duration(5), Duration(5)}},
                                         Fate{"DoubledLate", {Duration(5), Duration(9000)}},
                                         Fate{"Late", {Duration(2500)}})),
    [](const auto& given) {
      return std::string(std::get<1>(given.param).name) + "_" +
             std::to_string(std::get<0>(given.param));
    });

// At every step broken copies of what is expected come first, and change nothing.
TEST_F(Resumption, AmongBrokenCopies) {
  begin();
  break_off();
  const std::uint64_t before = right.manager->counters().malformed;
  network.plan = [this](std::size_t, const Packet& packet) {
    for (Malformed& copy : broken_copies(packet.octets)) {
      (void)timers.after(
          Duration(1), [this, from = packet.from, to = packet.to, octets = std::move(copy.octets)] {
            network.deliver({from, to, octets});
          });
    }
    return kArrives;
  };
  come_back();
  expect_resumed();
  EXPECT_GT(right.manager->counters().malformed, before + 200);
}

// --- with other extensions ---

// RFC 8784: the key that was mixed in is in the old keys, and counts.
TEST_F(Resumption, OfASessionWithAPpk) {
  for (Router* r : {&left, &right}) {
    r->key().ppk = policy::Ppk{"lab", to_secret(as_bytes("a post-quantum key")), true};
    r->profile().ppk_keyring = "RING";
  }
  begin();
  break_off();
  come_back();
  expect_resumed();
}

// RFC 9370 2.2.5: likewise the secrets of additional key exchanges; a rekeying repeats them.
TEST_F(Resumption, OfASessionWithAdditionalKeys) {
  for (Router* r : {&left, &right}) {
    policy::Ikev2Proposal p = policy::default_ikev2_proposal();
    p.additional = {{wire::DhId::kEcp384}};
    r->config.ikev2_proposals["P"] = p;
    r->config.ikev2_policies["POL"] = {"POL", {}, {"P"}};
  }
  left.profile().lifetime_seconds = 1000;
  begin();
  break_off();
  come_back();
  expect_resumed();
  EXPECT_EQ(sent(ExchangeType::kIkeIntermediate), 0U);
  run(Duration(950'000));
  EXPECT_EQ(left.manager->counters().ike_sas_rekeyed, 1U);
  EXPECT_GE(sent(ExchangeType::kIkeFollowupKe), 2U);
}

// RFC 4478, 6.2: resuming does not make an authentication live longer.
TEST_F(Resumption, DoesNotAuthenticateAnew) {
  right.profile().reauthenticate_seconds = 1000;
  begin();
  run(Duration(300'000));
  break_off();
  come_back();
  expect_resumed();
  EXPECT_LE(left.status()[0].reauth_seconds, 640U);
  run(Duration(640'000));
  EXPECT_EQ(left.manager->counters().reauthentications, 1U);
  EXPECT_GE(sent(ExchangeType::kIkeSaInit), 2U);
}

// RFC 7296 2.23: the client comes back from somewhere else, behind a NAT.
TEST_F(Resumption, FromBehindANat) {
  begin();
  break_off();
  const IpAddress outside = *IpAddress::parse("198.51.100.77");
  network.rewrite = [this, outside](Packet& p) {
    if (p.from.address == left.address) p.from.address = outside;
    if (p.to.address == outside) p.to.address = left.address;
  };
  come_back();
  EXPECT_EQ(right.manager->counters().sessions_resumed, 1U);
  EXPECT_TRUE(std::ranges::any_of(right.status(), [](const auto& sa) {
    return sa.remote_behind_nat && sa.state == ike::IkeSaState::kReady;
  }));
}

}  // namespace
}  // namespace spa::exchange
