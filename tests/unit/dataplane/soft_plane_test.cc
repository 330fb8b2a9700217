// SPDX-License-Identifier: Apache-2.0
// Two soft data planes in two network namespaces, one loop for both, keys set by hand. Needs root
// and /dev/net/tun.
#include "userspace/dataplane/soft_sa_database.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <thread>

#include "userspace/net/ike_sockets.h"
#include "userspace/net/loop.h"

namespace spa::dataplane {
namespace {

using std::chrono::milliseconds;

int sh(const std::string& command) {
  return std::system(command.c_str());
}
IpAddress address(std::string_view text) {
  return IpAddress::parse(text).value_or(IpAddress{});
}
policy::TrafficSelector selector(std::string_view prefix) {
  return policy::TrafficSelector::of(IpPrefix::parse(prefix).value_or(IpPrefix{}));
}

struct Heard final : ports::SaDatabaseListener {
  std::vector<std::pair<ports::PolicyId, std::optional<policy::SelectorPair>>> acquires;
  std::vector<std::pair<std::uint32_t, bool>> expiries;
  std::vector<Endpoint> mappings;
  std::vector<ports::UnknownSpi> unknown;
  bool on_unknown_spi(const ports::UnknownSpi& what) override {
    unknown.push_back(what);
    return true;
  }
  void on_acquire(const ports::PolicyId& rule,
                  const std::optional<policy::SelectorPair>& packet) override {
    acquires.emplace_back(rule, packet);
  }
  void on_expire(std::uint32_t spi, bool hard) override { expiries.emplace_back(spi, hard); }
  void on_lost(std::uint32_t) override {}
  void on_mapping(std::uint32_t, const Endpoint& remote) override { mappings.push_back(remote); }
};

// One host: a namespace with an outer address on "wan" and inner addresses on "lo".
class Host {
 public:
  Host(net::Loop& loop, std::string name) : name_("spa-" + std::move(name)), loop_(loop) {}
  ~Host() {
    stop();
    if (made_) (void)sh("ip netns del " + name_);
  }

  bool make() {
    name_ += "-" + std::to_string(getpid());
    made_ = sh("ip netns add " + name_ + " 2>/dev/null") == 0;
    return made_;
  }
  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] std::string exec(const std::string& command) const {
    return "ip netns exec " + name_ + " " + command;
  }

  void start() {
    const int home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
    const int there = open(("/run/netns/" + name_).c_str(), O_RDONLY | O_CLOEXEC);
    ASSERT_GE(there, 0);
    ASSERT_EQ(setns(there, CLONE_NEWNET), 0);
    net::IkeSocketsOptions options;
    options.mark = kSocketMark;
    auto sockets = net::IkeSockets::open(loop_, options);
    ASSERT_TRUE(sockets.has_value()) << sockets.error().text;
    udp = std::move(*sockets);
    auto opened = SoftSaDatabase::open(loop_, loop_, *udp, log_);
    ASSERT_TRUE(opened.has_value()) << opened.error().text;
    plane = std::move(*opened);
    plane->set_listener(&heard);
    ASSERT_EQ(setns(home, CLONE_NEWNET), 0);
    close(home);
    close(there);
  }
  void stop() {
    plane.reset();
    udp.reset();
  }

  std::unique_ptr<net::IkeSockets> udp;
  std::unique_ptr<SoftSaDatabase> plane;
  Heard heard;

