// SPDX-License-Identifier: Apache-2.0
#include "userspace/ike/address_pool.h"

#include <gtest/gtest.h>

namespace spa::ike {
namespace {

IpAddress ip(const char* text) {
  return *IpAddress::parse(text);
}

class Pools : public ::testing::Test {
 protected:
  void set(std::vector<policy::AddressRange> ranges) {
    pools.configure({{"P", policy::AddressPool{"P", std::move(ranges)}}});
  }
  AddressPools pools;
};

// RFC 7296 3.15.1: each gets another address, of every range, until there is none.
TEST_F(Pools, LendsEachAddressOnce) {
  set({{ip("10.0.0.254"), ip("10.0.1.1")}, {ip("10.9.0.1"), ip("10.9.0.1")}});
  std::vector<AddressPools::Lease> leases;
  for (const char* expected : {"10.0.0.254", "10.0.0.255", "10.0.1.0", "10.0.1.1", "10.9.0.1"}) {
    auto lease = pools.lend("P", expected, std::nullopt);
    ASSERT_TRUE(lease) << lease.error().text;
    EXPECT_EQ(lease->address(), ip(expected));
    leases.push_back(std::move(*lease));
  }
  EXPECT_EQ(pools.lend("P", "late", std::nullopt).error().code, Errc::kExhausted);
  EXPECT_EQ(pools.lend("Q", "late", std::nullopt).error().code, Errc::kNotFound);
  leases.erase(leases.begin() + 2);
  EXPECT_EQ(pools.lent("P"), 4U);
  EXPECT_EQ(pools.lend("P", "late", std::nullopt)->address(), ip("10.0.1.0"));
  EXPECT_EQ(pools.lent("P"), 4U);  // given back at once
}

TEST_F(Pools, LendsIpv6) {
  set({{ip("2001:db8::ffff"), ip("2001:db8::ffff:ffff")}});
  const auto first = pools.lend("P", "a", std::nullopt);
  const auto second = pools.lend("P", "b", std::nullopt);
  EXPECT_EQ(first->address(), ip("2001:db8::ffff"));
  EXPECT_EQ(second->address(), ip("2001:db8::1:0"));
}

// An address that was given back rests while others are free.
TEST_F(Pools, DoesNotLendTheSameAgainAtOnce) {
  set({{ip("10.0.0.1"), ip("10.0.0.3")}});
  EXPECT_EQ(pools.lend("P", "a", std::nullopt)->address(), ip("10.0.0.1"));
  EXPECT_EQ(pools.lend("P", "b", std::nullopt)->address(), ip("10.0.0.2"));
}

// RFC 7296 3.15.1: what the peer asks for, when it may have it. One that authenticates anew keeps
// its address through both of its IKE SAs (2.8.3).
TEST_F(Pools, GivesWhatIsWantedWhenItMay) {
  set({{ip("10.0.0.1"), ip("10.0.0.9")}});
  auto old = std::make_unique<AddressPools::Lease>(*pools.lend("P", "a", ip("10.0.0.5")));
  EXPECT_EQ(old->address(), ip("10.0.0.5"));
  auto next = pools.lend("P", "a", ip("10.0.0.5"));
  EXPECT_EQ(next->address(), ip("10.0.0.5"));
  EXPECT_NE(pools.lend("P", "b", ip("10.0.0.5"))->address(), ip("10.0.0.5"));
  EXPECT_NE(pools.lend("P", "b", ip("192.0.2.1"))->address(), ip("192.0.2.1"));
  old.reset();
  EXPECT_EQ(pools.lent("P"), 1U);  // the second lease of it lives
}

// A configuration that takes a range away leaves what is lent alone; a lease outlives its pool.
TEST_F(Pools, ChangesWithTheConfiguration) {
  set({{ip("10.0.0.1"), ip("10.0.0.1")}});
  const auto lease = pools.lend("P", "a", std::nullopt);
  set({{ip("10.0.0.1"), ip("10.0.0.2")}});
  EXPECT_EQ(pools.lend("P", "b", std::nullopt)->address(), ip("10.0.0.2"));
  set({});
  EXPECT_FALSE(pools.lend("P", "b", std::nullopt));
  pools.configure({});
  EXPECT_EQ(pools.lent("P"), 0U);
  EXPECT_EQ(lease->address(), ip("10.0.0.1"));
}

}  // namespace
}  // namespace spa::ike
