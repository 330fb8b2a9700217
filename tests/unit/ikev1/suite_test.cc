// SPDX-License-Identifier: Apache-2.0
#include "userspace/ikev1/suite.h"

#include <gtest/gtest.h>

#include "userspace/policy/snapshot.h"

namespace spa::ikev1 {
namespace {

policy::IsakmpSuite suite(policy::Cipher cipher, wire::PrfId hash, wire::DhId group) {
  policy::IsakmpSuite s;
  s.cipher = cipher;
  s.hash = hash;
  s.auth = policy::IsakmpAuth::kPreShare;
  s.group = group;
  return s;
}
const policy::IsakmpSuite kStrong =
    suite({wire::EncrId::kAesCbc, 256}, wire::PrfId::kHmacSha256, wire::DhId::kModp2048);
const policy::IsakmpSuite kOther =
    suite({wire::EncrId::k3Des, 0}, wire::PrfId::kHmacSha1, wire::DhId::kModp2048);

// RFC 2409 appendix A: what is encoded is decoded alike.
TEST(Suite, SurvivesTheWire) {
  for (const policy::IsakmpSuite& s : {kStrong, kOther}) {
    const auto back = from_transform(to_transform(s));
    ASSERT_TRUE(back);
    EXPECT_EQ(*back, s);
  }
}

// R-POL-12: offered transforms in their order, each against our policies in theirs.
TEST(Suite, TheFirstOfferedThatFitsIsTaken) {
  std::vector<std::string> steps;
  const auto choice = choose({kStrong, kOther}, offer({kOther, kStrong}), steps);
  ASSERT_TRUE(choice);
  EXPECT_EQ(choice->suite.cipher, kOther.cipher);
  ASSERT_EQ(steps.size(), 2U);
  EXPECT_NE(steps[0].find("not acceptable: encryption"), std::string::npos);
  const auto accepted = accept({kOther, kStrong}, choice->answer);
  ASSERT_TRUE(accepted);
  EXPECT_EQ(accepted->cipher, kOther.cipher);
}

// R-POL-11, RFC 2408 5.6: a key of another length is another cipher, and none that was offered.
TEST(Suite, KeyLengthMatters) {
  policy::IsakmpSuite shorter = kStrong;
  shorter.cipher.key_bits = 128;
  std::vector<std::string> steps;
  EXPECT_FALSE(choose({kStrong}, offer({shorter}), steps));
  EXPECT_FALSE(accept({kStrong}, offer({shorter})));
}

// R-POL-13
TEST(Suite, TheShorterLifetimeHolds) {
  policy::IsakmpSuite shorter = kStrong;
  shorter.lifetime_seconds = 600;
  std::vector<std::string> steps;
  const auto choice = choose({kStrong}, offer({shorter}), steps);
  ASSERT_TRUE(choice);
  EXPECT_EQ(choice->suite.lifetime_seconds, 600U);
}

// RFC 2409 appendix A: an attribute that nobody knows makes the transform fall out.
TEST(Suite, UnknownAttributesAreNotAgreedOn) {
  wire::v1::Phase1Transform transform = to_transform(kStrong);
  ASSERT_TRUE(from_transform(transform));
  transform.unknown = {wire::v1::short_attribute(30000, 1)};
  EXPECT_FALSE(from_transform(transform));
}

TEST(Suite, AnswersAreOneTransform) {
  EXPECT_FALSE(accept({kStrong, kOther}, offer({kStrong, kOther})));
  EXPECT_FALSE(accept({kStrong}, {}));
}

// R-POL-10, design: the built-in suite is the router's own only with legacy algorithms, and what a
// policy leaves out is that of the suite.
TEST(Suite, DefaultIsTriedLast) {
  policy::Snapshot snapshot;
  snapshot.isakmp.policies[10].auth = policy::IsakmpAuth::kPreShare;
  auto suites = snapshot.isakmp_suites();
  ASSERT_EQ(suites.size(), 2U);
  EXPECT_EQ(suites[0].priority, 10U);
  EXPECT_EQ(suites[0].group, wire::DhId::kModp2048);
  EXPECT_EQ(suites[1].auth, policy::IsakmpAuth::kRsaSig);
  snapshot.isakmp.policies[10].hash = wire::PrfId::kHmacMd5;
  EXPECT_EQ(snapshot.isakmp_suites().size(), 1U);  // left out without the switch
  snapshot.legacy_algorithms = true;
  suites = snapshot.isakmp_suites();
  ASSERT_EQ(suites.size(), 2U);
  EXPECT_EQ(suites[1].cipher.id, wire::EncrId::kDes);
  EXPECT_EQ(suites[1].group, wire::DhId::kModp768);
}

}  // namespace
}  // namespace spa::ikev1
