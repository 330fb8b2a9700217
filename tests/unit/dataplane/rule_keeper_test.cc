// SPDX-License-Identifier: Apache-2.0
#include "userspace/dataplane/rule_keeper.h"

#include <gtest/gtest.h>

#include <set>

namespace spa::dataplane {
namespace {

policy::TrafficSelector selector(const char* prefix) {
  return policy::TrafficSelector::of(*IpPrefix::parse(prefix));
}

// A data plane that keeps what it is told.
struct Plane final : ports::SaDatabase {
  void set_listener(ports::SaDatabaseListener* to) override { listener = to; }
  [[nodiscard]] std::string name() const override { return "test"; }
  [[nodiscard]] bool requires_udp_encapsulation() const override { return false; }
  [[nodiscard]] bool supports(const ports::EspSuite&) const override { return true; }
  Status add_rule(const ports::PolicyRule& rule) override {
    rules.insert(rule.id);
    return {};
  }
  Status remove_rule(const ports::PolicyId& id) override {
    return rules.erase(id) != 0 ? Status{} : fail(Errc::kNotFound, "no such rule");
  }
  Result<std::uint32_t> allocate_spi(const IpAddress&, const IpAddress&) override { return 1000U; }
  void release_spi(const IpAddress&, std::uint32_t) override {}
  Status add(const ports::SaPair& pair) override {
    if (full) {
      pairs.erase(pair.spi_in);
      return fail(Errc::kExhausted, "full");
    }
    pairs[pair.spi_in] = pair;
    return {};
  }
  Status add_inbound(const ports::SaPair& pair) override { return add(pair); }
  Status remove(std::uint32_t spi) override {
    return pairs.erase(spi) != 0 ? Status{} : fail(Errc::kNotFound, "no such SA");
  }
  Result<ports::SaPairState> query(std::uint32_t spi) override {
    if (!pairs.contains(spi)) return fail(Errc::kNotFound, "no such SA");
    return ports::SaPairState{};
  }
  Status update_endpoints(std::uint32_t, const Endpoint&, const Endpoint&) override { return {}; }

  std::set<ports::PolicyId> rules;
  std::map<std::uint32_t, ports::SaPair> pairs;
  ports::SaDatabaseListener* listener = nullptr;
  bool full = false;
};

struct Routes final : kernel::RouteAdder {
  Status add(const IpPrefix& prefix, const IpAddress&) override {
    list.insert(prefix.to_string());
    return {};
  }
  Status remove(const IpPrefix& prefix) override {
    list.erase(prefix.to_string());
    return {};
  }
  std::multiset<std::string> list;
};

class RuleKeeperTest : public testing::Test {
 protected:
  static ports::PolicyRule rule(const char* remote_net, const char* peer) {
    ports::PolicyRule made;
    made.id = {"MAP", 65535, 1, 10};
    made.selectors = {selector("1.1.1.0/24"), selector(remote_net)};
    made.local = *IpAddress::parse("10.0.0.1");
    if (peer != nullptr) made.remote = *IpAddress::parse(peer);
    return made;
  }
  static ports::SaPair pair(std::uint32_t spi, std::uint32_t line, const char* remote_net,
                            const char* peer) {
    auto own = std::make_shared<ports::PolicyRule>(rule(remote_net, peer));
    own->id.line = line;
    own->reqid = line;
    own->reverse_route = true;
    ports::SaPair made;
    made.spi_in = spi;
    made.rule = own->id;
    made.reqid = own->reqid;
    made.own_rule = own;
    return made;
  }

