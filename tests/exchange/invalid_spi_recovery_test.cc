// SPDX-License-Identifier: Apache-2.0
// `crypto isakmp invalid-spi-recovery`: an end that has lost its SAs makes an IKE SA to say so (RFC
// 7296 1.5, 2.21; RFC 2408 3.14.1), with peers of its configuration alone, and seldom.
#include <array>
#include <cstdio>
#include <set>

#include "tests/exchange/two_routers.h"
#include "userspace/wire/header.h"
#include "userspace/wire/v1/header.h"

namespace spa::exchange {
namespace {

// With either version: `right` has crashed, and `left` goes on sending under `lost_`.
class Recovery : public TwoRouters, public ::testing::WithParamInterface<int> {
 protected:
  Recovery() {
    for (Router* r : {&left, &right}) {
      if (GetParam() == 1) r->use_ikev1();
    }
  }
  void lose_everything(bool recovers) {
    right.config.isakmp.invalid_spi_recovery = recovers;
    start();
    bring_up(left);
    ASSERT_EQ(left.database.pairs.size(), 1U);
    lost_ = left.database.pairs.begin()->second.spi_out;
    right.restart();
    network.sent.clear();
  }
  bool hear_of(std::uint32_t spi) { return right.manager->on_unknown_spi({left.address, spi}); }
  // The exchange type of a datagram, and whether it begins an IKE SA.
  [[nodiscard]] static std::pair<int, bool> kind(const Packet& p) {
    if (GetParam() == 1) {
      const auto header = *wire::v1::parse_header(p.octets);
      return {static_cast<int>(header.exchange), header.responder_cookie == 0};
    }
    const auto header = *wire::parse_header(p.octets);
    return {static_cast<int>(header.exchange), header.responder_spi == 0};
  }
  // Attempts of `right`'s, without what it repeats.
  [[nodiscard]] std::size_t attempts() const {
    std::set<Bytes> different;
    for (const Packet& p : network.sent) {
      if (p.from.address == right.address && kind(p).second) different.insert(p.octets);
    }
    return different.size();
  }
  // Informational exchanges that `right` begins.
  [[nodiscard]] std::size_t notices() const {
    const int informational = GetParam() == 1
                                  ? static_cast<int>(wire::v1::ExchangeType::kInformational)
                                  : static_cast<int>(wire::ExchangeType::kInformational);
    std::set<Bytes> different;
    for (const Packet& p : network.sent) {
      if (p.from.address != right.address || kind(p).first != informational) continue;
      if (GetParam() == 2 && wire::parse_header(p.octets)->is_response()) continue;
      different.insert(p.octets);
    }
    return different.size();
  }
  // A host behind `left` sends one to a host behind `right`.
  void packet() {
    if (left.database.pairs.empty()) return left.traffic();
    const ports::SaPair& sa = left.database.pairs.begin()->second;
    if (right.database.pairs.contains(sa.spi_out)) {
      ++arrived_;
    } else {
      (void)right.manager->on_unknown_spi({left.address, sa.spi_out, false, right.address});
    }
  }
  // As after `clear crypto isakmp` and `clear crypto sa`, of which `left` hears nothing.
  void clear_right() {
    network.plan = [this](std::size_t, const Packet& p) {
      return p.from.address == right.address ? std::vector<Duration>{}
                                             : std::vector<Duration>{Duration(5)};
    };
    (void)right.manager->clear({});
    for (int i = 0; i < 600 && !right.status().empty(); ++i) run(Duration(1000));
    network.plan = [](std::size_t, const Packet&) { return std::vector<Duration>{Duration(5)}; };
  }
  std::uint32_t lost_ = 0;
  unsigned arrived_ = 0;
};

// R-SPI-1, R-SPI-5: off unless it is configured.
TEST_P(Recovery, IsOffByDefault) {
  EXPECT_FALSE(policy::Snapshot{}.isakmp.invalid_spi_recovery);
  lose_everything(false);
  EXPECT_FALSE(hear_of(lost_));
  run(Duration(60000));
  EXPECT_TRUE(network.sent.empty());
}

// R-SPI-6, R-SPI-7, R-SPI-22: an IKE SA is made and the notify sent in it, though `left` has no
// such command; its pair goes, and the next packet makes a new one. R-SPI-8: all of it in a few
// round trips, of 10 ms each.
TEST_P(Recovery, TellsThePeer) {
  lose_everything(true);
  EXPECT_TRUE(hear_of(lost_));
  run(Duration(100));
  EXPECT_EQ(right.up(), 1U);
  EXPECT_EQ(notices(), 1U);
  for (const auto& [spi, pair] : left.database.pairs) EXPECT_NE(pair.spi_out, lost_);
  left.traffic();
  run(Duration(100));
  expect_sas(1, 1);
  EXPECT_EQ(right.manager->counters().spi_recoveries, 1U);
}

// R-SPI-16, R-SPI-17: the procedure by which the feature is verified. R-SPI-13: the line that it
// looks for.
TEST_P(Recovery, AsItIsVerified) {
  right.config.isakmp.invalid_spi_recovery = true;
  start();
  packet();
  run(Duration(1000));
  packet();
  ASSERT_EQ(arrived_, 1U);
  expect_sas(1, 1);
  const ports::SaPair lost = left.database.pairs.begin()->second;
  const std::uint64_t ike_spi = left.status().at(0).spi_local;

  clear_right();
  // At one end only: what it sends is lost.
  ASSERT_EQ(left.status().at(0).children.size(), 1U);
  EXPECT_TRUE(right.status().empty());
  EXPECT_TRUE(right.database.pairs.empty());

  for (int i = 0; i < 3; ++i) {
    packet();
    run(Duration(100));
  }
  EXPECT_EQ(arrived_, 2U);
  expect_sas(1, 1);
  EXPECT_FALSE(left.database.pairs.contains(lost.spi_in));
  EXPECT_NE(left.status().at(0).spi_local, ike_spi);
  std::array<char, 64> spi{};
  std::snprintf(spi.data(), spi.size(), "spi=0x%X(%u), ", lost.spi_out, lost.spi_out);
  EXPECT_TRUE(
      right.log.has("%CRYPTO-4-RECVD_PKT_INV_SPI: decaps: rec'd IPSEC packet has invalid "
                    "spi for destaddr=172.16.172.39, prot=50, " +
                    std::string(spi.data()) + "srcaddr=172.16.172.34"));
  EXPECT_EQ(right.manager->counters().unknown_ipsec_spi, 1U);
}

// R-SPI-10, R-SPI-11: one attempt with a peer at a time, and the next one not before a minute.
TEST_P(Recovery, OneAttemptForAFlood) {
  lose_everything(true);
  network.plan = [](std::size_t, const Packet&) { return std::vector<Duration>{}; };
  for (std::uint32_t i = 0; i < 1000; ++i) EXPECT_TRUE(hear_of(0x70000000 + i));
  run(Duration(5000));
  EXPECT_EQ(attempts(), 1U);
  EXPECT_EQ(right.status().size(), 1U);
  (void)right.manager->clear({});
  run(Duration(45000));
  (void)hear_of(lost_);
  run(Duration(5000));
  EXPECT_EQ(attempts(), 1U);
  EXPECT_EQ(right.manager->counters().spi_recoveries_refused, 1U);
  run(Duration(60000));
  (void)hear_of(lost_);
  run(Duration(1000));
  EXPECT_EQ(attempts(), 2U);
  EXPECT_EQ(right.manager->counters().spi_recoveries, 2U);
}

// R-SPI-11: nobody who is not configured.
TEST_P(Recovery, NotWithStrangers) {
  lose_everything(true);
  EXPECT_FALSE(right.manager->on_unknown_spi({*IpAddress::parse("198.51.100.9"), lost_}));
  run(Duration(60000));
  EXPECT_TRUE(network.sent.empty());
}

// R-SPI-11: nor with whoever may come under a dynamic crypto map.
TEST_P(Recovery, NotByADynamicMap) {
  right.answer_anybody();
  lose_everything(true);
  EXPECT_FALSE(hear_of(lost_));
  run(Duration(60000));
  EXPECT_TRUE(network.sent.empty());
}

// R-SPI-6: an IKE SA that is being made anyway does it.
TEST_P(Recovery, ByWhatIsUnderWay) {
  lose_everything(true);
  right.traffic();
  EXPECT_TRUE(hear_of(lost_));
  run(Duration(1000));
  EXPECT_EQ(attempts(), 1U);
  EXPECT_EQ(notices(), 1U);
  expect_sas(1, 1);
  EXPECT_EQ(right.manager->counters().spi_recoveries, 0U);
}

INSTANTIATE_TEST_SUITE_P(Versions, Recovery, ::testing::Values(1, 2),
                         [](const auto& info) { return "Ikev" + std::to_string(info.param); });

// R-SPI-2: without ISAKMP there is nothing to make an IKE SA with.
TEST_F(TwoRouters, NoRecoveryWithoutIsakmp) {
  left.use_ikev1();
  right.use_ikev1();
  right.config.isakmp.invalid_spi_recovery = true;
  right.config.isakmp.enabled = false;
  start();
  (void)right.manager->on_unknown_spi({left.address, 0x12345678});
  run(Duration(60000));
  EXPECT_TRUE(network.sent.empty());
}

// R-SPI-19: an SPI of AH is another one than the same number of ESP (RFC 2407 4.4.1).
TEST_F(TwoRouters, UnknownSpiOfAh) {
  for (Router* r : {&left, &right}) {
    r->use_ikev1();
    policy::TransformSet& set = r->config.transform_sets.at("SET");
    set.esp_cipher.reset();
    set.ah = wire::IntegId::kHmacSha256_128;
  }
  start();
  bring_up(left);
  ASSERT_EQ(left.database.pairs.size(), 1U);
  const std::uint32_t lost = left.database.pairs.begin()->second.spi_out;
  EXPECT_TRUE(right.manager->on_unknown_spi({left.address, lost, false}));
  run(Duration(1000));
  EXPECT_EQ(left.database.pairs.size(), 1U);
  EXPECT_TRUE(right.manager->on_unknown_spi({left.address, lost, true}));
  run(Duration(1000));
  EXPECT_TRUE(left.database.pairs.empty());
}

}  // namespace
}  // namespace spa::exchange
