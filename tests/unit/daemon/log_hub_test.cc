// SPDX-License-Identifier: Apache-2.0
#include "userspace/daemon/log_hub.h"

#include <gtest/gtest.h>

namespace spa::daemon {
namespace {

TEST(LogHub, KeepsABoundedRingAndFeedsMonitors) {
  LogHub hub(LogHub::Target::kStandardError);
  std::string seen;
  int key = 0;
  hub.add_monitor(&key, DebugForm::kA, [&](const std::string& text) { seen = text; });
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

// An event with a line for each form, and one that goes on with it.
class TwoLines final : public DebugEvent {
 public:
  [[nodiscard]] DebugLines lines(DebugForm form) const override {
    ++rendered;
    const char* text = form == DebugForm::kA ? "newest" : form == DebugForm::kPix ? "pix" : "old";
    return {{text, true}, {"  goes on", false}};
  }
  mutable int rendered = 0;
};

const IpAddress kPeer = *IpAddress::parse("192.0.2.1");
const IpAddress kOther = *IpAddress::parse("192.0.2.2");

// Six days and 23 hours after its start, on a machine whose clock nothing keeps right.
Moment a_moment() {
  return {WallTime(Duration(1162841485010)), Duration(601200000), false};
}

class LogHubDebug : public ::testing::Test {
 protected:
  LogHubDebug() { hub_.set_debugging("isakmp", true); }
  std::vector<std::string> watch(DebugForm form, std::optional<IpAddress> peer = kPeer) {
    std::vector<std::string> seen;
    hub_.add_monitor(&seen, form, [&](const std::string& line) { seen.push_back(line); });
    testing::internal::CaptureStderr();
    hub_.debug({"isakmp", peer, event_});
    testing::internal::GetCapturedStderr();
    hub_.remove_monitor(&seen);
    return seen;
  }
  LogHub hub_{LogHub::Target::kStandardError, a_moment};
  TwoLines event_;
};

using Seen = std::vector<std::string>;

// R-DBG-7, R-DBG-9, R-DBG-10: each terminal reads its own form, and the firewall's has no time; the
// log has the newest.
TEST_F(LogHubDebug, EachWatcherReadsItsForm) {
  EXPECT_EQ(watch(DebugForm::kA), (Seen{"*Nov  6 19:31:25.010: newest", "  goes on"}));
  EXPECT_EQ(watch(DebugForm::kC), (Seen{"*Nov  6 19:31:25.010: old", "  goes on"}));
  EXPECT_EQ(watch(DebugForm::kPix), (Seen{"pix", "  goes on"}));
  ASSERT_EQ(hub_.ring().size(), 6U);
  EXPECT_EQ(hub_.ring().back().text, "  goes on");
  EXPECT_EQ(hub_.ring().back().stamp, "");
  EXPECT_EQ(hub_.ring()[4].text, "newest");
}

// R-DBG-8
TEST_F(LogHubDebug, ServiceTimestamps) {
  hub_.use_stamps({policy::TimeStamp::Kind::kUptime, false}, {});
  EXPECT_EQ(watch(DebugForm::kA)[0], "6d23h: newest");
  hub_.use_stamps({policy::TimeStamp::Kind::kNone, false}, {});
  EXPECT_EQ(watch(DebugForm::kA)[0], "newest");
}

// Nothing is put into words when the stream is off, or when the peer is none of those named.
TEST_F(LogHubDebug, WhatNobodyReadsIsNotWritten) {
  hub_.set_debugging("isakmp", false);
  EXPECT_TRUE(watch(DebugForm::kA).empty());
  hub_.set_debugging("isakmp", true);
  hub_.set_condition(kOther, true);
  EXPECT_TRUE(watch(DebugForm::kA).empty());
  EXPECT_EQ(event_.rendered, 0);
  EXPECT_EQ(watch(DebugForm::kA, std::nullopt).size(), 2U);
  hub_.set_condition(kPeer, true);
  EXPECT_EQ(watch(DebugForm::kA).size(), 2U);
  hub_.set_condition(kPeer, false);
  hub_.set_condition(kOther, false);
  EXPECT_EQ(watch(DebugForm::kA).size(), 2U);
}

// Somebody whose connection breaks while he is told is told no more.
TEST_F(LogHubDebug, AWatcherMayLeaveWhileHeIsTold) {
  int told = 0;
  hub_.add_monitor(&told, DebugForm::kA, [&](const std::string&) {
    ++told;
    hub_.remove_monitor(&told);
  });
  testing::internal::CaptureStderr();
  hub_.debug({"isakmp", kPeer, event_});
  testing::internal::GetCapturedStderr();
  EXPECT_EQ(told, 1);
}

// R-DBG-8, R-DBG-9
TEST(TimeStamp, Forms) {
  using Kind = policy::TimeStamp::Kind;
  Moment moment = a_moment();
  EXPECT_EQ(time_stamp({Kind::kDateTime, true}, moment), "*Nov  6 19:31:25.010: ");
  moment.synchronised = true;
  EXPECT_EQ(time_stamp({Kind::kDateTime, false}, moment), "Nov  6 19:31:25: ");
  EXPECT_EQ(time_stamp({Kind::kUptime, false}, moment), "6d23h: ");
  moment.uptime = Duration(31690000);
  EXPECT_EQ(time_stamp({Kind::kUptime, true}, moment), "08:48:10: ");
  EXPECT_EQ(time_stamp({Kind::kNone, true}, moment), "");
}

}  // namespace
}  // namespace spa::daemon
