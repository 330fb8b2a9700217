// SPDX-License-Identifier: Apache-2.0
// Post-quantum pre-shared keys (RFC 8784), between two daemons.
#include <algorithm>

#include "tests/exchange/two_routers.h"

namespace spa::exchange {
namespace {

class PostQuantumKeys : public TwoRouters {
 protected:
  static void give(Router& router, const std::string& id, const std::string& key, bool required) {
    router.key().ppk = policy::Ppk{id, to_secret(as_bytes(key)), required};
    router.profile().ppk_keyring = "RING";
  }
  [[nodiscard]] static bool noted(const Router& router, const std::string& part) {
    const auto records = router.manager->decisions();
    return std::any_of(records.begin(), records.end(), [&](const ike::DecisionRecord& r) {
      return std::any_of(r.steps.begin(), r.steps.end(), [&](const std::string& step) {
        return step.find(part) != std::string::npos;
      });
    });
  }
  void expect_refused() {
    start();
    bring_up(left);
    EXPECT_EQ(left.up(), 0U);
    EXPECT_EQ(right.up(), 0U);
  }
};

// RFC 8784 3: both have the key; it stays in through rekeyings of both SAs.
TEST_F(PostQuantumKeys, MixedIn) {
  for (Router* r : {&left, &right}) {
    give(*r, "lab", "a key that no quantum computer finds", true);
    r->profile().lifetime_seconds = 120;
  }
  start();
  bring_up(left);
  expect_tunnel();
  EXPECT_TRUE(noted(left, "PPK lab is mixed in"));
  EXPECT_TRUE(noted(right, "PPK lab is mixed in"));
  run(Duration(115'000));
  expect_tunnel();
}

// RFC 8784 3: with certificates NO_PPK_AUTH is a signature of its own.
TEST_F(PostQuantumKeys, WithCertificates) {
  left.use_certificates("CN=left");
  right.use_certificates("CN=right");
  give(left, "lab", "key", false);
  give(right, "lab", "key", false);
  start();
  bring_up(left);
  expect_tunnel();
  EXPECT_TRUE(noted(left, "PPK lab is mixed in"));
}

TEST_F(PostQuantumKeys, WithCertificatesAndWithoutTheKey) {
  left.use_certificates("CN=left");
  right.use_certificates("CN=right");
  give(left, "lab", "key", false);
  give(right, "other", "key", false);
  start();
  bring_up(left);
  expect_tunnel();
  EXPECT_TRUE(noted(left, "peer does not use PPK lab"));
}

// RFC 8784 3, 4, the table: optional keys do without.
TEST_F(PostQuantumKeys, OnlyTheInitiatorHasOne) {
  give(left, "lab", "key", false);
  start();
  bring_up(left);
  expect_tunnel();
  EXPECT_FALSE(noted(right, "PPK"));
}

TEST_F(PostQuantumKeys, OnlyTheResponderHasOne) {
  give(right, "lab", "key", false);
  start();
  bring_up(left);
  expect_tunnel();
}

TEST_F(PostQuantumKeys, TheResponderHasAnother) {
  give(left, "lab", "key", false);
  give(right, "other", "key", false);
  start();
  bring_up(left);
  expect_tunnel();
  EXPECT_TRUE(noted(left, "peer does not use PPK lab"));
  EXPECT_TRUE(noted(right, "PPK lab is not known"));
}

// RFC 8784 3, 4, the table: required keys refuse.
TEST_F(PostQuantumKeys, RequiredByTheInitiator) {
  give(left, "lab", "key", true);
  expect_refused();
  EXPECT_TRUE(left.log.has("peer does not support PPK"));
}

TEST_F(PostQuantumKeys, RequiredByTheInitiatorAndUnknown) {
  give(left, "lab", "key", true);
  give(right, "other", "key", false);
  expect_refused();
}

TEST_F(PostQuantumKeys, RequiredByTheResponder) {
  give(right, "lab", "key", true);
  expect_refused();
}

TEST_F(PostQuantumKeys, RequiredByTheResponderAndUnknown) {
  give(left, "lab", "key", false);
  give(right, "other", "key", true);
  expect_refused();
}

// The identity is the same and the key is not: AUTH does not hold, and NO_PPK_AUTH is no way
// around.
TEST_F(PostQuantumKeys, WrongKey) {
  give(left, "lab", "key", false);
  give(right, "lab", "another", false);
  expect_refused();
}

}  // namespace
}  // namespace spa::exchange
