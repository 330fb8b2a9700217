// SPDX-License-Identifier: Apache-2.0
// Two hosts in two network namespaces, both with the kernel data plane. What needs ESP in the
// kernel is skipped where there is none (tests/vm/xfrm-plane.vm.sh runs it in a guest).
#include "userspace/kernel/kernel_sa_database.h"

#include <fcntl.h>

#include <atomic>
#include <cstdlib>
#include <thread>

#include "tests/unit/kernel/namespace.h"
#include "userspace/kernel/device_feature.h"
#include "userspace/net/ike_sockets.h"
#include "userspace/net/loop.h"

namespace spa::kernel {
namespace {

using std::chrono::milliseconds;
using testing_net::sh;

IpAddress address(std::string_view text) {
  return IpAddress::parse(text).value_or(IpAddress{});
}
policy::TrafficSelector selector(std::string_view prefix) {
  return policy::TrafficSelector::of(IpPrefix::parse(prefix).value_or(IpPrefix{}));
}

struct Heard final : ports::SaDatabaseListener {
  std::vector<std::pair<ports::PolicyId, std::optional<policy::SelectorPair>>> acquires;
  std::vector<std::pair<std::uint32_t, bool>> expiries;
  std::vector<std::uint32_t> lost;
  std::vector<Endpoint> mappings;
  void on_acquire(const ports::PolicyId& rule,
                  const std::optional<policy::SelectorPair>& packet) override {
    acquires.emplace_back(rule, packet);
  }
  void on_expire(std::uint32_t spi, bool hard) override { expiries.emplace_back(spi, hard); }
  void on_lost(std::uint32_t spi) override { lost.push_back(spi); }
  void on_mapping(std::uint32_t, const Endpoint& remote) override { mappings.push_back(remote); }
};

// The hosts: A is the namespace that the test entered, B a named one.
class KernelPlaneTest : public testing_net::NamespaceTest {
 protected:
  void SetUp() override {
    NamespaceTest::SetUp();
    if (IsSkipped()) return;
    far_ = "spa-x-" + std::to_string(getpid());
    ASSERT_EQ(sh("ip netns add " + far_), 0);
    home_ = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
    there_ = open(("/run/netns/" + far_).c_str(), O_RDONLY | O_CLOEXEC);
    ASSERT_EQ(sh("ip link add wan type veth peer name wan netns " + far_), 0);
    configure("", "10.0.0.1", "1.1.1.1");
    configure("ip netns exec " + far_ + " ", "10.0.0.2", "2.2.2.2");
    start(a_);
    ASSERT_EQ(setns(there_, CLONE_NEWNET), 0);
    start(b_);
    ASSERT_EQ(setns(home_, CLONE_NEWNET), 0);
  }
  void TearDown() override {
    a_ = {};
    b_ = {};
    if (home_ >= 0) close(home_);
    if (there_ >= 0) close(there_);
    if (!far_.empty()) (void)sh("ip netns del " + far_);
  }

  struct Host {
    std::unique_ptr<net::IkeSockets> udp;
    std::unique_ptr<KernelSaDatabase> plane;
    std::unique_ptr<Heard> heard;
  };
  void start(Host& host) {
    net::IkeSocketsOptions options;
    options.kernel_esp = true;
    auto sockets = net::IkeSockets::open(loop_, options);
    ASSERT_TRUE(sockets.has_value()) << sockets.error().text;
    host.udp = std::move(*sockets);
    auto opened = KernelSaDatabase::open(loop_, log_);
    ASSERT_TRUE(opened.has_value()) << opened.error().text;
    host.plane = std::move(*opened);
    host.heard = std::make_unique<Heard>();
    host.plane->set_listener(host.heard.get());
  }
  static void configure(const std::string& in, const std::string& outer, const std::string& inner) {
    for (const std::string& command :
         {std::string("ip link set lo up"), std::string("ip link set wan up"),
          "ip addr add " + outer + "/24 dev wan", "ip addr add " + inner + "/24 dev lo"}) {
      ASSERT_EQ(sh(in + command), 0) << command;
    }
  }

