// SPDX-License-Identifier: Apache-2.0
#include "userspace/wire/v1/sa_payload.h"

#include <gtest/gtest.h>

#include "tests/unit/wire/v1/samples.h"
#include "userspace/wire/v1/limits.h"

namespace spa::wire::v1 {
namespace {

Result<SaPayload> parse_body(const Bytes& body) {
  Reader reader(body, "SA payload");
  return parse_sa(reader);
}

Bytes written(const SaPayload& sa) {
  Writer out;
  write_body(out, sa);
  return *out.take();
}

// RFC 2408 4.2: proposals with one number apply together, others are alternatives.
TEST(V1SaPayload, GroupsProposalsIntoBundles) {
  const SaPayload sa = samples::phase2_proposals();
  const auto groups = bundles(sa);
  ASSERT_EQ(groups.size(), 2U);
  EXPECT_EQ(groups[0].size(), 3U);
  EXPECT_EQ(groups[0][0].protocol, ProtocolId::kAh);
  EXPECT_EQ(groups[0][2].protocol, ProtocolId::kIpcomp);
  EXPECT_EQ(spi32(groups[0][2]), 0x3333U);
  EXPECT_EQ(groups[1].size(), 1U);
  EXPECT_EQ(spi32(groups[1][0]), 0x44444444U);
  EXPECT_TRUE(bundles(SaPayload{}).empty());
}

// Every octet of a valid payload set to values that matter: never more than a refusal, and what is
// accepted writes and parses to the same.
TEST(V1SaPayload, SurvivesEveryDamagedOctet) {
  for (const SaPayload& sa : {samples::phase1_proposals(), samples::phase2_proposals()}) {
    const Bytes good = written(sa);
    for (std::size_t at = 0; at < good.size(); ++at) {
      for (const int value : {0, 1, 2, 3, 4, 7, 8, 0x7f, 0x80, 0xff}) {
        Bytes body = good;
        body[at] = static_cast<std::uint8_t>(value);
        const Result<SaPayload> got = parse_body(body);
        if (!got) {
          EXPECT_FALSE(got.error().text.empty());
          continue;
        }
        EXPECT_EQ(*parse_body(written(*got)), *got);
      }
    }
  }
}

// Every length one octet wrong, in both directions.
TEST(V1SaPayload, RefusesWrongLengths) {
  const Bytes good = written(samples::phase1_proposals());
  constexpr std::size_t kProposal = 8;
  const std::size_t first = kProposal + 8;
  const std::size_t second =
      first + static_cast<std::size_t>(good[first + 2] << 8 | good[first + 3]);
  for (const std::size_t structure : {kProposal, first, second}) {
    for (const int delta : {-1, 1}) {
      Bytes body = good;
      body[structure + 3] = static_cast<std::uint8_t>(body[structure + 3] + delta);
      EXPECT_FALSE(parse_body(body)) << structure << " by " << delta;
    }
  }
}

TEST(V1SaPayload, RefusesTruncation) {
  const Bytes good = written(samples::phase2_proposals());
  for (std::size_t size = 0; size < good.size(); ++size) {
    EXPECT_FALSE(parse_body(Bytes(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size))))
        << size;
  }
}

// RFC 2407 4.2, 4.2.1, 4.6.1, RFC 2408 3.4: another DOI or a situation with labels is said to be
// unsupported, not broken.
TEST(V1SaPayload, TellsWhatItDoesNotSupport) {
  Bytes body = written(samples::phase1_proposals());
  body[3] = 0;
  EXPECT_EQ(parse_body(body).error().code, Errc::kUnsupported);
  EXPECT_EQ(parse_body(body).error().text, "SA payload at offset 4: DOI 0 is not IPsec");
  body[3] = 1;
  body[7] = 3;
  EXPECT_EQ(parse_body(body).error().code, Errc::kUnsupported);
}

// RFC 2407 4.4, 4.4.1, RFC 2408 5.5, RFC 3173 4.1: the SPI's size belongs to the protocol.
TEST(V1SaPayload, ChecksSpiSizes) {
  const auto accepts = [](ProtocolId protocol, std::size_t size) {
    SaPayload sa = samples::phase1_proposals();
    sa.proposals[0].protocol = protocol;
    sa.proposals[0].spi = Bytes(size, 1);
    Writer out;
    write_body(out, sa);
    return out.ok();
  };
  EXPECT_TRUE(accepts(ProtocolId::kIsakmp, 0));
  EXPECT_TRUE(accepts(ProtocolId::kIsakmp, 16));
  EXPECT_FALSE(accepts(ProtocolId::kIsakmp, 17));
  EXPECT_TRUE(accepts(ProtocolId::kEsp, 4));
  EXPECT_FALSE(accepts(ProtocolId::kEsp, 8));
  EXPECT_FALSE(accepts(ProtocolId::kAh, 0));
  EXPECT_TRUE(accepts(ProtocolId::kIpcomp, 2));
  EXPECT_TRUE(accepts(ProtocolId::kIpcomp, 4));
  EXPECT_FALSE(accepts(ProtocolId::kIpcomp, 3));
}

// Oversized lists end at a named limit.
TEST(V1SaPayload, BoundsItsLists) {
  SaPayload sa = samples::phase1_proposals();
  const auto refuses = [](const SaPayload& candidate) {
    Writer out;
    write_body(out, candidate);
    return !out.ok();
  };
  SaPayload many = sa;
  many.proposals.resize(kMaxProposals + 1, sa.proposals[0]);
  EXPECT_TRUE(refuses(many));
  many = sa;
  many.proposals[0].transforms.resize(kMaxTransforms + 1, sa.proposals[0].transforms[0]);
  EXPECT_TRUE(refuses(many));
  many = sa;
  many.proposals[0].transforms[0].attributes.resize(kMaxDataAttributes + 1, short_attribute(1, 1));
  EXPECT_TRUE(refuses(many));

  // The same from a peer: one attribute more than we take.
  Transform transform;
  transform.attributes.assign(kMaxDataAttributes, short_attribute(1, 1));
  Bytes body =
      written({SaPayload::kSituationIdentityOnly, {{1, ProtocolId::kIsakmp, {}, {transform}}}});
  body.insert(body.end(), {0x80, 1, 0, 1});
  body[8 + 3] += 4;
  body[8 + 8 + 3] += 4;
  EXPECT_EQ(parse_body(body).error().code, Errc::kExhausted);
}

}  // namespace
}  // namespace spa::wire::v1
