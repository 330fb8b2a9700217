// SPDX-License-Identifier: Apache-2.0
// What no sound peer sends, to an IKEv1 responder with a tunnel beside: cut, with wrong lengths,
// too many and unknown payloads, wrong cookies, replays, too large offers, fragments without end.
// Each is dropped under a counter that names the cause, memory stays bounded, and the tunnel asks
// and answers on (RFC 2408 5.2 to 5.6, 5.14; RFC 2409 5.5, 5.7).
#include <algorithm>

#include "tests/exchange/bare_ikev1_peer.h"
#include "tests/exchange/malformed.h"
#include "tests/exchange/two_routers.h"
#include "tests/unit/wire/v1/samples.h"
#include "userspace/ikev1/admission.h"

namespace spa::exchange {
namespace {

namespace v1 = wire::v1;
using v1::ExchangeType;
using v1::PayloadType;
using Payloads = BareIkev1Peer::Payloads;

class Ikev1BadInput : public TwoRouters {
 protected:
  void SetUp() override {
    for (Router* r : {&left, &right}) {
      r->use_ikev1();
      r->config.isakmp.keepalive = {30, 2, true};
    }
    BareIkev1Peer::invite(right, kBare);
    start();
    bring_up(left);
    expect_tunnel();
    spi_ = left.status()[0].spi_local;
    bare_ = std::make_unique<BareIkev1Peer>(network, kBare, right);
  }
  void TearDown() override {
    if (HasFatalFailure()) return;
    // The tunnel is the same, and asks and answers.
    const std::uint64_t asked = left.manager->counters().liveness_checks;
    run(Duration(300 * 1000));
    EXPECT_EQ(left.up(), 1U);
    EXPECT_EQ(left.status()[0].spi_local, spi_);
    EXPECT_GE(left.manager->counters().liveness_checks, asked + 4);
    EXPECT_EQ(left.manager->counters().peers_dead, 0U);
    EXPECT_EQ(right.manager->half_open(), 0U);
    // What the bare peer has is deleted, and nothing is left of it.
    expect_nothing_left_over();
  }
  [[nodiscard]] ike::Counters counters() const { return right.manager->counters(); }
  // All causes for which a message is dropped.
  [[nodiscard]] std::uint64_t dropped() const {
    const ike::Counters c = counters();
    return c.malformed + c.not_admitted + c.integrity_failures + c.unexpected + c.unknown_spi +
           c.not_encrypted + c.hints_ignored + c.wrong_version + c.no_proposal;
  }
  // Time passes now and then, so that one test does not meet the limits that another is about.
  void rest() {
    if (++cases_ % 32 == 0) run(Duration(70 * 1000));
    ASSERT_LE(right.manager->half_open(), 100U);
    ASSERT_LE(right.status().size(), 100U);
    ASSERT_LE(timers.pending(), 400U);
  }
  // Whole datagrams in the clear: every one is dropped, none makes an SA.
  void expect_dropped(const Bytes& good, const std::vector<Malformed>& all) {
    const std::size_t sas = right.status().size();
    for (const Malformed& bad : all) {
      if (bad.octets == good) continue;
      SCOPED_TRACE(bad.what);
      const std::uint64_t before = dropped();
      EXPECT_TRUE(bare_->send(bad.octets).empty());
      EXPECT_EQ(dropped(), before + 1);
      EXPECT_EQ(right.status().size(), sas);
    }
  }
  const IpAddress kBare = *IpAddress::parse("198.51.100.7");
  std::unique_ptr<BareIkev1Peer> bare_;

