// SPDX-License-Identifier: Apache-2.0
// NATs between two managers of IKEv1 (RFC 3947): how they are announced, found, and followed.
#include <set>

#include "tests/exchange/bare_ikev1_peer.h"
#include "tests/exchange/two_routers.h"
#include "userspace/wire/v1/message.h"
#include "userspace/wire/v1/phase2_transform.h"

namespace spa::exchange {
namespace {

namespace v1 = wire::v1;
using v1::Vendor;

class Ikev1Nat : public TwoRouters {
 protected:
  Ikev1Nat() {
    left.use_ikev1();
    right.use_ikev1();
  }
  // The NAT traversals that the n-th datagram announces, in its order.
  [[nodiscard]] std::vector<Vendor> announced(std::size_t n) const {
    std::vector<Vendor> list;
    const v1::Message message = *v1::parse(network.sent.at(n).octets);
    for (const auto* vendor : v1::find_all<v1::VendorIdPayload>(message.payloads)) {
      const Vendor known = v1::vendor_of(vendor->data);
      if (v1::nat_traversal_of(known) != v1::NatTraversal::kNone) list.push_back(known);
    }
    return list;
  }
  // `left` is seen at this port of the NAT's outer address.
  void stand_behind_a_nat() {
    network.attach(outside_, [this](const Endpoint&, const Endpoint& from, ByteView message) {
      const std::uint16_t inside = from.port == 500 ? 500 : 4500;
      network.deliver({from, {left.address, inside}, to_bytes(message)});
    });
    network.rewrite = [this](Packet& p) {
      if (p.from.address != left.address) return;
      p.from = {outside_, p.from.port == 500 ? static_cast<std::uint16_t>(500) : port_};
    };
    right.isakmp_key().address = IpPrefix{outside_, 32};
    right.entry().peers = {outside_};
    right.rules[0].remote = outside_;
  }
  const IpAddress outside_ = *IpAddress::parse("192.0.2.1");
  std::uint16_t port_ = 40000;
};

// R-NAT-9: the RFC first, then the drafts from the latest on. R-NAT-10: one of them in the answer.
TEST_F(Ikev1Nat, AnnouncedInOrderAndAnsweredByOne) {
  start();
  bring_up(left);
  expect_tunnel();
  EXPECT_EQ(announced(0),
            (std::vector<Vendor>{Vendor::kNatTRfc3947, Vendor::kNatTDraft07, Vendor::kNatTDraft03,
                                 Vendor::kNatTDraft02Newline, Vendor::kNatTDraft02}));
  EXPECT_EQ(announced(1), std::vector<Vendor>{Vendor::kNatTRfc3947});
}

// R-NAT-10: of what the peer has, the best.
TEST_F(Ikev1Nat, AnsweredByTheBestThatThePeerHas) {
  network.rewrite = [this](Packet& p) {
    if (!network.sent.empty() && p.from.address == left.address && p.octets.at(16) == 1) {
      for (const Vendor better : {Vendor::kNatTRfc3947, Vendor::kNatTDraft07}) {
        const Bytes id = v1::vendor_id(better).data;
        const auto at = std::search(p.octets.begin(), p.octets.end(), id.begin(), id.end());
        if (at != p.octets.end()) *at ^= 0xFF;
      }
    }
  };
  start();
  bring_up(left);
  expect_tunnel();
  EXPECT_EQ(announced(1), std::vector<Vendor>{Vendor::kNatTDraft03});
}

// R-NAT-11: without a NAT it is said that there is none.
TEST_F(Ikev1Nat, NoneIsFound) {
  start();
  bring_up(left);
  EXPECT_TRUE(left.log.has("No NAT Found for self or peer"));
  EXPECT_FALSE(left.status()[0].local_behind_nat || left.status()[0].remote_behind_nat);
  EXPECT_EQ(left.status()[0].remote.port, 500);
}

// RFC 3947 7, R-NAT-1: the NAT gives the peer another port. What it sends next says where it is,
// and both IKE and ESP go there.
TEST_F(Ikev1Nat, APeerWhoseMappingChangesIsFollowed) {
  stand_behind_a_nat();
  left.config.isakmp.keepalive = {30, 2, true};
  start();
  bring_up(left);
  ASSERT_EQ(right.up(), 1U);
  EXPECT_EQ(right.status()[0].remote, (Endpoint{outside_, 40000}));
  port_ = 40001;
  run(Duration(60 * 1000));
  EXPECT_EQ(left.up(), 1U);
  EXPECT_EQ(right.status()[0].remote, (Endpoint{outside_, 40001}));
  ASSERT_EQ(right.database.pairs.size(), 1U);
  EXPECT_EQ(right.database.pairs.begin()->second.remote, (Endpoint{outside_, 40001}));
}

// RFC 3947 5.2: we begin, both ends are behind NATs, and the peer names the ends as it sees them.
class TheOtherView : public Ikev1Nat, public ::testing::WithParamInterface<bool> {};

TEST_P(TheOtherView, OfTheEndsIsTheSamePackets) {
  const IpAddress bare_address = *IpAddress::parse("198.51.100.7");
  const IpAddress bare_inside = *IpAddress::parse("10.9.9.9");
  BareIkev1Peer::invite(right, bare_address);
  ports::PolicyRule& rule = right.rules.back();
  right.config.transform_sets.at("SET").mode = policy::EncapsulationMode::kTransport;
  rule.mode = policy::EncapsulationMode::kTransport;
  rule.selectors = {policy::TrafficSelector::of({right.address, 32}),
                    policy::TrafficSelector::of({bare_address, 32})};
  const policy::SelectorPair protects = rule.selectors;
  const ports::PolicyId id = rule.id;
  start();
  BareIkev1Peer bare(network, bare_address, right);
  bare.behind_nats = true;
  ASSERT_TRUE(bare.establish());
  ASSERT_TRUE(right.status()[0].local_behind_nat && right.status()[0].remote_behind_nat);
  ASSERT_TRUE(right.manager->initiate(id));
  ASSERT_TRUE(bare.read_quick_mode(network.sent.back().octets));

  BareIkev1Peer::Payloads answer = bare.quick_mode_request();
  auto& sa = std::get<v1::SaPayload>(answer.at(0));
  v1::Transform& transform = sa.proposals[0].transforms[0];
  auto esp = *v1::decode_phase2(transform);
  esp.encapsulation = v1::EncapsulationMode::kUdpTransport;
  transform = v1::encode_phase2(1, esp);
  // Its own address it has right, ours is that of our NAT; or one that is neither.
  const IpAddress we = GetParam() ? outside_ : *IpAddress::parse("192.0.2.77");
  answer.resize(2);
  answer.emplace_back(v1::id_of(we));
  answer.emplace_back(v1::id_of(bare_inside));
  const v1::PayloadType original = v1::nat_oa_type(v1::NatTraversal::kRfc3947);
  answer.emplace_back(v1::NatOaPayload{original, outside_});
  answer.emplace_back(v1::NatOaPayload{original, bare_inside});
  (void)bare.send(bare.answer_quick_mode(answer));
  if (!GetParam()) {
    EXPECT_TRUE(right.database.pairs.empty());
    return;
  }
  ASSERT_EQ(right.database.pairs.size(), 1U) << right.log.lines.back();
  const ports::SaPair& pair = right.database.pairs.begin()->second;
  EXPECT_EQ(pair.mode, policy::EncapsulationMode::kTransport);
  EXPECT_EQ(pair.selectors_local, std::vector{protects.local});
  EXPECT_EQ(pair.selectors_remote, std::vector{protects.remote});
}

INSTANTIATE_TEST_SUITE_P(Views, TheOtherView, ::testing::Bool(), [](const auto& info) {
  return std::string(info.param ? "True" : "False");
});

// RFC 3947 7: a datagram that nobody authenticates moves nobody.
TEST_F(Ikev1Nat, AReplayFromElsewhereMovesNobody) {
  stand_behind_a_nat();
  start();
  bring_up(left);
  ASSERT_EQ(right.up(), 1U);
  for (const Packet& p : std::vector<Packet>(network.sent)) {
    if (p.to.address != right.address) continue;
    Packet elsewhere = p;
    elsewhere.from = {*IpAddress::parse("198.51.100.1"), 4500};
    network.deliver(elsewhere);
  }
  run(Duration(5000));
  EXPECT_EQ(right.status()[0].remote, (Endpoint{outside_, 40000}));
}

}  // namespace
}  // namespace spa::exchange
