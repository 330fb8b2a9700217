// SPDX-License-Identifier: Apache-2.0
#include "userspace/ike/peer_certificate.h"

#include <gtest/gtest.h>

namespace spa::ike {
namespace {

using Kind = policy::Identity::Kind;

// RFC 4945 3.1.1, 3.1.2, 3.1.3, 3.1.5
TEST(PeerCertificate, SpeaksForItsNamesOnly) {
  ports::PeerCertificate certificate;
  certificate.subject_der = {1, 2, 3};
  certificate.names = {{Kind::kFqdn, {}, "Router.example.com", {}},
                       {Kind::kAddress, IpAddress::v4(1), {}, {}}};
  EXPECT_TRUE(speaks_for(certificate, {Kind::kFqdn, {}, "router.EXAMPLE.com", {}}));
  EXPECT_FALSE(speaks_for(certificate, {Kind::kFqdn, {}, "example.com", {}}));
  EXPECT_FALSE(speaks_for(certificate, {Kind::kEmail, {}, "Router.example.com", {}}));
  EXPECT_TRUE(speaks_for(certificate, {Kind::kAddress, IpAddress::v4(1), {}, {}}));
  EXPECT_FALSE(speaks_for(certificate, {Kind::kAddress, IpAddress::v4(2), {}, {}}));
  EXPECT_TRUE(speaks_for(certificate, {Kind::kDn, {}, "whatever", {1, 2, 3}}));
  EXPECT_FALSE(speaks_for(certificate, {Kind::kDn, {}, "whatever", {1, 2}}));
}

}  // namespace
}  // namespace spa::ike
