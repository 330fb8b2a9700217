// SPDX-License-Identifier: Apache-2.0
// A configuration that changes under a tunnel, with either version.
#include "tests/exchange/two_routers.h"

namespace spa::exchange {
namespace {

class Reconfiguration : public TwoRouters, public ::testing::WithParamInterface<int> {
 protected:
  void SetUp() override {
    for (Router* r : {&left, &right}) {
      if (GetParam() == 1) r->use_ikev1();
    }
    start();
    bring_up(left);
    expect_tunnel();
  }
  [[nodiscard]] const ports::EspSuite& suite() const {
    return left.database.pairs.begin()->second.suite;
  }
};

// R-MAP-6: another transform set is for the next SA; the one in use stays as it is.
TEST_P(Reconfiguration, ATransformSetIsForTheNextSa) {
  const std::uint32_t spi = left.database.pairs.begin()->first;
  for (Router* r : {&left, &right}) {
    r->config.transform_sets.at("SET").esp_cipher = policy::Cipher{wire::EncrId::kAesGcm16, 128};
    EXPECT_TRUE(r->manager->would_close(r->config, r->rules).empty());
    r->start();
  }
  run(Duration(5000));
  ASSERT_TRUE(left.database.pairs.contains(spi));
  EXPECT_EQ(suite().key_bits, 256);
  left.expire_first(false);
  run(Duration(60000));
  expect_tunnel();
  EXPECT_FALSE(left.database.pairs.contains(spi));
  EXPECT_EQ(suite().key_bits, 128);
}

INSTANTIATE_TEST_SUITE_P(Versions, Reconfiguration, ::testing::Values(1, 2),
                         [](const auto& info) { return "Ikev" + std::to_string(info.param); });

}  // namespace
}  // namespace spa::exchange
