// SPDX-License-Identifier: Apache-2.0
#include "userspace/ike/cookie.h"

#include <gtest/gtest.h>

namespace spa::ike {
namespace {

const SteadyTime kStart{Duration(5000)};
const Bytes kNonce(16, 3);
const IpAddress kPeer = IpAddress::v4(0x0a000001);

// RFC 7296 2.6
TEST(Cookie, FitsOnlyItsRequest) {
  CookieJar jar(Duration(60000));
  const Bytes cookie = *jar.make(kStart, kNonce, kPeer, 77);
  EXPECT_LE(cookie.size(), 64U);
  EXPECT_TRUE(jar.check(kStart, cookie, kNonce, kPeer, 77));
  EXPECT_FALSE(jar.check(kStart, cookie, kNonce, kPeer, 78));
  EXPECT_FALSE(jar.check(kStart, cookie, kNonce, IpAddress::v4(0x0a000002), 77));
  EXPECT_FALSE(jar.check(kStart, cookie, Bytes(16, 4), kPeer, 77));
  Bytes other = cookie;
  other.back() ^= 1;
  EXPECT_FALSE(jar.check(kStart, other, kNonce, kPeer, 77));
  EXPECT_FALSE(jar.check(kStart, {}, kNonce, kPeer, 77));
  EXPECT_FALSE(jar.check(kStart, ByteView(cookie).first(1), kNonce, kPeer, 77));
}

TEST(Cookie, SecretsAreReplacedAndTheLastOneIsAccepted) {
  CookieJar jar(Duration(60000));
  const Bytes cookie = *jar.make(kStart, kNonce, kPeer, 77);
  EXPECT_TRUE(jar.check(kStart + Duration(70000), cookie, kNonce, kPeer, 77));
  EXPECT_NE(*jar.make(kStart + Duration(70000), kNonce, kPeer, 77), cookie);
  EXPECT_FALSE(jar.check(kStart + Duration(140000), cookie, kNonce, kPeer, 77));
}

TEST(Cookie, LongSilenceExpiresEverything) {
  CookieJar jar(Duration(60000));
  const Bytes cookie = *jar.make(kStart, kNonce, kPeer, 77);
  EXPECT_FALSE(jar.check(kStart + Duration(200000), cookie, kNonce, kPeer, 77));
}

TEST(Cookie, JarsDiffer) {
  CookieJar a(Duration(60000)), b(Duration(60000));
  const Bytes cookie = *a.make(kStart, kNonce, kPeer, 77);
  EXPECT_FALSE(b.check(kStart, cookie, kNonce, kPeer, 77));
}

}  // namespace
}  // namespace spa::ike
