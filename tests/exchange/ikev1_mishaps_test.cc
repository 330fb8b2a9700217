// SPDX-License-Identifier: Apache-2.0
// A tunnel of IKEv1 and what may happen to each datagram of it: overtaken, damaged, an end that
// starts anew or is cut off for a while. Afterwards there is one tunnel, and nothing is left over
// (RFC 2408 5.1, RFC 2409 5.5, RFC 3706 5.5).
#include "tests/exchange/rsa_encryption.h"
#include "tests/exchange/two_routers.h"

namespace spa::exchange {
namespace {

const std::vector<Duration> kArrives{Duration(5)};

struct Mode {
  const char* name;
  bool aggressive;
  bool encryption;        // RSA encryption in place of a pre-shared key (RFC 2409 5.2)
  std::size_t datagrams;  // of phase 1 and one quick mode
};
constexpr Mode kModes[] = {{"main mode", false, false, 9},
                           {"aggressive mode", true, false, 6},
                           {"main mode with RSA encryption", false, true, 9},
                           {"aggressive mode with RSA encryption", true, true, 6}};

// Two routers that ask each other every now and then whether they are alive.
struct Ikev1World : World {
  explicit Ikev1World(const Mode& mode) {
    for (Router* r : {&left, &right}) {
      r->use_ikev1();
      if (mode.encryption) {
        const std::string peer = r == &left ? "CN=right" : "CN=left";
        use_rsa_encryption(*r, "CN=" + r->name, *pki.entries.at(peer).key().public_key());
      }
      r->config.isakmp.keepalive = {300, 2, true};
      r->config.default_lifetime.seconds = 86400;  // nothing is renewed while the test looks
      r->isakmp_profile().initiate_aggressive = mode.aggressive;
      r->entry().isakmp_profile = "V1";
    }
    start();
  }
};

template <typename Check>
void at_each_datagram(Check check) {
  for (const Mode& mode : kModes) {
    for (std::size_t n = 0; n < mode.datagrams; ++n) {
      SCOPED_TRACE(std::string(mode.name) + ", datagram " + std::to_string(n));
      Ikev1World world(mode);
      check(world, n);
      if (::testing::Test::HasFailure()) return;
    }
  }
}

TEST(Ikev1Mishaps, Overtaken) {
  at_each_datagram([](World& world, std::size_t n) {
    world.network.plan = [&world, n](std::size_t i, const Packet&) {
      if (i == n) return std::vector<Duration>{};
      if (i == n + 1) {
        const Packet late = world.network.sent.at(n);
        (void)world.timers.after(Duration(6), [&world, late] { world.network.deliver(late); });
      }
      return kArrives;
    };
    world.bring_up(world.left);
    world.run(Duration(60 * 1000));
    world.expect_sas(1, 1);
    world.expect_nothing_left_over();
  });
}

// What is damaged is nobody's: the true message is repeated and taken. From quick mode on, that is,
// where HASH covers all of a message (RFC 2409 5.5); in phase 1 it covers the identity alone, and a
// damaged message that fits breaks the chain of IVs (appendix B). The checksum of UDP is in front.
TEST(Ikev1Mishaps, Damaged) {
  at_each_datagram([](World& world, std::size_t n) {
    world.network.plan = [&world, n](std::size_t i, const Packet& packet) {
      constexpr std::size_t kExchange = 18;
      constexpr std::uint8_t kQuickMode = 32;
      if (i != n || packet.octets.at(kExchange) != kQuickMode) return kArrives;
      Packet damaged = packet;
      damaged.octets.back() ^= 0x40;
      (void)world.timers.after(Duration(5), [&world, damaged] { world.network.deliver(damaged); });
      return std::vector<Duration>{};
    };
    world.bring_up(world.left);
    world.run(Duration(60 * 1000));
    world.expect_sas(1, 1);
    world.expect_nothing_left_over();
  });
}

// Long enough for whoever is left alone to notice.
constexpr Duration kOutage{1400 * 1000};

void expect_tunnel_after(World& world) {
  EXPECT_EQ(world.violation(), "");
  world.network.plan = [](std::size_t, const Packet&) { return kArrives; };
  world.run(kOutage);
  EXPECT_EQ(mismatch(world.left.database, world.right.database), "");
  world.left.traffic();
  world.run(Duration(200 * 1000));
  world.expect_sas(1, 1);
  world.expect_nothing_left_over();
}

TEST(Ikev1Mishaps, AnEndRestarts) {
  for (Router World::* who : {&World::left, &World::right}) {
    at_each_datagram([who](World& world, std::size_t n) {
      Router& router = world.*who;
      SCOPED_TRACE(router.name);
      world.network.plan = [&world, &router, n](std::size_t i, const Packet&) {
        if (i == n) (void)world.timers.after(Duration(1), [&router] { router.restart(); });
        return kArrives;
      };
      (void)world.left.manager->initiate(world.left.rule_id());
      world.run(kOutage);
      expect_tunnel_after(world);
    });
  }
}

TEST(Ikev1Mishaps, AnEndIsCutOff) {
  for (Router World::* who : {&World::left, &World::right}) {
    at_each_datagram([who](World& world, std::size_t n) {
      const IpAddress mute = (world.*who).address;
      SCOPED_TRACE((world.*who).name);
      world.network.plan = [mute, n](std::size_t i, const Packet& packet) {
        return i >= n && packet.from.address == mute ? std::vector<Duration>{} : kArrives;
      };
      (void)world.left.manager->initiate(world.left.rule_id());
      world.run(kOutage);
      expect_tunnel_after(world);
    });
  }
}

}  // namespace
}  // namespace spa::exchange