  static ports::PolicyRule rule(bool at_a) {
    ports::PolicyRule made;
    made.id = {"map", 10, 1};
    made.selectors = {selector(at_a ? "1.1.1.0/24" : "2.2.2.0/24"),
                      selector(at_a ? "2.2.2.0/24" : "1.1.1.0/24")};
    made.local = address(at_a ? "10.0.0.1" : "10.0.0.2");
    made.remote = address(at_a ? "10.0.0.2" : "10.0.0.1");
    made.reqid = 7;
    made.device = "wan";
    return made;
  }
  static ports::SaPair pair(bool at_a, std::uint32_t spi_a, std::uint32_t spi_b,
                            std::uint8_t key = 0x11) {
    ports::SaPair sa;
    sa.rule = {"map", 10, 1};
    sa.reqid = 7;
    sa.local = {address(at_a ? "10.0.0.1" : "10.0.0.2"), 4500};
    sa.remote = {address(at_a ? "10.0.0.2" : "10.0.0.1"), 4500};
    sa.spi_in = at_a ? spi_a : spi_b;
    sa.spi_out = at_a ? spi_b : spi_a;
    sa.suite = {wire::EncrId::kAesGcm16, 128, wire::IntegId::kNone, true};
    sa.keys_in = {SecretBytes(20, static_cast<std::uint8_t>(key + (at_a ? 0 : 1))), {}};
    sa.keys_out = {SecretBytes(20, static_cast<std::uint8_t>(key + (at_a ? 1 : 0))), {}};
    sa.selectors_local = {selector(at_a ? "1.1.1.0/24" : "2.2.2.0/24")};
    sa.selectors_remote = {selector(at_a ? "2.2.2.0/24" : "1.1.1.0/24")};
    sa.device = "wan";
    return sa;
  }
  void add_rules() {
    ASSERT_TRUE(a_.plane->add_rule(rule(true)).has_value());
    ASSERT_TRUE(b_.plane->add_rule(rule(false)).has_value());
  }
  std::pair<std::uint32_t, std::uint32_t> spis() {
    const auto a = a_.plane->allocate_spi(address("10.0.0.1"), address("10.0.0.2"));
    const auto b = b_.plane->allocate_spi(address("10.0.0.2"), address("10.0.0.1"));
    EXPECT_TRUE(a && b);
    return {a.value_or(0), b.value_or(0)};
  }
  void install(const ports::SaPair& at_a, const ports::SaPair& at_b) {
    Status done = a_.plane->add(at_a);
    ASSERT_TRUE(done.has_value()) << done.error().text;
    done = b_.plane->add(at_b);
    ASSERT_TRUE(done.has_value()) << done.error().text;
  }

  int run(const std::string& command) {
    std::atomic<int> result = -1;
    std::thread runner([&] {
      result = sh(command + " >/dev/null 2>&1");
      loop_.post([this] { loop_.stop(); });
    });
    loop_.run_for(std::chrono::seconds(20));
    runner.join();
    loop_.run_for(milliseconds(50));
    return result;
  }
  int ping(int count = 5) {
    return run("ping -W 1 -i 0.2 -c " + std::to_string(count) + " 2.2.2.2");
  }
  // Whether the kernel's list holds this text.
  static bool shows(const std::string& list, const std::string& text) {
    return sh("ip xfrm " + list + " | grep -q '" + text + "'") == 0;
  }

