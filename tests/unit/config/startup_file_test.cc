// SPDX-License-Identifier: Apache-2.0
// The saved configuration survives what happens to files.
#include "userspace/config/startup_file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <sys/resource.h>

#include "tests/unit/config/fake_backend.h"
#include "userspace/config/configuration.h"
#include "userspace/config/session.h"
#include "userspace/config/tree.h"

namespace spa::config {
namespace {

class StartupFileTest : public testing::Test {
 protected:
  StartupFileTest() {
    std::filesystem::create_directories(directory);
    EXPECT_TRUE(
        configuration.load("hostname left\ncrypto isakmp key cisco123 address 192.0.2.1\n"
                           "ip domain name example.com\n"));
    lines = configuration.tree().print("");
  }
  ~StartupFileTest() override { std::filesystem::remove_all(directory); }

  std::string content(const std::string& path) {
    std::ostringstream out;
    out << std::ifstream(path).rdbuf();
    return out.str();
  }
  void write(const std::string& text) { std::ofstream(file) << text; }

  std::string directory = testing::TempDir() + "spa-startup-" + std::to_string(::getpid());
  std::string file = directory + "/startup-config";
  FakeBackend backend;
  Configuration configuration{backend, file};
  std::string lines;
};

// R-CFG-1, R-CFG-3: wherever a power cut leaves off writing, what was saved comes back, and
// somebody is told the line.
TEST_F(StartupFileTest, ComesBackCutOffAtEveryOctet) {
  ASSERT_TRUE(configuration.save());
  const std::string whole = content(file);
  ASSERT_GT(whole.size(), 100U);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    write(whole.substr(0, size));
    Configuration again(backend, file);
    const auto messages = again.load_startup();
    ASSERT_TRUE(messages) << size;
    ASSERT_EQ(again.tree().print(""), lines) << size;
    ASSERT_EQ(messages->size(), 1U) << size;
    const auto line = 1 + std::count(whole.begin(), whole.begin() + size, '\n');
    ASSERT_NE(messages->front().text.find("(line " + std::to_string(line) + ": "),
              std::string::npos)
        << size << messages->front().text;
  }
}

// A file system that had its length written and not its octets.
TEST_F(StartupFileTest, ComesBackFromZeros) {
  ASSERT_TRUE(configuration.save());
  std::string text = content(file);
  text.replace(text.size() / 2, 20, 20, '\0');
  write(text);
  Configuration again(backend, file);
  ASSERT_EQ(again.load_startup()->size(), 1U);
  EXPECT_EQ(again.tree().print(""), lines);
}

TEST_F(StartupFileTest, TakesWhatSomebodyWroteByHand) {
  ASSERT_TRUE(configuration.save());
  write("hostname right\n");
  Configuration again(backend, file);
  EXPECT_TRUE(again.load_startup()->empty());
  EXPECT_EQ(again.snapshot()->hostname, "right");
  std::filesystem::remove(file);
  Configuration none(backend, file);
  EXPECT_TRUE(none.load_startup()->empty());
  EXPECT_EQ(none.snapshot()->hostname, "Router");
}

// A copy that is damaged too is no better than the lines that are left.
TEST_F(StartupFileTest, KeepsGoodLinesWithoutAGoodCopy) {
  ASSERT_TRUE(configuration.save());
  const std::string text = content(file);
  write(text.substr(0, text.find("crypto isakmp key")));
  std::filesystem::remove(file + ".good");
  Configuration again(backend, file);
  ASSERT_TRUE(again.load_startup());
  EXPECT_EQ(again.snapshot()->hostname, "left");
}

TEST_F(StartupFileTest, LetsNobodyElseReadEither) {
  ASSERT_TRUE(configuration.save());
  for (const std::string& path : {file, file + ".good"}) {
    struct stat status{};
    ASSERT_EQ(::stat(path.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0600U) << path;
  }
}

// The limit on the size of files fails a write as a full disk does.
TEST_F(StartupFileTest, ReportsADiskThatIsFullAndLosesNothing) {
  ASSERT_TRUE(configuration.save());
  const std::string before = content(file);
  Session session(configuration, true);
  session.execute("configure terminal");
  session.execute("hostname right");
  session.execute("end");
  rlimit old{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &old), 0);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit tight{64, old.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &tight), 0);
  const Output output = session.execute("write memory");
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &old), 0);
  std::signal(SIGXFSZ, handler);
  ASSERT_TRUE(output.rejection);
  EXPECT_NE(output.rejection->text.find("The configuration was not saved"), std::string::npos);
  EXPECT_NE(output.rejection->text.find("cannot be written"), std::string::npos);
  EXPECT_EQ(content(file), before);
  EXPECT_EQ(content(file + ".good"), before);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(directory), {}), 2);
  EXPECT_NE(session.execute("write memory").text.find("[OK]"), std::string::npos);
}

// R-CFG-9: the lines stand there after the events, with their times, and not before.
TEST_F(StartupFileTest, TellsWhenItWasChangedAndSaved) {
  Configuration fresh(backend, file);
  ASSERT_TRUE(fresh.load_startup());
  EXPECT_EQ(fresh.running_config().find("! Last"), std::string::npos);
  EXPECT_EQ(fresh.running_config().find("! NVRAM"), std::string::npos);

  Session session(fresh, true);
  session.execute("configure terminal");
  session.execute("hostname left");
  const std::string changed = "!\n! Last configuration change at 04:17:48 UTC Fri Jan 11 2002\n";
  EXPECT_TRUE(fresh.running_config().starts_with(changed + "!\nhostname left\n"))
      << fresh.running_config();
  // Neither what changes nothing, nor what is refused, nor looking.
  backend.time += Duration{60'000};
  for (const char* line : {"hostname left", "hostname", "no ip domain name", "show version", "end"})
    session.execute(line);
  EXPECT_TRUE(fresh.running_config().starts_with(changed));

  EXPECT_FALSE(session.execute("write memory").rejection);
  const std::string saved =
      changed + "! NVRAM config last updated at 04:18:48 UTC Fri Jan 11 2002\n";
  EXPECT_TRUE(fresh.running_config().starts_with(saved)) << fresh.running_config();
  EXPECT_TRUE(content(file).starts_with(saved));
  const std::string screen = session.execute("show startup-config").text;
  EXPECT_EQ(screen, "Using " + std::to_string(content(file).size()) + " bytes\n" + content(file));
  backend.time += Duration{60'000};
  session.execute("configure terminal");
  session.execute("no hostname");
  EXPECT_TRUE(fresh.running_config().starts_with(
      "!\n! Last configuration change at 04:19:48 UTC Fri Jan 11 2002\n"
      "! NVRAM config last updated at 04:18:48 UTC Fri Jan 11 2002\n"));

  // After a reload nothing was changed, and the file is as old as it is.
  const timespec written[2] = {{1'010'722'728, 0}, {1'010'722'728, 0}};
  ASSERT_EQ(::utimensat(AT_FDCWD, file.c_str(), written, 0), 0);
  Configuration again(backend, file);
  ASSERT_TRUE(again.load_startup());
  EXPECT_TRUE(again.running_config().starts_with(
      "!\n! NVRAM config last updated at 04:18:48 UTC Fri Jan 11 2002\n!\nhostname left\n"))
      << again.running_config();
}

}  // namespace
}  // namespace spa::config
