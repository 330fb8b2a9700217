// SPDX-License-Identifier: Apache-2.0
#include "tests/exchange/two_routers.h"

namespace spa::exchange {

World::World()
    : left(timers, network, pki, "left", "172.16.172.34", "192.168.4.0/24", "172.16.172.39",
           "1.1.1.0/24", 0x1000),
      right(timers, network, pki, "right", "172.16.172.39", "1.1.1.0/24", "172.16.172.34",
            "192.168.4.0/24", 0x9000) {
  const auto fqdn = [](const char* text) {
    policy::Identity id;
    id.kind = policy::Identity::Kind::kFqdn;
    id.text = text;
    return id;
  };
  pki.issue("CN=left", "CN=Test CA", {fqdn("left.example.com")}, 1);
  pki.issue("CN=right", "CN=Test CA", {fqdn("right.example.com")}, 2);
  pki.issue("CN=stranger", "CN=Other CA", {fqdn("left.example.com")}, 3);
}

void World::bring_up(Router& from) {
  const Status started = from.manager->initiate(from.rule_id());
  ASSERT_TRUE(started) << started.error().text;
  run(Duration(10000));
}

void World::expect_tunnel() {
  for (const Router* r : {&left, &right}) {
    ASSERT_EQ(r->up(), 1U) << r->name << ": " << (r->log.lines.empty() ? "" : r->log.lines.back());
    EXPECT_EQ(r->database.pairs.size(), 1U) << r->name;
    EXPECT_TRUE(r->database.reserved.empty()) << r->name;
  }
  EXPECT_EQ(mismatch(left.database, right.database), "");
}

void World::expect_clean(const Router& router) const {
  EXPECT_TRUE(router.manager->status().empty()) << router.name;
  EXPECT_TRUE(router.database.pairs.empty()) << router.name;
  EXPECT_TRUE(router.database.halves.empty()) << router.name;
  EXPECT_TRUE(router.database.reserved.empty()) << router.name;
  EXPECT_EQ(router.manager->half_open(), 0U) << router.name;
}

void World::expect_sas(std::size_t ike_sas, std::size_t pairs) {
  for (const Router* r : {&left, &right}) {
    SCOPED_TRACE(r->name + (r->log.lines.empty() ? "" : ": " + r->log.lines.back()));
    EXPECT_EQ(r->up(), ike_sas);
    EXPECT_EQ(r->status().size(), ike_sas);
    EXPECT_EQ(r->database.pairs.size(), pairs);
    EXPECT_TRUE(r->database.reserved.empty());
    EXPECT_EQ(r->manager->half_open(), 0U);
    std::size_t children = 0;
    for (const ike::IkeSaStatus& sa : r->status()) children += sa.children.size();
    EXPECT_EQ(children, pairs);
  }
  EXPECT_EQ(mismatch(left.database, right.database), "");
  EXPECT_EQ(violation(), "");
}

std::string World::violation() const {
  for (const Router* r : {&left, &right}) {
    if (!r->manager) continue;
    std::set<std::uint64_t> ike_spis;
    std::set<std::uint32_t> held;
    for (const ike::IkeSaStatus& sa : r->status()) {
      if (!ike_spis.insert(sa.spi_local).second) return r->name + ": two IKE SAs with one SPI";
      for (const ike::ChildSaStatus& child : sa.children) {
        if (!held.insert(child.spi_in).second) return r->name + ": CHILD SA in two IKE SAs";
      }
    }
    std::set<std::uint32_t> outbound;
    for (const auto& [spi, pair] : r->database.pairs) {
      if (!held.contains(spi)) return r->name + ": a pair that no IKE SA knows";
      if (!outbound.insert(pair.spi_out).second) return r->name + ": two pairs send under one SPI";
      if (r->database.reserved.contains(spi)) return r->name + ": an SPI is used and reserved";
    }
    if (held.size() != r->database.pairs.size()) return r->name + ": a CHILD SA without its pair";
  }
  return "";
}

void World::expect_nothing_left_over() {
  network.plan = [](std::size_t, const Packet&) { return std::vector<Duration>{Duration(5)}; };
  (void)left.manager->clear({});
  (void)right.manager->clear({});
  run(Duration(150 * 1000));
  for (const Router* r : {&left, &right}) {
    expect_clean(*r);
    EXPECT_EQ(r->timers.pending(), 0U) << r->name;
  }
  EXPECT_EQ(timers.pending(), 0U);
}

wire::Message World::lie_about_left() const {
  const ike::IkeSaStatus sa = left.status().at(0);
  wire::Message lie;
  lie.header.initiator_spi = sa.spi_local;
  lie.header.responder_spi = sa.spi_remote;
  lie.header.exchange = wire::ExchangeType::kInformational;
  lie.header.flags = wire::Header::kFlagResponse;
  lie.header.message_id = 2;
  lie.payloads.emplace_back(wire::notify(wire::NotifyType::kInvalidIkeSpi));
  return lie;
}

void World::tell_left(const wire::Message& lie) {
  network.deliver({{right.address, 500}, {left.address, 500}, *wire::serialize(lie)});
}

void World::lose_next_from(const Router& from) {
  network.plan = [done = false, source = from.address](std::size_t, const Packet& p) mutable {
    if (!done && p.from.address == source) {
      done = true;
      return std::vector<Duration>{};
    }
    return std::vector<Duration>{Duration(5)};
  };
}

}  // namespace spa::exchange
