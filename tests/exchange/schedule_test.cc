// SPDX-License-Identifier: Apache-2.0
// Lives of two routers by a random schedule: a network that loses, doubles, delays and reorders,
// traffic, rekeyings, deletions, expiries, restarts, and public keys that take their time; ESP, AH
// and IPComp, tunnels and transport mode, NATs that give other ports, and an end that moves. At
// every moment the tables are sound and bounded; when the network is well again both ends agree,
// and after the last deletion nothing is left (RFC 7296 2.1 to 2.4, 2.8, 2.22, 2.23, 2.25; RFC
// 2408 5.1, RFC 2409 5.5, RFC 3706 5.5, RFC 3947 5.2 and 7, RFC 4555 3.5).
//
// SPA_TEST_SEED=N repeats a life to the octet, SPA_TEST_LIVES=N sets how many there are.
#include <cstdlib>
#include <random>

#include "tests/exchange/rsa_encryption.h"
#include "tests/exchange/seeded_random.h"
#include "tests/exchange/two_routers.h"

namespace spa::exchange {
namespace {

std::uint32_t number(const char* variable, std::uint32_t otherwise) {
  const char* given = std::getenv(variable);
  return given == nullptr ? otherwise
                          : static_cast<std::uint32_t>(std::strtoul(given, nullptr, 10));
}

// What a life is about, and how long both ends need to agree again once the network is well.
struct Version {
  int number;
  Duration recovery;
};
constexpr Version kIkev2{2, Duration(400 * 1000)};
// Nobody answers a Delete of IKEv1: what one end alone has left lasts until its lifetime ends.
constexpr Version kIkev1{1, Duration(1000 * 1000)};

// What lies between them.
enum class Way { kPlain, kNat, kMobile };

class Life : public World {
 public:
  Life(std::uint32_t seed, const Version& version) : version_(version), random_(seed) {
    left.add_line(5, true);
    right.add_line(5, false);
    if (chance(30)) way_ = Way::kNat;
    if (way_ == Way::kPlain && version.number == 2 && chance(40)) way_ = Way::kMobile;
    loss_ = random_() % 40;
    late_ = random_() % 10;
    for (Router* r : {&left, &right}) {
      r->options.rekey_to_percent = 80 + random_() % 15;
      r->profile().dpd = {30, 2, true};
      r->profile().lifetime_seconds = 100 + random_() % 400;
      r->engine_delay.wait = Duration(chance(50) ? 0 : random_() % 500);
      if (chance(30)) r->options.cookie_threshold = 0;
    }
    if (chance(50)) left.entry().pfs = right.entry().pfs = wire::DhId::kCurve25519;
    use_transforms();
    if (version.number == 1) {
      use_ikev1();
    } else if (chance(20)) {
      copy_keys();
      left.use_certificates("CN=left");
      right.use_certificates("CN=right");
    }
    if (way_ == Way::kNat) stand_behind_nat();
    if (way_ == Way::kNat || (way_ == Way::kPlain && chance(20))) protect_hosts();
  }

  void live() {
    storm();
    if (!::testing::Test::HasFailure()) heal();
    if (::testing::Test::HasFailure()) tell();
  }

 private:
  bool chance(unsigned percent) { return random_() % 100 < percent; }

  // ESP, AH, IKEv1 also AH around ESP; with IPComp or without. AH does not pass through a NAT.
  void use_transforms() {
    policy::TransformSet set = left.config.transform_sets.at("SET");
    const bool alone = version_.number == 2 || chance(50);
    if (chance(25) && way_ != Way::kNat) {
      set.ah = wire::IntegId::kHmacSha256_128;
      if (alone) set.esp_cipher.reset();
    }
    if (chance(25)) set.compression = wire::IpCompId::kDeflate;
    for (Router* r : {&left, &right}) r->config.transform_sets["SET"] = set;
  }

  // `left` is seen at the outer address, from port 4500 at one that changes now and then. What
  // `right` begins is let in to the ports of IKE.
  void stand_behind_nat() {
    left_seen_ = *IpAddress::parse("192.0.2.99");
    right.peer_address = left_seen_;
    network.rewrite = [this](Packet& p) {
      if (p.from.address == left.address) {
        p.from = {left_seen_, p.from.port == 4500 ? nat_port_ : p.from.port};
      }
      if (p.to.address != left_seen_) return;
      const bool open = p.to.port == nat_port_ || p.to.port == 500 || p.to.port == 4500;
      const std::uint16_t inside = p.to.port == 500 ? 500 : 4500;
      p.to = open ? Endpoint{left.address, inside} : Endpoint{};
    };
  }

