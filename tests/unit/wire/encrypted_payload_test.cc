// SPDX-License-Identifier: Apache-2.0
#include "userspace/wire/encrypted_payload.h"

#include <gtest/gtest.h>

#include "tests/unit/wire/samples.h"
#include "userspace/wire/limits.h"

namespace spa::wire {
namespace {

// RFC 7296 3.14: the generic header's next payload is the first one inside.
TEST(EncryptedPayload, RoundTrip) {
  const Message message = samples::message(
      {notify(NotifyType::kCookie), EncryptedPayload{PayloadType::kIdi, Bytes(40, 6)}});
  const Bytes octets = *serialize(message);
  EXPECT_EQ(octets[28], static_cast<std::uint8_t>(PayloadType::kEncrypted));
  EXPECT_EQ(octets[36], static_cast<std::uint8_t>(PayloadType::kIdi));
  EXPECT_EQ(*parse(octets), samples::settled(message, octets));
}

TEST(EncryptedPayload, PrefixAndBodyAreTheMessage) {
  const Bytes body(33, 6);
  Message message = samples::message({EncryptedPayload{PayloadType::kIdr, body}});
  Bytes octets = *encrypted_prefix(message.header, PayloadType::kIdr, body.size());
  EXPECT_EQ(octets.size(), kEncryptedPrefixSize);
  octets.insert(octets.end(), body.begin(), body.end());
  EXPECT_EQ(octets, *serialize(message));
}

// RFC 7383 2.5
TEST(EncryptedFragmentPayload, PrefixAndBodyAreTheMessage) {
  const Bytes body(33, 6);
  Message message = samples::message({EncryptedFragmentPayload{PayloadType::kNone, 2, 3, body}});
  Bytes octets = *encrypted_fragment_prefix(message.header, PayloadType::kNone, 2, 3, body.size());
  EXPECT_EQ(octets.size(), kEncryptedFragmentPrefixSize);
  EXPECT_EQ(to_hex(ByteView(octets).last(8)), "0000002900020003");
  octets.insert(octets.end(), body.begin(), body.end());
  EXPECT_EQ(octets, *serialize(message));
  EXPECT_EQ(*parse(octets), samples::settled(message, octets));
}

TEST(EncryptedFragmentPayload, RefusesImpossibleNumbers) {
  const auto refused = [](std::uint16_t number, std::uint16_t total) {
    Bytes octets =
        *serialize(samples::message({EncryptedFragmentPayload{PayloadType::kIdi, 1, 1, {1}}}));
    octets[32] = static_cast<std::uint8_t>(number >> 8);
    octets[33] = static_cast<std::uint8_t>(number);
    octets[34] = static_cast<std::uint8_t>(total >> 8);
    octets[35] = static_cast<std::uint8_t>(total);
    const bool parse_refuses = !parse(octets);
    EXPECT_EQ(parse_refuses,
              !encrypted_fragment_prefix(Header{}, PayloadType::kIdi, number, total, 1));
    return parse_refuses;
  };
  EXPECT_FALSE(refused(1, 1));
  EXPECT_FALSE(refused(kMaxFragments, kMaxFragments));
  EXPECT_TRUE(refused(0, 1));
  EXPECT_TRUE(refused(2, 1));
  EXPECT_TRUE(refused(1, kMaxFragments + 1));
}

TEST(EncryptedPayload, NotInsideAnother) {
  const Bytes chain = from_hex("00 00 0005 01");
  const Result<std::vector<Payload>> payloads = parse_payloads(PayloadType::kEncrypted, chain);
  ASSERT_FALSE(payloads);
  EXPECT_EQ(payloads.error().text, "payload SK at offset 4: inside an SK payload");
  const std::vector<Payload> nested = {EncryptedPayload{}};
  EXPECT_FALSE(serialize_payloads(nested));
}

TEST(EncryptedPayload, ChainInside) {
  const std::vector<Payload> inside = samples::every_payload();
  const PayloadChain chain = *serialize_payloads(inside);
  EXPECT_EQ(chain.first, PayloadType::kSa);
  EXPECT_EQ(*parse_payloads(chain.first, chain.octets), inside);
  EXPECT_EQ(*serialize_payloads({}), PayloadChain{});
  EXPECT_TRUE(parse_payloads(PayloadType::kNone, {})->empty());
  EXPECT_FALSE(parse_payloads(PayloadType::kNone, from_hex("00")));
}

TEST(EncryptedPayload, PrefixRefusesWhatDoesNotFit) {
  EXPECT_FALSE(encrypted_prefix(Header{}, PayloadType::kIdi, kMaxMessageSize - 31));
  EXPECT_FALSE(encrypted_prefix(Header{}, PayloadType::kIdi, 0xffff));
}

}  // namespace
}  // namespace spa::wire
