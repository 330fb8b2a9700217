// SPDX-License-Identifier: Apache-2.0
// Tickets by value (RFC 5723 6.1): sealed, whole, once, and for their time only.
#include "userspace/ikev2/ticket_box.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace spa::ikev2 {
namespace {

SteadyTime at(int hours) {
  return SteadyTime(Duration(hours * 3'600'000LL));
}

SessionState sample() {
  SessionState state;
  state.suite = {{wire::EncrId::kAesGcm16, 256},
                 wire::IntegId::kNone,
                 wire::PrfId::kHmacSha256,
                 wire::DhId::kCurve25519};
  state.sk_d = SecretBytes(32, 7);
  state.own_id = {wire::Side::kResponder, wire::IdType::kFqdn, {}, to_bytes(as_bytes("gw"))};
  state.peer_id = {wire::Side::kInitiator, wire::IdType::kKeyId, {}, Bytes(5, 1)};
  state.profile = "SITE";
  state.peer_method = policy::AuthMethod::kEcdsaSig;
  state.local_auth = "RSA";
  state.chain = {Bytes(900, 2), Bytes(1000, 3)};
  state.ppk_id = "lab";
  state.additional_keys = true;
  state.expires = at(20);
  state.authentication_ends = at(30);
  return state;
}

TEST(SessionStateOctets, GoAndComeBack) {
  const SecretBytes octets = *serialize(sample());
  const Result<SessionState> back = parse_session_state(octets);
  ASSERT_TRUE(back) << back.error().text;
  EXPECT_EQ(*serialize(*back), octets);
  EXPECT_EQ(back->suite, sample().suite);
  EXPECT_EQ(back->chain, sample().chain);
  EXPECT_EQ(back->peer_id, sample().peer_id);
  EXPECT_EQ(back->expires, at(20));
  EXPECT_EQ(back->authentication_ends, at(30));
}

TEST(SessionStateOctets, AreWholeOrNothing) {
  const SecretBytes octets = *serialize(sample());
  for (std::size_t size = 0; size < octets.size(); ++size) {
    EXPECT_FALSE(parse_session_state(ByteView(octets).first(size))) << size;
  }
  SecretBytes longer = octets;
  longer.push_back(0);
  EXPECT_FALSE(parse_session_state(longer));
}

TEST(SessionStateOctets, AreBounded) {
  SessionState state = sample();
  state.chain = {Bytes(kMaxTicketChain + 1)};
  EXPECT_EQ(serialize(state).error().code, Errc::kExhausted);
  state.chain.assign(9, Bytes(1));
  EXPECT_EQ(serialize(state).error().code, Errc::kExhausted);
  state = sample();
  state.profile.assign(513, 'x');
  EXPECT_EQ(serialize(state).error().code, Errc::kExhausted);
}

TEST(TicketBox, OpensWhatItHasSealed) {
  TicketBox box;
  const auto issued = box.seal(at(1), sample());
  ASSERT_TRUE(issued);
  const auto opened = box.open(at(2), issued->ticket);
  ASSERT_TRUE(opened) << opened.error().text;
  EXPECT_EQ(opened->number, issued->number);
  EXPECT_EQ(opened->state.sk_d, sample().sk_d);
  EXPECT_NE(box.seal(at(1), sample())->ticket, issued->ticket);
}

// Nothing of the session can be read in it.
TEST(TicketBox, SaysNothing) {
  TicketBox box;
  const Bytes ticket = box.seal(at(1), sample())->ticket;
  const Bytes needle(16, 7);
  EXPECT_EQ(std::search(ticket.begin(), ticket.end(), needle.begin(), needle.end()), ticket.end());
}

TEST(TicketBox, OpensNothingElse) {
  TicketBox box, other;
  const Bytes good = box.seal(at(1), sample())->ticket;
  for (std::size_t i = 0; i < good.size(); ++i) {
    Bytes bad = good;
    bad[i] ^= 1;
    EXPECT_FALSE(box.open(at(2), bad)) << i;
    EXPECT_FALSE(box.open(at(2), ByteView(good).first(i))) << i;
  }
  Bytes longer = good;
  longer.push_back(0);
  EXPECT_FALSE(box.open(at(2), longer));
  (void)other.seal(at(1), sample());
  EXPECT_EQ(other.open(at(2), good).error().code, Errc::kCrypto);
}

// 4.3.1: once.
TEST(TicketBox, IsUsedOnce) {
  TicketBox box;
  const auto first = box.seal(at(1), sample());
  const auto second = box.seal(at(1), sample());
  EXPECT_FALSE(box.used(first->number));
  box.use(first->number);
  EXPECT_TRUE(box.used(first->number));
  EXPECT_EQ(box.open(at(2), first->ticket).error().code, Errc::kExists);
  EXPECT_TRUE(box.open(at(2), second->ticket));
  box.use({});  // no ticket
  EXPECT_TRUE(box.open(at(2), second->ticket));
}

TEST(TicketBox, Expires) {
  TicketBox box;
  const Bytes ticket = box.seal(at(1), sample())->ticket;
  EXPECT_TRUE(box.open(at(19), ticket));
  EXPECT_EQ(box.open(at(20), ticket).error().code, Errc::kTimeout);
}

// A key seals for a day and opens for another.
TEST(TicketBox, ChangesItsKey) {
  TicketBox box;
  SessionState state = sample();
  state.expires = at(1000);
  (void)box.seal(at(1), state);
  const auto early = box.seal(at(20), state);
  const auto late = box.seal(at(26), state);
  EXPECT_NE(early->number.key, late->number.key);
  EXPECT_TRUE(box.open(at(40), early->ticket));
  box.use(early->number);
  EXPECT_FALSE(box.open(at(40), early->ticket));
  EXPECT_TRUE(box.open(at(51), late->ticket));
  EXPECT_EQ(box.open(at(200), late->ticket).error().code, Errc::kCrypto);
}

TEST(TicketBox, Forgets) {
  TicketBox box;
  const auto issued = box.seal(at(1), sample());
  box.forget();
  EXPECT_FALSE(box.open(at(2), issued->ticket));
  EXPECT_TRUE(box.used(issued->number));
}

// More of them than are remembered: then none is good any more, rather than one twice.
TEST(TicketBox, TooManyUsed) {
  TicketBox box;
  const auto kept = box.seal(at(1), sample());
  for (std::uint64_t i = 0; i <= TicketBox::kMostUsed; ++i) {
    box.use({kept->number.key, i + 1000});
  }
  EXPECT_EQ(box.open(at(2), kept->ticket).error().code, Errc::kCrypto);
}

}  // namespace
}  // namespace spa::ikev2
