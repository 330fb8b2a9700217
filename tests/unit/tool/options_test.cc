// SPDX-License-Identifier: Apache-2.0
#include "userspace/tool/options.h"

#include <gtest/gtest.h>

namespace spa::tool {
namespace {

Result<Options> read(std::vector<std::string> words, const char* variable = nullptr) {
  words.insert(words.begin(), "ipsec-tool");
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  return read_options(static_cast<int>(words.size()), argv.data(), variable);
}

TEST(Options, JoinTheCommand) {
  const auto options = read({"--format", "json", "show", "crypto", "ikev2", "sa"});
  ASSERT_TRUE(options);
  EXPECT_TRUE(options->json);
  EXPECT_EQ(options->command, "show crypto ikev2 sa");
  EXPECT_EQ(read({"show", "--detail"})->command, "show --detail");  // the router's, not ours
}

TEST(Options, FindTheSocket) {
  EXPECT_EQ(read({})->socket, "/run/spa-iked.sock");
  EXPECT_EQ(read({}, "/tmp/x")->socket, "/tmp/x");
  EXPECT_EQ(read({"--control", "/tmp/y"}, "/tmp/x")->socket, "/tmp/y");
}

TEST(Options, ImportAFile) {
  const auto options = read({"import", "pix", "old.cfg", "-o", "new.cfg"});
  ASSERT_TRUE(options);
  EXPECT_EQ(options->what, Options::What::kImportPix);
  EXPECT_EQ(options->file, "old.cfg");
  EXPECT_EQ(options->output, "new.cfg");
  EXPECT_EQ(read({"import", "pix", "-"})->file, "-");
  EXPECT_FALSE(read({"import", "asa", "x"}));
  EXPECT_FALSE(read({"import", "pix"}));
  EXPECT_FALSE(read({"import", "pix", "a", "b"}));
  EXPECT_FALSE(read({"import", "pix", "a", "-o"}));
  EXPECT_FALSE(read({"import", "pix", "a", "-x"}));
  EXPECT_FALSE(read({"--format", "json", "import", "pix", "a"}));
}

TEST(Options, KnowTheToolsOwnWords) {
  const auto check = read({"check", "--strict", "--format", "json", "a.cfg", "-"});
  ASSERT_TRUE(check);
  EXPECT_EQ(check->what, Options::What::kCheck);
  EXPECT_EQ(check->files, std::vector<std::string>({"a.cfg", "-"}));
  EXPECT_TRUE(check->strict && check->json);
  EXPECT_FALSE(read({"check", "a.cfg"})->strict);
  EXPECT_EQ(read({"-c", "/tmp/y", "plan", "a.cfg"})->what, Options::What::kPlan);
  for (const auto& wrong : std::vector<std::vector<std::string>>{{"check"},
                                                                 {"plan"},
                                                                 {"plan", "a", "b"},
                                                                 {"plan", "--strict", "a"},
                                                                 {"check", "--format"}})
    EXPECT_FALSE(read(wrong)) << wrong.back();
}

TEST(Options, RefuseMistakes) {
  EXPECT_FALSE(read({"--format", "xml"}));
  EXPECT_FALSE(read({"--nonsense"}));
  EXPECT_FALSE(read({"--control"}));
  EXPECT_FALSE(read({"-f", "x", "show", "clock"}));
  EXPECT_EQ(read({"--help"})->what, Options::What::kHelp);
  EXPECT_EQ(read({"-V"})->what, Options::What::kVersion);
}

}  // namespace
}  // namespace spa::tool
