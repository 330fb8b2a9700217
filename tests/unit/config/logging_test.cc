// SPDX-License-Identifier: Apache-2.0
// logging …: what is typed is in force, and printed where it is not the default.
#include "userspace/config/logging.h"

#include <gtest/gtest.h>

#include "tests/unit/config/fake_backend.h"
#include "userspace/config/configuration.h"
#include "userspace/config/session.h"

namespace spa::config {
namespace {

class LoggingTest : public testing::Test {
 protected:
  LoggingTest() { session.execute("configure terminal"); }
  std::string type(std::string_view line) {
    const Output output = session.execute(line);
    return output.text + (output.rejection ? output.rejection->text : "");
  }
  bool runs(const std::string& line) const {
    return configuration.running_config().find("\n" + line + "\n") != std::string::npos;
  }

  FakeBackend backend;
  Configuration configuration{backend, "/nonexistent/startup-config"};
  Session session{configuration, true};
};

// R-DBG-34
TEST_F(LoggingTest, SeveritiesAreInForce) {
  EXPECT_EQ(backend.logging, LoggingSettings{});
  EXPECT_EQ(type("logging buffered 8192 warnings"), "");
  EXPECT_EQ(backend.logging.buffered, Severity::kWarning);
  EXPECT_EQ(backend.logging.buffer_octets, 8192U);
  EXPECT_EQ(type("logging console 2"), "");
  EXPECT_EQ(backend.logging.console, Severity::kCritical);
  EXPECT_EQ(type("logging monitor err"), "");
  EXPECT_EQ(backend.logging.monitor, Severity::kError);
  EXPECT_EQ(type("logging trap debugging"), "");
  EXPECT_EQ(backend.logging.trap, Severity::kDebug);
  for (const char* line : {"logging buffered 8192 warnings", "logging console 2",
                           "logging monitor errors", "logging trap debugging"})
    EXPECT_TRUE(runs(line)) << line;
  EXPECT_TRUE(type("do show logging")
                  .starts_with("Syslog logging: enabled\n"
                               "    Console logging: level critical\n"
                               "    Monitor logging: level errors\n"
                               "    Buffer logging: level warnings\n"
                               "    Trap logging: level debugging\n"));
}

TEST_F(LoggingTest, IsTurnedOffAndOnAgain) {
  type("logging buffered 8192 warnings");
  EXPECT_EQ(type("no logging buffered"), "");
  EXPECT_EQ(backend.logging.buffered, std::nullopt);
  EXPECT_EQ(backend.logging.buffer_octets, 0U);
  EXPECT_TRUE(runs("no logging buffered"));
  EXPECT_EQ(type("no logging console"), "");
  EXPECT_EQ(backend.logging.console, std::nullopt);
  EXPECT_EQ(type("logging buffered"), "");
  EXPECT_EQ(backend.logging.buffered, Severity::kDebug);
  EXPECT_FALSE(runs("logging buffered"));
  EXPECT_EQ(type("no logging on"), "");
  EXPECT_EQ(backend.logging.buffered, std::nullopt);
  EXPECT_EQ(backend.logging.trap, std::nullopt);
  EXPECT_TRUE(type("do show logging").starts_with("Syslog logging: disabled\n"));
  EXPECT_EQ(type("logging console"), "");
  EXPECT_EQ(backend.logging.console, Severity::kDebug);
  EXPECT_EQ(type("logging on"), "");
  EXPECT_EQ(backend.logging, LoggingSettings{});
}

TEST_F(LoggingTest, WrongOnesAreRefused) {
  for (const char* line : {"logging buffered 100", "logging console 8", "logging trap loud",
                           "logging buffered 4096 9", "logging nonsense"}) {
    EXPECT_EQ(type(line), "% Invalid input detected at '^' marker.") << line;
  }
  EXPECT_EQ(backend.logging, LoggingSettings{});
  // Of other routers, kept: the host's syslog forwards.
  for (const char* line : {"logging host 192.0.2.1", "logging 192.0.2.1",
                           "logging source-interface Loopback0", "logging facility local6"}) {
    EXPECT_EQ(type(line), "") << line;
    EXPECT_TRUE(runs(line)) << line;
  }
}

// R-CFG-3
TEST_F(LoggingTest, SurvivesAReload) {
  for (const char* line :
       {"logging buffered 8192 warnings", "no logging console", "logging trap 7"})
    type(line);
  FakeBackend other;
  Configuration again(other, "/nonexistent/startup-config");
  EXPECT_TRUE(again.load(configuration.running_config()).value().empty());
  EXPECT_EQ(other.logging, backend.logging);
  EXPECT_NE(other.logging, LoggingSettings{});
}

}  // namespace
}  // namespace spa::config
