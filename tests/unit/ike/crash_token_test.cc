// SPDX-License-Identifier: Apache-2.0
#include "userspace/ike/crash_token.h"

#include <gtest/gtest.h>

namespace spa::ike {
namespace {

// RFC 6290 5, 5.1: the same after a restart, another for every IKE SA, role and secret.
TEST(CrashToken, DependsOnSecretAndSpis) {
  const SecretBytes secret(32, 1), other(32, 2);
  const Bytes token = *crash_token(secret, 0x1122, 0x3344);
  EXPECT_GE(token.size(), kMinCrashToken);
  EXPECT_LE(token.size(), kMaxCrashToken);
  EXPECT_EQ(*crash_token(secret, 0x1122, 0x3344), token);
  EXPECT_NE(*crash_token(secret, 0x3344, 0x1122), token);
  EXPECT_NE(*crash_token(secret, 0x1122, 0x3345), token);
  EXPECT_NE(*crash_token(other, 0x1122, 0x3344), token);
}

}  // namespace
}  // namespace spa::ike