 private:
  std::uint64_t spi_ = 0;
  unsigned cases_ = 0;
};

// A datagram cut at every octet, with every length wrong; the message's own length fits or does
// not. What can still be read is another message, not a broken one.
std::vector<Malformed> broken_ikev1_copies(const Bytes& datagram) {
  constexpr std::size_t kLength = 24;
  const auto with_length = [](Bytes octets) {
    octets[kLength + 2] = static_cast<std::uint8_t>(octets.size() >> 8);
    octets[kLength + 3] = static_cast<std::uint8_t>(octets.size());
    return octets;
  };
  std::vector<Malformed> all = every_prefix(datagram);
  for (std::size_t size = v1::Header::kSize; size < datagram.size(); ++size) {
    all.push_back({"cut and said so at " + std::to_string(size),
                   with_length(to_bytes(ByteView(datagram).first(size)))});
  }
  const auto first = static_cast<PayloadType>(datagram.at(16));
  const ByteView chain = ByteView(datagram).subspan(v1::Header::kSize);
  for (Malformed& m : every_wrong_length(first, chain)) {
    Bytes octets = to_bytes(ByteView(datagram).first(v1::Header::kSize));
    octets.insert(octets.end(), m.octets.begin(), m.octets.end());
    all.push_back({std::move(m.what), std::move(octets)});
  }
  std::erase_if(all, [](const Malformed& m) {
    const auto header = v1::parse_header(m.octets);
    return header && v1::parse(m.octets).has_value() && header->next_payload != PayloadType::kNone;
  });
  return all;
}

// The bare peer is one that gets through when it behaves.
TEST_F(Ikev1BadInput, GoodInput) {
  ASSERT_TRUE(bare_->establish());
  EXPECT_EQ(right.up(), 2U);
  EXPECT_EQ(bare_->send(bare_->seal(ExchangeType::kQuickMode, bare_->quick_mode_request())).size(),
            1U);
  EXPECT_EQ(counters().malformed, 0U);
}

TEST_F(Ikev1BadInput, FirstMessage) {
  const Bytes good = *v1::serialize(bare_->first_message());
  expect_dropped(good, broken_ikev1_copies(good));
}

// The third message: each broken one is dropped, and the true one is still taken.
TEST_F(Ikev1BadInput, KeyExchange) {
  ASSERT_TRUE(bare_->begin());
  const Bytes good = *v1::serialize(bare_->second_message());
  expect_dropped(good, broken_ikev1_copies(good));
  EXPECT_FALSE(bare_->send(good).empty());
}

// The fifth, protected: a broken one that opens is dropped too, and the true one is still taken.
TEST_F(Ikev1BadInput, Proof) {
  ASSERT_TRUE(bare_->begin());
  ASSERT_TRUE(bare_->exchange_keys());
  const v1::PayloadChain chain = *v1::serialize_payloads(bare_->proof());
  std::vector<Malformed> all = every_prefix(chain.octets);
  for (Malformed& m : every_wrong_length(chain.first, chain.octets)) all.push_back(std::move(m));
  for (const Malformed& bad : all) {
    SCOPED_TRACE(bad.what);
    if (bad.octets.empty()) continue;
    const std::uint64_t before = dropped();
    EXPECT_TRUE(bare_->send(bare_->seal_proof(chain.first, bad.octets)).empty());
    EXPECT_EQ(dropped(), before + 1);
  }
  EXPECT_EQ(bare_->send(bare_->seal_proof(chain.first, chain.octets)).size(), 1U);
  EXPECT_EQ(right.up(), 2U);
}

// Behind a right HASH(1), in every exchange that follows phase 1. Who sends this is the peer: it
// may be told, and nothing is made of it.
TEST_F(Ikev1BadInput, ProtectedChains) {
  ASSERT_TRUE(bare_->establish());
  Payloads informational;
  informational.emplace_back(v1::delete_ipsec(v1::ProtocolId::kEsp, {1, 2}));
  informational.emplace_back(v1::initial_contact(bare_->cookie_i, bare_->cookie_r));
  Payloads transaction;
  for (const v1::Payload& payload : v1::samples::every_payload()) {
    if (v1::type_of(payload) == PayloadType::kAttributes) transaction.push_back(payload);
  }
  ASSERT_FALSE(transaction.empty());
  const std::vector<std::pair<ExchangeType, Payloads>> requests{
      {ExchangeType::kQuickMode, bare_->quick_mode_request()},
      {ExchangeType::kInformational, informational},
      {ExchangeType::kTransaction, transaction}};
  for (const auto& [exchange, payloads] : requests) {
    const v1::PayloadChain chain = *v1::serialize_payloads(payloads);
    std::vector<Malformed> all = every_prefix(chain.octets);
    for (Malformed& m : every_wrong_length(chain.first, chain.octets)) all.push_back(std::move(m));
    for (const Malformed& bad : all) {
      SCOPED_TRACE(v1::to_string(exchange) + ": " + bad.what);
      const std::size_t adds = right.database.adds;
      const std::uint64_t before = dropped() + counters().ts_unacceptable;
      (void)bare_->send(bare_->seal(exchange, chain.first, bad.octets));
      EXPECT_EQ(right.database.adds, adds);
      // One that can still be read is another message, not a broken one.
      if (!v1::parse_payloads(chain.first, bad.octets)) {
        EXPECT_GT(dropped() + counters().ts_unacceptable, before);
      }
      ASSERT_EQ(right.up(), 2U);
    }
  }
}

unsigned admitted(ExchangeType exchange, PayloadType type) {
  for (const ikev1::AdmissionRow& row : ikev1::admission_rows()) {
    if (row.exchange == exchange && row.payload == type) return row.max;
  }
  return 0;
}

// Every kind of payload in every protected exchange, once more than it may be there.
TEST_F(Ikev1BadInput, OneTooMany) {
  ASSERT_TRUE(bare_->establish());
  unsigned refused = 0;
  for (const ExchangeType exchange :
       {ExchangeType::kQuickMode, ExchangeType::kInformational, ExchangeType::kTransaction}) {
    for (const v1::Payload& extra : v1::samples::every_payload()) {
      const PayloadType type = v1::type_of(extra);
      const unsigned most = admitted(exchange, type);
      if (std::holds_alternative<v1::OpaquePayload>(extra) || most > 16) continue;
      SCOPED_TRACE(v1::to_string(exchange) + " with " + v1::to_string(type));
      Payloads payloads;
      if (exchange == ExchangeType::kQuickMode) payloads = bare_->quick_mode_request();
      for (unsigned i = 0; i <= most; ++i) payloads.push_back(extra);
      const Result<v1::PayloadChain> chain = v1::serialize_payloads(payloads);
      ASSERT_TRUE(chain);
      const std::uint64_t before = counters().not_admitted;
      EXPECT_TRUE(bare_->send(bare_->seal(exchange, payloads)).empty());
      EXPECT_EQ(counters().not_admitted, before + 1);
      ++refused;
    }
  }
  EXPECT_GE(refused, 20U);
}

// The same in the clear: no answer, no SA.
TEST_F(Ikev1BadInput, OneTooManyInTheClear) {
  for (const v1::Payload& extra : v1::samples::every_payload()) {
    const PayloadType type = v1::type_of(extra);
    const unsigned most = admitted(ExchangeType::kIdentityProtection, type);
    if (std::holds_alternative<v1::OpaquePayload>(extra) || most > 16) continue;
    SCOPED_TRACE(v1::to_string(type));
    v1::Message request = bare_->first_message();
    for (unsigned i = 0; i <= most; ++i) request.payloads.push_back(extra);
    const std::uint64_t before = dropped();
    const std::size_t sas = right.status().size();
    EXPECT_TRUE(bare_->send(*v1::serialize(request)).empty());
    EXPECT_EQ(dropped(), before + 1);
    EXPECT_EQ(right.status().size(), sas);
  }
}

// RFC 2408 5.3 would have a peer with an unknown payload refused; whoever passes over it gets on
// with its newer peers, and no harm is done (RFC 3947 and others were introduced so).
TEST_F(Ikev1BadInput, UnknownPayloads) {
  ASSERT_TRUE(bare_->establish());
  for (const int type : {19, 22, 127, 128, 200, 255}) {
    SCOPED_TRACE(type);
    Payloads payloads = bare_->quick_mode_request();
    payloads.emplace_back(v1::OpaquePayload{static_cast<PayloadType>(type), Bytes(9)});
    EXPECT_EQ(bare_->send(bare_->seal(ExchangeType::kQuickMode, payloads)).size(), 1U);
    rest();
  }
}

// As many payloads, proposals and transforms as octets can say.
TEST_F(Ikev1BadInput, OversizedOffers) {
  ASSERT_TRUE(bare_->establish());
  for (const std::size_t count : {2U, 63U, 64U, 65U, 200U, 255U}) {
    SCOPED_TRACE(count);
    Payloads payloads = bare_->quick_mode_request();
    auto& sa = std::get<v1::SaPayload>(payloads.front());
    const v1::Proposal good = sa.proposals.front();
    v1::Proposal bad = good;
    bad.transforms.front().id = 99;
    sa.proposals.assign(count - 1, bad);
    sa.proposals.push_back(good);
    for (std::size_t i = 0; i < count; ++i) {
      sa.proposals[i].number = static_cast<std::uint8_t>(i + 1);
    }
    const Result<v1::PayloadChain> chain = v1::serialize_payloads(payloads);
    if (!chain) continue;  // beyond what our own writer writes
    const auto answers =
        bare_->send(bare_->seal(ExchangeType::kQuickMode, chain->first, chain->octets));
    EXPECT_EQ(answers.size(), 1U);
  }
  // By hand, past what our writer writes.
  const v1::PayloadChain chain = *v1::serialize_payloads(bare_->quick_mode_request());
  const std::size_t sa_size = static_cast<std::size_t>(chain.octets[2] << 8 | chain.octets[3]);
  const Bytes proposal(chain.octets.begin() + 12,
                       chain.octets.begin() + static_cast<std::ptrdiff_t>(sa_size));
  for (const std::size_t count : {65U, 255U, 1200U}) {
    SCOPED_TRACE(count);
    Bytes octets(chain.octets.begin(), chain.octets.begin() + 12);
    for (std::size_t i = 0; i < count; ++i) {
      octets.insert(octets.end(), proposal.begin(), proposal.end());
      const std::size_t at = octets.size() - proposal.size();
      octets[at] = i + 1 < count ? 2 : 0;
      octets[at + 4] = static_cast<std::uint8_t>(i + 1);
    }
    octets[2] = static_cast<std::uint8_t>(octets.size() >> 8);
    octets[3] = static_cast<std::uint8_t>(octets.size());
    octets.insert(octets.end(), chain.octets.begin() + static_cast<std::ptrdiff_t>(sa_size),
                  chain.octets.end());
    const std::uint64_t before = dropped();
    EXPECT_TRUE(bare_->send(bare_->seal(ExchangeType::kQuickMode, chain.first, octets)).empty());
    EXPECT_EQ(dropped(), before + 1);
  }
}

// RFC 2408 5.2: a right message under wrong cookies, with wrong flags, of a wrong version.
TEST_F(Ikev1BadInput, HeadersThatDoNotFit) {
  ASSERT_TRUE(bare_->establish());
  Payloads payloads;
  payloads.emplace_back(v1::initial_contact(bare_->cookie_i, bare_->cookie_r));
  const Bytes good = bare_->seal(ExchangeType::kInformational, payloads);
  const std::size_t sas = right.status().size();
  for (std::size_t at = 0; at < v1::Header::kSize; ++at) {
    for (const int bit : {0, 3, 5, 7}) {
      SCOPED_TRACE("octet " + std::to_string(at) + ", bit " + std::to_string(bit));
      Bytes octets = good;
      octets[at] ^= static_cast<std::uint8_t>(1U << bit);
      const auto header = v1::parse_header(octets);
      // Flags that mean nothing to us, in a message that is otherwise right (RFC 2408 3.1); minor
      // versions (5.2), and major ones that are IKEv2's to answer.
      if ((at == 19 && header && header->encrypted()) || at == 17) continue;
      const std::uint64_t before = dropped();
      EXPECT_TRUE(bare_->send(octets).empty());
      EXPECT_GT(dropped(), before);
      EXPECT_EQ(right.status().size(), sas);
    }
  }
}

// RFC 2409 5.5, 5.7: all that the bare peer ever said, again and again.
TEST_F(Ikev1BadInput, Replays) {
  ASSERT_TRUE(bare_->establish());
  std::vector<Bytes> said;
  said.push_back(bare_->seal(ExchangeType::kQuickMode, bare_->quick_mode_request()));
  (void)bare_->send(said.back());
  Payloads deletion;
  deletion.emplace_back(v1::delete_ipsec(v1::ProtocolId::kEsp, {BareIkev1Peer::kSpi}));
  said.push_back(bare_->seal(ExchangeType::kInformational, deletion));
  (void)bare_->send(said.back());
  const std::size_t adds = right.database.adds;
  const std::uint64_t resent = counters().replies_resent;
  for (int round = 0; round < 10; ++round) {
    for (const Bytes& octets : said) (void)bare_->send(octets);
  }
  EXPECT_EQ(right.database.adds, adds);
  EXPECT_EQ(counters().replies_resent, resent + 10);  // of the quick mode
  EXPECT_EQ(right.up(), 2U);
}

// Fragments that never become a message, of one peer and under every ID: memory has an end, and a
// whole message in fragments is still read.
TEST_F(Ikev1BadInput, FragmentsWithoutEnd) {
  ASSERT_TRUE(bare_->establish());
  const auto fragment = [&](std::uint16_t id, std::uint8_t number, bool last, Bytes data) {
    v1::Message message;
    message.header.initiator_cookie = bare_->cookie_i;
    message.header.responder_cookie = bare_->cookie_r;
    message.header.exchange = ExchangeType::kInformational;
    message.payloads.emplace_back(v1::FragmentPayload{id, number, last, std::move(data)});
    return *v1::serialize(message);
  };
  for (std::uint32_t id = 1; id <= 3000; ++id) {
    (void)bare_->send(fragment(static_cast<std::uint16_t>(id), 1 + id % 60, false, Bytes(900, 1)));
  }
  ASSERT_LE(timers.pending(), 400U);
  // One that says more than there can be, one that contradicts itself, one around itself.
  (void)bare_->send(fragment(5000, 255, true, Bytes(10, 1)));
  const std::uint64_t before = dropped();
  (void)bare_->send(fragment(5001, 1, true, fragment(5002, 1, true, Bytes(40, 1))));
  EXPECT_EQ(dropped(), before + 1);
  // Of strangers nothing is kept.
  Bytes strange = fragment(6000, 1, false, Bytes(900, 1));
  strange[0] ^= 0x55;
  const std::uint64_t unknown = counters().unknown_spi;
  (void)bare_->send(strange);
  EXPECT_EQ(counters().unknown_spi, unknown + 1);
  run(Duration(40 * 1000));  // what was incomplete is forgotten (kFragmentTimeout)
  const Bytes whole = bare_->seal(ExchangeType::kQuickMode, bare_->quick_mode_request());
  std::size_t answers = 0;
  const std::vector<Bytes> parts = *v1::split_message(whole, 7000, 100);
  for (const Bytes& part : parts) answers += bare_->send(part).size();
  EXPECT_EQ(answers, 1U);
}

// Half-open SAs have a limit, also of one source that begins again and again.
TEST_F(Ikev1BadInput, HalfOpenSasAreBounded) {
  for (int i = 0; i < 3000; ++i) {
    (void)bare_->begin();
    ASSERT_LE(right.manager->half_open(), right.options.half_open_max);
  }
  EXPECT_GE(counters().half_open_refused + counters().source_refused, 1U);
  run(Duration(70 * 1000));
  EXPECT_EQ(right.manager->half_open(), 0U);
}

}  // namespace
}  // namespace spa::exchange
