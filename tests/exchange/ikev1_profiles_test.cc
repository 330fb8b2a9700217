// SPDX-License-Identifier: Apache-2.0
// Under which profile a peer of IKEv1 falls, and what we call ourselves (R-PROF, R-POL-18 to 21).
#include "tests/exchange/two_routers.h"

namespace spa::exchange {
namespace {

using Match = policy::IdentityMatch::Kind;

class Ikev1Profiles : public TwoRouters {
 protected:
  Ikev1Profiles() {
    left.use_ikev1();
    right.use_ikev1();
  }
  void use_signatures() {
    left.use_isakmp_certificates("CN=left");
    right.use_isakmp_certificates("CN=right");
  }
  policy::IsakmpProfile& add_profile(Router& router, const std::string& name) {
    policy::IsakmpProfile& made = router.config.isakmp.profiles[name];
    made.name = name;
    return made;
  }
};

// R-POL-1, R-POL-14, R-POL-21: an initiator that nothing tells to begin with aggressive mode says
// so, and both ends keep what was agreed.
TEST_F(Ikev1Profiles, MainModeUnlessAsked) {
  start();
  bring_up(left);
  expect_tunnel();
  EXPECT_TRUE(left.log.has("Can not start Aggressive mode, trying Main mode."));
  for (const Router* r : {&left, &right}) {
    const ike::IkeSaStatus sa = r->status()[0];
    EXPECT_EQ(sa.cipher, (policy::Cipher{wire::EncrId::kAesCbc, 256})) << r->name;
    EXPECT_EQ(sa.prf, wire::PrfId::kHmacSha256) << r->name;
    EXPECT_EQ(sa.group, wire::DhId::kEcp256) << r->name;
  }
}

// R-PROF-10
TEST_F(Ikev1Profiles, AggressiveModeWhenAsked) {
  left.isakmp_profile().initiate_aggressive = true;
  left.entry().isakmp_profile = "V1";
  start();
  bring_up(left);
  expect_tunnel();
  EXPECT_FALSE(left.log.has("Can not start Aggressive mode"));
  EXPECT_TRUE(left.log.has("SA request profile is V1"));  // R-PROF-17
}

// R-POL-18, R-POL-19: an address that the certificate does not carry gives way to the name.
TEST_F(Ikev1Profiles, AddressesThatTheCertificateDoesNotCarry) {
  use_signatures();
  left.config.isakmp.identity = policy::IsakmpIdentity::kAddress;
  start();
  bring_up(left);
  expect_tunnel();
  EXPECT_TRUE(left.log.has("My ID configured as IPv4 Addr, but Addr not in Cert!"));
  EXPECT_TRUE(left.log.has("Using FQDN as My ID"));
  EXPECT_EQ(right.status()[0].remote_identity.to_string(), "left.example.com");
}

// R-PROF-4, R-PROF-12: the statement that names the peer most exactly decides.
TEST_F(Ikev1Profiles, TheMostExactStatementDecides) {
  right.isakmp_profile().match_remote = {{Match::kAddress, IpPrefix{left.address, 8}, {}}};
  add_profile(right, "EXACT").match_remote = {{Match::kAddress, IpPrefix{left.address, 32}, {}}};
  add_profile(right, "AAA");  // R-PROF-2: incomplete, whatever its place
  start();
  bring_up(left);
  expect_tunnel();
  EXPECT_EQ(right.status()[0].profile, "EXACT");
}

// R-PROF-9, R-PROF-12 to R-PROF-14, R-CMAP-8, R-CMAP-10: identities first, then certificate maps;
// the certificate is judged again by what the profile trusts, and its group is the peer's.
TEST_F(Ikev1Profiles, CertificateMapsComeAfterIdentities) {
  use_signatures();
  policy::IsakmpProfile& profile = right.isakmp_profile();
  profile.match_remote = {{Match::kFqdnDomain, {}, "elsewhere.org"}};
  profile.match_certificate_maps = {"PEERS"};
  profile.trustpoints = {"OTHER", "TP"};
  profile.client_group = "sales";
  right.credentials.maps["PEERS"] = "CN=left";
  start();
  bring_up(left);
  expect_tunnel();
  EXPECT_EQ(right.status()[0].profile, "V1");
  EXPECT_TRUE(right.log.has("certificate map matches V1 profile"));
  EXPECT_TRUE(right.log.has("Trying to re-validate CERT using new profile"));
  EXPECT_TRUE(right.log.has("Creating CERT validation list: OTHER, TP,"));
  EXPECT_TRUE(right.log.has("CERT validity confirmed."));
  EXPECT_TRUE(right.log.has("Profile V1 assigned peer the group named sales"));
}

// R-PKI-70, R-PKI-71: what is said of the authorities on the way to a signature, and of the key of
// a peer that was not met before.
TEST_F(Ikev1Profiles, AuthoritiesAreNamed) {
  use_signatures();
  start();
  bring_up(left);
  expect_tunnel();
  for (const char* line :
       {"): constructing CERT_REQ for issuer ", "): peer wants a CT_X509_SIGNATURE cert",
        "): peer want cert issued by ", "): Choosing trustpoint TP as issuer",
        "): using the TP trustpoint's keypair to sign", "): peer's pubkey isn't cached",
        "): adding peer's pubkey to cache"})
    EXPECT_TRUE(right.log.has(line)) << line;
}

// R-PROF-15: without certificates in the exchange no certificate map admits anybody.
TEST_F(Ikev1Profiles, CertificateMapsNeedCertificates) {
  right.isakmp_profile().match_remote.clear();
  right.isakmp_profile().match_certificate_maps = {"PEERS"};
  right.credentials.maps["PEERS"] = "";
  start();
  bring_up(left);
  expect_tunnel();
  EXPECT_EQ(right.status()[0].profile, "");
}

// R-PROF-8: a certificate that the profile's trustpoints do not vouch for.
TEST_F(Ikev1Profiles, OnlyTheTrustpointsOfTheProfileCount) {
  use_signatures();
  right.isakmp_profile().trustpoints = {"OTHER"};
  start();
  bring_up(left);
  EXPECT_EQ(right.up(), 0U);
  EXPECT_TRUE(right.database.pairs.empty());
}

// R-PROF-7, R-KEY-3: bound to another local address, neither is there.
TEST_F(Ikev1Profiles, WhatEndsElsewhereIsNotForThisPeer) {
  right.isakmp_profile().local.address = *IpAddress::parse("10.9.9.9");
  right.entry().isakmp_profile = "V1";
  start();
  bring_up(left);
  EXPECT_TRUE(right.database.pairs.empty()) << "the entry wants a profile that is none here";
}

// R-PROF-18: match statements are about those who come; who is called is called under the profile.
TEST_F(Ikev1Profiles, WhoIsCalledIsNotMatched) {
  left.isakmp_profile().match_remote = {{Match::kAddress, IpPrefix{right.address, 32}, {}}};
  add_profile(left, "OUT").match_remote = {{Match::kFqdn, {}, "nobody.example.com"}};
  left.entry().isakmp_profile = "OUT";
  start();
  bring_up(left);
  expect_tunnel();
  EXPECT_EQ(left.status()[0].profile, "OUT");
}

}  // namespace
}  // namespace spa::exchange
