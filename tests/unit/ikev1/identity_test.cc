// SPDX-License-Identifier: Apache-2.0
#include "userspace/ikev1/identity.h"

#include <gtest/gtest.h>

namespace spa::ikev1 {
namespace {

using Kind = policy::Identity::Kind;

// R-POL-20
TEST(Identity, SurvivesTheWire) {
  const policy::Identity identities[]{
      {Kind::kAddress, *IpAddress::parse("192.0.2.1"), {}, {}},
      {Kind::kAddress, *IpAddress::parse("2001:db8::1"), {}, {}},
      {Kind::kFqdn, {}, "router.example.com", {}},
      {Kind::kEmail, {}, "user@example.com", {}},
      {Kind::kKeyId, {}, "group1", {}},
  };
  for (const policy::Identity& identity : identities) {
    const auto payload = to_payload(identity);
    ASSERT_TRUE(payload) << identity.to_string();
    EXPECT_EQ(*from_payload(*payload), identity) << identity.to_string();
  }
}

TEST(Identity, NamesWithControlCharactersAreRefused) {
  wire::v1::IdPayload payload;
  payload.type = wire::v1::IdType::kFqdn;
  payload.data = to_bytes(as_bytes("a\x1b[31mb"));
  EXPECT_FALSE(from_payload(payload));
  payload.data.clear();
  EXPECT_FALSE(from_payload(payload));
}

TEST(Identity, SubnetsNameNobody) {
  EXPECT_FALSE(from_payload(wire::v1::id_of(*IpPrefix::parse("10.0.0.0/8"))));
  EXPECT_FALSE(to_payload({}));
}

}  // namespace
}  // namespace spa::ikev1
