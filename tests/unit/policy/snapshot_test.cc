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

}  // namespace
}  // namespace spa::policy
