// SPDX-License-Identifier: Apache-2.0
#include "userspace/daemon/log_hub.h"

#include <gtest/gtest.h>

namespace spa::daemon {
namespace {

TEST(LogHub, KeepsABoundedRingAndFeedsMonitors) {
  LogHub hub(LogHub::Target::kStandardError);
  std::string seen;
  int key = 0;
  hub.add_monitor(&key, [&](const std::string& text) { seen = text; });
  testing::internal::CaptureStderr();
  for (int i = 0; i < 1500; ++i)
    hub.write({Severity::kInfo, "CRYPTO", "TEST", "line " + std::to_string(i)});
  const std::string printed = testing::internal::GetCapturedStderr();
  EXPECT_NE(printed.find("%CRYPTO-6-TEST: line 1499"), std::string::npos);
  EXPECT_EQ(hub.ring().size(), 1000u);
  EXPECT_EQ(hub.ring().back().text, "%CRYPTO-6-TEST: line 1499");
  EXPECT_NE(seen.find("line 1499"), std::string::npos);
  hub.remove_monitor(&key);
  testing::internal::CaptureStderr();
  hub.write({Severity::kInfo, "CRYPTO", "TEST", "unseen"});
  testing::internal::GetCapturedStderr();
  EXPECT_EQ(seen.find("unseen"), std::string::npos);
}

// What a peer chose (a name, an identity) must not move the operator's cursor.
TEST(LogHub, ControlCharactersDoNotGetThrough) {
  LogHub hub(LogHub::Target::kStandardError);
  testing::internal::CaptureStderr();
  hub.write({Severity::kInfo, "CRYPTO", "TEST", "a\x1b[2J\nb"});
  testing::internal::GetCapturedStderr();
  EXPECT_EQ(hub.ring().back().text, "%CRYPTO-6-TEST: a?[2J?b");
}

TEST(LogHub, DebugStreamsAreSwitched) {
  LogHub hub(LogHub::Target::kStandardError);
  EXPECT_FALSE(hub.debugging("ikev2"));
  hub.set_debugging("ikev2", true);
  EXPECT_TRUE(hub.debugging("ikev2"));
  hub.set_debugging("ikev2", false);
  EXPECT_FALSE(hub.debugging("ikev2"));
}

}  // namespace
}  // namespace spa::daemon
