// SPDX-License-Identifier: Apache-2.0
#include "userspace/daemon/log_hub.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <memory>

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

// A syslog of the test's own.
class Syslog {
 public:
  Syslog() {
    ::unlink(path.c_str());
    fd_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.c_str(), path.size());
    EXPECT_EQ(::bind(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  }
  ~Syslog() {
    ::close(fd_);
    ::unlink(path.c_str());
  }
  Syslog(const Syslog&) = delete;
  Syslog& operator=(const Syslog&) = delete;
  // The next message; empty: none.
  std::string next() {
    char buffer[2048];
    const ssize_t got = ::recv(fd_, buffer, sizeof buffer, 0);
    return got < 0 ? std::string() : std::string(buffer, static_cast<std::size_t>(got));
  }

  std::string path = testing::TempDir() + "spa-log-" + std::to_string(::getpid());

 private:
  int fd_ = -1;
};

void write(LogHub& hub, Severity severity, const std::string& text) {
  testing::internal::CaptureStderr();
  hub.write({severity, "CRYPTO", "TEST", text});
  testing::internal::GetCapturedStderr();
}

// R-DBG-34: facility daemon and the severity in front, then the line as the router prints it.
TEST(LogHub, SendsToTheSyslog) {
  Syslog syslog;
  LogHub hub(LogHub::Target::kSyslog, syslog.path);
  write(hub, Severity::kWarning, "hello");
  const std::string message = syslog.next();
  EXPECT_TRUE(message.starts_with("<28>")) << message;
  const std::string tail = " spa-iked[" + std::to_string(::getpid()) + "]: %CRYPTO-4-TEST: hello";
  EXPECT_TRUE(message.ends_with(tail)) << message;
  EXPECT_EQ(message.size(), std::string("<28>Nov 29 14:06:30").size() + tail.size()) << message;
  // Beside standard error too.
  LogHub front(LogHub::Target::kStandardError, syslog.path);
  write(front, Severity::kInfo, "in front");
  EXPECT_TRUE(syslog.next().ends_with("%CRYPTO-6-TEST: in front"));
}

// R-DBG-34: by severity, to each place its own.
TEST(LogHub, HeedsSeverities) {
  Syslog syslog;
  LogHub hub(LogHub::Target::kStandardError, syslog.path);
  std::string seen;
  hub.add_monitor(&seen, DebugForm::kA, [&](const std::string& text) { seen = text; });
  write(hub, Severity::kDebug, "quiet");
  EXPECT_EQ(syslog.next(), "");  // informational is the least serious that gets there
  EXPECT_EQ(hub.ring().size(), 1U);
  EXPECT_NE(seen, "");
  seen.clear();

  config::LoggingSettings settings;
  settings.trap = Severity::kError;
  settings.buffered = Severity::kWarning;
  settings.monitor = std::nullopt;
  settings.console = Severity::kCritical;
  hub.configure(settings);
  testing::internal::CaptureStderr();
  for (const Severity severity :
       {Severity::kCritical, Severity::kError, Severity::kWarning, Severity::kNotice})
    hub.write({severity, "CRYPTO", "TEST", "line"});
  EXPECT_NE(testing::internal::GetCapturedStderr().find("%CRYPTO-2-TEST: line\n"),
            std::string::npos);
  EXPECT_NE(syslog.next().find("%CRYPTO-2"), std::string::npos);
  EXPECT_NE(syslog.next().find("%CRYPTO-3"), std::string::npos);
  EXPECT_EQ(syslog.next(), "");
  EXPECT_EQ(hub.ring().size(), 4U);
  EXPECT_EQ(hub.ring().back().text, "%CRYPTO-4-TEST: line");
  EXPECT_EQ(seen, "");
}

TEST(LogHub, TheRingHasASize) {
  LogHub hub(LogHub::Target::kSyslog, "/nonexistent/log");
  config::LoggingSettings settings;
  settings.buffer_octets = 4096;
  hub.configure(settings);
  for (int i = 0; i < 100; ++i) write(hub, Severity::kInfo, std::string(200, 'x'));
  std::size_t octets = 0;
  for (const LogEntry& entry : hub.ring()) octets += entry.text.size();
  EXPECT_LE(octets, 4096U);
  EXPECT_GT(octets, 3600U);
  hub.clear_ring();
  write(hub, Severity::kInfo, std::string(200, 'x'));
  EXPECT_EQ(hub.ring().size(), 1U);
}

// A syslog that is started anew is found again; without one, or with one that does not read, lines
// are lost and nobody waits.
TEST(LogHub, OutlivesTheSyslog) {
  auto syslog = std::make_unique<Syslog>();
  LogHub hub(LogHub::Target::kSyslog, syslog->path);
  write(hub, Severity::kInfo, "one");
  EXPECT_NE(syslog->next(), "");
  syslog.reset();
  write(hub, Severity::kInfo, "lost");
  syslog = std::make_unique<Syslog>();
  write(hub, Severity::kInfo, "two");
  EXPECT_TRUE(syslog->next().ends_with("two"));
  for (int i = 0; i < 2000; ++i) hub.write({Severity::kInfo, "CRYPTO", "TEST", "many"});
  EXPECT_TRUE(syslog->next().ends_with("many"));
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
  LogHub hub_{LogHub::Target::kStandardError, "/nonexistent/log", a_moment};
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
  hub_.use_stamps({policy::TimeStamp::Kind::kUptime, false}, {}, {});
  EXPECT_EQ(watch(DebugForm::kA)[0], "6d23h: newest");
  hub_.use_stamps({policy::TimeStamp::Kind::kNone, false}, {}, {});
  EXPECT_EQ(watch(DebugForm::kA)[0], "newest");
  policy::TimeZone zone;
  zone.name = "PST";
  zone.minutes = -8 * 60;
  hub_.use_stamps({policy::TimeStamp::Kind::kDateTime, true, true}, {}, zone);
  EXPECT_EQ(watch(DebugForm::kA)[0], "*Nov  6 11:31:25.010: newest");  // R-DBG-9
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

// R-TIME-7, R-DBG-9: the star before a stamp is no system call for every line.
TEST(ClockState, IsAskedOnceASecond) {
  int asked = 0;
  bool right = true;
  ClockState clock([&] {
    ++asked;
    return right;
  });
  EXPECT_TRUE(clock.synchronised(Duration{0}));
  right = false;
  for (int i = 0; i < 1000; ++i) EXPECT_TRUE(clock.synchronised(Duration{i}));
  EXPECT_EQ(asked, 1);
  EXPECT_FALSE(clock.synchronised(Duration{1000}));
  EXPECT_FALSE(clock.synchronised(Duration{1999}));
  EXPECT_EQ(asked, 2);
}

}  // namespace
}  // namespace spa::daemon
