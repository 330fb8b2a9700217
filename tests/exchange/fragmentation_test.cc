// SPDX-License-Identifier: Apache-2.0
// Messages in fragments (RFC 7383), between two daemons.
#include <algorithm>
#include <set>

#include "tests/exchange/two_routers.h"
#include "userspace/wire/header.h"

namespace spa::exchange {
namespace {

constexpr std::uint32_t kPacket = 200;   // IP packets that IKE_AUTH does not fit into
constexpr std::size_t kAround = 20 + 8;  // IPv4 and UDP

wire::Header header_of(const Packet& packet) {
  return *wire::parse_header(packet.octets);
}
bool is_fragment(const Packet& packet) {
  return header_of(packet).next_payload == wire::PayloadType::kEncryptedFragment;
}
std::uint16_t number_of(const Packet& packet) {
  return static_cast<std::uint16_t>(packet.octets[32] << 8 | packet.octets[33]);
}

class Fragmentation : public TwoRouters {
 protected:
  Fragmentation() {
    for (Router* r : {&left, &right}) r->config.fragmentation_mtu = kPacket;
  }
  [[nodiscard]] std::vector<Packet> fragments_from(const Router& router) const {
    std::vector<Packet> list;
    for (const Packet& p : network.sent) {
      if (p.from.address == router.address && is_fragment(p)) list.push_back(p);
    }
    return list;
  }
};

// RFC 7383 2.3 to 2.5, 2.5.1: IKE_SA_INIT stays whole, IKE_AUTH goes in packets of the given size,
// and only the first fragment names the payload that begins the message.
TEST_F(Fragmentation, IkeAuthInFragments) {
  start();
  bring_up(left);
  expect_tunnel();
  for (const Packet& p : network.sent) {
    if (header_of(p).exchange == wire::ExchangeType::kIkeSaInit) {
      EXPECT_FALSE(is_fragment(p));
      continue;
    }
    EXPECT_LE(p.octets.size() + kAround, kPacket);
    if (is_fragment(p) && number_of(p) > 1) EXPECT_EQ(p.octets[28], 0);
  }
  for (const Router* r : {&left, &right}) {
    EXPECT_GE(fragments_from(*r).size(), 2U) << r->name;
    EXPECT_EQ(r->manager->counters().fragmented, 1U) << r->name;
    EXPECT_EQ(r->manager->counters().reassembled, 1U) << r->name;
    const std::string count = std::to_string(fragments_from(*r).size());
    EXPECT_TRUE(r->log.has("message 1 goes in " + count + " fragments")) << r->name;
    const std::string came = std::to_string(fragments_from(r == &left ? right : left).size());
    EXPECT_TRUE(r->log.has("message 1 has come in " + came + " fragments")) << r->name;
  }
}

// RFC 7383 2.3: no fragments unless both ends have announced them.
TEST_F(Fragmentation, OnlyWhenBothCan) {
  for (Router* silent : {&left, &right}) {
    left.manager.reset();
    right.manager.reset();
    left.database.pairs.clear();
    right.database.pairs.clear();
    left.config.fragmentation_mtu = right.config.fragmentation_mtu = kPacket;
    silent->config.fragmentation_mtu = 0;
    network.sent.clear();
    start();
    bring_up(left);
    expect_tunnel();
    EXPECT_TRUE(fragments_from(left).empty() && fragments_from(right).empty());
  }
}

// RFC 7383 2.6.1, RFC 7296 2.1: whichever datagram is lost, the request comes again with all its
// fragments, octet for octet.
TEST_F(Fragmentation, EveryDatagramLostOnce) {
  for (std::size_t lost = 0; lost < 12; ++lost) {
    SCOPED_TRACE(lost);
    for (Router* r : {&left, &right}) {
      r->manager.reset();
      r->database.pairs.clear();
    }
    network.sent.clear();
    network.plan = [lost](std::size_t n, const Packet&) {
      if (n == lost) return std::vector<Duration>{};
      return std::vector<Duration>{Duration(5)};
    };
    start();
    bring_up(left);
    expect_tunnel();
    std::set<Bytes> distinct;
    const std::vector<Packet> mine = fragments_from(left);
    for (const Packet& p : mine) distinct.insert(p.octets);
    EXPECT_EQ(mine.size() % distinct.size(), 0U);
    if (lost >= network.sent.size()) break;
  }
}

// RFC 7383 2.6: in any order, and twice.
TEST_F(Fragmentation, ReorderedAndDoubled) {
  network.plan = [](std::size_t n, const Packet&) {
    const Duration late(60 - 7 * static_cast<int>(n % 8));
    return std::vector<Duration>{late, late + Duration(3)};
  };
  start();
  bring_up(left);
  expect_tunnel();
  EXPECT_EQ(right.manager->counters().reassembled, 1U);
}

// RFC 7383 2.6, RFC 8019 4.6: a forged fragment that comes first is not stored in the place of the
// real one.
TEST_F(Fragmentation, ForgedFragmentsComeFirst) {
  network.plan = [this](std::size_t, const Packet& packet) {
    if (is_fragment(packet)) {
      Packet forged = packet;
      forged.octets.back() ^= 1;
      network.deliver(forged);
    }
    return std::vector<Duration>{Duration(5)};
  };
  start();
  bring_up(left);
  expect_tunnel();
  EXPECT_GE(right.manager->counters().integrity_failures, 2U);
  EXPECT_GE(left.manager->counters().integrity_failures, 2U);
}

// RFC 7383 2.6.1: of a request that was answered, only the first fragment brings the reply again.
TEST_F(Fragmentation, ReplyIsResentForTheFirstFragment) {
  start();
  bring_up(left);
  expect_tunnel();
  const std::vector<Packet> request = fragments_from(left);
  const std::vector<Packet> reply = fragments_from(right);
  network.sent.clear();
  for (const Packet& p : request) network.deliver(p);
  run(Duration(100));
  EXPECT_EQ(right.manager->counters().replies_resent, 1U);
  ASSERT_EQ(network.sent.size(), reply.size());
  for (std::size_t i = 0; i < reply.size(); ++i) {
    EXPECT_EQ(network.sent[i].octets, reply[i].octets);
  }
  expect_tunnel();
}

// RFC 7383 5: a message that never becomes whole: bounded, and gone with the half-open SA.
TEST_F(Fragmentation, NeverComplete) {
  network.plan = [](std::size_t, const Packet& packet) {
    if (is_fragment(packet) && number_of(packet) == 2) return std::vector<Duration>{};
    return std::vector<Duration>{Duration(5)};
  };
  start();
  bring_up(left);
  EXPECT_EQ(right.manager->half_open(), 1U);
  run(Duration(180'000));
  expect_clean(right);
  EXPECT_EQ(left.up(), 0U);
  EXPECT_EQ(right.manager->counters().half_open_timeouts, 1U);
}

// RFC 7383 5, RFC 8019 4.8: the budget of the shard is spent: the message is refused, counted, and
// nothing established suffers.
TEST_F(Fragmentation, BudgetIsSpent) {
  right.options.fragment_octets_max = 100;
  start();
  bring_up(left);
  EXPECT_EQ(right.up(), 0U);
  EXPECT_GE(right.manager->counters().fragments_over, 1U);
}

// RFC 7383 2.3: the successor of an IKE SA fragments as well; CREATE_CHILD_SA is long with a large
// group.
TEST_F(Fragmentation, GoesOnAfterRekeying) {
  for (Router* r : {&left, &right}) {
    policy::Ikev2Proposal p = policy::default_ikev2_proposal();
    p.groups = {wire::DhId::kModp2048};
    r->config.ikev2_proposals["P"] = p;
    r->config.ikev2_policies["POL"] = {"POL", {}, {"P"}};
    r->profile().lifetime_seconds = 120;
  }
  start();
  bring_up(left);
  run(Duration(230'000));
  EXPECT_EQ(left.up(), 1U);
  EXPECT_GE(left.manager->counters().ike_sas_rekeyed, 2U);
  EXPECT_GE(left.manager->counters().fragmented + right.manager->counters().fragmented, 6U);
  EXPECT_EQ(mismatch(left.database, right.database), "");
}

}  // namespace
}  // namespace spa::exchange
