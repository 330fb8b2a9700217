// SPDX-License-Identifier: Apache-2.0
#include "userspace/wire/sa_payload.h"

#include <gtest/gtest.h>

#include "tests/unit/wire/samples.h"
#include "userspace/wire/limits.h"

namespace spa::wire {
namespace {

Result<SaPayload> parsed(const Bytes& octets) {
  Reader body(octets, "SA payload", 32);
  return parse_sa(body);
}

Bytes written(const SaPayload& sa) {
  Writer out;
  write_body(out, sa);
  return *out.take();
}

// RFC 7296 3.3: one ESP proposal, ENCR_AES_CBC-128, AUTH_HMAC_SHA1_96, no ESN.
const char* const kEsp =
    "00 00 0028 01 03 04 03 c0ffee01"
    "03 00 000c 01 00 000c 800e0080"
    "03 00 0008 03 00 0002"
    "00 00 0008 05 00 0000";

TEST(SaPayload, KnownOctets) {
  const Result<SaPayload> sa = parsed(from_hex(kEsp));
  ASSERT_TRUE(sa) << sa.error().text;
  ASSERT_EQ(sa->proposals.size(), 1u);
  const Proposal& proposal = sa->proposals[0];
  EXPECT_EQ(proposal.protocol, ProtocolId::kEsp);
  EXPECT_EQ(spi32(proposal), 0xc0ffee01u);
  EXPECT_EQ(spi64(proposal), 0u);
  const std::vector<Transform> expected = {encr(EncrId::kAesCbc, 128), integ(IntegId::kHmacSha1_96),
                                           esn(EsnId::kNoEsn)};
  EXPECT_EQ(proposal.transforms, expected);
  EXPECT_EQ(written(*sa), from_hex(kEsp));
}

TEST(SaPayload, RoundTrip) {
  for (const SaPayload& sa : {samples::ike_proposals(), samples::esp_proposals()}) {
    const Result<SaPayload> back = parsed(written(sa));
    ASSERT_TRUE(back) << back.error().text;
    EXPECT_EQ(*back, sa);
  }
  EXPECT_EQ(spi64(samples::ike_proposals().proposals[1]), 0x0102030405060708u);
}

std::string complaint(Bytes octets) {
  const Result<SaPayload> sa = parsed(octets);
  return sa ? std::string() : sa.error().text;
}

TEST(SaPayload, NamesWhatIsWrong) {
  const Bytes good = from_hex(kEsp);
  const auto with = [&good](std::size_t at, std::uint8_t value) {
    Bytes changed = good;
    changed[at] = value;
    return complaint(changed);
  };
  EXPECT_EQ(complaint({}), "SA payload at offset 32: no proposal");
  EXPECT_EQ(with(0, 2), "SA payload at offset 72: a proposal with marker 2 before 0 octets");
  EXPECT_EQ(with(3, 7), "SA payload at offset 36: a proposal of length 7");
  EXPECT_EQ(with(3, 0x29), "SA payload at offset 36: needs 37 octets, 36 are left");
  EXPECT_EQ(with(6, 8), "proposal at offset 40: an SPI of 8 octets in a proposal for ESP");
  EXPECT_EQ(with(5, 1), "proposal at offset 40: an SPI of 4 octets in a proposal for IKE");
  EXPECT_EQ(with(7, 2), "proposal at offset 64: 8 octets after the last of 2 transforms");
  EXPECT_EQ(with(7, 4), "proposal at offset 72: needs 1 octets, 0 are left");
  EXPECT_EQ(with(12, 0), "proposal at offset 56: a transform with marker 0 before 16 octets");
  EXPECT_EQ(with(15, 11), "transform at offset 54: needs 2 octets, 1 are left");
  EXPECT_EQ(with(23, 0), "transform at offset 56: a key length of 0");
}

// RFC 7296 3.3.6: an unknown attribute is kept, so that the proposal can be passed over.
TEST(SaPayload, KeepsUnknownAttributes) {
  Bytes octets = from_hex(kEsp);
  octets[21] = 0x0f;
  const Result<SaPayload> sa = parsed(octets);
  ASSERT_TRUE(sa);
  const Transform& transform = sa->proposals[0].transforms[0];
  EXPECT_EQ(transform.key_length, 0);
  ASSERT_EQ(transform.unknown_attributes.size(), 1u);
  EXPECT_EQ(transform.unknown_attributes[0].type, 15);
  EXPECT_EQ(transform.unknown_attributes[0].value, (Bytes{0, 128}));
}

// RFC 7296 3.3.5
TEST(SaPayload, RefusesTwoKeyLengths) {
  EXPECT_EQ(complaint(from_hex("00 00 0018 01 01 00 01"
                               "00 00 0010 01 00 000c 800e0080 800e0100")),
            "transform at offset 56: two key lengths in one transform");
}

TEST(SaPayload, Bounds) {
  Proposal wide;
  wide.transforms.assign(kMaxTransforms, encr(EncrId::kAesCbc, 128));
  EXPECT_TRUE(parsed(written({{wide}})));
  wide.transforms.push_back(encr(EncrId::kAesCbc, 128));
  Writer out;
  write_body(out, SaPayload{{wide}});
  EXPECT_FALSE(out.take());

  Bytes many;
  for (std::size_t i = 0; i <= kMaxProposals; ++i) {
    const Bytes proposal = from_hex("02 00 0008 01 01 00 00");
    many.insert(many.end(), proposal.begin(), proposal.end());
  }
  many[many.size() - 8] = 0;
  const Result<SaPayload> sa = parsed(many);
  ASSERT_FALSE(sa);
  EXPECT_EQ(sa.error().code, Errc::kExhausted);
}

TEST(SaPayload, WriterRefusesWhatCannotBeRead) {
  const auto refused = [](const SaPayload& sa) {
    Writer out;
    write_body(out, sa);
    return !out.take();
  };
  EXPECT_TRUE(refused({}));
  Proposal proposal;
  proposal.protocol = ProtocolId::kEsp;
  EXPECT_TRUE(refused({{proposal}}));  // no SPI
  proposal.spi = spi_octets(std::uint32_t{1});
  EXPECT_FALSE(refused({{proposal}}));
  proposal.transforms = {encr(EncrId::kAesCbc, 128)};
  proposal.transforms[0].unknown_attributes = {{14, true, {0, 128}}};
  EXPECT_TRUE(refused({{proposal}}));
  proposal.transforms[0].unknown_attributes = {{20, true, {1, 2, 3}}};
  EXPECT_TRUE(refused({{proposal}}));
}

}  // namespace
}  // namespace spa::wire
