// SPDX-License-Identifier: Apache-2.0
// What somebody sees who checks a file.
#include "userspace/tool/check.h"

#include <gtest/gtest.h>

#include <sstream>

namespace spa::tool {
namespace {

constexpr WallTime kNow{Duration{1'010'722'668'123}};

class CheckTool : public testing::Test {
 protected:
  int run(const std::string& text, bool json = false, bool strict = false) {
    std::istringstream input(text);
    out.str("");
    return run_check({{"-"}, json, strict}, input, kNow, {out, err});
  }
  std::ostringstream out, err;
};

TEST_F(CheckTool, SaysNothingOfAGoodOne) {
  EXPECT_EQ(run("hostname left\nend\n", false, true), kClean);
  EXPECT_EQ(out.str(), "");
}

// R-CLI-12
TEST_F(CheckTool, ShowsRefusedLinesAsTheRouterDoes) {
  EXPECT_EQ(run("hostname left\nhostnime right\n"), kErrors);
  EXPECT_EQ(out.str(),
            "-:2: hostnime right\n"
            "          ^\n"
            "% Invalid input detected at '^' marker.\n");
}

TEST_F(CheckTool, CountsWarningsOnlyWhenStrict) {
  const std::string text = "crypto ipsec transform-set TS esp-3des esp-sha256-hmac\n";
  EXPECT_EQ(run(text), kClean);
  EXPECT_EQ(out.str(),
            "-:1: warning: crypto ipsec transform-set TS: weak encryption; choose AES, SHA-2 and "
            "group 14 or above 18\n");
  EXPECT_EQ(run(text, false, true), kWarnings);
  EXPECT_EQ(run("ip classless\n", false, true), kClean);  // a note
}

TEST_F(CheckTool, GivesJson) {
  EXPECT_EQ(run("hostnime right\n", true), kErrors);
  EXPECT_NE(out.str().find("\"severity\": \"error\""), std::string::npos) << out.str();
  EXPECT_NE(out.str().find("\"column\": 5"), std::string::npos) << out.str();
  EXPECT_EQ(run("hostname left\n", true), kClean);
  EXPECT_EQ(out.str(), "[]\n");
}

TEST_F(CheckTool, SaysWhichFileCannotBeRead) {
  std::istringstream none;
  EXPECT_EQ(run_check({{"/nonexistent.cfg"}, false, false}, none, kNow, {out, err}), kErrors);
  EXPECT_NE(err.str().find("/nonexistent.cfg"), std::string::npos);
}

}  // namespace
}  // namespace spa::tool
