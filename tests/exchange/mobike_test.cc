// SPDX-License-Identifier: Apache-2.0
// Peers that move (RFC 4555).
#include "tests/exchange/two_routers.h"
#include "userspace/wire/message.h"

namespace spa::exchange {
namespace {

class Mobike : public TwoRouters {
 protected:
  void attach(Router& r, const IpAddress& at) {
    network.attach(at, [&r](const Endpoint& to, const Endpoint& from, ByteView message) {
      if (r.manager) r.manager->receive(to, from, message);
    });
  }
  // The router has another address from now on, and none at the old one.
  void move(Router& r, const char* to) {
    const IpAddress from = std::exchange(r.address, *IpAddress::parse(to));
    network.attach(from, [](const Endpoint&, const Endpoint&, ByteView) {});
    attach(r, r.address);
    for (ports::PolicyRule& rule : r.rules) rule.local = r.address;
    moved_ = r.manager->move_local(from, r.address);
    r.start();
  }
  void expect_at(const Router& peer, const Router& of) {
    ASSERT_EQ(of.up(), 1U);
    EXPECT_EQ(of.status()[0].remote.address, peer.address);
    for (const auto& [spi, pair] : of.database.pairs) {
      EXPECT_EQ(pair.remote.address, peer.address);
      EXPECT_EQ(pair.local.address, of.address);
    }
  }
  std::size_t moved_ = 0;
};

// RFC 4555 2.1, 3.1, 3.5, 3.7: the initiator moves, again and again; the CHILD SAs follow as they
// are.
TEST_F(Mobike, InitiatorMoves) {
  start();
  bring_up(left);
  expect_tunnel();
  EXPECT_TRUE(left.status()[0].mobike);
  EXPECT_EQ(left.status()[0].remote.port, 4500);  // 3.3
  for (const char* to : {"192.0.2.1", "192.0.2.2", "172.16.172.34"}) {
    move(left, to);
    EXPECT_EQ(moved_, 1U);
    run(Duration(5000));
    expect_tunnel();
    expect_at(left, right);
    expect_at(right, left);
  }
  EXPECT_EQ(left.database.adds, 1U);
  EXPECT_EQ(left.manager->counters().address_updates, 3U);
  EXPECT_EQ(right.manager->counters().address_updates, 3U);
  // Rules are found by the address of the configuration, wherever the peer is.
  right.manager->on_expire(right.database.pairs.begin()->first, false);
  run(Duration(5000));
  expect_tunnel();
}

// RFC 4555 3.5: an IKE SA that was begun from where no crypto map entry knows the peer has its
// rules as soon as the peer is where one does.
TEST_F(Mobike, ComesHome) {
  left.use_certificates("CN=left");
  right.use_certificates("CN=right");
  start();
  move(left, "192.0.2.1");
  bring_up(left);
  ASSERT_EQ(left.up(), 1U);
  EXPECT_TRUE(right.database.pairs.empty());
  move(left, "172.16.172.34");
  run(Duration(10000));
  left.traffic();
  run(Duration(5000));
  expect_tunnel();
}

// RFC 4555 3.8, 3.11: messages that are lost on the way, of either end.
TEST_F(Mobike, EachMessageOfAnUpdateLost) {
  start();
  bring_up(left);
  const char* homes[] = {"192.0.2.1", "192.0.2.2"};
  for (std::size_t lost = 0; lost < 4; ++lost) {
    SCOPED_TRACE("datagram " + std::to_string(lost));
    const std::size_t begin = network.sent.size();
    network.plan = [n = begin + lost](std::size_t i, const Packet&) {
      return i == n ? std::vector<Duration>{} : std::vector<Duration>{Duration(5)};
    };
    move(left, homes[lost % 2]);
    run(Duration(20 * 1000));
    expect_tunnel();
    expect_at(left, right);
    expect_at(right, left);
  }
}

// RFC 4555 3.5: it moves on before the answer came.
TEST_F(Mobike, MovesOnDuringAnUpdate) {
  start();
  bring_up(left);
  for (const int pause : {0, 3, 7, 12, 18}) {
    move(left, "192.0.2.1");
    run(Duration(pause));
    move(left, "192.0.2.2");
    run(Duration(20 * 1000));
    expect_tunnel();
    expect_at(left, right);
    expect_at(right, left);
  }
}

// RFC 4555 3.7, 5.3: traffic is led to an address only after the peer has answered there.
TEST_F(Mobike, TrafficFollowsTheAnswerOnly) {
  start();
  bring_up(left);
  const IpAddress before = left.address;
  network.plan = [this](std::size_t, const Packet& p) {
    const bool request = (p.octets.at(19) & wire::Header::kFlagResponse) == 0;
    if (p.from.address == right.address && request) return std::vector<Duration>{};
    return std::vector<Duration>{Duration(5)};
  };
  move(left, "192.0.2.1");
  run(Duration(3000));
  EXPECT_EQ(right.database.pairs.begin()->second.remote.address, before);
  network.plan = [](std::size_t, const Packet&) { return std::vector<Duration>{Duration(5)}; };
  run(Duration(20 * 1000));
  expect_tunnel();
  expect_at(left, right);
}

// RFC 4555 3.8, 5.1: datagrams from elsewhere change nothing by themselves.
TEST_F(Mobike, ReplayFromElsewhereMovesNothing) {
  start();
  bring_up(left);
  for (const Packet& p : std::vector<Packet>(network.sent)) {
    Packet elsewhere = p;
    elsewhere.from.address = *IpAddress::parse("198.51.100.1");
    network.deliver(elsewhere);
  }
  run(Duration(5000));
  expect_tunnel();
  expect_at(left, right);
  expect_at(right, left);
}

// RFC 4555 3.9: behind a NAT at the new place ESP goes into UDP, and the pair is made anew for it.
TEST_F(Mobike, MovesBehindANat) {
  start();
  bring_up(left);
  EXPECT_FALSE(left.database.pairs.begin()->second.udp_encapsulation);
  const IpAddress inside = *IpAddress::parse("10.1.1.1");
  const IpAddress outside = *IpAddress::parse("192.0.2.77");
  network.rewrite = [=](Packet& p) {
    if (p.from.address == inside) p.from = {outside, 40000};
    if (p.to.address == outside) p.to = {inside, 4500};
  };
  move(left, "10.1.1.1");
  run(Duration(20 * 1000));
  expect_tunnel();
  EXPECT_TRUE(left.status()[0].local_behind_nat);
  EXPECT_TRUE(right.status()[0].remote_behind_nat);
  EXPECT_TRUE(left.database.pairs.begin()->second.udp_encapsulation);
  EXPECT_EQ(right.status()[0].remote, (Endpoint{outside, 40000}));
}

// RFC 4555 3.4, 3.5, 3.10, 3.12: the peer has a second address, and goes on there when the first is
// dead.
TEST_F(Mobike, GoesOnAtTheOtherAddressOfThePeer) {
  left.profile().dpd = {10, 2, true};
  start();
  const IpAddress second = *IpAddress::parse("192.0.2.200");
  right.manager->set_local_addresses({right.address, second});
  attach(right, second);
  bring_up(left);
  network.plan = [this](std::size_t, const Packet& p) {
    const bool dead = p.to.address == right.address || p.from.address == right.address;
    return dead ? std::vector<Duration>{} : std::vector<Duration>{Duration(5)};
  };
  run(Duration(60 * 1000));
  ASSERT_EQ(left.up(), 1U);
  EXPECT_EQ(left.status()[0].remote.address, second);
  EXPECT_EQ(right.status()[0].local.address, second);
  EXPECT_EQ(left.database.adds, 1U);
  EXPECT_EQ(mismatch(left.database, right.database), "");
}

// RFC 4555 3.6: the same with an address that the peer has only since the session stands.
TEST_F(Mobike, GoesOnAtAnAddressThatCameLater) {
  left.profile().dpd = {10, 2, true};
  start();
  bring_up(left);
  const IpAddress later = *IpAddress::parse("192.0.2.201");
  attach(right, later);
  right.manager->set_local_addresses({right.address, later});
  run(Duration(5000));
  network.plan = [this](std::size_t, const Packet& p) {
    const bool dead = p.to.address == right.address || p.from.address == right.address;
    return dead ? std::vector<Duration>{} : std::vector<Duration>{Duration(5)};
  };
  run(Duration(60 * 1000));
  ASSERT_EQ(left.up(), 1U);
  EXPECT_EQ(left.status()[0].remote.address, later);
  EXPECT_EQ(mismatch(left.database, right.database), "");
}

// RFC 4555 3.2: switched off at either end: a change of address ends the CHILD SAs, as a changed
// rule does.
TEST_F(Mobike, SwitchedOff) {
  right.config.mobike = false;
  start();
  bring_up(left);
  EXPECT_FALSE(left.status()[0].mobike);
  move(left, "192.0.2.1");
  EXPECT_EQ(moved_, 0U);
}

}  // namespace
}  // namespace spa::exchange
