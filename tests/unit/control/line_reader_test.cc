// SPDX-License-Identifier: Apache-2.0
#include "userspace/control/line_reader.h"

#include <gtest/gtest.h>

namespace spa::control {
namespace {

TEST(LineReader, CutsWhereverTheStreamIsCut) {
  const std::string stream = "one\ntwo\n\nthree\n";
  for (std::size_t step = 1; step <= stream.size(); ++step) {
    LineReader reader(16);
    std::vector<std::string> lines;
    for (std::size_t at = 0; at < stream.size(); at += step) {
      ASSERT_TRUE(reader.feed(std::string_view(stream).substr(at, step)));
      while (auto line = reader.next()) lines.push_back(*line);
    }
    EXPECT_EQ(lines, (std::vector<std::string>{"one", "two", "", "three"})) << step;
  }
}

TEST(LineReader, RefusesWhatIsTooLong) {
  LineReader reader(8);
  EXPECT_TRUE(reader.feed("12345678"));
  EXPECT_EQ(reader.feed("9").error().code, Errc::kExhausted);
  LineReader whole(8);
  EXPECT_EQ(whole.feed("123456789\n").error().code, Errc::kExhausted);
  LineReader second(8);
  EXPECT_EQ(second.feed("1\n123456789\n").error().code, Errc::kExhausted);
}

TEST(LineReader, TakesTheLongestLine) {
  LineReader reader(8);
  ASSERT_TRUE(reader.feed("12345678\n"));
  EXPECT_EQ(reader.next(), "12345678");
  EXPECT_EQ(reader.next(), std::nullopt);
}

}  // namespace
}  // namespace spa::control
