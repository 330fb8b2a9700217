// SPDX-License-Identifier: Apache-2.0
// ESP under an SPI that nobody knows (RFC 2407 4.6.3, RFC 7296 1.5): told inside an IKE SA, and by
// nobody else believed.
#include "tests/exchange/two_routers.h"
#include "userspace/wire/message.h"
#include "userspace/wire/v1/message.h"

namespace spa::exchange {
namespace {

namespace v1 = wire::v1;

// With either version, two networks and so two pairs.
class InvalidSpi : public TwoRouters, public ::testing::WithParamInterface<int> {
 protected:
  void SetUp() override {
    for (Router* r : {&left, &right}) {
      if (GetParam() == 1) r->use_ikev1();
      r->add_line(5, r == &left);
    }
    start();
    bring_up(left);
    left.traffic(1);
    run(Duration(5000));
    ASSERT_EQ(left.database.pairs.size(), 2U);
    ASSERT_EQ(right.database.pairs.size(), 2U);
  }
  // Somebody says to `left`, as `right` would but in clear, that `spi` is unknown.
  void lie_about(std::uint32_t spi) {
    const ike::IkeSaStatus sa = left.status()[0];
    Bytes octets;
    if (GetParam() == 1) {
      v1::Message lie;
      lie.header.initiator_cookie = sa.spi_local;
      lie.header.responder_cookie = sa.spi_remote;
      lie.header.exchange = v1::ExchangeType::kInformational;
      lie.header.message_id = 4711;
      v1::NotifyPayload notify;
      notify.protocol = v1::ProtocolId::kEsp;
      notify.type = v1::NotifyType::kInvalidSpi;
      notify.spi = v1::spi_octets(spi);
      lie.payloads.emplace_back(std::move(notify));
      octets = *v1::serialize(lie);
    } else {
      wire::Message lie;
      lie.header.initiator_spi = sa.spi_local;
      lie.header.responder_spi = sa.spi_remote;
      lie.header.exchange = wire::ExchangeType::kInformational;
      lie.header.message_id = 0;
      wire::NotifyPayload notify = wire::notify(wire::NotifyType::kInvalidSpi);
      notify.data = v1::spi_octets(spi);
      lie.payloads.emplace_back(std::move(notify));
      octets = *wire::serialize(lie);
    }
    network.deliver({{right.address, 500}, {left.address, 500}, std::move(octets)});
  }
};

// R-SPI-4, R-SPI-7, R-SPI-9: the sender deletes the pair of that SPI and no other; with the next
// packet there is a new one, and both ends hold the same SAs again.
TEST_P(InvalidSpi, EndsThatPairAlone) {
  const std::uint32_t lost = left.database.pairs.begin()->first;
  const std::uint32_t kept = left.database.pairs.rbegin()->first;
  EXPECT_TRUE(left.manager->on_unknown_spi({right.address, lost}));
  run(Duration(5000));
  ASSERT_EQ(left.database.pairs.size(), 1U);
  EXPECT_TRUE(left.database.pairs.contains(kept));
  EXPECT_EQ(right.database.pairs.size(), 1U);
  EXPECT_EQ(right.up(), 1U);
  right.traffic(0);
  run(Duration(5000));
  EXPECT_EQ(left.database.pairs.size(), 2U);
  EXPECT_EQ(mismatch(left.database, right.database), "");
}

// R-SPI-4, R-SPI-5: without an IKE SA with the sender nothing is sent to him.
TEST_P(InvalidSpi, StrangersAreToldNothing) {
  const std::size_t before = network.sent.size();
  EXPECT_FALSE(left.manager->on_unknown_spi({*IpAddress::parse("198.51.100.9"), 0x12345678}));
  run(Duration(60000));
  EXPECT_EQ(network.sent.size(), before);
}

// R-SPI-10: many such packets cost no more than a few messages.
TEST_P(InvalidSpi, AFloodIsNotAnsweredByOne) {
  const std::size_t before = network.sent.size();
  for (std::uint32_t i = 0; i < 1000; ++i) {
    (void)left.manager->on_unknown_spi({right.address, 0x70000000 + i});
  }
  run(Duration(5000));
  EXPECT_LT(network.sent.size() - before, 100U);
  EXPECT_EQ(left.database.pairs.size(), 2U);
}

// R-SPI-12: what comes in clear deletes nothing.
TEST_P(InvalidSpi, UnprotectedItEndsNothing) {
  for (const auto& [spi, pair] : left.database.pairs) lie_about(pair.spi_out);
  run(Duration(30000));
  const ike::Counters counters = left.manager->counters();
  EXPECT_EQ(counters.hints_ignored + counters.not_encrypted, 2U) << "both have come";
  EXPECT_EQ(left.database.pairs.size(), 2U);
  EXPECT_EQ(right.database.pairs.size(), 2U);
  EXPECT_EQ(mismatch(left.database, right.database), "");
}

INSTANTIATE_TEST_SUITE_P(Versions, InvalidSpi, ::testing::Values(1, 2),
                         [](const auto& info) { return "Ikev" + std::to_string(info.param); });

}  // namespace
}  // namespace spa::exchange