  // Transport mode between the two ends: UDP under one rule, TCP under the other.
  void protect_hosts() {
    for (Router* r : {&left, &right}) {
      const IpAddress& peer = r == &left ? right.address : left_seen_;
      const IpPrefix only{peer, 32};
      r->config.transform_sets.at("SET").mode = policy::EncapsulationMode::kTransport;
      r->entry().peers = {peer};
      r->key().address = only;
      if (version_.number == 1) r->isakmp_key().address = only;
      std::uint8_t protocol = 17;
      for (ports::PolicyRule& rule : r->rules) {
        rule.mode = policy::EncapsulationMode::kTransport;
        rule.remote = peer;
        rule.selectors = {policy::TrafficSelector::of({r->address, 32}, protocol),
                          policy::TrafficSelector::of(only, protocol)};
        protocol = 6;
      }
    }
  }

  // Either mode, with every method; RSA encryption has to know the peer by its address.
  void use_ikev1() {
    const bool aggressive = chance(40);
    const unsigned method = random_() % (way_ == Way::kNat ? 9 : 10);
    if (method >= 8) copy_keys();
    for (Router* r : {&left, &right}) {
      const std::string peer = r == &left ? "CN=right" : "CN=left";
      r->use_ikev1();
      if (method == 8) r->use_isakmp_certificates("CN=" + r->name);
      if (method == 9) {
        use_rsa_encryption(*r, "CN=" + r->name, *pki.entries.at(peer).key().public_key());
      }
      r->config.isakmp.keepalive = {30, 2, true};
      r->config.isakmp.policies.at(10).lifetime_seconds = 100 + random_() % 400;
      r->config.default_lifetime.seconds = 120 + random_() % 300;
      r->isakmp_profile().initiate_aggressive = aggressive;
      r->entry().isakmp_profile = "V1";
    }
  }

  // An RSA key draws random numbers for blinding now and then, by how often it has been used: this
  // life's keys have not been used by any other.
  void copy_keys() {
    for (auto& [subject, entry] : pki.entries) {
      entry.own = std::make_shared<const crypto::PrivateKey>(
          *crypto::PrivateKey::from_der(*entry.key().to_der()));
    }
  }

  std::vector<Duration> fate() {
    std::vector<Duration> copies;
    const int count = chance(loss_) ? 0 : chance(15) ? 2 : 1;
    for (int i = 0; i < count; ++i) {
      copies.emplace_back(chance(late_) ? 3000 + random_() % 40000 : random_() % 400);
    }
    return copies;
  }

  void event(Router& r) {
    const std::size_t rule = random_() % 2;
    ikev2::SessionFilter children;
    children.children_only = true;
    switch (random_() % 16) {
      case 0:
      case 1:
      case 2:
      case 3:
        return r.traffic(rule);
      case 4:
      case 5:
      case 6:
        return r.expire_first(false);
      case 7:
        return r.expire_first(true);
      case 8:
        (void)r.manager->clear(children);
        return;
      case 9:
        if (chance(50)) (void)r.manager->clear({});
        return;
      case 10:
        if (chance(50)) r.restart();
        return;
      case 11:  // ESP under an SPI that is not there any more
        (void)r.manager->on_unknown_spi({r.peer_address, static_cast<std::uint32_t>(random_())});
        return;
      case 13:
        if (way_ == Way::kNat) nat_port_ = static_cast<std::uint16_t>(40000 + random_() % 1000);
        if (way_ == Way::kMobile) move_left("192.0.2." + std::to_string(random_() % 3));
        return;
      case 12:  // everything that was ever said may be said again
        if (!network.sent.empty()) network.deliver(network.sent[random_() % network.sent.size()]);
        return;
      default:
        return;
    }
  }

  void move_left(const std::string& to) {
    const IpAddress from = std::exchange(left.address, *IpAddress::parse(to));
    if (from == left.address) return;
    network.attach(from, [](const Endpoint&, const Endpoint&, ByteView) {});
    network.attach(left.address, [this](const Endpoint& at, const Endpoint& by, ByteView message) {
      if (left.manager) left.manager->receive(at, by, message);
    });
    for (ports::PolicyRule& rule : left.rules) rule.local = left.address;
    (void)left.manager->move_local(from, left.address);
    left.start();
  }

