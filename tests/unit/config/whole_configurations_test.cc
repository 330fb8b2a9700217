// SPDX-License-Identifier: Apache-2.0
// Configurations as the manuals print them, pasted as they are: nothing is refused, what is printed
// means the same, and pasting that again changes nothing.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/unit/config/fake_backend.h"
#include "tests/unit/config/same_policy.h"
#include "userspace/config/configuration.h"
#include "userspace/config/session.h"
#include "userspace/config/tree.h"

namespace spa::config {
namespace {

namespace fs = std::filesystem;

std::string read(const fs::path& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

std::vector<fs::path> configurations() {
  std::vector<fs::path> out;
  for (const char* folder : {"excerpts", "lan-to-lan", "pix"})
    for (const auto& entry : fs::directory_iterator(fs::path(SPA_SOURCE_DIR "/tests/vectors") / folder))
      if (entry.path().extension() == ".cfg") out.push_back(entry.path());
  std::sort(out.begin(), out.end());
  return out;
}

// A router, and a person who pastes.
struct Router {
  explicit Router(const fs::path& of) {
    session.execute("configure terminal");
    if (read(of).find("isakmp enable outside") != std::string::npos &&
        read(of).find("PIX Version") == std::string::npos)
      session.execute("dialect pix");  // an excerpt has no line that says what it is of
  }
  // The lines that were refused, with what was said; empty when all were taken.
  std::string paste(const std::string& text) {
    std::string refused;
    session.begin_batch();
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
      // A file is pasted whole: `end` leaves configuration mode, as at the router.
      if (!session.configuring()) session.execute("configure terminal");
      const Output output = session.execute(line);
      if (output.rejection) refused += line + ": " + output.rejection->text + "\n";
      if (output.asking != Asking::kNothing) refused += line + ": asks " + output.prompt + "\n";
    }
    const Output end = session.end_batch();
    if (end.rejection) refused += end.rejection->text;
    return refused;
  }
  // Without the lines that have the time or the size in them.
  [[nodiscard]] std::string printed() const {
    std::string out;
    std::istringstream lines(configuration.running_config());
    for (std::string line; std::getline(lines, line);)
      if (!line.starts_with("Cryptochecksum") && !line.starts_with("! ") &&
          !line.starts_with(": Written") && !line.starts_with("Current configuration"))
        out += line + "\n";
    return out;
  }

  FakeBackend backend;
  Configuration configuration{backend, "/nonexistent/startup-config"};
  Session session{configuration, true};
};

class WholeConfigurations : public testing::TestWithParam<fs::path> {};

// R-CFG-3, R-CLI-4, R-CLI-11
TEST_P(WholeConfigurations, ArePastedAndPrintedBack) {
  for (const bool legacy : {false, true}) {
    const std::string first = legacy ? "crypto legacy-algorithms\n" : "";
    Router router(GetParam());
    ASSERT_EQ(router.paste(first + read(GetParam())), "");
    const std::string printed = router.printed();
    const auto policy = router.backend.in_force;
    ASSERT_NE(policy, nullptr);

    EXPECT_EQ(router.paste(printed), "");
    EXPECT_EQ(router.printed(), printed) << "the second paste has changed something";
    expect_same_policy(*router.backend.in_force, *policy);

    Router fresh(GetParam());
    EXPECT_EQ(fresh.paste(printed), "");
    EXPECT_EQ(fresh.printed(), printed) << "another router has understood something else";
    expect_same_policy(*fresh.backend.in_force, *policy);
    EXPECT_EQ(fresh.backend.store.size(), router.backend.store.size());
  }
}

std::string test_name(const testing::TestParamInfo<fs::path>& info) {
  std::string out = info.param.parent_path().filename().string() + "_" + info.param.stem().string();
  std::replace_if(out.begin(), out.end(), [](char c) { return std::isalnum(c) == 0; }, '_');
  return out;
}

INSTANTIATE_TEST_SUITE_P(Manuals, WholeConfigurations, testing::ValuesIn(configurations()),
                         test_name);

// The folders hold every configuration that the manuals print, and nothing has been lost on the way.
TEST(WholeConfigurations, AreAllThere) { EXPECT_GE(configurations().size(), 27u); }

}  // namespace
}  // namespace spa::config