  net::Loop loop_;
  NullLog log_;
  Host a_, b_;
  std::string far_;
  int home_ = -1, there_ = -1;
};

class KernelEspTest : public KernelPlaneTest {
 protected:
  void SetUp() override {
    const Status esp = kernel_has_esp();
    if (!esp) GTEST_SKIP() << esp.error().text;
    KernelPlaneTest::SetUp();
  }
};

// RFC 2409 5.5: with the inbound half alone packets are taken and none is sent.
TEST_F(KernelEspTest, AnInboundHalfTakesAndDoesNotSend) {
  add_rules();
  const auto [spi_a, spi_b] = spis();
  const ports::SaPair at_b = pair(false, spi_a, spi_b);
  ASSERT_TRUE(b_.plane->add_inbound(at_b).has_value());
  EXPECT_EQ(b_.plane->add_inbound(at_b).error().code, Errc::kExists);
  ASSERT_TRUE(a_.plane->add(pair(true, spi_a, spi_b)).has_value());
  EXPECT_NE(ping(2), 0);
  EXPECT_GT(b_.plane->query(spi_b)->in.packets, 0u);
  EXPECT_EQ(b_.plane->query(spi_b)->out.packets, 0u);
  EXPECT_FALSE(b_.heard->acquires.empty());
  ASSERT_TRUE(b_.plane->add(at_b).has_value());
  EXPECT_EQ(ping(2), 0);
  EXPECT_GT(b_.plane->query(spi_b)->out.packets, 0u);
  ASSERT_TRUE(b_.plane->remove(spi_b).has_value());
  EXPECT_FALSE(b_.plane->query(spi_b).has_value());
  EXPECT_NE(ping(1), 0);
}

TEST_F(KernelPlaneTest, TheProbeSaysWhatIsMissingAndLeavesNothing) {
  const Status esp = kernel_has_esp();
  if (!esp) {
    EXPECT_EQ(esp.error().code, Errc::kUnsupported);
    EXPECT_NE(esp.error().text.find("no ESP"), std::string::npos) << esp.error().text;
  }
  EXPECT_FALSE(shows("state", "proto esp"));
}

TEST_F(KernelPlaneTest, RulesBecomePoliciesInThreeDirections) {
  ASSERT_TRUE(a_.plane->add_rule(rule(true)).has_value());
  EXPECT_TRUE(shows("policy", "src 1.1.1.0/24 dst 2.2.2.0/24"));
  EXPECT_TRUE(shows("policy", "dir out"));
  EXPECT_TRUE(shows("policy", "dir in"));
  EXPECT_TRUE(shows("policy", "dir fwd"));
  EXPECT_TRUE(shows("policy", "tmpl src 10.0.0.1 dst 10.0.0.2"));
  EXPECT_TRUE(shows("policy", "reqid 7 mode tunnel"));
  EXPECT_EQ(a_.plane->add_rule(rule(true)).error().code, Errc::kExists);
  auto same_traffic = rule(true);
  same_traffic.id.sequence = 20;
  EXPECT_EQ(a_.plane->add_rule(same_traffic).error().code, Errc::kExists);
  EXPECT_EQ(sh("ip route get 2.2.2.9 | grep -q 'via\\|dev wan.*src 1.1.1.1'"), 0);
  ASSERT_TRUE(a_.plane->remove_rule(rule(true).id).has_value());
  EXPECT_FALSE(shows("policy", "2.2.2.0/24"));
  EXPECT_EQ(a_.plane->remove_rule(rule(true).id).error().code, Errc::kNotFound);
  EXPECT_NE(sh("ip route get 2.2.2.9 >/dev/null 2>&1"), 0);
}

// R-GRE-4, R-GRE-6: what the ends themselves say needs no route of ours; others' is blocked.
TEST_F(KernelPlaneTest, GreOfTheEndsThemselves) {
  auto gre = rule(true);
  gre.selectors = {selector("10.0.0.1/32"), selector("10.0.0.2/32")};
  gre.selectors.local.protocol = gre.selectors.remote.protocol = 47;
  ASSERT_TRUE(a_.plane->add_rule(gre).has_value());
  EXPECT_TRUE(shows("policy", "src 10.0.0.1/32 dst 10.0.0.2/32 proto gre"));
  EXPECT_EQ(sh("ip rule | grep -q 'ipproto gre'"), 1 << 8);
  ports::PolicyRule rest;
  rest.id = {"map", 10, 2};
  rest.selectors = {gre.selectors.local, selector("0.0.0.0/0")};
  rest.selectors.remote.protocol = 47;
  rest.discard = true;
  ASSERT_TRUE(a_.plane->add_rule(rest).has_value());
  EXPECT_TRUE(shows("policy", "dir in action block"));
  ASSERT_TRUE(a_.plane->remove_rule(rest.id).has_value());
  EXPECT_FALSE(shows("policy", "action block"));
}

// R-VRF-8: the same traffic in two scopes, and outside of both.
TEST_F(KernelPlaneTest, ScopesKeepTheSameTrafficApart) {
  auto red = rule(true);
  red.id.crypto_map = "red";
  red.reqid = 8;
  red.scope = {53001, "nowhere", 0};
  auto blue = red;
  blue.id.crypto_map = "blue";
  blue.reqid = 9;
  blue.scope.if_id = 53002;
  for (const auto& one : {rule(true), red, blue}) {
    const Status added = a_.plane->add_rule(one);
    ASSERT_TRUE(added.has_value()) << added.error().text;
  }
  EXPECT_TRUE(shows("policy", "reqid 7 "));
  EXPECT_TRUE(shows("policy", "if_id 0xcf09"));
  EXPECT_TRUE(shows("policy", "if_id 0xcf0a"));
  ASSERT_TRUE(a_.plane->remove_rule(red.id).has_value());
  EXPECT_FALSE(shows("policy", "if_id 0xcf09"));
  EXPECT_TRUE(shows("policy", "if_id 0xcf0a"));
  EXPECT_TRUE(shows("policy", "reqid 7 "));
}

TEST_F(KernelPlaneTest, SpisComeFromTheKernelAndGoBack) {
  const auto spi = a_.plane->allocate_spi(address("10.0.0.1"), address("10.0.0.2"));
  ASSERT_TRUE(spi.has_value());
  EXPECT_GT(*spi, 255u);
  char text[16];
  std::snprintf(text, sizeof text, "spi 0x%08x", *spi);
  EXPECT_TRUE(shows("state", text));
  a_.plane->release_spi(address("10.0.0.1"), *spi);
  EXPECT_FALSE(shows("state", text));
  a_.plane->release_spi(address("10.0.0.1"), *spi);
}

TEST_F(KernelPlaneTest, ARuleOfPortsIsOnePolicyForEachBlock) {
  auto ports = rule(true);
  ports.selectors.local.protocol = ports.selectors.remote.protocol = 17;
  ports.selectors.remote.port_first = 4;
  ports.selectors.remote.port_last = 9;
  ASSERT_TRUE(a_.plane->add_rule(ports).has_value());
  EXPECT_EQ(sh("test $(ip xfrm policy | grep -c 'src 1.1.1.0/24 dst 2.2.2.0/24 proto udp') = 2"),
            0);
  ASSERT_TRUE(a_.plane->remove_rule(ports.id).has_value());
  EXPECT_FALSE(shows("policy", "2.2.2.0/24"));
}

// R-MAP-21
TEST_F(KernelPlaneTest, TrafficAsksForAnSa) {
  ASSERT_TRUE(a_.plane->add_rule(rule(true)).has_value());
  EXPECT_NE(ping(1), 0);
  if (a_.heard->acquires.empty() && !kernel_has_esp()) {
    GTEST_SKIP() << "a kernel without ESP drops the packet before it asks";
  }
  ASSERT_EQ(a_.heard->acquires.size(), 1u);
  EXPECT_EQ(a_.heard->acquires[0].first, (ports::PolicyId{"map", 10, 1}));
  ASSERT_TRUE(a_.heard->acquires[0].second.has_value());
  EXPECT_EQ(a_.heard->acquires[0].second->local.first, address("1.1.1.1"));
  EXPECT_EQ(a_.heard->acquires[0].second->remote.first, address("2.2.2.2"));
}

// Our own IKE must not wait for the SA that it negotiates.
TEST_F(KernelPlaneTest, IkePassesBeneathAPolicyThatWantsEverything) {
  auto all = rule(true);
  all.selectors = {selector("0.0.0.0/0"), selector("0.0.0.0/0")};
  ASSERT_TRUE(a_.plane->add_rule(all).has_value());
  Bytes got;
  b_.udp->set_handler([&](const Endpoint&, const Endpoint&, ByteView message) {
    got = to_bytes(message);
    loop_.stop();
  });
  ASSERT_TRUE(a_.udp
                  ->send({address("10.0.0.1"), 500}, {address("10.0.0.2"), 500},
                         from_hex("0102030405060708"))
                  .has_value());
  loop_.run_for(milliseconds(500));
  EXPECT_EQ(got, from_hex("0102030405060708"));
}

TEST_F(KernelPlaneTest, WhatTheKernelCannotDoFailsWithoutAResidue) {
  if (kernel_has_esp()) GTEST_SKIP() << "this kernel has ESP";
  const auto [spi_a, spi_b] = spis();
  EXPECT_FALSE(a_.plane->add(pair(true, spi_a, spi_b)).has_value());
  EXPECT_EQ(a_.plane->query(spi_a).error().code, Errc::kNotFound);
  a_.plane->release_spi(address("10.0.0.1"), spi_a);
  EXPECT_FALSE(shows("state", "proto esp"));
}

TEST_F(KernelPlaneTest, DevicesWithoutOffloadAreKnown) {
  const auto offload = device_feature("wan", "esp-hw-offload");
  EXPECT_TRUE(!offload || !*offload || shows("state", "")) << "veth cannot offload ESP";
  EXPECT_EQ(device_feature("nothere", "esp-hw-offload").error().code, Errc::kNotFound);
  const auto checksum = device_feature("wan", "tx-checksum-ip-generic");
  ASSERT_TRUE(checksum.has_value()) << checksum.error().text;
  EXPECT_TRUE(*checksum);
  EXPECT_EQ(device_feature("wan", "no-such-feature").error().code, Errc::kNotFound);
}

TEST_F(KernelEspTest, PacketsGoThroughAndAreCounted) {
  add_rules();
  const auto [spi_a, spi_b] = spis();
  install(pair(true, spi_a, spi_b), pair(false, spi_a, spi_b));
  EXPECT_EQ(ping(), 0);
  const auto at_a = a_.plane->query(spi_a);
  const auto at_b = b_.plane->query(spi_b);
  ASSERT_TRUE(at_a && at_b);
  EXPECT_EQ(at_a->out.packets, 5u);
  EXPECT_EQ(at_a->in.packets, 5u);
  EXPECT_EQ(at_b->in.packets, 5u);
  EXPECT_EQ(at_b->out.packets, 5u);
  EXPECT_EQ(at_a->offload_in, ports::OffloadState::kSoftware);
  ASSERT_TRUE(a_.plane->remove(spi_a).has_value());
  loop_.run_for(milliseconds(50));
  EXPECT_TRUE(a_.heard->lost.empty());  // we did that ourselves
  EXPECT_FALSE(shows("state", "proto esp spi"));
}

TEST_F(KernelEspTest, EspInUdpThroughTheIkeSockets) {
  add_rules();
  const auto [spi_a, spi_b] = spis();
  auto at_a = pair(true, spi_a, spi_b);
  auto at_b = pair(false, spi_a, spi_b);
  at_a.udp_encapsulation = at_b.udp_encapsulation = true;
  install(at_a, at_b);
  EXPECT_EQ(ping(), 0);
  EXPECT_EQ(b_.plane->query(spi_b)->in.packets, 5u);
  EXPECT_TRUE(shows("state", "encap type espinudp"));
}

TEST_F(KernelEspTest, EverySuiteThatIsSupportedIsAccepted) {
  using wire::EncrId;
  using wire::IntegId;
  const struct {
    ports::EspSuite suite;
    std::size_t cipher, integrity;
  } cases[] = {
      {{EncrId::kAesGcm16, 256, IntegId::kNone}, 36, 0},
      {{EncrId::kAesGcm12, 128, IntegId::kNone}, 20, 0},
      {{EncrId::kChaCha20Poly1305, 256, IntegId::kNone}, 36, 0},
      {{EncrId::kAesCbc, 128, IntegId::kHmacSha1_96}, 16, 20},
      {{EncrId::kAesCbc, 256, IntegId::kHmacSha256_128, true}, 32, 32},
      {{EncrId::kAesCbc, 192, IntegId::kHmacSha384_192}, 24, 48},
      {{EncrId::kAesCbc, 256, IntegId::kHmacSha512_256}, 32, 64},
      {{EncrId::k3Des, 0, IntegId::kHmacMd5_96}, 24, 16},
      {{EncrId::kDes, 0, IntegId::kHmacSha1_96}, 8, 20},
      {{EncrId::kNull, 0, IntegId::kHmacSha256_128}, 0, 32},
  };
  add_rules();
  for (const auto& entry : cases) {
    ASSERT_TRUE(a_.plane->supports(entry.suite));
    const auto [spi_a, spi_b] = spis();
    auto at_a = pair(true, spi_a, spi_b);
    auto at_b = pair(false, spi_a, spi_b);
    at_a.suite = at_b.suite = entry.suite;
    // Triple DES refuses three equal keys.
    SecretBytes one(entry.cipher), two(entry.cipher);
    for (std::size_t i = 0; i < entry.cipher; ++i) {
      one[i] = static_cast<std::uint8_t>(i * 7 + 3);
      two[i] = static_cast<std::uint8_t>(i * 11 + 5);
    }
    at_a.keys_in = at_b.keys_out = {one, SecretBytes(entry.integrity, 3)};
    at_a.keys_out = at_b.keys_in = {two, SecretBytes(entry.integrity, 4)};
    install(at_a, at_b);
    EXPECT_EQ(ping(1), 0) << static_cast<int>(entry.suite.cipher);
    EXPECT_EQ(b_.plane->query(spi_b)->in.packets, 1u);
    (void)a_.plane->remove(spi_a);
    (void)b_.plane->remove(spi_b);
  }
}

// R-MAP-5, RFC 4301 4.4.1: AH alone, AH around ESP, compression before either; in both modes.
TEST_F(KernelEspTest, BundlesOfHeadersCarryTraffic) {
  using wire::EncrId;
  using wire::IntegId;
  const ports::EspSuite ah{EncrId{}, 0, IntegId::kNone, false, IntegId::kHmacSha256_128};
  const ports::EspSuite both{EncrId::kAesCbc, 128, IntegId::kNone, false, IntegId::kHmacSha1_96};
  const ports::EspSuite packed{EncrId::kAesGcm16,       128, IntegId::kNone, false, IntegId::kNone,
                               wire::IpCompId::kDeflate};
  ports::EspSuite all = both;
  all.integrity = IntegId::kHmacMd5_96;
  all.compression = wire::IpCompId::kDeflate;
  add_rules();
  for (const ports::EspSuite& suite : {ah, both, packed, all}) {
    ASSERT_TRUE(a_.plane->supports(suite));
    const auto [spi_a, spi_b] = spis();
    const auto [ah_a, ah_b] = spis();
    auto at_a = pair(true, spi_a, spi_b);
    auto at_b = pair(false, spi_a, spi_b);
    at_a.suite = at_b.suite = suite;
    const auto keys = [&](std::uint8_t octet) {
      ports::EspKeys made;
      made.cipher.assign(!suite.has_esp() ? 0 : suite.cipher == EncrId::kAesGcm16 ? 20 : 16, octet);
      made.integrity.assign(suite.integrity == IntegId::kNone ? 0 : 16, octet);
      made.ah.assign(suite.ah == IntegId::kHmacSha256_128 ? 32 : suite.has_ah() ? 20 : 0, octet);
      return made;
    };
    at_a.keys_in = at_b.keys_out = keys(3);
    at_a.keys_out = at_b.keys_in = keys(4);
    if (suite.has_ah() && suite.has_esp()) {
      at_a.ah_spi_in = at_b.ah_spi_out = ah_a;
      at_a.ah_spi_out = at_b.ah_spi_in = ah_b;
    }
    if (suite.has_ipcomp()) {
      at_a.cpi_in = at_b.cpi_out =
          a_.plane->allocate_cpi(address("10.0.0.1"), address("10.0.0.2")).value_or(0);
      at_a.cpi_out = at_b.cpi_in =
          b_.plane->allocate_cpi(address("10.0.0.2"), address("10.0.0.1")).value_or(0);
      EXPECT_GE(at_a.cpi_in, 256u);
    }
    install(at_a, at_b);
    EXPECT_EQ(ping(2), 0);  // 84 octets: too few to compress
    EXPECT_EQ(run("ping -W 1 -i 0.2 -c 2 -s 1000 -p 00 2.2.2.2"), 0);
    EXPECT_EQ(b_.plane->query(spi_b)->in.packets, 4u);
    EXPECT_EQ(shows("state", "proto ah"), suite.has_ah());
    EXPECT_EQ(shows("state", "proto comp"), suite.has_ipcomp());
    (void)a_.plane->remove(spi_a);
    (void)b_.plane->remove(spi_b);
    // Numbers that were reserved and not used still stand there as ESP.
    EXPECT_FALSE(shows("state", "proto ah"));
  }
}

// R-MAP-20: deny lines are asked in their place, also about what comes in.
TEST_F(KernelEspTest, WhatALineDeniesGoesInTheClear) {
  ASSERT_EQ(sh("ip addr add 1.1.1.99/32 dev lo"), 0);
  auto deny = rule(true);
  deny.clear = true;
  deny.selectors.local = selector("1.1.1.99/32");
  auto permit = rule(true);
  permit.id.line = 2;
  ASSERT_TRUE(a_.plane->add_rule(deny).has_value());
  ASSERT_TRUE(a_.plane->add_rule(permit).has_value());
  ASSERT_EQ(sh("ip route add 2.2.2.0/24 via 10.0.0.2"), 0);
  ASSERT_EQ(sh("ip netns exec " + far_ + " ip route add 1.1.1.0/24 via 10.0.0.1"), 0);
  EXPECT_EQ(run("ping -W 1 -c 1 -I 1.1.1.99 2.2.2.2"), 0);
  EXPECT_TRUE(a_.heard->acquires.empty());
  EXPECT_NE(run("ping -W 1 -c 1 -I 1.1.1.1 2.2.2.2"), 0);
  EXPECT_EQ(a_.heard->acquires.size(), 1u);
}

TEST_F(KernelEspTest, AWrongKeyIsCounted) {
  add_rules();
  const auto [spi_a, spi_b] = spis();
  install(pair(true, spi_a, spi_b), pair(false, spi_a, spi_b, 0x77));
  EXPECT_NE(ping(2), 0);
  EXPECT_EQ(b_.plane->query(spi_b)->in.auth_failures, 2u);
}

TEST_F(KernelEspTest, ARekeyedPairTakesOver) {
  add_rules();
  const auto old_pair = spis();
  install(pair(true, old_pair.first, old_pair.second),
          pair(false, old_pair.first, old_pair.second));
  loop_.run_for(milliseconds(1100));  // the kernel tells states apart by the second
  const auto fresh = spis();
  install(pair(true, fresh.first, fresh.second, 0x31),
          pair(false, fresh.first, fresh.second, 0x31));
  EXPECT_EQ(ping(), 0);
  EXPECT_EQ(a_.plane->query(fresh.first)->out.packets, 5u);
  EXPECT_EQ(a_.plane->query(old_pair.first)->out.packets, 0u);
}

TEST_F(KernelEspTest, LifetimesEndInTwoSteps) {
  add_rules();
  const auto [spi_a, spi_b] = spis();
  auto at_a = pair(true, spi_a, spi_b);
  at_a.lifetime.seconds = 5;
  install(at_a, pair(false, spi_a, spi_b));
  for (int i = 0; i < 80 && a_.heard->expiries.size() < 2; ++i) loop_.run_for(milliseconds(100));
  const std::vector<std::pair<std::uint32_t, bool>> expected{{spi_a, false}, {spi_a, true}};
  EXPECT_EQ(a_.heard->expiries, expected);
  EXPECT_EQ(a_.plane->query(spi_a).error().code, Errc::kNotFound);
}

TEST_F(KernelEspTest, WhatOthersTakeAwayIsReported) {
  add_rules();
  const auto [spi_a, spi_b] = spis();
  install(pair(true, spi_a, spi_b), pair(false, spi_a, spi_b));
  ASSERT_EQ(sh("ip xfrm state flush"), 0);
  loop_.run_for(milliseconds(200));
  EXPECT_EQ(a_.heard->lost, std::vector<std::uint32_t>{spi_a});
  EXPECT_EQ(a_.plane->query(spi_a).error().code, Errc::kNotFound);
}

TEST_F(KernelEspTest, ThePeerMayMove) {
  add_rules();
  const auto [spi_a, spi_b] = spis();
  auto at_a = pair(true, spi_a, spi_b);
  auto at_b = pair(false, spi_a, spi_b);
  at_a.udp_encapsulation = at_b.udp_encapsulation = true;
  at_b.remote.port = 1024;  // where B believes A to be
  install(at_a, at_b);
  EXPECT_NE(ping(1), 0);
  ASSERT_FALSE(b_.heard->mappings.empty());
  EXPECT_EQ(b_.heard->mappings[0], (Endpoint{address("10.0.0.1"), 4500}));
  ASSERT_TRUE(b_.plane->update_endpoints(spi_b, at_b.local, b_.heard->mappings[0]).has_value());
  loop_.run_for(milliseconds(100));
  EXPECT_TRUE(b_.heard->lost.empty());
  EXPECT_EQ(ping(), 0);

  ASSERT_EQ(sh("ip addr add 10.0.0.9/24 dev wan"), 0);
  ASSERT_TRUE(a_.plane->update_endpoints(spi_a, {address("10.0.0.9"), 4500}, at_a.remote));
  ASSERT_TRUE(b_.plane->update_endpoints(spi_b, at_b.local, {address("10.0.0.9"), 4500}));
  EXPECT_EQ(ping(), 0);
}

// R-MAP-11: a pair with the second peer of the entry; the policy asks for SAs with that one.
TEST_F(KernelEspTest, APairWithABackupPeer) {
  ASSERT_TRUE(a_.plane->add_rule(rule(true)));
  ports::SaPair backup = pair(true, 0x1000, 0x1001);
  backup.remote.address = address("10.0.0.9");
  ASSERT_TRUE(a_.plane->add(backup));
  EXPECT_EQ(sh("ip xfrm policy | grep -q 'tmpl src 10.0.0.1 dst 10.0.0.9'"), 0);
  EXPECT_NE(sh("ip xfrm policy | grep -q '10.0.0.2'"), 0);
}

TEST_F(KernelEspTest, ItLeavesNothingBehind) {
  add_rules();
  const auto [spi_a, spi_b] = spis();
  install(pair(true, spi_a, spi_b), pair(false, spi_a, spi_b));
  a_.plane.reset();
  EXPECT_FALSE(shows("state", "proto esp"));
  EXPECT_FALSE(shows("policy", "2.2.2.0/24"));
  EXPECT_EQ(sh("test -z \"$(ip rule show pref 5351)\""), 0);
}

// With the card: its driver's device is named in the environment (tests/vm/xfrm-card.vm.sh).
class KernelCardTest : public KernelEspTest {
 protected:
  void SetUp() override {
    const char* device = std::getenv("SPA_TEST_OFFLOAD_DEVICE");
    if (device == nullptr) GTEST_SKIP() << "there is no card";
    card_ = device;
    KernelEspTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    // Devices go home by themselves when the namespace ends.
    ASSERT_EQ(sh("nsenter --net=/proc/1/ns/net ip link set " + card_ + " netns " +
                 std::to_string(getpid())),
              0);
    ASSERT_EQ(sh("ip link set " + card_ + " up && ip addr add 10.5.0.1/24 dev " + card_), 0);
  }
  [[nodiscard]] ports::SaPair card_pair(std::uint32_t spi) const {
    ports::SaPair sa = pair(true, spi, spi + 1);
    sa.local.address = address("10.5.0.1");
    sa.remote.address = address("10.5.0.2");
    sa.device = card_;
    return sa;
  }
  std::string card_;
};

// R-ENG-10; the state says where the cryptography really is.
TEST_F(KernelCardTest, TheCardTakesWhatItCanAndTheKernelTheRest) {
  EXPECT_TRUE(device_feature(card_, "esp-hw-offload").value_or(false));
  const auto spi = a_.plane->allocate_spi(address("10.5.0.1"), address("10.5.0.2"));
  ASSERT_TRUE(spi.has_value());
  Status done = a_.plane->add(card_pair(*spi));
  ASSERT_TRUE(done.has_value()) << done.error().text;
  auto state = a_.plane->query(*spi);
  ASSERT_TRUE(state.has_value());
  EXPECT_EQ(state->offload_in, ports::OffloadState::kCard) << state->offload_reason;
  EXPECT_EQ(state->offload_out, ports::OffloadState::kCard) << state->offload_reason;
  EXPECT_EQ(state->offload_device, card_);

  auto foreign = card_pair(0x7001);
  // The card has every algorithm of ours, but takes no weak key of DES; the kernel does.
  foreign.suite = {wire::EncrId::kDes, 0, wire::IntegId::kHmacSha1_96};
  foreign.keys_in = foreign.keys_out = {SecretBytes(8, 1), SecretBytes(20, 1)};
  done = a_.plane->add(foreign);
  ASSERT_TRUE(done.has_value()) << done.error().text;
  state = a_.plane->query(0x7001);
  ASSERT_TRUE(state.has_value());
  EXPECT_EQ(state->offload_in, ports::OffloadState::kSoftware);
  EXPECT_NE(state->offload_reason.find(card_), std::string::npos) << state->offload_reason;
}

TEST_F(KernelCardTest, WithoutTheWishForItTheCardIsLeftAlone) {
  KernelPlaneOptions options;
  options.offload = false;
  auto plane = KernelSaDatabase::open(loop_, log_, options);
  ASSERT_TRUE(plane.has_value());
  ASSERT_TRUE((*plane)->add(card_pair(0x7003)).has_value());
  EXPECT_EQ((*plane)->query(0x7003)->offload_in, ports::OffloadState::kSoftware);
  EXPECT_TRUE((*plane)->query(0x7003)->offload_reason.empty());
}

// A device that goes down takes its offloaded states along, and the kernel tells nobody.
TEST_F(KernelCardTest, SasThatWentDownWithTheCardAreReported) {
  ASSERT_TRUE(a_.plane->add(card_pair(0x7005)).has_value());
  ASSERT_EQ(sh("ip link set " + card_ + " down"), 0);
  for (int i = 0; i < 20 && a_.heard->lost.empty(); ++i) loop_.run_for(milliseconds(100));
  EXPECT_EQ(a_.heard->lost, std::vector<std::uint32_t>{0x7005});
  EXPECT_EQ(a_.plane->query(0x7005).error().code, Errc::kNotFound);
}

}  // namespace
}  // namespace spa::kernel
