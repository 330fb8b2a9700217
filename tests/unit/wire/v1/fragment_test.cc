// SPDX-License-Identifier: Apache-2.0
// IKE fragmentation of IKEv1 ([MS-IKEE] 2.2.1): cutting, joining, and what cannot be trusted.
#include <gtest/gtest.h>

#include "tests/unit/wire/v1/samples.h"
#include "userspace/wire/v1/reassembler.h"

namespace spa::wire::v1 {
namespace {

using std::chrono::seconds;

const Endpoint kPeer{IpAddress::v4(0xc0000201), 500};

Endpoint peer(std::uint32_t number) {
  return {IpAddress::v4(0x0a000000 + number), 500};
}

FragmentPayload fragment(std::uint16_t id, std::uint8_t number, bool last, std::size_t size = 10) {
  return {id, number, last, Bytes(size, number)};
}

class V1Reassembler : public testing::Test {
 protected:
  Result<std::optional<Bytes>> add(const FragmentPayload& payload, const Endpoint& from = kPeer) {
    return reassembler.add(from, header, payload, now);
  }
  bool completes(const FragmentPayload& payload, const Endpoint& from = kPeer) {
    const auto got = add(payload, from);
    return got && got->has_value();
  }

  Header header = samples::message({}).header;
  SteadyTime now{};
  Reassembler reassembler;
};

TEST(V1Fragment, CutsAndJoins) {
  const Bytes whole = *serialize(samples::message(samples::every_payload()));
  for (const std::size_t limit : {whole.size() + 36, std::size_t{576}, std::size_t{200}}) {
    const auto datagrams = split_message(whole, 9, limit);
    ASSERT_TRUE(datagrams) << datagrams.error().text;
    Reassembler reassembler;
    std::optional<Bytes> joined;
    for (const Bytes& datagram : *datagrams) {
      EXPECT_LE(datagram.size(), limit);
      const Result<Message> message = parse(datagram);
      ASSERT_TRUE(message) << message.error().text;
      ASSERT_EQ(message->payloads.size(), 1U);
      EXPECT_FALSE(joined);
      joined = *reassembler.add(kPeer, message->header,
                                std::get<FragmentPayload>(message->payloads[0]), SteadyTime{});
    }
    ASSERT_TRUE(joined);
    EXPECT_EQ(*joined, whole);
    EXPECT_EQ(reassembler.waiting_sets(), 0U);
    EXPECT_EQ(reassembler.waiting_octets(), 0U);
  }
  EXPECT_FALSE(split_message(whole, 9, 36));
  EXPECT_EQ(split_message(whole, 9, 37).error().code, Errc::kExhausted);
  EXPECT_FALSE(split_message(Bytes(10), 9, 576));
}

// The fragments of an encrypted message go without the encryption flag: they are none themselves.
TEST(V1Fragment, HasNoEncryptionFlag) {
  const Bytes sealed = *serialize_encrypted(samples::message({}).header, PayloadType::kHash,
                                            samples::filled(800, 1));
  const std::vector<Bytes> datagrams = *split_message(sealed, 1, 300);
  for (const Bytes& datagram : datagrams) {
    const Result<Message> message = parse(datagram);
    ASSERT_TRUE(message);
    EXPECT_EQ(message->header.next_payload, PayloadType::kFragment);
  }
}

TEST_F(V1Reassembler, TakesEveryOrder) {
  std::vector<std::uint8_t> order{1, 2, 3, 4};
  std::uint16_t id = 0;
  do {
    ++id;
    for (std::size_t i = 0; i < order.size(); ++i) {
      const auto got = add(fragment(id, order[i], order[i] == 4));
      ASSERT_TRUE(got) << got.error().text;
      ASSERT_EQ(got->has_value(), i + 1 == order.size());
      if (!got->has_value()) continue;
      Bytes whole;
      for (std::uint8_t number = 1; number <= 4; ++number) whole.insert(whole.end(), 10, number);
      EXPECT_EQ(**got, whole);
    }
  } while (std::next_permutation(order.begin(), order.end()));
  EXPECT_EQ(reassembler.counters().completed, 24U);
}

TEST_F(V1Reassembler, KeepsMessagesApart) {
  EXPECT_FALSE(completes(fragment(1, 1, false)));
  EXPECT_FALSE(completes(fragment(2, 2, true)));
  EXPECT_FALSE(completes(fragment(1, 2, true), peer(1)));  // another endpoint
  Header other = header;
  other.responder_cookie = 5;
  EXPECT_FALSE(reassembler.add(kPeer, other, fragment(1, 2, true), now)->has_value());
  EXPECT_TRUE(completes(fragment(1, 2, true)));
}

// The first of two fragments with one number stays: a later forgery changes nothing.
TEST_F(V1Reassembler, DuplicatesChangeNothing) {
  (void)add(fragment(1, 1, false));
  FragmentPayload forged = fragment(1, 1, false);
  forged.data = samples::filled(10, 0xee);
  EXPECT_FALSE(completes(forged));
  const auto whole = add(fragment(1, 2, true));
  ASSERT_TRUE(whole->has_value());
  EXPECT_EQ((**whole)[0], 1);
  EXPECT_EQ(reassembler.counters().duplicates, 1U);
}

TEST_F(V1Reassembler, RefusesContradictions) {
  (void)add(fragment(1, 3, true));
  EXPECT_FALSE(add(fragment(1, 4, false)));  // behind the last
  EXPECT_FALSE(add(fragment(1, 2, true)));   // a second last
  (void)add(fragment(1, 2, false));
  EXPECT_TRUE(completes(fragment(1, 1, false)));  // and the message is none the worse
  (void)add(fragment(2, 5, false));
  EXPECT_FALSE(add(fragment(2, 3, true)));  // the last before one that is here
  EXPECT_FALSE(add(fragment(3, 0, true)));
  EXPECT_FALSE(add(fragment(3, 1, true, 0)));
  EXPECT_FALSE(add(fragment(3, kMaxV1Fragments + 1, true)));
}

TEST_F(V1Reassembler, ForgetsAfterATime) {
  (void)add(fragment(1, 1, false));
  now += kFragmentTimeout - seconds(1);
  (void)add(fragment(2, 1, false));
  now += seconds(1);
  reassembler.expire(now);
  EXPECT_EQ(reassembler.waiting_sets(), 1U);
  EXPECT_EQ(reassembler.counters().expired, 1U);
  EXPECT_FALSE(completes(fragment(1, 2, true)));
  EXPECT_TRUE(completes(fragment(2, 2, true)));
}

// One endpoint has room for a few messages; the oldest goes, and no other endpoint pays.
TEST_F(V1Reassembler, BoundsEachEndpoint) {
  (void)add(fragment(1, 1, false), peer(1));
  for (std::uint16_t id = 0; id < 100; ++id) {
    now += seconds(0);
    (void)add(fragment(id, 1, false));
  }
  EXPECT_EQ(reassembler.waiting_sets(), kMaxFragmentSetsPerSource + 1);
  EXPECT_TRUE(completes(fragment(99, 2, true)));
  EXPECT_FALSE(completes(fragment(95, 2, true)));
  EXPECT_TRUE(completes(fragment(1, 2, true), peer(1)));
}

// A flood from many addresses costs memory of a fixed size, in messages and in octets; a message
// that starts now gets through.
TEST_F(V1Reassembler, BoundsTheTotal) {
  for (std::uint32_t number = 0; number < 2 * kMaxFragmentSets; ++number) {
    (void)add(fragment(1, 1, false, 8000), peer(number));
  }
  EXPECT_LE(reassembler.waiting_sets(), kMaxFragmentSets);
  EXPECT_LE(reassembler.waiting_octets(), kMaxFragmentOctets);
  EXPECT_GT(reassembler.counters().evicted, 0U);
  (void)add(fragment(7, 1, false));
  EXPECT_TRUE(completes(fragment(7, 2, true)));
}

// A single message cannot grow beyond the largest that there is.
TEST_F(V1Reassembler, BoundsTheMessage) {
  for (std::uint8_t number = 1; number <= 6; ++number) {
    EXPECT_TRUE(add(fragment(1, number, false, 10000)));
  }
  EXPECT_EQ(add(fragment(1, 7, false, 10000)).error().code, Errc::kExhausted);
  Reassembler::Limits tight;
  tight.octets = 100;
  Reassembler narrow(tight);
  EXPECT_TRUE(narrow.add(kPeer, header, fragment(1, 1, false, 60), now));
  EXPECT_EQ(narrow.add(kPeer, header, fragment(1, 2, false, 60), now).error().code,
            Errc::kExhausted);
  EXPECT_FALSE(narrow.add(kPeer, header, fragment(2, 1, false, 101), now));
}

}  // namespace
}  // namespace spa::wire::v1
