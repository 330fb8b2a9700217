// SPDX-License-Identifier: Apache-2.0
// What no sound peer sends, in the clear and well protected, to half-open and established SAs: an
// error for the sender, a counter that names the cause, and the tunnel beside it lives on
// (RFC 7296 2.5, 2.21, 3.2).
#include "tests/exchange/bare_peer.h"
#include "tests/exchange/malformed.h"
#include "tests/exchange/two_routers.h"

namespace spa::exchange {
namespace {

using wire::ExchangeType;
using wire::NotifyType;
using Payloads = std::vector<wire::Payload>;

const wire::NotifyPayload* error_in(const std::vector<wire::Message>& answers) {
  for (const wire::Message& answer : answers) {
    for (const wire::Payload& payload : answer.payloads) {
      const auto* notify = std::get_if<wire::NotifyPayload>(&payload);
      if (notify != nullptr && wire::is_error(notify->type)) return notify;
    }
  }
  return nullptr;
}

// Every copy of a datagram that a wrong length makes, of the message or inside it. One that can
// still be read is another message, not a broken one.
std::vector<Malformed> broken_copies(const Bytes& datagram) {
  std::vector<Malformed> all = every_prefix(datagram);
  const ByteView whole(datagram);
  const ByteView header = whole.first(wire::Header::kSize);
  const auto first = static_cast<wire::PayloadType>(datagram.at(16));
  for (Malformed& m : every_wrong_length(first, whole.subspan(wire::Header::kSize))) {
    Bytes octets = to_bytes(header);
    octets.insert(octets.end(), m.octets.begin(), m.octets.end());
    all.push_back({"in the chain: " + m.what, std::move(octets)});
  }
  for (const std::size_t wrong : {std::size_t{0}, datagram.size() - 1, datagram.size() + 1}) {
    Bytes octets = datagram;
    octets[26] = static_cast<std::uint8_t>(wrong >> 8);
    octets[27] = static_cast<std::uint8_t>(wrong);
    all.push_back({"the message's length is " + std::to_string(wrong), std::move(octets)});
  }
  std::erase_if(all, [](const Malformed& m) { return wire::parse(m.octets).has_value(); });
  return all;
}

class BadInput : public TwoRouters {
 protected:
  void SetUp() override {
    BarePeer::invite(right, kBare);
    left.profile().dpd = right.profile().dpd = {30, 2, true};
    start();
    bring_up(left);
    expect_tunnel();
    spi_ = left.status()[0].spi_local;
    bare_ = std::make_unique<BarePeer>(network, kBare, right);
  }
  void TearDown() override {
    if (HasFatalFailure()) return;
    // What the bare peer left behind is gone in the end; the tunnel is the same, and asks and
    // answers.
    const std::uint64_t asked = left.manager->counters().liveness_checks;
    run(Duration(300 * 1000));
    expect_sas(1, 1);
    EXPECT_EQ(left.status()[0].spi_local, spi_);
    EXPECT_GE(left.manager->counters().liveness_checks, asked + 4);
    EXPECT_EQ(left.manager->counters().peers_dead, 0U);
  }
  [[nodiscard]] const ike::Counters& counters() const { return right.manager->counters(); }
  // Time passes now and then, so that one test does not meet the limits that another is about.
  void rest() {
    if (++cases_ % 64 == 0) run(Duration(70 * 1000));
    ASSERT_LE(right.manager->half_open(), right.options.cookie_threshold);
    ASSERT_LE(right.status().size(), 400U);
  }
  // `prepare` brings the bare peer to where it sends the chain. The victim says INVALID_SYNTAX to
  // each and counts it.
  void expect_refused(ExchangeType exchange, const std::vector<Malformed>& chains,
                      wire::PayloadType first, bool established) {
    for (const Malformed& chain : chains) {
      SCOPED_TRACE(chain.what);
      ASSERT_TRUE(established ? bare_->establish() : bare_->init());
      const std::uint64_t before = counters().malformed;
      const auto answers = bare_->send(bare_->seal(exchange, first, chain.octets));
      EXPECT_EQ(counters().malformed, before + 1);
      const wire::NotifyPayload* error = error_in(answers);
      ASSERT_NE(error, nullptr);
      EXPECT_EQ(error->type, NotifyType::kInvalidSyntax);
      rest();
    }
  }
  // The tunnel is another one from here on.
  void renew_spi() { spi_ = left.status()[0].spi_local; }
  const IpAddress kBare = *IpAddress::parse("198.51.100.7");
  std::unique_ptr<BarePeer> bare_;

 private:
  std::uint64_t spi_ = 0;
  unsigned cases_ = 0;
};

// The bare peer is one that gets through when it behaves.
TEST_F(BadInput, GoodInput) {
  ASSERT_TRUE(bare_->establish());
  EXPECT_EQ(right.up(), 2U);
  EXPECT_EQ(right.database.pairs.size(), 2U);
  const auto made = bare_->send(bare_->seal(ExchangeType::kCreateChildSa, bare_->child_request()));
  ASSERT_EQ(made.size(), 1U);
  EXPECT_EQ(error_in(made), nullptr);
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
      EXPECT_NE(error_in(answers), nullptr);
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
