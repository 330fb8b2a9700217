// SPDX-License-Identifier: Apache-2.0
// ipsec-tool import: files and streams; what is converted is tested with the dialect.
#include "userspace/tool/import.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "userspace/tool/options.h"

namespace spa::tool {
namespace {

std::string content(const std::string& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

// R-PIX-1: without a daemon, to a stream or to a file that only its owner reads.
TEST(Import, WritesTheConfigurationAndReportsTheRest) {
  const std::string file = SPA_SOURCE_DIR "/tests/vectors/pix/pix520-1.cfg";
  std::ostringstream out, err;
  EXPECT_EQ(run_import_pix(file, "", {out, err}), kDone);
  EXPECT_NE(out.str().find("\ncrypto map mymap 5 ipsec-isakmp\n set peer 172.16.172.39\n"),
            std::string::npos);
  EXPECT_NE(err.str().find(file + ":10: fixup protocol ftp 21: nothing is inspected\n"),
            std::string::npos);
  EXPECT_EQ(err.str().find("2KFQnbNIdI"), std::string::npos);

  const std::string path = testing::TempDir() + "spa-import-" + std::to_string(::getpid());
  std::ostringstream nothing, report;
  EXPECT_EQ(run_import_pix(file, path, {nothing, report}), kDone);
  EXPECT_EQ(nothing.str(), "");
  EXPECT_EQ(report.str(), err.str());
  EXPECT_EQ(content(path), out.str());
  struct stat status{};
  ASSERT_EQ(::stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0600u);
  std::filesystem::remove(path);
}

TEST(Import, SaysWhatWentWrong) {
  std::ostringstream out, err;
  EXPECT_EQ(run_import_pix("/nonexistent", "", {out, err}), kUnreachable);
  EXPECT_NE(err.str().find("/nonexistent"), std::string::npos);
  const std::string path = testing::TempDir() + "spa-import-bad-" + std::to_string(::getpid());
  std::ofstream(path) << "PIX Version 6.0(1)\nisakmp policy 10 nonsense\n";
  std::ostringstream report;
  EXPECT_EQ(run_import_pix(path, "", {out, report}), kRejected);
  EXPECT_NE(report.str().find(path + ":2: isakmp policy 10 nonsense: % Invalid input"),
            std::string::npos);
  EXPECT_EQ(run_import_pix(path, "/nonexistent/out", {out, report}), kUnreachable);
  std::filesystem::remove(path);
}

}  // namespace
}  // namespace spa::tool
