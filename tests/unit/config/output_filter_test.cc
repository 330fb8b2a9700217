// SPDX-License-Identifier: Apache-2.0
#include "userspace/config/output_filter.h"

#include <gtest/gtest.h>

#include "tests/unit/config/fake_backend.h"
#include "userspace/config/session.h"

namespace spa::config {
namespace {

constexpr const char* kText =
    "hostname left\n"
    "crypto isakmp policy 10\n"
    " encr aes\n"
    " group 14\n"
    "interface Serial0\n"
    " ip address 192.0.2.1 255.255.255.0\n"
    "  crypto map m\n"
    "end\n";

std::string through(std::string_view filter) {
  const auto out = filter_lines(filter, kText);
  return out ? *out : out.error().text;
}

TEST(OutputFilter, KeepsLines) {
  EXPECT_EQ(through("include crypto"), "crypto isakmp policy 10\n  crypto map m\n");
  EXPECT_EQ(through("i ^crypto|^end"), "crypto isakmp policy 10\nend\n");
  EXPECT_EQ(through("exclude ^ |crypto"), "hostname left\ninterface Serial0\nend\n");
  EXPECT_EQ(through("begin Serial"),
            "interface Serial0\n ip address 192.0.2.1 255.255.255.0\n  crypto map m\nend\n");
  EXPECT_EQ(through("section isakmp"), "crypto isakmp policy 10\n encr aes\n group 14\n");
  EXPECT_EQ(through("section crypto"),
            "crypto isakmp policy 10\n encr aes\n group 14\n  crypto map m\n");
  EXPECT_EQ(through("count crypto"), "Number of lines which match regexp = 2\n");
  EXPECT_EQ(through("include nowhere"), "");
}

TEST(OutputFilter, SaysWhatIsWrong) {
  EXPECT_EQ(through("include"), "A regular expression is missing.");
  EXPECT_EQ(through("sort x"), "A filter is begin, count, exclude, include or section.");
  EXPECT_EQ(through(""), "A filter is begin, count, exclude, include or section.");
  EXPECT_NE(through("include (").find("The regular expression cannot be read: "),
            std::string::npos);
  EXPECT_EQ(through("include " + std::string(257, 'a')),
            "The regular expression is longer than 256 characters.");
}

// Expressions that would take the daemon's only thread for long.
TEST(OutputFilter, TakesNoExpressionThatCostsTooMuch) {
  EXPECT_EQ(through("include (a*)\\1"), "A regular expression has no back references here.");
  const std::string nested = "include ((((a{1,250}){1,250}){1,250}){1,250})";
  EXPECT_EQ(through(nested), "");  // braces are characters
  EXPECT_EQ(*filter_lines("include {2}", "a{2}\naa\n"), "a{2}\n");
  EXPECT_EQ(*filter_lines("include \\{2}", "a{2}\naa\n"), "a{2}\n");
}

class Filtered : public testing::Test {
 protected:
  FakeBackend backend;
  Configuration configuration{backend, "/nonexistent/startup-config"};
  Session session{configuration, true};
};

TEST_F(Filtered, WorksBehindAnyShow) {
  session.execute("conf t");
  session.execute("hostname left");
  EXPECT_EQ(session.execute("do sh run | inc hostname").text, "hostname left\n");
  EXPECT_EQ(session.execute("show running-config | count hostname").text,
            "Number of lines which match regexp = 1\n");
  session.execute("end");
  EXPECT_EQ(session.execute("show running-config | include left").text, "hostname left\n");
}

TEST_F(Filtered, PointsAtTheMistake) {
  const Output output = session.execute("show clock | sort x");
  ASSERT_TRUE(output.rejection);
  EXPECT_EQ(output.rejection->column, 13u);
  EXPECT_EQ(output.text, "");
  EXPECT_TRUE(session.execute("show clock |").rejection);
  EXPECT_TRUE(session.execute("show clocks | include x").rejection);
  EXPECT_TRUE(session.execute("show clock | include x", OutputFormat::kJson).rejection);
}

// A bar elsewhere is text.
TEST_F(Filtered, LeavesOtherLinesAlone) {
  session.execute("conf t");
  session.execute("crypto keyring K");
  EXPECT_FALSE(session.execute("description here | include there").rejection);
  EXPECT_NE(configuration.running_config().find("description here | include there"),
            std::string::npos);
}

TEST_F(Filtered, IsOffered) {
  std::string words;
  for (const Choice& choice : session.complete("show clock | ")) words += choice.word + " ";
  EXPECT_EQ(words, "begin count exclude include section ");
  EXPECT_EQ(session.complete("show clock | in").front().word, "include");
  EXPECT_NE(session.help("show clock | include ").find("Regular expression"), std::string::npos);
}

}  // namespace
}  // namespace spa::config
