// SPDX-License-Identifier: Apache-2.0
// What no sound peer sends, in the clear and well protected, to half-open and established SAs: an
// error for the sender, a counter that names the cause, and the tunnel beside it lives on
// (RFC 7296 2.5, 2.21, 3.2).
#include "tests/exchange/bad_input.h"

namespace spa::exchange {
namespace {

using wire::ExchangeType;
using wire::NotifyType;

// The bare peer is one that gets through when it behaves.
TEST_F(BadInput, GoodInput) {
  ASSERT_TRUE(bare_->establish());
  EXPECT_EQ(right.up(), 2U);
  EXPECT_EQ(right.database.pairs.size(), 2U);
  const auto made = bare_->send(bare_->seal(ExchangeType::kCreateChildSa, bare_->child_request()));
  ASSERT_EQ(made.size(), 1U);
  EXPECT_EQ(first_error(made), nullptr);
  EXPECT_EQ(right.database.pairs.size(), 3U);
  const auto alive = bare_->send(bare_->seal(ExchangeType::kInformational, Payloads{}));
  ASSERT_EQ(alive.size(), 1U);
  EXPECT_TRUE(alive[0].payloads.empty());
  EXPECT_EQ(counters().malformed, 0U);
}

// RFC 7296 2.21.2, 2.21.3
TEST_F(BadInput, AuthCutAtEveryOctet) {
  ASSERT_TRUE(bare_->init());
  const wire::PayloadChain chain = *wire::serialize_payloads(bare_->auth_request());
  expect_refused(ExchangeType::kIkeAuth, every_prefix(chain.octets), chain.first, false);
}

TEST_F(BadInput, CreateChildCutAtEveryOctet) {
  ASSERT_TRUE(bare_->init());
  const wire::PayloadChain chain = *wire::serialize_payloads(bare_->child_request());
  expect_refused(ExchangeType::kCreateChildSa, every_prefix(chain.octets), chain.first, true);
}

TEST_F(BadInput, InformationalCutAtEveryOctet) {
  Payloads payloads;
  payloads.emplace_back(wire::notify(NotifyType::kInvalidSpi, wire::spi_octets(1U)));
  payloads.emplace_back(wire::DeletePayload{wire::ProtocolId::kEsp, {1, 2}});
  const wire::PayloadChain chain = *wire::serialize_payloads(payloads);
  expect_refused(ExchangeType::kInformational, every_prefix(chain.octets), chain.first, true);
}

// RFC 9370 2.2.4
TEST_F(BadInput, FollowUpCutAtEveryOctet) {
  const wire::PayloadChain chain = *wire::serialize_payloads(BarePeer::follow_up_request());
  expect_refused(ExchangeType::kIkeFollowupKe, every_prefix(chain.octets), chain.first, true);
}

// RFC 5723 4.1, 7
TEST_F(BadInput, TicketRequestCutAtEveryOctet) {
  Payloads payloads;
  payloads.emplace_back(wire::notify(NotifyType::kTicketRequest));
  payloads.emplace_back(wire::notify(NotifyType::kTicketOpaque, Bytes(20)));
  const wire::PayloadChain chain = *wire::serialize_payloads(payloads);
  expect_refused(ExchangeType::kInformational, every_prefix(chain.octets), chain.first, true);
}

// A wrong length may still give something that can be read: then it is judged by what it says. It
// never makes an SA, and the sender is told.
TEST_F(BadInput, EveryLengthWrong) {
  ASSERT_TRUE(bare_->init());
  const Payloads auth = bare_->auth_request();
  const Payloads child = bare_->child_request();
  for (const bool established : {false, true}) {
    const wire::PayloadChain chain = *wire::serialize_payloads(established ? child : auth);
    const auto exchange = established ? ExchangeType::kCreateChildSa : ExchangeType::kIkeAuth;
    for (const Malformed& wrong : every_wrong_length(chain.first, chain.octets)) {
      SCOPED_TRACE(wrong.what);
      ASSERT_TRUE(established ? bare_->establish() : bare_->init());
      const std::uint64_t before = counters().malformed + counters().not_admitted;
      const std::size_t adds = right.database.adds;
      const auto answers = bare_->send(bare_->seal(exchange, chain.first, wrong.octets));
      EXPECT_EQ(right.database.adds, adds);
      EXPECT_GT(counters().malformed + counters().not_admitted, before);
      EXPECT_NE(first_error(answers), nullptr);
      rest();
    }
  }
}

// Both ends, at every step of a handshake: broken copies of what is expected come first, and change
// nothing.
TEST_F(BadInput, HandshakeAmongBrokenCopies) {
  const std::uint64_t before = counters().malformed;
  (void)left.manager->clear({});
  run(Duration(60 * 1000));
  network.plan = [this](std::size_t, const Packet& packet) {
    for (Malformed& copy : broken_copies(packet.octets)) {
      (void)timers.after(
          Duration(1), [this, from = packet.from, to = packet.to, octets = std::move(copy.octets)] {
            network.deliver({from, to, octets});
          });
    }
    return std::vector<Duration>{Duration(5)};
  };
  const std::size_t sent = network.sent.size();
  left.traffic();
  run(Duration(1000));
  network.plan = [](std::size_t, const Packet&) { return std::vector<Duration>{Duration(5)}; };
  expect_tunnel();
  EXPECT_GT(counters().malformed, before + 300);
  EXPECT_GT(left.manager->counters().malformed, 300U);
  EXPECT_LE(network.sent.size(), sent + 60);  // nor do they make anybody talk
  renew_spi();
}

}  // namespace
}  // namespace spa::exchange
