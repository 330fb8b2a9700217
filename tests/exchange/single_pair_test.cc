// SPDX-License-Identifier: Apache-2.0
// An SA for each pair of hosts: SINGLE_PAIR_REQUIRED (RFC 7296 2.9).
#include "tests/exchange/bare_peer.h"
#include "tests/exchange/two_routers.h"

namespace spa::exchange {
namespace {

using wire::NotifyType;

policy::TrafficSelector host(const char* address, std::uint8_t protocol = 0) {
  return policy::TrafficSelector::of(*IpPrefix::parse(address), protocol);
}

class SinglePair : public TwoRouters {
 protected:
  // A packet from `inside` of left to `outside`, TCP from port 4000 to 80, asks for an SA.
  void send(const char* inside, const char* outside, std::size_t rule = 0) {
    policy::SelectorPair packet{host(inside, 6), host(outside, 6)};
    packet.local.port_first = packet.local.port_last = 4000;
    packet.remote.port_first = packet.remote.port_last = 80;
    left.manager->on_acquire(left.rules.at(rule).id, packet);
    run(Duration(10000));
  }
  [[nodiscard]] bool protects(const char* inside, const char* outside) const {
    for (const auto& [spi, pair] : left.database.pairs) {
      if (pair.selectors_local == std::vector{host(inside)} &&
          pair.selectors_remote == std::vector{host(outside)}) {
        return true;
      }
    }
    return false;
  }
};

// The answer in IKE_AUTH, and the second attempt in an exchange of its own.
TEST_F(SinglePair, IsAskedForInIkeAuth) {
  right.entry().per_host = true;
  start();
  send("192.168.4.7/32", "1.1.1.9/32");
  expect_tunnel();
  EXPECT_TRUE(protects("192.168.4.7/32", "1.1.1.9/32"));
  EXPECT_EQ(network.sent.size(), 6U);
  EXPECT_EQ(right.manager->counters().ts_unacceptable, 1U);
}

// From then on it is known: the next pair is asked for as such at once. What is covered already is
// not asked for again.
TEST_F(SinglePair, MorePairsUnderTheSameIkeSa) {
  right.entry().per_host = true;
  start();
  send("192.168.4.7/32", "1.1.1.9/32");
  send("192.168.4.7/32", "1.1.1.10/32");
  send("192.168.4.8/32", "1.1.1.10/32");
  send("192.168.4.8/32", "1.1.1.10/32");
  expect_sas(1, 3);
  EXPECT_TRUE(protects("192.168.4.8/32", "1.1.1.10/32"));
  EXPECT_EQ(network.sent.size(), 10U);
}

TEST_F(SinglePair, IsAskedForInCreateChildSa) {
  left.add_line(5, true);
  right.add_line(5, false);
  start();
  bring_up(left);
  right.entry().per_host = true;
  right.start();
  send("192.168.5.7/32", "1.1.1.9/32", 1);
  expect_sas(1, 2);
  EXPECT_TRUE(protects("192.168.5.7/32", "1.1.1.9/32"));
}

// The initiator has the same policy: it asks for nothing else, and needs a packet to ask for it.
TEST_F(SinglePair, InitiatorOfThatKind) {
  left.entry().per_host = right.entry().per_host = true;
  start();
  bring_up(left);
  EXPECT_TRUE(left.status().empty());
  run(Duration(60000));
  send("192.168.4.7/32", "1.1.1.9/32");
  expect_tunnel();
  EXPECT_TRUE(protects("192.168.4.7/32", "1.1.1.9/32"));
  EXPECT_EQ(right.manager->counters().ts_unacceptable, 0U);
}

// Without a packet nobody knows which pair: the IKE SA stands, and the log says why (1.2, 2.21.2).
TEST_F(SinglePair, WithoutAPacket) {
  right.entry().per_host = true;
  start();
  bring_up(left);
  expect_sas(1, 0);
  EXPECT_TRUE(left.log.has("SINGLE_PAIR_REQUIRED"));
  EXPECT_TRUE(right.log.has("SINGLE_PAIR_REQUIRED"));
}

// A packet that the rule does not protect names no pair of it.
TEST_F(SinglePair, WithAPacketOfAnotherRule) {
  right.entry().per_host = true;
  start();
  send("192.168.9.9/32", "1.1.1.9/32");
  expect_sas(1, 0);
}

// RFC 7296 2.9.2: a rekeying keeps the selectors, whoever begins it.
TEST_F(SinglePair, IsRekeyed) {
  right.entry().per_host = true;
  start();
  send("192.168.4.7/32", "1.1.1.9/32");
  send("192.168.4.8/32", "1.1.1.9/32");
  for (Router* r : {&left, &right}) {
    const std::size_t adds = left.database.adds;
    r->expire_first(false);
    run(Duration(10000));
    expect_sas(1, 2);
    EXPECT_EQ(left.database.adds, adds + 1);
    EXPECT_TRUE(protects("192.168.4.7/32", "1.1.1.9/32"));
    EXPECT_TRUE(protects("192.168.4.8/32", "1.1.1.9/32"));
  }
}

// A peer that names its packet first gets what it needs at once.
TEST_F(SinglePair, NamedFirst) {
  const IpAddress bare = *IpAddress::parse("198.51.100.7");
  BarePeer::invite(right, bare);
  right.config.crypto_maps.at("MAP").entries[1].per_host = true;
  start();
  BarePeer peer(network, bare, right);
  ASSERT_TRUE(peer.establish());
  const auto ask = [&](bool specific) {
    std::vector<wire::Payload> request = peer.child_request();
    for (wire::Payload& payload : request) {
      auto* ts = std::get_if<wire::TsPayload>(&payload);
      if (ts == nullptr || !specific) continue;
      wire::TrafficSelector packet = ts->selectors.front();
      packet.ip_protocol = 17;
      packet.start_port = packet.end_port = 53;
      packet.end_address = packet.start_address;
      ts->selectors.insert(ts->selectors.begin(), packet);
    }
    return peer.send(peer.seal(wire::ExchangeType::kCreateChildSa, request));
  };
  const auto refused = ask(false);
  ASSERT_EQ(refused.size(), 1U);
  EXPECT_NE(wire::find_notify(refused[0].payloads, NotifyType::kSinglePairRequired), nullptr);
  // With the packet first and the rest behind it, the pair of hosts is granted, for all their
  // traffic, and the peer learns that there is more.
  const auto granted = ask(true);
  ASSERT_EQ(granted.size(), 1U);
  const auto* tsi = wire::find_ts(granted[0].payloads, wire::Side::kInitiator);
  ASSERT_NE(tsi, nullptr);
  ASSERT_EQ(tsi->selectors.size(), 1U);
  EXPECT_EQ(tsi->selectors[0].start_address, *IpAddress::parse("192.168.7.0"));
  EXPECT_EQ(tsi->selectors[0].end_address, *IpAddress::parse("192.168.7.0"));
  EXPECT_EQ(tsi->selectors[0].ip_protocol, 0);
  EXPECT_NE(wire::find_notify(granted[0].payloads, NotifyType::kAdditionalTsPossible), nullptr);
}

}  // namespace
}  // namespace spa::exchange
