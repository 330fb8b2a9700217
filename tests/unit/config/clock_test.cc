// SPDX-License-Identifier: Apache-2.0
// Time zones, and the clock that is the host's.
#include <gtest/gtest.h>

#include "tests/unit/config/fake_backend.h"
#include "userspace/config/configuration.h"
#include "userspace/config/session.h"

namespace spa::config {
namespace {

class Clock : public testing::Test {
 protected:
  void SetUp() override { type("configure terminal"); }
  std::string type(std::string_view line) {
    const Output output = session.execute(line);
    return output.text + (output.rejection ? output.rejection->text + "\n" : "");
  }
  // What `show clock` says at a moment of UTC.
  std::string at(int year, unsigned month, unsigned day, int hour) {
    const std::chrono::sys_days date =
        std::chrono::year(year) / std::chrono::month(month) / std::chrono::day(day);
    backend.time = WallTime(date.time_since_epoch() + std::chrono::hours(hour));
    return type("do show clock");
  }
  FakeBackend backend;
  Configuration configuration{backend, "/nonexistent/startup-config"};
  Session session{configuration, true};
};

// R-TIME-1, R-TIME-2, R-TIME-7: 22:03:31 UTC is 14:03:31 PST; a clock that nobody keeps is marked.
TEST_F(Clock, IsShownInTheZone) {
  backend.time = WallTime(std::chrono::seconds(992'988'211));
  EXPECT_EQ(type("do show clock"), "*22:03:31.000 UTC Tue Jun 19 2001\n");
  EXPECT_EQ(type("clock timezone PST -8"), "");
  EXPECT_EQ(type("do show clock"), "*14:03:31.000 PST Tue Jun 19 2001\n");
  backend.info.clock_synchronised = true;
  EXPECT_EQ(type("clock timezone IST 5 30"), "");
  EXPECT_EQ(type("do show clock"), "03:33:31.000 IST Wed Jun 20 2001\n");
  type("clock timezone NST -3 30");
  EXPECT_EQ(type("do show clock"), "18:33:31.000 NST Tue Jun 19 2001\n");
  EXPECT_NE(configuration.running_config().find("\nclock timezone NST -3 30\n"), std::string::npos);
  type("no clock timezone");
  EXPECT_EQ(type("do show clock"), "22:03:31.000 UTC Tue Jun 19 2001\n");
  EXPECT_TRUE(session.execute("clock timezone PST -24").rejection);
  EXPECT_TRUE(session.execute("clock timezone PST eight").rejection);
}

// R-TIME-2
TEST_F(Clock, HasSummerTime) {
  type("clock timezone PST -8");
  EXPECT_EQ(type("clock summer-time PDT recurring"), "");
  EXPECT_EQ(at(2026, 1, 15, 20), "*12:00:00.000 PST Thu Jan 15 2026\n");
  EXPECT_EQ(at(2026, 7, 15, 20), "*13:00:00.000 PDT Wed Jul 15 2026\n");
  EXPECT_EQ(at(2026, 3, 8, 9), "*01:00:00.000 PST Sun Mar 8 2026\n");
  EXPECT_EQ(at(2026, 3, 8, 10), "*03:00:00.000 PDT Sun Mar 8 2026\n");
  EXPECT_EQ(at(2026, 11, 1, 8), "*01:00:00.000 PDT Sun Nov 1 2026\n");
  EXPECT_EQ(at(2026, 11, 1, 9), "*01:00:00.000 PST Sun Nov 1 2026\n");
  EXPECT_EQ(type("clock summer-time PDT recurring first Sun apr 2:00 last sunday October 2:00 60"),
            "");
  EXPECT_EQ(at(2026, 3, 20, 20), "*12:00:00.000 PST Fri Mar 20 2026\n");
  EXPECT_EQ(at(2026, 10, 24, 20), "*13:00:00.000 PDT Sat Oct 24 2026\n");
  // South of the equator it lasts over the turn of the year.
  type("clock timezone NZST 12");
  type("clock summer-time NZDT recurring last sun sep 2:00 first sun apr 3:00");
  EXPECT_EQ(at(2026, 1, 15, 0), "*13:00:00.000 NZDT Thu Jan 15 2026\n");
  EXPECT_EQ(at(2026, 7, 15, 0), "*12:00:00.000 NZST Wed Jul 15 2026\n");
  // Once, on dates.
  EXPECT_EQ(type("clock summer-time NZDT date 1 feb 2026 2:00 mar 1 2026 2:00 30"), "");
  EXPECT_EQ(at(2026, 2, 10, 0), "*12:30:00.000 NZDT Tue Feb 10 2026\n");
  EXPECT_EQ(at(2027, 2, 10, 0), "*12:00:00.000 NZST Wed Feb 10 2027\n");
  for (const char* line : {"clock summer-time PDT recurring first", "clock summer-time PDT date 1",
                           "clock summer-time PDT recurring 6 sun apr 2:00 last sun oct 2:00",
                           "clock summer-time PDT recurring 1 sun apr 24:00 last sun oct 2:00"})
    EXPECT_TRUE(session.execute(line).rejection) << line;
}

// R-TIME-3: read in every form, not done, and the remedy is named.
TEST_F(Clock, IsSetOnTheHost) {
  for (const char* line :
       {"do clock set 09:05:55 january 11 2002", "do clock set 9:05:55 11 Jan 2002",
        "do clock set 09:05:55 JANUARY 11 2002"}) {
    const std::string said = type(line);
    EXPECT_NE(said.find("timedatectl set-time '2002-01-11 09:05:55'"), std::string::npos) << said;
  }
  EXPECT_NE(type("do clock set 25:00:00 january 11 2002").find("A time is"), std::string::npos);
}

// R-TIME-1: the configuration's own times follow.
TEST_F(Clock, IsInTheHeadOfTheConfiguration) {
  type("clock timezone PST -8");
  EXPECT_NE(configuration.running_config().find(
                "! Last configuration change at 20:17:48 PST Thu Jan 10 2002\n"),
            std::string::npos);
}

}  // namespace
}  // namespace spa::config
