// SPDX-License-Identifier: Apache-2.0
#include "userspace/ikev2/proposal.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "userspace/crypto/openssl_engine.h"

namespace spa::ikev2 {
namespace {

using namespace wire;

policy::Ikev2Proposal mixed() {
  return {"mixed",
          {{EncrId::kAesGcm16, 256}, {EncrId::kAesCbc, 128}},
          {IntegId::kHmacSha256_128},
          {},
          {DhId::kEcp256, DhId::kModp2048}};
}

Proposal esp(std::vector<Transform> transforms, std::uint8_t number = 1) {
  return {number, ProtocolId::kEsp, spi_octets(std::uint32_t{0x1000}), std::move(transforms)};
}

// RFC 5282 8: combined-mode ciphers stand in a proposal of their own, without integrity.
TEST(IkeProposals, CombinedModeApart) {
  Steps steps;
  const policy::Ikev2Proposal configured = mixed();
  const Proposals out = ike_proposals({&configured}, false, steps);
  ASSERT_EQ(out.size(), 2U);
  EXPECT_EQ(to_string(out[0]), "IKE: ENCR_AES_GCM_16-256, PRF_HMAC_SHA2_256, " +
                                   to_string(DhId::kEcp256) + ", " + to_string(DhId::kModp2048));
  EXPECT_EQ(out[1].number, 2);
  EXPECT_NE(to_string(out[1]).find("AUTH_HMAC_SHA2_256_128"), std::string::npos);
}

TEST(IkeProposals, LegacyNeedsTheSwitch) {
  policy::Ikev2Proposal configured = mixed();
  configured.groups = {DhId::kModp1024};
  Steps steps;
  EXPECT_TRUE(ike_proposals({&configured}, false, steps).empty());
  EXPECT_NE(steps.front().find("legacy"), std::string::npos);
  EXPECT_EQ(ike_proposals({&configured}, true, steps).size(), 2U);
}

TEST(IkeProposals, DefaultIsModern) {
  Steps steps;
  const Proposals out = ike_proposals({&policy::default_ikev2_proposal()}, false, steps);
  ASSERT_EQ(out.size(), 2U);
  EXPECT_EQ(group_of(out[0]), DhId::kEcp256);
  EXPECT_TRUE(steps.empty());
}

TEST(Choose, OurOrderDecidesButForTheGroupThatIsThere) {
  Steps steps;
  const policy::Ikev2Proposal configured = mixed();
  const Proposals ours = ike_proposals({&configured}, false, steps);
  SaPayload offer{ours};
  std::swap(offer.proposals[0], offer.proposals[1]);
  std::optional<Proposal> chosen = choose(ours, offer, std::nullopt, steps);
  ASSERT_TRUE(chosen);
  EXPECT_EQ(ike_suite(*chosen)->cipher, (policy::Cipher{EncrId::kAesGcm16, 256}));
  EXPECT_EQ(group_of(*chosen), DhId::kEcp256);
  chosen = choose(ours, offer, DhId::kModp2048, steps);
  EXPECT_EQ(group_of(*chosen), DhId::kModp2048);
  EXPECT_EQ(chosen->transforms.size(), 3U);
}

// RFC 5282 8: a shorter ICV is taken when the peer has no longer one, and not otherwise.
TEST(Choose, ShortIcvsComeLast) {
  Steps steps;
  const policy::Ikev2Proposal configured = mixed();
  Proposals ours = ike_proposals({&configured}, false, steps);
  const SaPayload all{
      {{1,
        ProtocolId::kIke,
        {},
        {encr(EncrId::kAesGcm8, 256), encr(EncrId::kAesGcm12, 256), encr(EncrId::kAesGcm16, 256),
         prf(PrfId::kHmacSha256), wire::dh(DhId::kEcp256)}}}};
  SaPayload offer = all;
  std::erase(offer.proposals[0].transforms, encr(EncrId::kAesGcm16, 256));
  EXPECT_FALSE(choose(ours, offer, std::nullopt, steps));
  add_short_icvs(ours);
  EXPECT_EQ(ike_suite(*choose(ours, all, std::nullopt, steps))->cipher.id, EncrId::kAesGcm16);
  EXPECT_EQ(ike_suite(*choose(ours, offer, std::nullopt, steps))->cipher.id, EncrId::kAesGcm12);
  std::erase(offer.proposals[0].transforms, encr(EncrId::kAesGcm12, 256));
  EXPECT_EQ(ike_suite(*choose(ours, offer, std::nullopt, steps))->cipher.id, EncrId::kAesGcm8);
  offer.proposals[0].transforms[0] = encr(EncrId::kAesGcm8, 128);  // not a length of ours
  EXPECT_FALSE(choose(ours, offer, std::nullopt, steps));
}

TEST(Choose, KeyLengthsAndUnknownAttributesCount) {
  Steps steps;
  const Proposals ours{esp({encr(EncrId::kAesGcm16, 256), wire::esn(EsnId::kNoEsn)})};
  EXPECT_FALSE(
      choose(ours, {{esp({encr(EncrId::kAesGcm16, 128), wire::esn(EsnId::kNoEsn)})}}, {}, steps));
  EXPECT_EQ(steps.back(),
            "offer 1 against ours 1: no common ENCR (offered ESP: ENCR_AES_GCM_16-128, No Extended "
            "Sequence Numbers)");
  Transform strange = encr(EncrId::kAesGcm16, 256);
  strange.unknown_attributes.push_back({99, true, {0, 1}});
  EXPECT_FALSE(choose(ours, {{esp({strange, wire::esn(EsnId::kNoEsn)})}}, {}, steps));
  // RFC 7296 3.3.6: another proposal of the same offer may still fit.
  EXPECT_TRUE(choose(ours,
                     {{esp({strange, wire::esn(EsnId::kNoEsn)}),
                       esp({encr(EncrId::kAesGcm16, 256), wire::esn(EsnId::kNoEsn)}, 2)}},
                     {}, steps));
}

// RFC 7296 3.3.3: INTEG NONE beside a combined-mode cipher is the same as none.
TEST(Choose, ExplicitNone) {
  Steps steps;
  const Proposals ours{esp({encr(EncrId::kAesGcm16, 256), wire::esn(EsnId::kNoEsn)})};
  const SaPayload offer{{esp({encr(EncrId::kAesGcm16, 256), integ(IntegId::kNone), dh(DhId::kNone),
                              wire::esn(EsnId::kNoEsn)})}};
  EXPECT_TRUE(choose(ours, offer, {}, steps));
  const SaPayload with_group{
      {esp({encr(EncrId::kAesGcm16, 256), dh(DhId::kEcp256), wire::esn(EsnId::kNoEsn)})}};
  EXPECT_FALSE(choose(ours, with_group, {}, steps));
}

TEST(Accept, OnlyWhatWasOffered) {
  const Proposals offered{
      esp({encr(EncrId::kAesGcm16, 256), encr(EncrId::kAesGcm16, 128), wire::esn(EsnId::kNoEsn)})};
  EXPECT_TRUE(accept(offered, {{esp({encr(EncrId::kAesGcm16, 128), wire::esn(EsnId::kNoEsn)})}}));
  const auto refused = [&](SaPayload answer) { return !accept(offered, answer).has_value(); };
  EXPECT_TRUE(refused({}));
  EXPECT_TRUE(refused({{offered[0]}}));  // two ciphers
  EXPECT_TRUE(refused({{esp({encr(EncrId::kAesGcm16, 192), wire::esn(EsnId::kNoEsn)})}}));
  // Without ESN transform: none, which is fine since none was offered too.
  EXPECT_FALSE(refused({{esp({encr(EncrId::kAesGcm16, 128)})}}));
  EXPECT_TRUE(refused({{esp({encr(EncrId::kAesGcm16, 128), wire::esn(EsnId::kNoEsn)}, 9)}}));
  EXPECT_TRUE(refused({{esp({encr(EncrId::kAesGcm16, 128), wire::esn(EsnId::kEsn)})}}));
  EXPECT_TRUE(refused(
      {{esp({encr(EncrId::kAesGcm16, 128), wire::esn(EsnId::kNoEsn), dh(DhId::kEcp256)})}}));
  Proposal ah = esp({encr(EncrId::kAesGcm16, 128), wire::esn(EsnId::kNoEsn)});
  ah.protocol = ProtocolId::kAh;
  EXPECT_TRUE(refused({{ah}}));
}

// RFC 9370 2.2.1: an additional key exchange that is wanted and not possible is not left out in
// silence: the proposal goes with it.
TEST(AdditionalKeys, AreNotLeftOutInSilence) {
  policy::Ikev2Proposal configured = policy::default_ikev2_proposal();
  configured.additional = {{wire::DhId::kModp1536}};
  Steps steps;
  EXPECT_TRUE(ike_proposals({&configured}, false, steps).empty());
  EXPECT_FALSE(ike_proposals({&configured}, true, steps).empty());
  configured.additional = {{wire::DhId::kModp1536, wire::DhId::kNone}};
  EXPECT_FALSE(ike_proposals({&configured}, false, steps).empty());
}

// RFC 9370 2.2.1, RFC 7296 3.3.6: what a peer may do without is offered once more without the types
// that an older one does not know, and its answer to that is taken.
TEST(AdditionalKeys, ThatAnOlderPeerMayDoWithout) {
  policy::Ikev2Proposal configured = policy::default_ikev2_proposal();
  configured.ciphers = {{wire::EncrId::kAesGcm16, 256}};
  configured.additional = {{wire::DhId::kEcp384, wire::DhId::kNone}, {wire::DhId::kNone}};
  Steps steps;
  const Proposals ours = ike_proposals({&configured}, false, steps);
  ASSERT_EQ(ours.size(), 2U);
  EXPECT_EQ(additional_methods(ours[0]), std::vector{wire::DhId::kEcp384});
  EXPECT_EQ(ours[1].number, 2);
  Proposal rest = ours[0];
  std::erase_if(rest.transforms, [](const auto& t) { return wire::is_additional(t.type); });
  EXPECT_EQ(ours[1].transforms, rest.transforms);

  Proposal answer = ours[1];
  const auto first_of_each = [seen = std::vector<wire::TransformType>{}](const auto& t) mutable {
    const bool again = std::find(seen.begin(), seen.end(), t.type) != seen.end();
    seen.push_back(t.type);
    return again;
  };
  std::erase_if(answer.transforms, first_of_each);
  const auto taken = accept(ours, {{answer}});
  ASSERT_TRUE(taken.has_value()) << taken.error().text;
  EXPECT_TRUE(additional_methods(*taken).empty());

  // One of them must be: then nothing is offered without.
  configured.additional = {{wire::DhId::kEcp384, wire::DhId::kNone}, {wire::DhId::kEcp521}};
  EXPECT_EQ(ike_proposals({&configured}, false, steps).size(), 1U);
}

TEST(AdditionalKeys, ThatNoEngineHas) {
  if (crypto::OpenSslEngine().supports(crypto::DhGroup::kMlKem768)) {
    GTEST_SKIP() << "this machine's OpenSSL has ML-KEM";
  }
  const crypto::OpenSslEngine engine;
  policy::Ikev2Proposal configured = policy::default_ikev2_proposal();
  configured.additional = {{wire::DhId::kMlKem768}};
  Steps steps;
  Proposals ours = ike_proposals({&configured}, false, steps);
  ASSERT_FALSE(ours.empty());
  leave_out_unsupported(ours, engine, steps);
  EXPECT_TRUE(ours.empty());
  EXPECT_NE(steps.back().find("ML-KEM-768 left out"), std::string::npos);

  configured.additional = {{wire::DhId::kMlKem768, wire::DhId::kEcp384}};
  ours = ike_proposals({&configured}, false, steps);
  const std::size_t before = ours.size();
  leave_out_unsupported(ours, engine, steps);
  ASSERT_EQ(ours.size(), before);
  for (const wire::Proposal& p : ours) {
    EXPECT_EQ(additional_methods(p), std::vector{wire::DhId::kEcp384});
  }
}

}  // namespace
}  // namespace spa::ikev2
