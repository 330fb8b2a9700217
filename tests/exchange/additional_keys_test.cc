// SPDX-License-Identifier: Apache-2.0
// Several key exchanges for one IKE SA (RFC 9370) by way of IKE_INTERMEDIATE (RFC 9242), with
// classical groups: any method may be an additional one.
#include <algorithm>

#include "tests/exchange/two_routers.h"
#include "userspace/ikev2/proposal.h"
#include "userspace/wire/header.h"
#include "userspace/wire/message.h"

namespace spa::exchange {
namespace {

using wire::DhId;
using wire::ExchangeType;

class AdditionalKeys : public TwoRouters {
 protected:
  static void propose(Router& router, std::vector<std::vector<DhId>> additional,
                      std::vector<DhId> groups = {DhId::kCurve25519}) {
    policy::Ikev2Proposal p = policy::default_ikev2_proposal();
    p.groups = std::move(groups);
    p.additional = std::move(additional);
    router.config.ikev2_proposals["P"] = p;
    router.config.ikev2_policies["POL"] = {"POL", {}, {"P"}};
  }
  [[nodiscard]] std::size_t sent(ExchangeType exchange) const {
    return static_cast<std::size_t>(std::count_if(
        network.sent.begin(), network.sent.end(),
        [&](const Packet& p) { return wire::parse_header(p.octets)->exchange == exchange; }));
  }
};

// RFC 9370 2.1, 2.2.2, RFC 9242 3.1, 3.2: one exchange for each method, and only then IKE_AUTH.
TEST_F(AdditionalKeys, OneToSeven) {
  const std::vector<DhId> methods{DhId::kEcp256,        DhId::kEcp384,         DhId::kEcp521,
                                  DhId::kModp2048,      DhId::kModp2048Sub256, DhId::kModp1536,
                                  DhId::kModp2048Sub224};
  for (std::size_t count = 1; count <= methods.size(); ++count) {
    SCOPED_TRACE(count);
    std::vector<std::vector<DhId>> additional;
    for (std::size_t i = 0; i < count; ++i) additional.push_back({methods[i]});
    for (Router* r : {&left, &right}) {
      r->manager.reset();
      r->database.pairs.clear();
      r->config.legacy_algorithms = true;
      propose(*r, additional);
    }
    network.sent.clear();
    start();
    bring_up(left);
    expect_tunnel();
    EXPECT_EQ(sent(ExchangeType::kIkeIntermediate), 2 * count);
    EXPECT_EQ(sent(ExchangeType::kIkeAuth), 2U);
    EXPECT_EQ(wire::parse_header(network.sent.back().octets)->message_id, count + 1);
  }
}

// RFC 9370 2.2.1, 2.2.4, RFC 7296 3.3.6: what may be done without is offered without it too, for a
// peer that does not know these types, for either kind of SA.
TEST_F(AdditionalKeys, OfferedWithoutToo) {
  left.entry().pfs = DhId::kCurve25519;
  left.entry().additional = {{DhId::kEcp384, DhId::kNone}};
  ikev2::Steps steps;
  ikev2::Proposals esp =
      ikev2::esp_proposals(left.config, left.entry(), true, left.database, steps);
  ASSERT_EQ(esp.size(), 2U);
  EXPECT_EQ(ikev2::additional_methods(esp[0]), std::vector{DhId::kEcp384});
  EXPECT_EQ(esp[1].number, 2);
  ikev2::drop_additional(esp, false);
  EXPECT_EQ(esp.size(), 1U);

  for (Router* r : {&left, &right}) propose(*r, {{DhId::kEcp384, DhId::kNone}});
  start();
  bring_up(left);
  expect_tunnel();
  const auto offered = *wire::parse(network.sent.at(0).octets);
  const auto& proposals = wire::find<wire::SaPayload>(offered.payloads)->proposals;
  ASSERT_EQ(proposals.size() % 2, 0U);
  for (std::size_t i = 0; i < proposals.size(); ++i) {
    EXPECT_EQ(ikev2::additional_methods(proposals[i]).empty(), i % 2 == 1) << i;
  }
  EXPECT_EQ(sent(ExchangeType::kIkeIntermediate), 2U) << "both have it, and so it is done";
}

// RFC 9370 2.2.3, RFC 9242 3.3.2, RFC 7383 3: with certificates and with fragments AUTH covers the
// same octets.
TEST_F(AdditionalKeys, InFragmentsWithCertificates) {
  left.use_certificates("CN=left");
  right.use_certificates("CN=right");
  for (Router* r : {&left, &right}) {
    r->config.fragmentation_mtu = 200;
    propose(*r, {{DhId::kModp3072}, {DhId::kEcp384}});
  }
  start();
  bring_up(left);
  expect_tunnel();
  EXPECT_GE(left.manager->counters().fragmented, 2U);
}

// RFC 7296 2.1, RFC 9242 3.3, 3.3.1: keys change between the exchanges, and a request that comes
// again under the old ones is answered again.
TEST_F(AdditionalKeys, EveryDatagramLostOnce) {
  for (std::size_t lost = 0; lost < 9; ++lost) {
    SCOPED_TRACE(lost);
    for (Router* r : {&left, &right}) {
      r->manager.reset();
      r->database.pairs.clear();
      propose(*r, {{DhId::kEcp256}, {DhId::kEcp384}});
    }
    network.sent.clear();
    network.plan = [lost](std::size_t n, const Packet&) {
      if (n == lost) return std::vector<Duration>{};
      return std::vector<Duration>{Duration(5)};
    };
    start();
    bring_up(left);
    expect_tunnel();
  }
}

TEST_F(AdditionalKeys, EverythingTwiceAndLate) {
  for (Router* r : {&left, &right}) propose(*r, {{DhId::kEcp256}, {DhId::kEcp384}});
  network.plan = [](std::size_t, const Packet&) {
    return std::vector<Duration>{Duration(5), Duration(6), Duration(40), Duration(300)};
  };
  start();
  bring_up(left);
  expect_tunnel();
}

// RFC 9370 2.2.2: a method of NONE makes an exchange optional, and a peer without any is met.
TEST_F(AdditionalKeys, OptionalWithAPeerThatHasNone) {
  propose(left, {{DhId::kEcp256, DhId::kNone}});
  propose(right, {});
  start();
  bring_up(left);
  expect_tunnel();
  EXPECT_EQ(sent(ExchangeType::kIkeIntermediate), 0U);
  left.manager->clear({});
  run(Duration(100));
  bring_up(right);
  expect_tunnel();
  EXPECT_EQ(sent(ExchangeType::kIkeIntermediate), 0U);
}

TEST_F(AdditionalKeys, RequiredWithAPeerThatHasNone) {
  propose(left, {{DhId::kEcp256}});
  propose(right, {});
  start();
  bring_up(left);
  EXPECT_EQ(left.up(), 0U);
  bring_up(right);
  EXPECT_EQ(right.up(), 0U);
  EXPECT_GE(right.manager->counters().no_proposal, 1U);
}

// RFC 9370 2.2.1: no method serves twice in one SA.
TEST_F(AdditionalKeys, NoMethodTwice) {
  for (Router* r : {&left, &right}) {
    propose(*r, {{DhId::kCurve25519, DhId::kEcp256}, {DhId::kEcp256, DhId::kEcp384}});
  }
  start();
  bring_up(left);
  expect_tunnel();
  EXPECT_EQ(sent(ExchangeType::kIkeIntermediate), 4U);
}

// The SA is rekeyed by one key exchange; SK_d carries the others' secrets on.
TEST_F(AdditionalKeys, IsRekeyed) {
  for (Router* r : {&left, &right}) {
    propose(*r, {{DhId::kEcp256}});
    r->profile().lifetime_seconds = 120;
  }
  start();
  bring_up(left);
  run(Duration(115'000));
  expect_tunnel();
  EXPECT_EQ(left.manager->counters().ike_sas_rekeyed, 1U);
}

// RFC 9242 3.3.2: what stands in between changes a message whose keys it does not have: nothing.
TEST_F(AdditionalKeys, IntermediateOutOfTurnIsRefused) {
  for (Router* r : {&left, &right}) propose(*r, {{DhId::kEcp256}});
  std::vector<Packet> seen;
  network.plan = [&](std::size_t, const Packet& p) {
    if (wire::parse_header(p.octets)->exchange == ExchangeType::kIkeIntermediate) seen.push_back(p);
    return std::vector<Duration>{Duration(5)};
  };
  start();
  bring_up(left);
  expect_tunnel();
  for (const Packet& p : seen) network.deliver(p);
  run(Duration(1000));
  expect_tunnel();
}

}  // namespace
}  // namespace spa::exchange
