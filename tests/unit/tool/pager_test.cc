// SPDX-License-Identifier: Apache-2.0
// Long answers page by page.
#include "userspace/tool/pager.h"

#include <gtest/gtest.h>

#include <sstream>
#include <string>

namespace spa::tool {
namespace {

constexpr const char* kText = "1\n2\n3\n4\n5\n6\n";
constexpr const char* kMore = " --More-- \r          \r";

// What is seen when these keys are typed, one after another.
std::string shown(unsigned length, std::string keys, std::size_t part = 100) {
  std::ostringstream out;
  Pager pager(length, out, [&]() -> char {
    if (keys.empty()) return 0;
    const char key = keys.front();
    keys.erase(0, 1);
    return key;
  });
  const std::string_view text = kText;
  for (std::size_t at = 0; at < text.size(); at += part) pager.show(text.substr(at, part));
  EXPECT_EQ(keys, "") << "not asked for";
  return out.str();
}

TEST(Pager, PrintsAllWithoutPages) {
  EXPECT_EQ(shown(0, ""), kText);
  EXPECT_EQ(shown(7, ""), kText);  // the prompt has the last line
}

TEST(Pager, StopsAfterEachPage) {
  const std::string more = kMore;
  EXPECT_EQ(shown(3, "  "), "1\n2\n" + more + "3\n4\n" + more + "5\n6\n");
  EXPECT_EQ(shown(5, "\r\r"), "1\n2\n3\n4\n" + more + "5\n" + more + "6\n");
}

TEST(Pager, LeavesOffWhenSomebodyHasSeenEnough) {
  EXPECT_EQ(shown(3, "q"), std::string("1\n2\n") + kMore);
  EXPECT_EQ(shown(3, ""), std::string("1\n2\n") + kMore);
}

// An answer that comes in parts has the same pages.
TEST(Pager, CountsTheLinesOfAllParts) {
  const std::string more = kMore;
  for (const std::size_t part : {1, 2, 3, 5}) {
    EXPECT_EQ(shown(0, "", part), kText);
    EXPECT_EQ(shown(3, "  ", part), "1\n2\n" + more + "3\n4\n" + more + "5\n6\n");
    EXPECT_EQ(shown(3, "q", part), std::string("1\n2\n") + kMore);
  }
}

}  // namespace
}  // namespace spa::tool
