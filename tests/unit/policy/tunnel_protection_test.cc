// SPDX-License-Identifier: Apache-2.0
#include "userspace/policy/tunnel_protection.h"

#include <gtest/gtest.h>

namespace spa::policy {
namespace {

Snapshot with_tunnel(bool multipoint) {
  Snapshot snapshot;
  CryptoMapEntry& profile = snapshot.ipsec_profiles["GRE"];
  profile.transform_sets = {"TS"};
  profile.ikev2_profile = "PEER";
  profile.pfs = wire::DhId::kEcp256;
  Interface& tunnel = snapshot.interfaces.emplace_back();
  tunnel.name = "Tunnel7";
  tunnel.tunnel = Tunnel{"Ethernet0", {}, *IpAddress::parse("192.0.2.2"), multipoint, {}, "GRE"};
  return snapshot;
}

// R-GRE-5: the entry has what the profile says, and the destination as its peer.
TEST(TunnelProtectionTest, IsACryptoMapOfOneEntry) {
  const auto maps = tunnel_protections(with_tunnel(false));
  ASSERT_EQ(maps.size(), 1u);
  const CryptoMap& map = maps.at("Tunnel7-head-0");
  ASSERT_EQ(map.entries.size(), 1u);
  const CryptoMapEntry& entry = map.entries.front();
  EXPECT_EQ(entry.sequence, kProtectionSequence);
  EXPECT_EQ(entry.peers, std::vector<IpAddress>{*IpAddress::parse("192.0.2.2")});
  EXPECT_EQ(entry.transform_sets, std::vector<std::string>{"TS"});
  EXPECT_EQ(entry.ikev2_profile, "PEER");
  EXPECT_EQ(entry.pfs, wire::DhId::kEcp256);
}

// R-GRE-3: a multipoint tunnel has no peer of its own.
TEST(TunnelProtectionTest, MultipointHasNoPeer) {
  const auto maps = tunnel_protections(with_tunnel(true));
  EXPECT_TRUE(maps.at("Tunnel7-head-0").entries.front().peers.empty());
}

TEST(TunnelProtectionTest, NothingWithoutTheProfile) {
  Snapshot snapshot = with_tunnel(false);
  snapshot.interfaces.front().tunnel->protection = "OTHER";
  EXPECT_TRUE(tunnel_protections(snapshot).empty());
  snapshot.interfaces.front().tunnel.reset();
  EXPECT_TRUE(tunnel_protections(snapshot).empty());
}

}  // namespace
}  // namespace spa::policy
