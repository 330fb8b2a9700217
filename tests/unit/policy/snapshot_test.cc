// SPDX-License-Identifier: Apache-2.0
// Where IKE SAs end.
#include "userspace/policy/snapshot.h"

#include <gtest/gtest.h>

namespace spa::policy {
namespace {

IpAddress ip(const char* text) {
  return *IpAddress::parse(text);
}

class SnapshotTest : public ::testing::Test {
 protected:
  SnapshotTest() {
    Interface serial;
    serial.name = "Serial0";
    serial.addresses = {*IpPrefix::parse("10.0.0.1/24"), *IpPrefix::parse("10.0.1.1/24")};
    Interface bare;
    bare.name = "Serial1";
    snapshot_.interfaces = {serial, bare};
  }
  Snapshot snapshot_;
};

// R-KEY-5, R-KEY-6, R-KEY-7, R-PROF-7: an address is itself; an interface is its primary address,
// and without one it is nowhere.
TEST_F(SnapshotTest, WhereAnIkeSaTerminates) {
  LocalTermination at;
  EXPECT_TRUE(snapshot_.terminates(at, ip("10.0.0.1")));
  at.interface = "Serial0";
  EXPECT_TRUE(snapshot_.terminates(at, ip("10.0.0.1")));
  EXPECT_FALSE(snapshot_.terminates(at, ip("10.0.1.1"))) << "secondary";
  at.interface = "Serial1";
  EXPECT_FALSE(snapshot_.terminates(at, ip("10.0.0.1")));
  at.interface = "Serial9";
  EXPECT_FALSE(snapshot_.terminates(at, ip("10.0.0.1")));
  at = {"", ip("10.0.1.1")};
  EXPECT_TRUE(snapshot_.terminates(at, ip("10.0.1.1")));
  EXPECT_FALSE(snapshot_.terminates(at, ip("10.0.0.1")));
}

// R-VRF-1: an address inside a VRF needs its name.
TEST_F(SnapshotTest, AnAddressInAVrf) {
  snapshot_.interfaces[0].vrf = "red";
  LocalTermination at{"", ip("10.0.0.1")};
  EXPECT_FALSE(snapshot_.terminates(at, ip("10.0.0.1")));
  at.vrf = "red";
  EXPECT_TRUE(snapshot_.terminates(at, ip("10.0.0.1")));
  at.vrf = "blue";
  EXPECT_FALSE(snapshot_.terminates(at, ip("10.0.0.1")));
}

// R-VRF-2, R-KEY-11: keyrings and addresses are bound to one VRF, or to none; a profile of IKEv2
// to one, or to any.
TEST_F(SnapshotTest, WhoIsMetInAVrf) {
  IsakmpKeyring keyring;
  IdentityMatch match;
  match.kind = IdentityMatch::Kind::kAddress;
  Ikev2Profile profile;
  EXPECT_TRUE(snapshot_.meets(keyring, ip("10.0.0.1")));
  EXPECT_TRUE(snapshot_.meets(match, ip("10.0.0.1")));
  snapshot_.interfaces[0].vrf = "red";
  EXPECT_EQ(snapshot_.front_vrf(ip("10.0.1.1")), "red");
  EXPECT_EQ(snapshot_.front_vrf(ip("10.0.2.1")), "");
  EXPECT_FALSE(snapshot_.meets(keyring, ip("10.0.0.1")));
  EXPECT_FALSE(snapshot_.meets(match, ip("10.0.0.1")));
  EXPECT_TRUE(snapshot_.meets(profile, ip("10.0.0.1")));
  keyring.vrf = match.vrf = "red";
  profile.match_front_vrf = "red";
  EXPECT_TRUE(snapshot_.meets(keyring, ip("10.0.0.1")));
  EXPECT_TRUE(snapshot_.meets(match, ip("10.0.0.1")));
  EXPECT_TRUE(snapshot_.meets(profile, ip("10.0.0.1")));
  profile.match_front_vrf = "blue";
  EXPECT_FALSE(snapshot_.meets(profile, ip("10.0.0.1")));
  match.kind = IdentityMatch::Kind::kFqdn;
  match.vrf.clear();
  EXPECT_TRUE(snapshot_.meets(match, ip("10.0.0.1")));  // a name has no VRF
}

// R-VRF-4: what the profile says, or else as outside; an entry's own profile before its map's.
TEST_F(SnapshotTest, WhatATunnelCarries) {
  snapshot_.interfaces[0].vrf = "red";
  snapshot_.isakmp.profiles["P"].vrf = "green";
  snapshot_.ikev2_profiles["P"].inside_vrf = "blue";
  CryptoMap map;
  CryptoMapEntry entry;
  const IpAddress local = ip("10.0.0.1");
  EXPECT_EQ(snapshot_.inside_vrf(map, entry, local), "red");
  map.isakmp_profile = "P";
  EXPECT_EQ(snapshot_.inside_vrf(map, entry, local), "green");
  entry.isakmp_profile = "OTHER";
  EXPECT_EQ(snapshot_.inside_vrf(map, entry, local), "red");
  entry.ikev2_profile = "P";
  EXPECT_EQ(snapshot_.inside_vrf(map, entry, local), "blue");
}

}  // namespace
}  // namespace spa::policy