 private:
  std::string name_;
  net::Loop& loop_;
  NullLog log_;
  bool made_ = false;
};

const ports::EspSuite kGcm{wire::EncrId::kAesGcm16, 128, wire::IntegId::kNone};
const ports::EspSuite kCbcEsn{wire::EncrId::kAesCbc, 256, wire::IntegId::kHmacSha256_128, true};

const ports::EspSuite kCbcSha1{wire::EncrId::kAesCbc, 128, wire::IntegId::kHmacSha1_96};

class SoftPlaneTest : public testing::Test {
 protected:
  void SetUp() override {
    if (geteuid() != 0 || !a_.make() || !b_.make()) {
      GTEST_SKIP() << "needs root and network namespaces";
    }
    ASSERT_EQ(
        sh("ip link add wan netns " + a_.name() + " type veth peer name wan netns " + b_.name()),
        0);
    configure(a_, "10.0.0.1", "fd00::1", "1.1.1.1", "fd01::1");
    configure(b_, "10.0.0.2", "fd00::2", "2.2.2.2", "fd02::1");
    a_.start();
    b_.start();
  }

  static void configure(const Host& host, const std::string& outer, const std::string& outer6,
                        const std::string& inner, const std::string& inner6) {
    for (const std::string& command :
         {std::string("ip link set lo up"), std::string("ip link set wan up"),
          "ip addr add " + outer + "/24 dev wan", "ip addr add " + outer6 + "/64 dev wan nodad",
          "ip addr add " + inner + "/24 dev lo", "ip addr add " + inner6 + "/64 dev lo nodad"}) {
      ASSERT_EQ(sh(host.exec(command)), 0) << command;
    }
  }

  struct Shape {
    std::string outer_a = "10.0.0.1", outer_b = "10.0.0.2";
    std::string inner_a = "1.1.1.0/24", inner_b = "2.2.2.0/24";
    ports::EspSuite suite = kGcm;
    policy::EncapsulationMode mode = policy::EncapsulationMode::kTunnel;
    std::uint32_t seconds = 0;
    std::uint8_t key = 0x11;
  };

  static ports::PolicyRule rule(const Shape& shape, bool at_a) {
    ports::PolicyRule made;
    made.id = {"map", 10, 1};
    made.selectors = {selector(at_a ? shape.inner_a : shape.inner_b),
                      selector(at_a ? shape.inner_b : shape.inner_a)};
    made.mode = shape.mode;
    made.local = address(at_a ? shape.outer_a : shape.outer_b);
    made.remote = address(at_a ? shape.outer_b : shape.outer_a);
    made.reqid = 1;
    return made;
  }
  void add_rules(const Shape& shape) {
    for (const bool at_a : {true, false}) {
      const Status done = (at_a ? a_ : b_).plane->add_rule(rule(shape, at_a));
      ASSERT_TRUE(done.has_value()) << done.error().text;
    }
  }

  // A pair as A or B has it; `spis` are A's and B's inbound ones.
  static ports::SaPair pair(const Shape& shape, bool at_a, std::uint32_t spi_a,
                            std::uint32_t spi_b) {
    ports::SaPair sa;
    sa.rule = {"map", 10, 1};
    sa.reqid = 1;
    sa.local = {address(at_a ? shape.outer_a : shape.outer_b), 4500};
    sa.remote = {address(at_a ? shape.outer_b : shape.outer_a), 4500};
    sa.udp_encapsulation = true;
    sa.mode = shape.mode;
    sa.spi_in = at_a ? spi_a : spi_b;
    sa.spi_out = at_a ? spi_b : spi_a;
    sa.suite = shape.suite;
    if (shape.suite.has_ipcomp()) {
      sa.cpi_in = at_a ? 0x1001 : 0x1002;
      sa.cpi_out = at_a ? 0x1002 : 0x1001;
    }
    const bool gcm = shape.suite.cipher == wire::EncrId::kAesGcm16;
    const std::size_t cipher = shape.suite.key_bits / 8u + (gcm ? 4 : 0);
    const auto keys = [&](std::uint8_t octet) {
      return ports::EspKeys{
          SecretBytes(cipher, octet),
          SecretBytes(gcm                                                    ? 0u
                      : shape.suite.integrity == wire::IntegId::kHmacSha1_96 ? 20u
                                                                             : 32u,
                      octet)};
    };
    const auto to_a = keys(shape.key);
    const auto to_b = keys(static_cast<std::uint8_t>(shape.key + 1));
    sa.keys_in = at_a ? to_a : to_b;
    sa.keys_out = at_a ? to_b : to_a;
    sa.lifetime.seconds = shape.seconds;
    sa.selectors_local = {selector(at_a ? shape.inner_a : shape.inner_b)};
    sa.selectors_remote = {selector(at_a ? shape.inner_b : shape.inner_a)};
    return sa;
  }
  // Both ends; gives A's and B's inbound SPIs.
  std::pair<std::uint32_t, std::uint32_t> connect(const Shape& shape) {
    const std::uint32_t spi_a = a_.plane->allocate_spi({}, {}).value_or(0);
    const std::uint32_t spi_b = b_.plane->allocate_spi({}, {}).value_or(0);
    EXPECT_GT(spi_a, 255u);
    EXPECT_GT(spi_b, 255u);
    for (const bool at_a : {true, false}) {
      const Status done = (at_a ? a_ : b_).plane->add(pair(shape, at_a, spi_a, spi_b));
      EXPECT_TRUE(done.has_value()) << (done ? "" : done.error().text);
    }
    return {spi_a, spi_b};
  }

