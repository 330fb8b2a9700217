// SPDX-License-Identifier: Apache-2.0
#include "userspace/policy/ikev2.h"

#include <gtest/gtest.h>

#include "userspace/policy/snapshot.h"

namespace spa::policy {
namespace {

Identity fqdn(const char* name) {
  return {Identity::Kind::kFqdn, {}, name, {}};
}

// R-PROF-5
TEST(IdentityMatch, DomainsEndAtALabel) {
  const IdentityMatch domain{IdentityMatch::Kind::kFqdnDomain, {}, "cisco.com"};
  EXPECT_TRUE(domain.matches(fqdn("router.Cisco.com")));
  EXPECT_TRUE(domain.matches(fqdn("cisco.com")));
  EXPECT_FALSE(domain.matches(fqdn("notcisco.com")));
  const IdentityMatch mail{IdentityMatch::Kind::kEmailDomain, {}, "cisco.com"};
  EXPECT_TRUE(mail.matches({Identity::Kind::kEmail, {}, "a@cisco.com", {}}));
  EXPECT_FALSE(mail.matches({Identity::Kind::kEmail, {}, "a@x.cisco.com", {}}));
  EXPECT_FALSE(mail.matches(fqdn("cisco.com")));
}

// R-PROF-4
TEST(IdentityMatch, AddressWithMask) {
  const IdentityMatch match{IdentityMatch::Kind::kAddress, *IpPrefix::parse("10.0.0.0/8"), ""};
  EXPECT_TRUE(match.matches({Identity::Kind::kAddress, *IpAddress::parse("10.9.9.9"), "", {}}));
  EXPECT_FALSE(match.matches({Identity::Kind::kAddress, *IpAddress::parse("11.0.0.1"), "", {}}));
}

// R-KEY-11
TEST(Ikev2Keyring, LongestPrefixWinsUnlessTheIdentityFits) {
  Ikev2Keyring keyring{"k", {}};
  keyring.peers.resize(3);
  keyring.peers[0].name = "any";
  keyring.peers[0].address = *IpPrefix::parse("0.0.0.0/0");
  keyring.peers[1].name = "host";
  keyring.peers[1].address = *IpPrefix::parse("10.0.0.1/32");
  keyring.peers[2].name = "named";
  keyring.peers[2].identity = fqdn("spoke.example");
  EXPECT_EQ(keyring.find(*IpAddress::parse("10.0.0.1"), nullptr)->name, "host");
  EXPECT_EQ(keyring.find(*IpAddress::parse("10.0.0.2"), nullptr)->name, "any");
  const Identity id = fqdn("spoke.example");
  EXPECT_EQ(keyring.find(*IpAddress::parse("10.0.0.1"), &id)->name, "named");
  EXPECT_EQ(keyring.find(*IpAddress::parse("::1"), nullptr), nullptr);
}

TEST(Snapshot, PolicyBoundToTheAddressComesFirst) {
  Snapshot snapshot;
  snapshot.ikev2_proposals["a"].name = "a";
  snapshot.ikev2_proposals["b"].name = "b";
  snapshot.ikev2_policies["any"] = {"any", {}, {"a"}};
  snapshot.ikev2_policies["bound"] = {"bound", *IpAddress::parse("10.0.0.1"), {"b"}};
  const auto here = snapshot.proposals_for(*IpAddress::parse("10.0.0.1"));
  ASSERT_EQ(here.size(), 2u);
  EXPECT_EQ(here[0]->name, "b");
  EXPECT_EQ(snapshot.proposals_for(*IpAddress::parse("10.0.0.2")).size(), 1u);
  EXPECT_EQ(Snapshot{}.proposals_for({}).at(0)->name, "default");
}

// R-PROF-20
TEST(Snapshot, TrustpointNamesIgnoreCase) {
  Snapshot snapshot;
  snapshot.trustpoints.push_back({"LaBcA", RevocationCheck::kCrl, "", "", ""});
  ASSERT_NE(snapshot.trustpoint("LABCA"), nullptr);
  EXPECT_EQ(snapshot.trustpoint("LaBC"), nullptr);
}

}  // namespace
}  // namespace spa::policy
