// SPDX-License-Identifier: Apache-2.0
#include "userspace/wire/message.h"

#include <gtest/gtest.h>

#include "tests/unit/wire/samples.h"
#include "userspace/wire/limits.h"

namespace spa::wire {
namespace {

// parse(serialize(x)) == x for a message with one of everything, and for each payload alone.
TEST(Message, RoundTrip) {
  const Message all = samples::message(samples::every_payload());
  const Result<Bytes> octets = serialize(all);
  ASSERT_TRUE(octets) << octets.error().text;
  const Result<Message> back = parse(*octets);
  ASSERT_TRUE(back) << back.error().text;
  EXPECT_EQ(*back, samples::settled(all, *octets));
  EXPECT_EQ(*serialize(*back), *octets);
  for (const Payload& payload : samples::every_payload()) {
    const Message one = samples::message({payload});
    const Result<Bytes> written = serialize(one);
    ASSERT_TRUE(written) << written.error().text;
    EXPECT_EQ(*parse(*written), samples::settled(one, *written)) << to_string(type_of(payload));
  }
}

TEST(Message, RefusesTruncationAtEveryOctet) {
  const Bytes octets = *serialize(samples::message(samples::every_payload()));
  for (std::size_t size = 0; size < octets.size(); ++size) {
    Bytes cut(octets.begin(), octets.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_FALSE(parse(cut)) << size;
    if (size < Header::kSize) continue;
    // Also when the header's length follows the cut.
    cut[24] = 0;
    cut[25] = 0;
    cut[26] = static_cast<std::uint8_t>(size >> 8);
    cut[27] = static_cast<std::uint8_t>(size);
    EXPECT_FALSE(parse(cut)) << size;
  }
}

TEST(Message, RefusesTruncationOfEveryPayload) {
  for (const Payload& payload : samples::every_payload()) {
    const PayloadChain chain = *serialize_payloads({&payload, 1});
    for (std::size_t size = 0; size < chain.octets.size(); ++size) {
      EXPECT_FALSE(parse_payloads(chain.first, ByteView(chain.octets).first(size)))
          << to_string(chain.first) << " cut to " << size;
    }
  }
}

// An IKE_SA_INIT request as RFC 7296 1.2 draws it: HDR, SAi1, KEi, Ni.
TEST(Message, IkeSaInitOctets) {
  const Bytes octets = from_hex(
      "a1a2a3a4a5a6a7a8 0000000000000000 21 20 22 08 00000000 00000078"
      "22 00 0028  00 00 0024 01 01 00 03"
      "  03 00 000c 01 00 0014 800e0100"
      "  03 00 0008 02 00 0005"
      "  00 00 0008 04 00 001f"
      "28 00 0020  001f 0000 000102030405060708090a0b0c0d0e0f1011121314151617"
      "00 00 0014  000102030405060708090a0b0c0d0e0f");
  const Result<Message> message = parse(octets);
  ASSERT_TRUE(message) << message.error().text;
  ASSERT_EQ(message->payloads.size(), 3u);
  const auto* sa = find<SaPayload>(message->payloads);
  ASSERT_NE(sa, nullptr);
  const std::vector<Transform> expected = {encr(EncrId::kAesGcm16, 256), prf(PrfId::kHmacSha256),
                                           dh(DhId::kCurve25519)};
  EXPECT_EQ(sa->proposals[0].transforms, expected);
  EXPECT_EQ(find<KePayload>(message->payloads)->group, DhId::kCurve25519);
  EXPECT_EQ(find<NoncePayload>(message->payloads)->data.size(), 16u);
  EXPECT_EQ(find<AuthPayload>(message->payloads), nullptr);
  EXPECT_EQ(*serialize(*message), octets);
}

TEST(Message, EmptyInformational) {
  Message message = samples::message({});
  message.header.exchange = ExchangeType::kInformational;
  const Bytes octets = *serialize(message);
  EXPECT_EQ(octets.size(), Header::kSize);
  EXPECT_EQ(*parse(octets), samples::settled(message, octets));
}

TEST(Message, FindsWhatIsThereTwice) {
  const std::vector<Payload> payloads = samples::every_payload();
  EXPECT_EQ(find_id(payloads, Side::kResponder)->type, IdType::kFqdn);
  EXPECT_EQ(find_ts(payloads, Side::kResponder)->side, Side::kResponder);
  EXPECT_EQ(find_notify(payloads, NotifyType::kRekeySa)->protocol, ProtocolId::kEsp);
  EXPECT_EQ(find_notify(payloads, NotifyType::kInvalidSyntax), nullptr);
}

// The error says which payload, where, and why.
TEST(Message, ErrorsNamePayloadOffsetAndCause) {
  Bytes octets =
      *serialize(samples::message({KePayload{DhId::kEcp256, {1}}, NoncePayload{Bytes(16, 1)}}));
  octets[28 + 9 + 3] = 5;  // the nonce's length
  octets.resize(28 + 9 + 5);
  octets[27] = static_cast<std::uint8_t>(octets.size());
  const Result<Message> message = parse(octets);
  ASSERT_FALSE(message);
  EXPECT_EQ(message.error().text, "Nonce payload at offset 42: a nonce of 1 octets");
}

TEST(Message, WriterRefusesWhatCannotBeRead) {
  EXPECT_FALSE(
      serialize(samples::message(std::vector<Payload>(kMaxPayloads + 1, VendorIdPayload{{1}}))));
  EXPECT_FALSE(serialize(samples::message({UnknownPayload{PayloadType::kKe, false, {}}})));
  EXPECT_FALSE(serialize(samples::message({UnknownPayload{PayloadType::kNone, false, {}}})));
  EXPECT_FALSE(serialize(samples::message({EncryptedPayload{}, VendorIdPayload{{1}}})));
  EXPECT_FALSE(serialize(samples::message({VendorIdPayload{Bytes(0xfffc, 1)}})));
  EXPECT_FALSE(serialize(
      samples::message({VendorIdPayload{Bytes(40000, 1)}, VendorIdPayload{Bytes(40000, 1)}})));
  Message v1 = samples::message({});
  v1.header.major_version = 1;
  EXPECT_FALSE(serialize(v1));
}

}  // namespace
}  // namespace spa::wire
