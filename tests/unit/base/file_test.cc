// SPDX-License-Identifier: Apache-2.0
#include "userspace/base/file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

namespace spa {
namespace {

class FileTest : public ::testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/spa-file-test-XXXXXX";
    ASSERT_NE(mkdtemp(name), nullptr);
    dir_ = name;
  }
  void TearDown() override { std::filesystem::remove_all(dir_); }
  std::string dir_;
};

TEST_F(FileTest, WritesWithItsModeAndReadsBack) {
  const std::string path = dir_ + "/secret";
  ASSERT_TRUE(write_file_atomically(path, as_bytes("one"), 0600));
  ASSERT_TRUE(write_file_atomically(path, as_bytes("two"), 0600));
  EXPECT_EQ(read_file(path, 3).value(), to_bytes(as_bytes("two")));
  struct stat status{};
  ASSERT_EQ(stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(dir_), {}), 1)
      << "a temporary file is left";
}

TEST_F(FileTest, NamesCauseAndPlace) {
  const auto missing = read_file(dir_ + "/none", 10);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, Errc::kNotFound);
  EXPECT_NE(missing.error().text.find("/none: cannot be opened"), std::string::npos);
  ASSERT_TRUE(write_file_atomically(dir_ + "/long", as_bytes("0123456789"), 0644));
  EXPECT_EQ(read_file(dir_ + "/long", 9).error().code, Errc::kExhausted);
  EXPECT_EQ(read_file(dir_, 9).error().code, Errc::kIo);
  EXPECT_FALSE(write_file_atomically(dir_ + "/no/such/dir", as_bytes("x"), 0600));
}

TEST_F(FileTest, AFifoDoesNotBlockTheReader) {
  const std::string path = dir_ + "/fifo";
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  EXPECT_EQ(read_file(path, 10).error().code, Errc::kIo);
}

TEST_F(FileTest, MakesParents) {
  ASSERT_TRUE(make_directories(dir_ + "/a/b/c", 0700));
  ASSERT_TRUE(make_directories(dir_ + "/a/b/c", 0700));
  EXPECT_TRUE(std::filesystem::is_directory(dir_ + "/a/b/c"));
}

}  // namespace
}  // namespace spa
