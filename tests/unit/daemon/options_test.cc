// SPDX-License-Identifier: Apache-2.0
#include "userspace/daemon/options.h"

#include <gtest/gtest.h>

#include <vector>

namespace spa::daemon {
namespace {

Result<Options> parse(std::vector<const char*> words) {
  words.insert(words.begin(), "spa-iked");
  return parse_options(static_cast<int>(words.size()), words.data());
}

TEST(Options, TheContract) {
  const auto options = parse(
      {"--config-dir", "/etc/spa", "--control", "/tmp/s", "--dataplane", "soft", "--foreground"});
  ASSERT_TRUE(options);
  EXPECT_EQ(options->config_dir, "/etc/spa");
  EXPECT_EQ(options->control_socket, "/tmp/s");
  EXPECT_EQ(options->dataplane, DataplaneChoice::kSoft);
  EXPECT_TRUE(options->foreground);
}

TEST(Options, HelpWinsOverWhatIsMissing) {
  EXPECT_TRUE(parse({"--help"})->help);
  EXPECT_TRUE(parse({"--version"})->version);
  EXPECT_NE(usage().find("--config-dir"), std::string::npos);
}

TEST(Options, RefusalsSayWhatIsWrong) {
  EXPECT_NE(parse({}).error().text.find("--config-dir"), std::string::npos);
  EXPECT_NE(parse({"--config-dir", "d", "--dataplane", "hard"}).error().text.find("hard"),
            std::string::npos);
  EXPECT_FALSE(parse({"--config-dir", "d", "stray"}));
  EXPECT_FALSE(parse({"--config-dir"}));
  EXPECT_FALSE(parse({"--no-such"}));
}

}  // namespace
}  // namespace spa::daemon
