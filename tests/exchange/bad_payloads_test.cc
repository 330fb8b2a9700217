// SPDX-License-Identifier: Apache-2.0
// Payloads that can be read and have no place, too many of them, too large ones; headers that do
// not fit (RFC 7296 2.2, 2.3, 2.5, 2.21, 3.1).
#include <algorithm>

#include "tests/exchange/bad_input.h"
#include "tests/unit/wire/samples.h"
#include "userspace/ikev2/admission.h"

namespace spa::exchange {
namespace {

using wire::ExchangeType;
using wire::NotifyType;
using wire::PayloadType;

class BadPayloads : public BadInput {
 protected:
  // The right request of an exchange; the bare peer is where it may send it.
  Payloads right_request(ExchangeType exchange) {
    const bool half_open = exchange == ExchangeType::kIkeAuth;
    EXPECT_TRUE(half_open ? bare_->init() : bare_->establish());
    if (half_open) return bare_->auth_request();
    if (exchange == ExchangeType::kCreateChildSa) return bare_->child_request();
    if (exchange == ExchangeType::kIkeFollowupKe) return BarePeer::follow_up_request();
    return {};
  }
  [[nodiscard]] std::vector<wire::Message> ask(ExchangeType exchange, const Payloads& payloads) {
    return bare_->send(bare_->seal(exchange, payloads));
  }
  void expect_error(const std::vector<wire::Message>& answers, NotifyType type) {
    const wire::NotifyPayload* error = first_error(answers);
    ASSERT_NE(error, nullptr);
    EXPECT_EQ(error->type, type);
  }
  static constexpr std::array kProtected{ExchangeType::kIkeAuth, ExchangeType::kCreateChildSa,
                                         ExchangeType::kInformational};
  static constexpr std::array kEvery{ExchangeType::kIkeAuth, ExchangeType::kCreateChildSa,
                                     ExchangeType::kInformational, ExchangeType::kIkeFollowupKe};
};

// How many payloads of a type a request may hold.
unsigned admitted(ExchangeType exchange, PayloadType type) {
  for (const ikev2::AdmissionRow& row : ikev2::admission_rows()) {
    if (row.exchange == exchange && !row.response && row.payload == type) return row.max;
  }
  return 0;
}

// Every kind of payload in every request, once more than it may be there.
TEST_F(BadPayloads, OneTooMany) {
  unsigned refused = 0;
  for (const ExchangeType exchange : kEvery) {
    for (const wire::Payload& extra : wire::samples::every_payload()) {
      if (std::holds_alternative<wire::UnknownPayload>(extra)) continue;
      SCOPED_TRACE(wire::to_string(exchange) + " with " + wire::to_string(wire::type_of(extra)));
      Payloads payloads = right_request(exchange);
      const unsigned most = admitted(exchange, wire::type_of(extra));
      if (most > 16) continue;  // CERT, Notify, Vendor ID: see TooManyPayloads
      for (unsigned i = 0; i <= most; ++i) payloads.push_back(extra);
      const std::uint64_t before = counters().not_admitted;
      expect_error(ask(exchange, payloads), NotifyType::kInvalidSyntax);
      EXPECT_EQ(counters().not_admitted, before + 1);
      ++refused;
      rest();
    }
  }
  EXPECT_GE(refused, 30U);
}

// The same in the clear: no answer, no SA.
TEST_F(BadPayloads, OneTooManyInTheClear) {
  for (const wire::Payload& extra : wire::samples::every_payload()) {
    if (std::holds_alternative<wire::UnknownPayload>(extra)) continue;
    const unsigned most = admitted(ExchangeType::kIkeSaInit, wire::type_of(extra));
    if (most > 16) continue;
    SCOPED_TRACE(wire::to_string(wire::type_of(extra)));
    ASSERT_TRUE(bare_->init());
    wire::Message request = bare_->initial_request();
    ++request.header.initiator_spi;
    for (unsigned i = 0; i <= most; ++i) request.payloads.push_back(extra);
    const std::size_t half_open = right.manager->half_open();
    const std::uint64_t before = counters().malformed;
    EXPECT_TRUE(bare_->send(*wire::serialize(request)).empty());
    EXPECT_EQ(counters().malformed, before + 1);
    EXPECT_EQ(right.manager->half_open(), half_open);
  }
}

// RFC 7296 2.5
TEST_F(BadPayloads, UnknownPayloads) {
  for (const ExchangeType exchange : kProtected) {
    for (const int type : {55, 127, 200, 255}) {
      SCOPED_TRACE(wire::to_string(exchange) + " with " + std::to_string(type));
      Payloads payloads = right_request(exchange);
      payloads.emplace_back(wire::UnknownPayload{static_cast<PayloadType>(type), true, Bytes(9)});
      const std::uint64_t before = counters().critical_unknown;
      const auto answers = ask(exchange, payloads);
      expect_error(answers, NotifyType::kUnsupportedCriticalPayload);
      EXPECT_EQ(first_error(answers)->data, Bytes{static_cast<std::uint8_t>(type)});
      EXPECT_EQ(counters().critical_unknown, before + 1);

      payloads = right_request(exchange);
      payloads.insert(payloads.begin(),
                      wire::UnknownPayload{static_cast<PayloadType>(type), false, Bytes(9)});
      const auto taken = ask(exchange, payloads);
      ASSERT_EQ(taken.size(), 1U);
      EXPECT_EQ(first_error(taken), nullptr);
      rest();
    }
  }
}

// As many as fit into a message.
TEST_F(BadPayloads, TooManyPayloads) {
  for (const ExchangeType exchange : kEvery) {
    SCOPED_TRACE(wire::to_string(exchange));
    Payloads payloads = right_request(exchange);
    for (int i = 0; i < 80; ++i) payloads.emplace_back(wire::VendorIdPayload{Bytes(1)});
    Result<wire::PayloadChain> chain = wire::serialize_payloads(payloads);
    if (!chain) {  // the writer has the reader's limit: by hand, then
      chain = *wire::serialize_payloads(std::span(payloads).first(payloads.size() - 60));
      Bytes one{43, 0, 0, 5, 7};
      Bytes many;
      for (int i = 0; i < 80; ++i) many.insert(many.end(), one.begin(), one.end());
      many.insert(many.end(), chain->octets.begin(), chain->octets.end());
      many[many.size() - chain->octets.size() - 5] = static_cast<std::uint8_t>(chain->first);
      chain = wire::PayloadChain{PayloadType::kVendorId, many};
    }
    const std::uint64_t before = counters().malformed;
    expect_error(bare_->send(bare_->seal(exchange, chain->first, chain->octets)),
                 NotifyType::kInvalidSyntax);
    EXPECT_EQ(counters().malformed, before + 1);
  }
}

// RFC 7296 3.3: as many proposals and transforms as the octets can say; the chosen one may be the
// last.
TEST_F(BadPayloads, OversizedProposals) {
  for (const std::size_t count : {2U, 60U, 64U, 65U, 200U, 255U}) {
    SCOPED_TRACE(count);
    Payloads payloads = right_request(ExchangeType::kCreateChildSa);
    auto& sa = std::get<wire::SaPayload>(payloads.front());
    const wire::Proposal good = sa.proposals.front();
    wire::Proposal bad = good;
    bad.transforms.front().id = 0xfff0;
    sa.proposals.assign(count - 1, bad);
    sa.proposals.push_back(good);
    for (std::size_t i = 0; i < count; ++i) {
      sa.proposals[i].number = static_cast<std::uint8_t>(i + 1);
    }
    const Result<wire::PayloadChain> chain = wire::serialize_payloads(payloads);
    if (!chain) continue;  // beyond what our own writer writes
    const auto answers =
        bare_->send(bare_->seal(ExchangeType::kCreateChildSa, chain->first, chain->octets));
    ASSERT_EQ(answers.size(), 1U);
    EXPECT_EQ(first_error(answers) == nullptr, count <= 64);
  }
  for (const std::size_t count : {100U, 128U, 129U, 255U}) {
    SCOPED_TRACE(count);
    Payloads payloads = right_request(ExchangeType::kCreateChildSa);
    auto& transforms = std::get<wire::SaPayload>(payloads.front()).proposals.front().transforms;
    while (transforms.size() < count) {
      transforms.insert(transforms.begin(), wire::encr(static_cast<wire::EncrId>(0xfff0)));
    }
    const Result<wire::PayloadChain> chain = wire::serialize_payloads(payloads);
    if (!chain) continue;
    const auto answers =
        bare_->send(bare_->seal(ExchangeType::kCreateChildSa, chain->first, chain->octets));
    ASSERT_EQ(answers.size(), 1U);
    EXPECT_EQ(first_error(answers) == nullptr, count <= 128);
  }
}

// The same by hand in the clear, past what our writer writes.
TEST_F(BadPayloads, OversizedProposalsInTheClear) {
  ASSERT_TRUE(bare_->init());
  wire::Message request = bare_->initial_request();
  auto& sa = std::get<wire::SaPayload>(request.payloads.front());
  const Bytes one = wire::serialize_payloads(std::span(request.payloads).first(1))->octets;
  const ByteView proposal = ByteView(one).subspan(4);
  for (const std::size_t count : {65U, 255U, 1500U}) {
    SCOPED_TRACE(count);
    Bytes octets = *wire::serialize(request);
    const std::size_t sa_size = sa.proposals.empty() ? 0 : one.size();
    Bytes body;
    for (std::size_t i = 0; i < count; ++i) {
      body.insert(body.end(), proposal.begin(), proposal.end());
      const std::size_t at = body.size() - proposal.size();
      body[at] = i + 1 < count ? 2 : 0;
      body[at + 4] = static_cast<std::uint8_t>(i + 1);
    }
    octets.erase(octets.begin() + 32, octets.begin() + 28 + static_cast<std::ptrdiff_t>(sa_size));
    octets.insert(octets.begin() + 32, body.begin(), body.end());
    const std::size_t size = body.size() + 4;
    octets[30] = static_cast<std::uint8_t>(size >> 8);
    octets[31] = static_cast<std::uint8_t>(size);
    octets[26] = static_cast<std::uint8_t>(octets.size() >> 8);
    octets[27] = static_cast<std::uint8_t>(octets.size());
    octets[25] = static_cast<std::uint8_t>(octets.size() >> 16);
    octets[7] ^= 0x5a;  // as from another initiator
    const std::size_t half_open = right.manager->half_open();
    const std::uint64_t before = counters().malformed;
    EXPECT_TRUE(bare_->send(octets).empty());
    EXPECT_EQ(counters().malformed, before + 1);
    EXPECT_EQ(right.manager->half_open(), half_open);
  }
}

// RFC 7296 2.10, 3.4, 3.9, 3.11
TEST_F(BadPayloads, SizesAtTheEdge) {
  const auto nonce_of = [this](std::size_t size) {
    Payloads payloads = right_request(ExchangeType::kCreateChildSa);
    for (wire::Payload& payload : payloads) {
      if (auto* nonce = std::get_if<wire::NoncePayload>(&payload)) nonce->data.assign(size, 7);
    }
    return payloads;
  };
  for (const std::size_t size : {16U, 256U}) {
    EXPECT_EQ(first_error(ask(ExchangeType::kCreateChildSa, nonce_of(size))), nullptr) << size;
  }
  for (const std::size_t size : {0U, 1U, 15U, 257U, 2000U}) {
    SCOPED_TRACE(size);
    Payloads payloads = nonce_of(16);
    wire::PayloadChain chain = *wire::serialize_payloads(std::span(payloads).first(1));
    chain.octets[0] = static_cast<std::uint8_t>(PayloadType::kNonce);
    Bytes nonce{static_cast<std::uint8_t>(PayloadType::kTsi), 0,
                static_cast<std::uint8_t>((size + 4) >> 8), static_cast<std::uint8_t>(size + 4)};
    nonce.resize(size + 4, 7);
    const Bytes ts = wire::serialize_payloads(std::span(payloads).subspan(2))->octets;
    for (const Bytes& part : {nonce, ts}) {
      chain.octets.insert(chain.octets.end(), part.begin(), part.end());
    }
    expect_error(bare_->send(bare_->seal(ExchangeType::kCreateChildSa, chain.first, chain.octets)),
                 NotifyType::kInvalidSyntax);
  }
  // A Delete of everything that there could be.
  Payloads none = right_request(ExchangeType::kInformational);
  wire::DeletePayload all{wire::ProtocolId::kEsp, {}};
  for (std::uint32_t spi = 1; spi <= 1000; ++spi) all.spis.push_back(spi);
  none.emplace_back(all);
  EXPECT_EQ(first_error(ask(ExchangeType::kInformational, none)), nullptr);
  // Values that are no group elements: refused, and nothing is left of the attempt.
  for (const std::uint8_t value : {0, 1, 255}) {
    ASSERT_TRUE(bare_->init());
    wire::Message request = bare_->initial_request();
    ++request.header.initiator_spi;
    for (wire::Payload& payload : request.payloads) {
      if (auto* ke = std::get_if<wire::KePayload>(&payload)) ke->data.assign(31 + value % 2, value);
    }
    (void)bare_->send(*wire::serialize(request));
  }
}

// RFC 7296 3.1: a right message under wrong SPIs, with wrong flags, of a wrong version.
TEST_F(BadPayloads, HeadersThatDoNotFit) {
  ASSERT_TRUE(bare_->establish());
  const Bytes good = bare_->seal(ExchangeType::kInformational, Payloads{});
  const auto total = [this] {
    const ike::Counters& c = counters();
    return c.unknown_spi + c.unexpected + c.integrity_failures + c.wrong_version + c.malformed +
           c.not_encrypted + c.out_of_window;
  };
  const std::size_t sas = right.status().size();
  for (std::size_t at = 0; at < 20; ++at) {
    for (const int bit : {0, 3, 5, 7}) {
      SCOPED_TRACE("octet " + std::to_string(at) + ", bit " + std::to_string(bit));
      Bytes octets = good;
      octets[at] ^= static_cast<std::uint8_t>(1U << bit);
      const std::uint64_t before = total();
      (void)bare_->send(octets);
      EXPECT_EQ(total(), before + 1);
      EXPECT_EQ(right.status().size(), sas);
    }
  }
  Bytes swapped = good;
  std::swap_ranges(swapped.begin(), swapped.begin() + 8, swapped.begin() + 8);
  const std::uint64_t before = total();
  (void)bare_->send(swapped);
  EXPECT_EQ(total(), before + 1);
  EXPECT_EQ(right.up(), 2U);
  // After all that the right one is still taken.
  EXPECT_EQ(bare_->send(good).size(), 1U);
}

// RFC 7296 2.2, 2.3: message IDs that are not due, and exchanges that do not exist.
TEST_F(BadPayloads, MessagesOutOfTurn) {
  ASSERT_TRUE(bare_->establish());
  const std::uint32_t due = bare_->message_id;
  const std::uint32_t window = right.manager->status().front().local_window;
  for (const std::uint32_t id : {due + window, due + 1000, 0xffffffffU, due - 2}) {
    SCOPED_TRACE(id);
    bare_->message_id = id;
    const std::uint64_t before = counters().out_of_window + counters().replies_resent;
    (void)bare_->send(bare_->seal(ExchangeType::kInformational, Payloads{}));
    EXPECT_EQ(counters().out_of_window + counters().replies_resent, before + 1);
  }
  bare_->message_id = due;
  for (const int exchange : {0, 1, 33, 34, 35, 50, 127, 255}) {
    SCOPED_TRACE(exchange);
    const std::uint64_t before = counters().unexpected;
    (void)bare_->send(bare_->seal(static_cast<ExchangeType>(exchange), Payloads{}));
    EXPECT_EQ(counters().unexpected, before + 1);
    EXPECT_EQ(right.up(), 2U);
    bare_->message_id = due;
  }
}

// RFC 7296 2.1: all that the bare peer ever said, again and again.
TEST_F(BadPayloads, ReplaysUnderProtection) {
  std::vector<Bytes> said;
  ASSERT_TRUE(bare_->init());
  said.push_back(bare_->seal(ExchangeType::kIkeAuth, bare_->auth_request()));
  (void)bare_->send(said.back());
  said.push_back(bare_->seal(ExchangeType::kCreateChildSa, bare_->child_request()));
  (void)bare_->send(said.back());
  said.push_back(bare_->seal(ExchangeType::kInformational, Payloads{}));
  (void)bare_->send(said.back());
  const std::size_t adds = right.database.adds;
  const std::uint64_t resent = counters().replies_resent;
  const std::uint64_t outside = counters().out_of_window;
  for (int round = 0; round < 10; ++round) {
    for (const Bytes& octets : said) (void)bare_->send(octets);
  }
  EXPECT_EQ(right.database.adds, adds);
  // As many replies are kept as requests may be under way.
  EXPECT_EQ(counters().replies_resent + counters().out_of_window, resent + outside + 30);
  EXPECT_EQ(right.up(), 2U);
}

// RFC 7296 2.8: until it has the answer to its rekeying, the peer may delete under the old IKE SA
// what has moved to the new one.
TEST_F(BadPayloads, ADeleteUnderTheReplacedIkeSa) {
  ASSERT_TRUE(bare_->establish());
  const std::size_t pairs = right.database.pairs.size();
  const std::vector<wire::Message> answers =
      bare_->send(bare_->seal(wire::ExchangeType::kCreateChildSa, bare_->ike_rekey_request()));
  ASSERT_EQ(answers.size(), 1U);
  ASSERT_NE(wire::find<wire::SaPayload>(answers[0].payloads), nullptr);
  const std::vector<wire::Payload> deletion{
      wire::DeletePayload{wire::ProtocolId::kEsp, {BarePeer::kChildSpi}}};
  (void)bare_->send(bare_->seal(wire::ExchangeType::kInformational, deletion));
  EXPECT_EQ(right.database.pairs.size(), pairs - 1);
}

// RFC 7296 2.6, RFC 8019 4.1, 4.2: half-open SAs of many sources that all bring their cookies, and
// then stop.
TEST_F(BadPayloads, HalfOpenSasAreBounded) {
  constexpr std::size_t kHalfOpenMax = 96;
  left.crash();
  right.options.half_open_max = kHalfOpenMax;
  right.options.cookie_threshold = 32;
  right.restart();
  std::size_t accepted = 0;
  for (std::uint32_t i = 0; i < 160; ++i) {
    BarePeer peer(network, IpAddress::v4(0xc6336400U + i), right);
    accepted += peer.init() ? 1 : 0;
    ASSERT_LE(right.manager->half_open(), kHalfOpenMax);
  }
  EXPECT_EQ(accepted, kHalfOpenMax);
  EXPECT_GE(counters().cookies_sent, 30U);
  EXPECT_EQ(counters().half_open_refused, 160U - kHalfOpenMax);
  run(Duration(40 * 1000));
  EXPECT_EQ(right.manager->half_open(), 0U);
  EXPECT_EQ(counters().half_open_timeouts, kHalfOpenMax);
  left.start();
  bring_up(left);
  renew_spi();
}

// What the victim asks is answered with what cannot be read: that IKE SA ends, no other.
TEST_F(BadPayloads, AnswersCutAtEveryOctet) {
  ASSERT_TRUE(bare_->establish());
  const wire::PayloadChain chain = *wire::serialize_payloads(bare_->child_request());
  for (const Malformed& answer : every_prefix(chain.octets)) {
    SCOPED_TRACE(answer.what);
    ASSERT_TRUE(bare_->establish());
    const std::size_t before = network.sent.size();
    right.manager->on_expire(right.database.pairs.rbegin()->first, false);
    ASSERT_GT(network.sent.size(), before);
    const Result<wire::Header> asked = wire::parse_header(network.sent[before].octets);
    ASSERT_TRUE(asked);
    const std::uint64_t malformed = counters().malformed;
    (void)bare_->send(bare_->seal_answer(*asked, chain.first, answer.octets));
    EXPECT_EQ(counters().malformed, malformed + 1);
    rest();
  }
}

}  // namespace
}  // namespace spa::exchange