  // Runs the loop while a command runs.
  int run(const std::string& command) {
    std::atomic<int> result = -1;
    std::thread runner([&] {
      result = sh(command + " >/dev/null 2>&1");
      loop_.post([this] { loop_.stop(); });
    });
    loop_.run_for(std::chrono::seconds(20));
    runner.join();
    return result;
  }
  int ping(const std::string& what, int count = 5) {
    return run(a_.exec("ping -W 1 -i 0.02 -c " + std::to_string(count) + " " + what));
  }
  void settle() { loop_.run_for(milliseconds(100)); }

  net::Loop loop_;
  Host a_{loop_, "a"}, b_{loop_, "b"};
};

TEST_F(SoftPlaneTest, PacketsGoThroughAndBothEndsCountTheSame) {
  add_rules({});
  const auto [spi_a, spi_b] = connect({});
  EXPECT_EQ(ping("2.2.2.2"), 0);  // the route gives the inner source address
  EXPECT_EQ(ping("-I 1.1.1.1 -s 1300 2.2.2.2"), 0);
  const auto at_a = a_.plane->query(spi_a);
  const auto at_b = b_.plane->query(spi_b);
  ASSERT_TRUE(at_a.has_value() && at_b.has_value());
  EXPECT_EQ(at_a->out.packets, 10u);
  EXPECT_EQ(at_a->in.packets, 10u);
  EXPECT_EQ(at_b->in.packets, at_a->out.packets);
  EXPECT_EQ(at_b->out.packets, at_a->in.packets);
  EXPECT_EQ(at_b->in.bytes, at_a->out.bytes);
  EXPECT_EQ(at_a->offload_in, ports::OffloadState::kInProcess);
  EXPECT_EQ(a_.udp->counters().esp_sent, 10u);
  // R-MAP-20: other traffic goes in the clear.
  EXPECT_EQ(ping("10.0.0.2"), 0);
  EXPECT_EQ(a_.plane->query(spi_a)->out.packets, 10u);
  ASSERT_TRUE(a_.plane->remove(spi_a).has_value());
  EXPECT_EQ(a_.plane->remove(spi_a).error().code, Errc::kNotFound);
  EXPECT_EQ(a_.plane->query(spi_a).error().code, Errc::kNotFound);
}

// R-MAP-21
TEST_F(SoftPlaneTest, TheFirstPacketAsksForAnSaAndWaitsForIt) {
  add_rules({});
  EXPECT_NE(ping("2.2.2.2", 3), 0);
  ASSERT_EQ(a_.heard.acquires.size(), 1u);  // not once for each packet
  EXPECT_EQ(a_.heard.acquires[0].first, (ports::PolicyId{"map", 10, 1}));
  ASSERT_TRUE(a_.heard.acquires[0].second.has_value());
  EXPECT_EQ(a_.heard.acquires[0].second->local.first, address("1.1.1.1"));
  EXPECT_EQ(a_.heard.acquires[0].second->remote.first, address("2.2.2.2"));
  const auto [spi_a, spi_b] = connect({});
  settle();
  EXPECT_EQ(b_.plane->query(spi_b)->in.packets, 3u);  // those that waited
  EXPECT_EQ(a_.plane->counters().queued, 3u);
}

TEST_F(SoftPlaneTest, WhatWaitsIsBounded) {
  add_rules({});
  const ports::PolicyId rule{"map", 10, 1};
  EXPECT_EQ(a_.plane->dropped_without_sa(rule), 0u);
  EXPECT_NE(ping("2.2.2.2", 40), 0);
  EXPECT_EQ(a_.plane->counters().no_sa, 24u);
  EXPECT_EQ(a_.plane->dropped_without_sa(rule), 24u);  // R-MAP-31
  EXPECT_EQ(a_.plane->dropped_without_sa({"map", 10, 9}), std::nullopt);
  const auto [spi_a, spi_b] = connect({});
  settle();
  EXPECT_EQ(b_.plane->query(spi_b)->in.packets, 16u);
}

TEST_F(SoftPlaneTest, AWrongKeyIsCountedAndNothingPasses) {
  add_rules({});
  const std::uint32_t spi_a = 0x1000, spi_b = 0x2000;
  Shape wrong;
  wrong.key = 0x77;
  ASSERT_TRUE(a_.plane->add(pair({}, true, spi_a, spi_b)).has_value());
  ASSERT_TRUE(b_.plane->add(pair(wrong, false, spi_a, spi_b)).has_value());
  EXPECT_NE(ping("2.2.2.2", 3), 0);
  EXPECT_EQ(b_.plane->query(spi_b)->in.auth_failures, 3u);
  EXPECT_EQ(b_.plane->query(spi_b)->in.packets, 0u);
  EXPECT_EQ(b_.plane->counters().auth_failures, 3u);
  EXPECT_EQ(b_.plane->counters().tun_packets_out, 0u);
}

TEST_F(SoftPlaneTest, Ipv6InsideAndOutside) {
  Shape shape;
  shape.outer_a = "fd00::1";
  shape.outer_b = "fd00::2";
  shape.inner_a = "fd01::/64";
  shape.inner_b = "fd02::/64";
  add_rules(shape);
  const auto [spi_a, spi_b] = connect(shape);
  EXPECT_EQ(ping("-6 fd02::1"), 0);
  EXPECT_EQ(a_.plane->query(spi_a)->in.packets, 5u);
  EXPECT_EQ(b_.plane->query(spi_b)->in.packets, 5u);
}

TEST_F(SoftPlaneTest, Ipv6InsideIpv4) {
  Shape shape;
  shape.inner_a = "fd01::/64";
  shape.inner_b = "fd02::/64";
  shape.suite = kCbcEsn;
  add_rules(shape);
  const auto [spi_a, spi_b] = connect(shape);
  EXPECT_EQ(ping("-6 fd02::1"), 0);
  EXPECT_EQ(b_.plane->query(spi_b)->in.packets, 5u);
}

// The selector takes the tunnel's own ends: IKE and ESP must still find their way past the TUN.
TEST_F(SoftPlaneTest, TransportMode) {
  Shape shape;
  shape.mode = policy::EncapsulationMode::kTransport;
  shape.inner_a = "10.0.0.1/32";
  shape.inner_b = "10.0.0.2/32";
  shape.suite = kCbcEsn;
  add_rules(shape);
  const auto [spi_a, spi_b] = connect(shape);
  EXPECT_EQ(ping("10.0.0.2"), 0);
  EXPECT_EQ(a_.plane->query(spi_a)->in.packets, 5u);
  EXPECT_EQ(b_.plane->query(spi_b)->in.packets, 5u);
}

// R-MAP-20: what a line denies goes in the clear, although a later one permits it.
TEST_F(SoftPlaneTest, WhatALineDeniesGoesInTheClear) {
  for (const std::string& command :
       {a_.exec("ip addr add 1.1.1.99/32 dev lo"), a_.exec("ip route add 2.2.2.0/24 via 10.0.0.2"),
        b_.exec("ip route add 1.1.1.0/24 via 10.0.0.1")}) {
    ASSERT_EQ(sh(command), 0) << command;
  }
  for (const bool at_a : {true, false}) {
    Host& host = at_a ? a_ : b_;
    ports::PolicyRule deny = rule({}, at_a);
    deny.clear = true;
    (at_a ? deny.selectors.local : deny.selectors.remote) = selector("1.1.1.99/32");
    ports::PolicyRule permit = rule({}, at_a);
    permit.id.line = 2;
    ASSERT_TRUE(host.plane->add_rule(deny).has_value());
    ASSERT_TRUE(host.plane->add_rule(permit).has_value());
  }
  EXPECT_EQ(ping("-I 1.1.1.99 2.2.2.2", 2), 0);
  EXPECT_TRUE(a_.heard.acquires.empty());
  EXPECT_NE(ping("-I 1.1.1.1 2.2.2.2", 2), 0);
  EXPECT_EQ(a_.heard.acquires.size(), 1u);
  // And back: the denied line gone, the packets are protected like the others.
  ASSERT_TRUE(a_.plane->remove_rule({"map", 10, 1}).has_value());
  EXPECT_NE(ping("-I 1.1.1.99 2.2.2.2", 1), 0);
}

// R-MAP-8, RFC 3173: what shrinks is compressed, what does not goes as it is.
TEST_F(SoftPlaneTest, CompressionBeforeEsp) {
  for (const bool tunnel : {true, false}) {
    Shape shape;
    shape.suite = kGcm;
    shape.suite.compression = wire::IpCompId::kDeflate;
    if (!tunnel) {
      shape.mode = policy::EncapsulationMode::kTransport;
      shape.inner_a = "10.0.0.1/32";
      shape.inner_b = "10.0.0.2/32";
    }
    add_rules(shape);
    const auto [spi_a, spi_b] = connect(shape);
    const std::string to = tunnel ? "2.2.2.2" : "10.0.0.2";
    EXPECT_EQ(ping("-s 1000 -p 00 " + to), 0);
    EXPECT_EQ(ping(to, 2), 0);
    const auto at_a = a_.plane->query(spi_a);
    const auto at_b = b_.plane->query(spi_b);
    ASSERT_TRUE(at_a && at_b);
    EXPECT_EQ(at_a->compression, (ports::CompressionCounters{5, 2, 5, 0}));
    EXPECT_EQ(at_b->compression, (ports::CompressionCounters{5, 2, 5, 0}));
    EXPECT_LT(at_a->out.bytes, 7u * 200);  // 1028 octets each before
    for (const bool at_a_end : {true, false}) {
      Host& host = at_a_end ? a_ : b_;
      ASSERT_TRUE(host.plane->remove(at_a_end ? spi_a : spi_b).has_value());
      ASSERT_TRUE(host.plane->remove_rule({"map", 10, 1}).has_value());
    }
  }
}

// RFC 7296 2.8: make before break.
TEST_F(SoftPlaneTest, ARekeyedPairTakesOverAndTheOldOneStillReceives) {
  add_rules({});
  const auto old_pair = connect({});
  Shape fresh;
  fresh.key = 0x31;
  // Only A has the new pair installed for sending: B receives on both.
  const auto new_pair = connect(fresh);
  EXPECT_EQ(ping("2.2.2.2"), 0);
  EXPECT_EQ(a_.plane->query(old_pair.first)->out.packets, 0u);
  EXPECT_EQ(a_.plane->query(new_pair.first)->out.packets, 5u);
  ASSERT_TRUE(b_.plane->remove(new_pair.second).has_value());  // B falls back to the old pair
  EXPECT_NE(ping("2.2.2.2", 2), 0);
  EXPECT_EQ(b_.plane->counters().unknown_spi, 2u);
  ASSERT_TRUE(a_.plane->remove(new_pair.first).has_value());
  EXPECT_EQ(ping("2.2.2.2"), 0);
}

TEST_F(SoftPlaneTest, LifetimesEndInTwoSteps) {
  add_rules({});
  Shape brief;
  brief.seconds = 1;
  const auto [spi_a, spi_b] = connect(brief);
  loop_.run_for(milliseconds(1300));
  const std::vector<std::pair<std::uint32_t, bool>> expected{{spi_a, false}, {spi_a, true}};
  EXPECT_EQ(a_.heard.expiries, expected);
  EXPECT_EQ(a_.plane->query(spi_a).error().code, Errc::kNotFound);
}

// RFC 7296 2.23: a peer behind a NAT shows up from another port.
TEST_F(SoftPlaneTest, AnotherSourceOfAuthenticPacketsIsReportedOnce) {
  add_rules({});
  const std::uint32_t spi_a = 0x1000, spi_b = 0x2000;
  ports::SaPair at_b = pair({}, false, spi_a, spi_b);
  at_b.remote.port = 1024;  // where B believes A to be
  ASSERT_TRUE(a_.plane->add(pair({}, true, spi_a, spi_b)).has_value());
  ASSERT_TRUE(b_.plane->add(at_b).has_value());
  EXPECT_NE(ping("2.2.2.2", 2), 0);
  settle();
  ASSERT_EQ(b_.heard.mappings.size(), 1u);
  EXPECT_EQ(b_.heard.mappings[0], (Endpoint{address("10.0.0.1"), 4500}));
  ASSERT_TRUE(b_.plane->update_endpoints(spi_b, at_b.local, b_.heard.mappings[0]).has_value());
  EXPECT_EQ(ping("2.2.2.2"), 0);
}

TEST_F(SoftPlaneTest, RandomDatagramsAreCountedAndHarmless) {
  add_rules({});
  const auto [spi_a, spi_b] = connect({});
  std::uint32_t state = 1;
  const auto next = [&] { return state = state * 1664525u + 1013904223u; };
  for (int i = 0; i < 2000; ++i) {
    Bytes octets(8 + next() % 200);
    for (auto& octet : octets) octet = static_cast<std::uint8_t>(next() >> 24);
    if (i % 2 == 0) {  // half of them for the SA that is there
      octets[0] = static_cast<std::uint8_t>(spi_b >> 24);
      octets[1] = static_cast<std::uint8_t>(spi_b >> 16);
      octets[2] = static_cast<std::uint8_t>(spi_b >> 8);
      octets[3] = static_cast<std::uint8_t>(spi_b);
    } else {
      octets[0] |= 1;
    }
    const ports::EspDeparture out{{address("10.0.0.1"), 4500}, {address("10.0.0.2"), 4500}, octets};
    ASSERT_EQ(a_.udp->send_esp({&out, 1}), 1u);
    if (i % 32 == 0) loop_.run_for(milliseconds(1));
  }
  settle();
  const SoftPlaneCounters counters = b_.plane->counters();
  EXPECT_EQ(counters.unknown_spi + counters.auth_failures + counters.format_failures +
                counters.replay_failures,
            2000u);
  EXPECT_EQ(counters.tun_packets_out, 0u);
  EXPECT_EQ(ping("2.2.2.2"), 0);
}

// R-SPI-4, R-SPI-20: of ESP for an SPI that is no SA's IKE is told, so that it can tell the peer;
// not while the SA of that SPI is being made.
TEST_F(SoftPlaneTest, IkeIsToldOfAnUnknownSpi) {
  const auto reserved = b_.plane->allocate_spi(address("10.0.0.2"), address("10.0.0.1"));
  ASSERT_TRUE(reserved);
  for (const std::uint32_t spi : {*reserved, 0x12345678U}) {
    Bytes octets(64, 1);
    for (unsigned i = 0; i < 4; ++i) octets[i] = static_cast<std::uint8_t>(spi >> (24 - 8 * i));
    const ports::EspDeparture out{{address("10.0.0.1"), 4500}, {address("10.0.0.2"), 4500}, octets};
    ASSERT_EQ(a_.udp->send_esp({&out, 1}), 1u);
    settle();
  }
  ASSERT_EQ(b_.heard.unknown.size(), 1u);
  EXPECT_EQ(b_.heard.unknown[0].remote, address("10.0.0.1"));
  EXPECT_EQ(b_.heard.unknown[0].local, address("10.0.0.2"));
  EXPECT_EQ(b_.heard.unknown[0].spi, 0x12345678U);
  EXPECT_FALSE(b_.heard.unknown[0].ah);
  b_.plane->release_spi(address("10.0.0.2"), *reserved);
}

// RFC 2409 5.5: with the inbound half alone packets are taken and none is sent.
TEST_F(SoftPlaneTest, AnInboundHalfTakesAndDoesNotSend) {
  add_rules({});
  const std::uint32_t spi_a = a_.plane->allocate_spi({}, {}).value_or(0);
  const std::uint32_t spi_b = b_.plane->allocate_spi({}, {}).value_or(0);
  const ports::SaPair at_b = pair({}, false, spi_a, spi_b);
  ASSERT_TRUE(b_.plane->add_inbound(at_b).has_value());
  EXPECT_EQ(b_.plane->add_inbound(at_b).error().code, Errc::kExists);
  ASSERT_TRUE(a_.plane->add(pair({}, true, spi_a, spi_b)).has_value());
  EXPECT_NE(ping("2.2.2.2", 3), 0);
  EXPECT_GT(b_.plane->query(spi_b)->in.packets, 0u);
  EXPECT_EQ(b_.plane->counters().unknown_spi, 0u);
  EXPECT_EQ(b_.plane->query(spi_b)->out.packets, 0u);
  ASSERT_TRUE(b_.plane->add(at_b).has_value());
  EXPECT_EQ(ping("2.2.2.2", 3), 0);
  EXPECT_GT(b_.plane->query(spi_b)->out.packets, 0u);
  ASSERT_TRUE(b_.plane->remove(spi_b).has_value());
  EXPECT_NE(ping("2.2.2.2", 2), 0);
}

TEST_F(SoftPlaneTest, RefusesWhatItCannotDo) {
  EXPECT_EQ(a_.plane->add(pair({}, true, 0x1000, 0x2000)).error().code, Errc::kNotFound);
  add_rules({});
  ports::SaPair native = pair({}, true, 0x1000, 0x2000);
  native.udp_encapsulation = false;
  EXPECT_EQ(a_.plane->add(native).error().code, Errc::kUnsupported);
  ports::SaPair legacy = pair({}, true, 0x1000, 0x2000);
  legacy.suite.cipher = wire::EncrId::k3Des;
  EXPECT_EQ(a_.plane->add(legacy).error().code, Errc::kUnsupported);
  ASSERT_TRUE(a_.plane->add(pair({}, true, 0x1000, 0x2000)).has_value());
  EXPECT_EQ(a_.plane->add(pair({}, true, 0x1000, 0x2000)).error().code, Errc::kExists);
  EXPECT_TRUE(a_.plane->requires_udp_encapsulation());
}

TEST_F(SoftPlaneTest, ItLeavesTheHostAsItWas) {
  // Link-local addresses of the wire come when the kernel is sure of them.
  const std::string look =
      a_.exec("sh -c '(ip rule; ip -6 rule; ip route show table all; ip -br link) | grep -v fe80'");
  const auto read = [&] {
    (void)sh(look + " >/tmp/" + a_.name());
    std::ifstream file("/tmp/" + a_.name());
    std::stringstream text;
    text << file.rdbuf();
    unlink(("/tmp/" + a_.name()).c_str());
    return text.str();
  };
  a_.stop();
  const std::string before = read();
  a_.start();
  add_rules({});
  connect({});
  EXPECT_NE(read(), before);
  a_.stop();
  EXPECT_EQ(read(), before);
}

TEST_F(SoftPlaneTest, TheRouteFollowsTheInnerAddress) {
  ASSERT_EQ(sh(a_.exec("ip addr del 1.1.1.1/24 dev lo")), 0);
  settle();
  add_rules({});
  connect({});
  EXPECT_NE(ping("2.2.2.2", 1), 0);  // nothing of ours lies in the selector
  ASSERT_EQ(sh(a_.exec("ip addr add 1.1.1.9/24 dev lo")), 0);
  settle();
  EXPECT_EQ(ping("2.2.2.2"), 0);
}

// The key file is for tests that decrypt captures: readable by root only, and only when asked for.
TEST_F(SoftPlaneTest, KeysAreWrittenOnlyWhenATestAsksForThem) {
  const std::string path = "/tmp/" + a_.name() + ".keys";
  setenv("SPA_DEBUG_ESP_KEYS", path.c_str(), 1);
  add_rules({});
  connect({});
  unsetenv("SPA_DEBUG_ESP_KEYS");
  struct stat status{};
  ASSERT_EQ(stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
  std::ifstream file(path);
  std::string line;
  int lines = 0;
  while (std::getline(file, line)) {
    EXPECT_EQ(line.rfind("\"IPv4\",\"10.0.0.", 0), 0u) << line;
    ++lines;
  }
  EXPECT_EQ(lines, 4);
  unlink(path.c_str());
}

// An independent eye on the wire: tshark finds the very pings in what it decrypts (RFC 3948, RFC
// 4303, RFC 4106).
TEST_F(SoftPlaneTest, TheWireCarriesWhatTsharkDecrypts) {
  if (sh("command -v tshark tcpdump >/dev/null") != 0) GTEST_SKIP() << "needs tshark and tcpdump";
  const std::string base = "/tmp/" + a_.name();
  setenv("SPA_DEBUG_ESP_KEYS", (base + ".keys").c_str(), 1);
  for (const ports::EspSuite& suite : {kGcm, kCbcSha1}) {
    Shape shape;
    shape.suite = suite;
    if (a_.plane->remove_rule(rule(shape, true).id)) {
      (void)b_.plane->remove_rule(rule(shape, false).id);
    }
    add_rules(shape);
    (void)sh("rm -f " + base + ".*");
    connect(shape);
    const std::string watch =
        a_.exec("timeout 10 tcpdump -Z root -q -i wan -U -w " + base + ".pcap -c 10 udp port 4500");
    ASSERT_EQ(run("(" + watch + " & sleep 1; " + a_.exec("ping -i 0.02 -c 5 2.2.2.2") + "; wait)"),
              0);
    std::ifstream keys(base + ".keys");
    std::string tables, line;
    while (std::getline(keys, line)) tables += " -o 'uat:esp_sa:" + line + "'";
    EXPECT_EQ(run("test $(tshark -r " + base + ".pcap -o esp.enable_encryption_decode:TRUE " +
                  "-o esp.enable_authentication_check:TRUE" + tables +
                  " -Y 'icmp && ip.addr == 1.1.1.1 && ip.addr == 2.2.2.2' -T fields -e icmp.seq "
                  "| wc -l) = 10"),
              0)
        << static_cast<int>(suite.cipher);
  }
  unsetenv("SPA_DEBUG_ESP_KEYS");
  (void)sh("rm -f " + base + ".*");
}

}  // namespace
}  // namespace spa::dataplane