  Routes routes_;
  NullLog log_;
  std::unique_ptr<Plane> made_ = std::make_unique<Plane>();
  Plane& plane_ = *made_;
  RuleKeeper keeper_{std::move(made_), &routes_, log_};
};

// R-MAP-22
TEST_F(RuleKeeperTest, ARuleComesWithItsFirstPairAndGoesWithItsLast) {
  ASSERT_TRUE(keeper_.add_rule(rule("0.0.0.0/0", nullptr)).has_value());
  EXPECT_TRUE(plane_.rules.empty()) << "a template protects nothing by itself";
  ASSERT_TRUE(keeper_.add(pair(1, 100, "2.2.2.0/24", "10.0.0.2")).has_value());
  ASSERT_TRUE(keeper_.add(pair(2, 100, "2.2.2.0/24", "10.0.0.2")).has_value());  // rekeyed
  EXPECT_EQ(plane_.rules.size(), 1u);
  EXPECT_EQ(routes_.list, (std::multiset<std::string>{"2.2.2.0/24"}));
  ASSERT_TRUE(keeper_.remove(1).has_value());
  EXPECT_EQ(plane_.rules.size(), 1u);
  ASSERT_TRUE(keeper_.remove(2).has_value());
  EXPECT_TRUE(plane_.rules.empty());
  EXPECT_TRUE(routes_.list.empty());
  EXPECT_EQ(keeper_.own_rules(), 0u);
  EXPECT_TRUE(keeper_.remove_rule({"MAP", 65535, 1, 10}).has_value());
}

TEST_F(RuleKeeperTest, WhatEndsByItselfTakesItsRuleAlong) {
  ASSERT_TRUE(keeper_.add(pair(1, 100, "2.2.2.0/24", "10.0.0.2")).has_value());
  plane_.listener->on_expire(1, false);
  EXPECT_EQ(plane_.rules.size(), 1u);
  plane_.pairs.clear();
  plane_.listener->on_expire(1, true);
  EXPECT_TRUE(plane_.rules.empty());
  ASSERT_TRUE(keeper_.add(pair(2, 101, "2.2.2.0/24", "10.0.0.2")).has_value());
  plane_.listener->on_lost(2);
  EXPECT_TRUE(plane_.rules.empty());
}

// A pair whose outbound half is yet to come holds its rule like a whole one (RFC 2409 5.5).
TEST_F(RuleKeeperTest, AnInboundHalfHasItsRule) {
  const ports::SaPair sa = pair(1, 100, "2.2.2.0/24", "10.0.0.2");
  ASSERT_TRUE(keeper_.add_inbound(sa).has_value());
  EXPECT_EQ(plane_.rules.size(), 1u);
  ASSERT_TRUE(keeper_.add(sa).has_value());
  EXPECT_EQ(plane_.rules.size(), 1u);
  ASSERT_TRUE(keeper_.remove(1).has_value());
  EXPECT_TRUE(plane_.rules.empty());
  ASSERT_TRUE(keeper_.add_inbound(sa).has_value());
  plane_.full = true;
  EXPECT_FALSE(keeper_.add(sa).has_value());
  EXPECT_TRUE(plane_.rules.empty());
}

// A peer that has restarted asks for the same again before its old SA has gone.
TEST_F(RuleKeeperTest, TheSamePeerComesUnderItsOldRule) {
  ASSERT_TRUE(keeper_.add(pair(1, 100, "2.2.2.0/24", "10.0.0.2")).has_value());
  ASSERT_TRUE(keeper_.add(pair(2, 101, "2.2.2.0/24", "10.0.0.2")).has_value());
  EXPECT_EQ(plane_.rules.size(), 1u);
  EXPECT_EQ(plane_.pairs.at(2).rule.line, 100u);
  EXPECT_EQ(plane_.pairs.at(2).reqid, 100u);
  ASSERT_TRUE(keeper_.remove(1).has_value());
  EXPECT_EQ(plane_.rules.size(), 1u);
  ASSERT_TRUE(keeper_.remove(2).has_value());
  EXPECT_TRUE(plane_.rules.empty());
}

// What is established is not lost to a newcomer.
TEST_F(RuleKeeperTest, AnotherPeerDoesNotGetTheSameNetwork) {
  ASSERT_TRUE(keeper_.add(pair(1, 100, "2.2.2.0/24", "10.0.0.2")).has_value());
  EXPECT_EQ(keeper_.add(pair(2, 101, "2.2.2.0/24", "10.0.0.3")).error().code, Errc::kExists);
  EXPECT_EQ(plane_.pairs.size(), 1u);
  EXPECT_TRUE(keeper_.add(pair(3, 102, "3.3.3.0/24", "10.0.0.3")).has_value());
}

TEST_F(RuleKeeperTest, APairThatIsRefusedLeavesNoRule) {
  plane_.full = true;
  EXPECT_EQ(keeper_.add(pair(1, 100, "2.2.2.0/24", "10.0.0.2")).error().code, Errc::kExhausted);
  EXPECT_TRUE(plane_.rules.empty());
  EXPECT_TRUE(routes_.list.empty());
}

// R-SPI-4: IKE hears of it through the keeper.
TEST_F(RuleKeeperTest, UnknownSpisAreToldOn) {
  struct Listener final : ports::SaDatabaseListener {
    void on_acquire(const ports::PolicyId&, const std::optional<policy::SelectorPair>&) override {}
    void on_expire(std::uint32_t, bool) override {}
    void on_lost(std::uint32_t) override {}
    void on_mapping(std::uint32_t, const Endpoint&) override {}
    bool on_unknown_spi(const IpAddress&, std::uint32_t spi) override {
      heard = spi;
      return true;
    }
    std::uint32_t heard = 0;
  } listener;
  keeper_.set_listener(&listener);
  EXPECT_TRUE(plane_.listener->on_unknown_spi(*IpAddress::parse("10.0.0.2"), 4711));
  EXPECT_EQ(listener.heard, 4711u);
}

// `reverse-route` of a configured entry: as long as there are SAs.
TEST_F(RuleKeeperTest, AConfiguredRuleStaysWithoutItsRoute) {
  auto configured = rule("2.2.2.0/24", "10.0.0.2");
  configured.id.dynamic = 0;
  configured.reverse_route = true;
  ASSERT_TRUE(keeper_.add_rule(configured).has_value());
  EXPECT_TRUE(routes_.list.empty());
  ports::SaPair sa;
  sa.spi_in = 7;
  sa.rule = configured.id;
  ASSERT_TRUE(keeper_.add(sa).has_value());
  EXPECT_EQ(routes_.list.size(), 1u);
  ASSERT_TRUE(keeper_.remove(7).has_value());
  EXPECT_TRUE(routes_.list.empty());
  EXPECT_EQ(plane_.rules.size(), 1u);
}

}  // namespace
}  // namespace spa::dataplane