  // How the SAs of both ends differ, but for what the NAT changes.
  [[nodiscard]] std::string disagreement() const {
    FakeSaDatabase theirs = right.database;
    for (auto& [spi, pair] : theirs.pairs) {
      for (policy::TrafficSelector& s : pair.selectors_remote) {
        if (s.first == left_seen_ && s.last == left_seen_) s.first = s.last = left.address;
      }
    }
    return mismatch(left.database, theirs);
  }

  void expect_sound() {
    ASSERT_EQ(violation(), "");
    ASSERT_LE(timers.pending(), 400U);
    for (const Router* r : {&left, &right}) {
      ASSERT_LE(r->status().size(), 40U) << r->name;
      ASSERT_LE(r->database.pairs.size(), 24U) << r->name;
      ASSERT_LE(r->database.reserved.size(), 8U) << r->name;
      ASSERT_LE(r->manager->decisions().size(), r->options.decisions_kept) << r->name;
    }
  }

  void storm() {
    network.plan = [this](std::size_t, const Packet&) { return fate(); };
    start();
    left.traffic();
    for (int i = 0; i < 60; ++i) {
      event(chance(50) ? left : right);
      run(Duration(chance(30) ? random_() % 100 : random_() % 20000));
      expect_sound();
      if (::testing::Test::HasFatalFailure()) return;
    }
  }

  void heal() {
    network.plan = [](std::size_t, const Packet&) { return std::vector<Duration>{Duration(5)}; };
    if (way_ == Way::kMobile) move_left("172.16.172.34");
    run(version_.recovery);
    EXPECT_EQ(disagreement(), "") << "after the storm";
    left.traffic(0);
    run(Duration(30 * 1000));
    expect_sound();
    EXPECT_GE(in_use(left), 1);
    EXPECT_GE(left.database.pairs.size(), 1U);
    EXPECT_EQ(disagreement(), "") << "with traffic";
    if (::testing::Test::HasFailure()) return;
    expect_nothing_left_over();
  }

  // How it came to this, as far as SPA_TEST_LINES lines of each log tell.
  void tell() const {
    for (const Router* r : {&left, &right}) {
      const auto& lines = r->log.lines;
      const auto count = std::min<std::size_t>(lines.size(), number("SPA_TEST_LINES", 20));
      for (auto line = lines.end() - static_cast<std::ptrdiff_t>(count); line != lines.end();
           ++line)
        std::printf("%s: %s\n", r->name.c_str(), line->c_str());
      for (const ike::IkeSaStatus& sa : r->status()) {
        std::printf("%s has IKE SA %u, state %d (%s), %zu CHILD SAs, next request %u\n",
                    r->name.c_str(), sa.id, static_cast<int>(sa.state),
                    sa.status_description.c_str(), sa.children.size(), sa.local_request_id);
      }
    }
  }

  // The moment may be one in which an IKE SA is being rekeyed.
  static std::ptrdiff_t in_use(const Router& r) {
    return std::ranges::count_if(r.status(), [](const ike::IkeSaStatus& sa) {
      return sa.state == ike::IkeSaState::kReady || sa.state == ike::IkeSaState::kRekeying;
    });
  }

  const Version& version_;
  std::mt19937 random_;
  Way way_ = Way::kPlain;
  IpAddress left_seen_ = left.address;
  std::uint16_t nat_port_ = 4500;
  unsigned loss_ = 0;
  unsigned late_ = 0;
};

void live_on(const Version& version) {
  const bool repeat = std::getenv("SPA_TEST_SEED") != nullptr;
  const std::uint32_t seed = number("SPA_TEST_SEED", std::random_device{}());
  const std::uint32_t lives = number("SPA_TEST_LIVES", repeat ? 1 : 20);
  {
    // The same keys in every run, made before any life draws from its random numbers.
    const SeededRandom random(1);
    const World world;
    for (const auto& [subject, entry] : world.pki.entries) (void)entry.key();
  }
  std::printf("IKEv%d: first seed %u, %u lives\n", version.number, seed, lives);
  for (std::uint32_t i = 0; i < lives; ++i) {
    SCOPED_TRACE("SPA_TEST_SEED=" + std::to_string(seed + i));
    const SeededRandom random(seed + i);
    Life life(seed + i, version);
    life.live();
    if (::testing::Test::HasFailure()) return;
  }
}

TEST(RandomSchedule, LivesOn) {
  live_on(kIkev2);
}

TEST(RandomSchedule, Ikev1LivesOn) {
  live_on(kIkev1);
}

}  // namespace
}  // namespace spa::exchange
