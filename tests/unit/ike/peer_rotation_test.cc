// SPDX-License-Identifier: Apache-2.0
#include "userspace/ike/peer_rotation.h"

#include <gtest/gtest.h>

namespace spa::ike {
namespace {

const SteadyTime kStart{Duration(1'000'000)};

class Rotation : public ::testing::Test {
 protected:
  const IpAddress a = *IpAddress::parse("10.0.0.1");
  const IpAddress b = *IpAddress::parse("10.0.0.2");
  const IpAddress c = *IpAddress::parse("10.0.0.3");
  const std::vector<IpAddress> peers{a, b, c};
  PeerRotation rotation;
};

// R-MAP-11: the first, as long as it lives.
TEST_F(Rotation, BeginsWithTheFirst) {
  EXPECT_EQ(rotation.current(peers), a);
  rotation.dead(peers, b, kStart);
  EXPECT_EQ(rotation.current(peers), a);
}

// R-DPD-17: cyclic; who died a moment ago comes last.
TEST_F(Rotation, GoesRoundPastTheDead) {
  rotation.dead(peers, a, kStart);
  EXPECT_EQ(rotation.current(peers), b);
  rotation.dead(peers, b, kStart + Duration(1000));
  EXPECT_EQ(rotation.current(peers), c);
  rotation.dead(peers, c, kStart + Duration(2000));
  EXPECT_EQ(rotation.current(peers), a);  // the longest dead
  rotation.alive(c);
  rotation.dead(peers, a, kStart + Duration(3000));
  EXPECT_EQ(rotation.current(peers), c);
}

// A death is forgotten after a while.
TEST_F(Rotation, ForgetsDeaths) {
  rotation.dead(peers, a, kStart);
  rotation.dead(peers, b, kStart + Duration(1000));
  rotation.dead(peers, c, kStart + Duration(400'000));
  EXPECT_EQ(rotation.current(peers), a);
}

TEST_F(Rotation, FollowsTheConfiguration) {
  rotation.dead(peers, a, kStart);
  EXPECT_EQ(rotation.current({a, c}), a);  // b is gone from the list
  rotation.dead({a}, a, kStart);
  EXPECT_EQ(rotation.current({a}), a);
  rotation.dead({a}, b, kStart);  // not one of them
  EXPECT_EQ(rotation.current({a}), a);
}

}  // namespace
}  // namespace spa::ike
