// SPDX-License-Identifier: Apache-2.0
#include "userspace/config/grammar/reference.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

namespace spa::config {
namespace {

TEST(Reference, ReadsWell) {
  EXPECT_EQ(readable("crypto map <name:word> <sequence:1-65535> ipsec-isakmp"),
            "crypto map NAME SEQUENCE<1-65535> ipsec-isakmp");
  EXPECT_EQ(readable("pre-shared-key [~0] <key:secret>"), "pre-shared-key KEY");
  EXPECT_EQ(readable("crypto pki~ca trustpoint~identity <name:word>"),
            "crypto pki trustpoint NAME");
  EXPECT_EQ(readable("(a|b)+ [c]"), "(a | b)+ [c]");
}

// docs/commands.md is what the tables say. SPA_UPDATE_GOLDEN=1 writes it anew.
TEST(Reference, IsUpToDate) {
  const std::string path = SPA_SOURCE_DIR "/docs/commands.md";
  if (std::getenv("SPA_UPDATE_GOLDEN") != nullptr) std::ofstream(path) << command_reference();
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  EXPECT_TRUE(text.str() == command_reference())
      << "docs/commands.md is stale: run unit_config with SPA_UPDATE_GOLDEN=1";
}

}  // namespace
}  // namespace spa::config
