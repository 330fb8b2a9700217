// SPDX-License-Identifier: Apache-2.0
// Datagrams that no peer sends: tunnels stay up, memory stays bounded (RFC 7296 2.6, 2.21.1).
#include <random>

#include "tests/exchange/two_routers.h"
#include "userspace/wire/message.h"

namespace spa::exchange {
namespace {

class Hostile : public TwoRouters {
 protected:
  void SetUp() override {
    start();
    bring_up(left);
    left.manager->on_expire(left.database.pairs.begin()->first, false);
    run(Duration(5000));
    expect_tunnel();
    heard_ = network.sent;
  }
  // To both ends, as if from the other and as if from a stranger.
  void throw_at_both(const Bytes& octets) {
    for (const std::uint16_t port : {500, 4500}) {
      network.deliver({{left.address, port}, {right.address, port}, octets});
      network.deliver({{right.address, port}, {left.address, port}, octets});
    }
    network.deliver({{*IpAddress::parse("198.51.100.1"), 500}, {right.address, 500}, octets});
  }
  void expect_unharmed() {
    run(Duration(1000));
    expect_tunnel_with_strangers();
    run(Duration(100 * 1000));
    EXPECT_EQ(left.manager->half_open(), 0U);
    EXPECT_EQ(right.manager->half_open(), 0U);
    expect_tunnel();
    // And it works: an exchange under it.
    left.manager->on_expire(left.database.pairs.begin()->first, false);
    run(Duration(5000));
    expect_tunnel();
  }
  void expect_tunnel_with_strangers() {
    EXPECT_EQ(left.up(), 1U);
    EXPECT_EQ(right.up(), 1U);
    EXPECT_EQ(mismatch(left.database, right.database), "");
    EXPECT_LE(right.manager->half_open(), right.options.cookie_threshold);
  }
  std::vector<Packet> heard_;
};

TEST_F(Hostile, EveryPrefixOfEveryDatagram) {
  for (const Packet& p : heard_) {
    for (std::size_t size = 0; size < p.octets.size(); ++size) {
      Bytes cut(p.octets.begin(), p.octets.begin() + static_cast<std::ptrdiff_t>(size));
      throw_at_both(cut);
      if (size < wire::Header::kSize) continue;
      cut[24] = cut[25] = 0;  // with a length field that fits
      cut[26] = static_cast<std::uint8_t>(size >> 8);
      cut[27] = static_cast<std::uint8_t>(size);
      throw_at_both(cut);
    }
  }
  EXPECT_GT(right.manager->counters().malformed, 100U);
  expect_unharmed();
}

TEST_F(Hostile, FlippedBits) {
  std::mt19937 random(4711);
  for (int i = 0; i < 3000; ++i) {
    Bytes octets = heard_[random() % heard_.size()].octets;
    for (unsigned flips = 1 + random() % 3; flips > 0; --flips) {
      octets[random() % octets.size()] ^= static_cast<std::uint8_t>(1U << (random() % 8));
    }
    throw_at_both(octets);
  }
  EXPECT_GT(right.manager->counters().integrity_failures, 10U);
  expect_unharmed();
}

TEST_F(Hostile, OversizedAndRandom) {
  std::mt19937 random(4712);
  Bytes huge(70000);
  for (auto& octet : huge) octet = static_cast<std::uint8_t>(random());
  throw_at_both(huge);
  for (int i = 0; i < 3000; ++i) {
    Bytes octets(random() % 300);
    for (auto& octet : octets) octet = static_cast<std::uint8_t>(random());
    if (octets.size() > 17 && i % 2 == 0) octets[17] = 0x20;  // as version 2.0
    throw_at_both(octets);
  }
  expect_unharmed();
}

// RFC 7296 2.2, 2.3: old messages are answered from memory or not at all, and change nothing.
TEST_F(Hostile, ReplayOfEverything) {
  const std::size_t adds = right.database.adds;
  for (int round = 0; round < 3; ++round) {
    for (const Packet& p : heard_) network.deliver(p);
  }
  EXPECT_EQ(right.database.adds, adds);
  EXPECT_GT(right.manager->counters().out_of_window + left.manager->counters().out_of_window, 0U);
  EXPECT_GT(right.manager->counters().replies_resent, 0U);
  expect_unharmed();
}

// A flood of first requests from one address: memory is bounded, another peer gets through, and the
// replies do not amplify.
TEST_F(Hostile, FloodOfFirstRequests) {
  Result<wire::Message> request = wire::parse(heard_.front().octets);
  ASSERT_TRUE(request);
  const Endpoint flooder{*IpAddress::parse("198.51.100.66"), 500};
  for (int i = 0; i < 2000; ++i) {
    ++request->header.initiator_spi;
    network.deliver({flooder, {right.address, 500}, *wire::serialize(*request)});
  }
  EXPECT_LE(right.manager->half_open(), right.options.cookie_threshold);
  EXPECT_GE(right.manager->counters().cookies_sent, 1800U);
  std::size_t in = 0, out = 0;
  for (std::size_t i = heard_.size(); i < network.sent.size(); ++i) {
    if (network.sent[i].to.address != flooder.address) continue;
    out += network.sent[i].octets.size();
    in += heard_.front().octets.size();
  }
  EXPECT_LE(out, in);
  left.crash();
  left.database.pairs.clear();
  left.start();
  bring_up(left);
  EXPECT_EQ(left.up(), 1U);  // with a cookie
  expect_unharmed();
}

// RFC 7296 2.21.4: strangers are answered INVALID_IKE_SPI at a bounded rate, copying the header.
TEST_F(Hostile, UnknownSpiIsAnsweredSparingly) {
  wire::Message message;
  message.header.initiator_spi = 0x1122334455667788;
  message.header.responder_spi = 0x99;
  message.header.exchange = wire::ExchangeType::kInformational;
  message.header.flags = wire::Header::kFlagInitiator;
  message.header.message_id = 7;
  message.payloads.emplace_back(wire::EncryptedPayload{wire::PayloadType::kNone, Bytes(40, 1)});
  const std::size_t before = network.sent.size();
  for (int i = 0; i < 500; ++i) {
    network.deliver({{left.address, 500}, {right.address, 500}, *wire::serialize(message)});
  }
  const std::size_t replies = network.sent.size() - before;
  EXPECT_GE(replies, 1U);
  EXPECT_LE(replies, 30U);
  const Result<wire::Message> reply = wire::parse(network.sent[before].octets);
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->header.initiator_spi, message.header.initiator_spi);
  EXPECT_EQ(reply->header.responder_spi, message.header.responder_spi);
  EXPECT_EQ(reply->header.message_id, 7U);
  EXPECT_TRUE(reply->header.is_response());
  EXPECT_NE(wire::find_notify(reply->payloads, wire::NotifyType::kInvalidIkeSpi), nullptr);
  expect_unharmed();
}

// RFC 7296 2.5: a higher major version is told which one we speak.
TEST_F(Hostile, HigherMajorVersion) {
  Bytes octets = heard_.front().octets;
  octets[17] = 0x30;
  const std::size_t before = network.sent.size();
  network.deliver({{left.address, 500}, {right.address, 500}, octets});
  ASSERT_EQ(network.sent.size(), before + 1);
  const Result<wire::Message> reply = wire::parse(network.sent[before].octets);
  ASSERT_TRUE(reply);
  EXPECT_NE(wire::find_notify(reply->payloads, wire::NotifyType::kInvalidMajorVersion), nullptr);
}

// RFC 7296 2.5: an unknown critical payload in a first request.
TEST_F(Hostile, UnknownCriticalPayload) {
  Result<wire::Message> request = wire::parse(heard_.front().octets);
  ASSERT_TRUE(request);
  request->header.initiator_spi = 42;
  request->payloads.emplace_back(
      wire::UnknownPayload{static_cast<wire::PayloadType>(200), true, Bytes(4)});
  const std::size_t before = network.sent.size();
  network.deliver({{left.address, 500}, {right.address, 500}, *wire::serialize(*request)});
  ASSERT_EQ(network.sent.size(), before + 1);
  const Result<wire::Message> reply = wire::parse(network.sent[before].octets);
  ASSERT_TRUE(reply);
  const auto* notify =
      wire::find_notify(reply->payloads, wire::NotifyType::kUnsupportedCriticalPayload);
  ASSERT_NE(notify, nullptr);
  EXPECT_EQ(notify->data, Bytes{200});
  EXPECT_EQ(right.manager->half_open(), 0U);
  // The same without the critical bit is simply not looked at.
  std::get<wire::UnknownPayload>(request->payloads.back()).critical = false;
  request->header.initiator_spi = 43;
  network.deliver({{left.address, 500}, {right.address, 500}, *wire::serialize(*request)});
  EXPECT_EQ(right.manager->half_open(), 1U);
}

}  // namespace
}  // namespace spa::exchange
