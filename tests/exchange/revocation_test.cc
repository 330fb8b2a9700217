// SPDX-License-Identifier: Apache-2.0
// Sessions of peers whose certificate is revoked while they last (R-REV), with either version.
#include "tests/exchange/two_routers.h"

namespace spa::exchange {
namespace {

class RevokedPeers : public TwoRouters, public ::testing::WithParamInterface<int> {
 protected:
  void SetUp() override {
    for (Router* r : {&left, &right}) {
      const std::string subject = r == &left ? "CN=left" : "CN=right";
      if (GetParam() == 1) {
        r->use_ikev1();
        r->use_isakmp_certificates(subject);
      } else {
        r->use_certificates(subject);
      }
    }
    disconnect(true);
  }
  // The switch of this version alone: the other one's says nothing here (R-REV-1).
  void disconnect(bool on) {
    (GetParam() == 1 ? right.config.isakmp.disconnect_revoked_peers
                     : right.config.disconnect_revoked_peers) = on;
  }
  [[nodiscard]] static Bytes issuer() { return to_bytes(as_bytes("0DN CN=Test CA")); }
};

// R-REV-5, R-REV-8, R-REV-10: what the peer sent is kept by serial and issuer; when it is revoked,
// the IKE SA and the IPsec SAs go, and the peer is told.
TEST_P(RevokedPeers, Go) {
  start();
  bring_up(left);
  expect_tunnel();
  const std::vector<Bytes> held = right.manager->held_serials(issuer());
  ASSERT_EQ(held.size(), 1U);
  EXPECT_TRUE(right.manager->held_serials(to_bytes(as_bytes("another CA"))).empty());
  EXPECT_EQ(right.manager->close_revoked(to_bytes(as_bytes("another CA")), held), 0U);
  EXPECT_EQ(right.manager->close_revoked(issuer(), held), 1U);
  run(Duration(60000));
  expect_clean(right);
  expect_clean(left);
  EXPECT_TRUE(right.log.has("certificate serial " + to_hex(held[0])));
}

// R-REV-14: what is kept counts, whatever became of the switch since.
TEST_P(RevokedPeers, GoByWhatIsKept) {
  start();
  bring_up(left);
  disconnect(false);
  right.start();
  const std::vector<Bytes> held = right.manager->held_serials(issuer());
  ASSERT_EQ(held.size(), 1U);
  EXPECT_EQ(right.manager->close_revoked(issuer(), held), 1U);
  run(Duration(60000));
  expect_clean(right);
}

// R-REV-3, R-REV-4: a session that came up before the switch is spared, until it is cleared, which
// deletes its IKE SA and its IPsec SAs, and comes up anew.
TEST_P(RevokedPeers, AreKnownAfterASessionWasCleared) {
  disconnect(false);
  start();
  bring_up(left);
  disconnect(true);
  right.start();
  EXPECT_TRUE(right.manager->held_serials(issuer()).empty());
  EXPECT_EQ(right.manager->clear({}), 1U);
  run(Duration(60000));
  expect_clean(right);
  expect_clean(left);
  bring_up(left);
  EXPECT_EQ(right.manager->held_serials(issuer()).size(), 1U);
}

// R-REV-1: each version has a switch of its own.
TEST_P(RevokedPeers, AreLeftAloneByTheOtherVersionsSwitch) {
  disconnect(false);
  (GetParam() == 1 ? right.config.disconnect_revoked_peers
                   : right.config.isakmp.disconnect_revoked_peers) = true;
  start();
  bring_up(left);
  EXPECT_TRUE(right.manager->held_serials(issuer()).empty());
}

INSTANTIATE_TEST_SUITE_P(Versions, RevokedPeers, ::testing::Values(1, 2),
                         [](const auto& info) { return "Ikev" + std::to_string(info.param); });

}  // namespace
}  // namespace spa::exchange
