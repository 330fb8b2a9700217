// SPDX-License-Identifier: Apache-2.0
#include "userspace/wire/v1/message.h"

#include <gtest/gtest.h>

#include "tests/unit/wire/v1/samples.h"
#include "userspace/wire/v1/limits.h"

namespace spa::wire::v1 {
namespace {

using samples::every_payload;
using samples::message;
using samples::settled;

// RFC 2408 3.2, 3.4, 3.7 to 3.16: what is written reads back as the same value, alone and all in
// one message.
TEST(V1Message, EveryPayloadSurvivesTheWire) {
  std::vector<std::vector<Payload>> contents{every_payload(), {}};
  for (const Payload& payload : every_payload()) contents.push_back({payload});
  contents.push_back({FragmentPayload{0xfffe, 3, true, {1, 2, 3}}});
  for (const std::vector<Payload>& payloads : contents) {
    const Message sent = message(payloads);
    const Result<Bytes> octets = serialize(sent);
    ASSERT_TRUE(octets) << octets.error().text;
    const Result<Message> got = parse(*octets);
    ASSERT_TRUE(got) << got.error().text;
    EXPECT_EQ(*got, settled(sent, *octets));
  }
}

// Every payload cut at every octet: the length field of the header follows, so that the payload's
// own parser meets the cut.
TEST(V1Message, RefusesEveryTruncation) {
  for (const Payload& payload : every_payload()) {
    const Bytes whole = *serialize(message({payload}));
    for (std::size_t size = 0; size < whole.size(); ++size) {
      Bytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
      if (size >= Header::kSize) {
        cut[26] = static_cast<std::uint8_t>(size >> 8);
        cut[27] = static_cast<std::uint8_t>(size);
      }
      const Result<Message> got = parse(cut);
      ASSERT_FALSE(got) << to_string(type_of(payload)) << " of " << size << " octets";
      EXPECT_FALSE(got.error().text.empty());
    }
  }
}

// RFC 2408 5.3: the reserved octet of a payload is zero. With a wrong key it is the first thing
// that is not.
TEST(V1Message, RefusesAReservedOctetThatIsNotZero) {
  Bytes octets = *serialize(message({NoncePayload{samples::filled(8, 1)}}));
  octets[Header::kSize + 1] = 1;
  const Result<Message> got = parse(octets);
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().text,
            "payload chain at offset 32: payload NONCE has a reserved octet of 1");
}

// RFC 2409 appendix B: what follows the last payload of a decrypted message is padding, whatever it
// is; in the clear nothing may follow but less than a word of zeros.
TEST(V1Message, TailIsPaddingOnlyWhereItWasEncrypted) {
  const std::vector<Payload> payloads{HashPayload{samples::filled(20, 1)},
                                      NoncePayload{samples::filled(16, 2)}};
  PayloadChain chain = *serialize_payloads(payloads);
  const std::size_t size = chain.octets.size();
  chain.octets.insert(chain.octets.end(), {0, 9, 8, 0x21, 7});
  const Result<Decrypted> inside = parse_payloads(chain.first, chain.octets);
  ASSERT_TRUE(inside) << inside.error().text;
  EXPECT_EQ(inside->payloads, payloads);
  EXPECT_EQ(inside->size, size);
  EXPECT_EQ(inside->after_first, 24U);
  EXPECT_EQ(to_hex(hashed_part(*inside, chain.octets)),
            "00000014" + to_hex(samples::filled(16, 2)));

  Bytes clear = *serialize(message(payloads));
  clear.insert(clear.end(), 4, 0);
  clear[27] += 4;
  EXPECT_FALSE(parse(clear));
}

// libreswan fills messages in the clear up to a multiple of four octets.
TEST(V1Message, ClearMessagesMayBeFilledUpToAWord) {
  const std::vector<Payload> payloads{NoncePayload{samples::filled(18, 2)}};
  const Bytes whole = *serialize(message(payloads));
  ASSERT_EQ(whole.size() % 4, 2U);
  const auto followed_by = [&](const Bytes& tail) {
    Bytes octets = whole;
    octets.insert(octets.end(), tail.begin(), tail.end());
    octets[27] = static_cast<std::uint8_t>(octets.size());
    return parse(octets);
  };
  const Result<Message> filled = followed_by({0, 0});
  ASSERT_TRUE(filled) << filled.error().text;
  EXPECT_EQ(filled->payloads, payloads);
  EXPECT_FALSE(followed_by({0}));
  EXPECT_FALSE(followed_by({0, 1}));
  EXPECT_FALSE(followed_by({0, 0, 0}));
  EXPECT_FALSE(followed_by({0, 0, 0, 0, 0, 0}));
}

// RFC 2409 5.5: HASH(1) covers the payloads behind it as they are sent.
TEST(V1Message, HashIsPutBeforeAFinishedChain) {
  const std::vector<Payload> rest{samples::phase2_proposals(), NoncePayload{samples::filled(8, 2)}};
  const PayloadChain body = *serialize_payloads(rest);
  const PayloadChain whole = with_hash(samples::filled(16, 7), body);
  const Result<Decrypted> got = parse_payloads(whole.first, whole.octets);
  ASSERT_TRUE(got) << got.error().text;
  EXPECT_EQ(std::get<HashPayload>(got->payloads.at(0)).data, samples::filled(16, 7));
  EXPECT_EQ(to_hex(hashed_part(*got, whole.octets)), to_hex(body.octets));
}

// RFC 2409 3.2: SAi_b is the body as it was sent, also with values that a parser would not write.
TEST(V1Message, FindsABodyAsItWasSent) {
  Bytes octets = *serialize(message({samples::phase1_proposals(), vendor_id(Vendor::kXauth)}));
  octets[Header::kSize + 4 + 8 + 8 + 6] = 0x5a;  // RESERVED2 of the first transform
  ASSERT_TRUE(parse(octets));
  const ByteView sa = find_body(octets, PayloadType::kSa);
  ASSERT_FALSE(sa.empty());
  EXPECT_EQ(sa[22], 0x5a);
  EXPECT_EQ(to_hex(find_body(octets, PayloadType::kVendorId)), "09002689dfd6b712");
  EXPECT_TRUE(find_body(octets, PayloadType::kKe).empty());
}

// RFC 2409 5.2: identity and nonce are ciphertext under public-key encryption, in 5.3 also KE and
// certificate.
TEST(V1Message, BodiesUnderAPublicKeyStayOpaque) {
  const Bytes ciphertext = samples::filled(512, 0xee);
  const Message sent =
      message({OpaquePayload{PayloadType::kId, ciphertext},
               OpaquePayload{PayloadType::kNonce, ciphertext}, KePayload{samples::filled(96, 1)}});
  const Bytes octets = *serialize(sent);
  EXPECT_FALSE(parse(octets));  // no nonce has 512 octets
  const Result<Message> got = parse(octets, Bodies::kEncrypted);
  ASSERT_TRUE(got) << got.error().text;
  EXPECT_EQ(got->payloads, sent.payloads);
  ASSERT_NE(find_opaque(got->payloads, PayloadType::kNonce), nullptr);
  const Result<Message> revised = parse(octets, Bodies::kEncryptedRevised);
  ASSERT_TRUE(revised);
  EXPECT_NE(find_opaque(revised->payloads, PayloadType::kKe), nullptr);
}

// RFC 2408 3.5, 3.6: proposals and transforms live in an SA payload.
TEST(V1Message, RefusesAProposalOutsideAnSa) {
  Bytes octets = *serialize(message({vendor_id(Vendor::kDpd)}));
  octets[16] = static_cast<std::uint8_t>(PayloadType::kProposal);
  EXPECT_FALSE(parse(octets));
}

TEST(V1Message, BoundsTheNumberOfPayloads) {
  EXPECT_FALSE(serialize(message(std::vector<Payload>(kMaxPayloads + 1, VendorIdPayload{}))));
  Bytes octets = *serialize(message(std::vector<Payload>(kMaxPayloads, VendorIdPayload{})));
  EXPECT_TRUE(parse(octets));
  octets[octets.size() - 4] = static_cast<std::uint8_t>(PayloadType::kVendorId);
  octets.insert(octets.end(), {0, 0, 0, 4});
  octets[27] += 4;
  const Result<Message> got = parse(octets);
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().code, Errc::kExhausted);
}

// RFC 2408 3.1: the three flags, and none of IKEv2's.
TEST(V1Message, KeepsEncryptionApart) {
  const Message sent = message({vendor_id(Vendor::kDpd)});
  const Result<Bytes> sealed =
      serialize_encrypted(sent.header, PayloadType::kHash, samples::filled(16, 3));
  ASSERT_TRUE(sealed);
  const Result<Header> header = parse_header(*sealed);
  ASSERT_TRUE(header);
  EXPECT_TRUE(header->encrypted());
  EXPECT_EQ(header->next_payload, PayloadType::kHash);
  EXPECT_EQ(parse(*sealed).error().code, Errc::kState);
  Message flagged = sent;
  flagged.header.flags = Header::kFlagEncryption;
  EXPECT_FALSE(serialize(flagged));
  flagged.header.flags = Header::kFlagCommit | Header::kFlagAuthenticationOnly;
  EXPECT_TRUE(parse(*serialize(flagged))->header.commit());
}

}  // namespace
}  // namespace spa::wire::v1
