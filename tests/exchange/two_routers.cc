// SPDX-License-Identifier: Apache-2.0
#include "tests/exchange/two_routers.h"

namespace spa::exchange {

TwoRouters::TwoRouters()
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

void TwoRouters::bring_up(Router& from) {
  const Status started = from.manager->initiate(from.rule_id());
  ASSERT_TRUE(started) << started.error().text;
  run(Duration(10000));
}

void TwoRouters::expect_tunnel() {
  for (const Router* r : {&left, &right}) {
    ASSERT_EQ(r->up(), 1U) << r->name << ": " << (r->log.lines.empty() ? "" : r->log.lines.back());
    EXPECT_EQ(r->database.pairs.size(), 1U) << r->name;
    EXPECT_TRUE(r->database.reserved.empty()) << r->name;
  }
  EXPECT_EQ(mismatch(left.database, right.database), "");
}

void TwoRouters::expect_clean(const Router& router) const {
  EXPECT_TRUE(router.manager->status().empty()) << router.name;
  EXPECT_TRUE(router.database.pairs.empty()) << router.name;
  EXPECT_TRUE(router.database.reserved.empty()) << router.name;
  EXPECT_EQ(router.manager->half_open(), 0U) << router.name;
}

void TwoRouters::lose_next_from(const Router& from) {
  network.plan = [done = false, source = from.address](std::size_t, const Packet& p) mutable {
    if (!done && p.from.address == source) {
      done = true;
      return std::vector<Duration>{};
    }
    return std::vector<Duration>{Duration(5)};
  };
}

}  // namespace spa::exchange
