// SPDX-License-Identifier: Apache-2.0
// A test that may do what it likes to the network: the process moves into a network namespace of
// its own, with the loopback device up. Needs root; without it the tests skip.
#pragma once

#include <gtest/gtest.h>
#include <sched.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

namespace spa::testing_net {

// 0 when the command succeeded.
inline int sh(const std::string& command) {
  return std::system(command.c_str());  // NOLINT: fixed text of the tests
}

inline bool enter_namespace() {
  return geteuid() == 0 && unshare(CLONE_NEWNET) == 0 && sh("ip link set lo up") == 0;
}

class NamespaceTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!enter_namespace()) GTEST_SKIP() << "needs root to make a network namespace";
  }
};

}  // namespace spa::testing_net
