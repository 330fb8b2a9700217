// SPDX-License-Identifier: Apache-2.0
#include "userspace/daemon/system_load.h"

#include <gtest/gtest.h>

#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace spa::daemon {
namespace {

class SystemLoadTest : public testing::Test {
 protected:
  SystemLoadTest() { std::filesystem::create_directories(proc); }
  void processors(const char* ticks) { std::ofstream(proc + "/stat") << "cpu  " << ticks << "\n"; }
  void memory(int available) {
    std::ofstream(proc + "/meminfo")
        << "MemTotal:  1000 kB\nMemFree:   1 kB\nMemAvailable:  " << available << " kB\n";
  }
  const std::string proc = testing::TempDir() + "spa-system-load-" + std::to_string(getpid());
  SystemLoad load{proc};
  SteadyTime t{Duration{5000}};
};

// R-CAC-7: the processors' share since the last look, or the memory's, whichever is greater.
TEST_F(SystemLoadTest, TheShorterOfBothCounts) {
  processors("100 0 100 800 0 0 0 0 0 0");
  memory(750);
  EXPECT_EQ(load.charge(t), 25000U);
  processors("150 0 110 830 10 0 0 0 0 0");  // 60 of 100 ticks were busy
  EXPECT_EQ(load.charge(t + Duration{999}), 25000U) << "looked again at once";
  EXPECT_EQ(load.charge(t + Duration{1000}), 60000U);
  processors("150 0 110 930 10 0 0 0 0 0");
  memory(0);
  EXPECT_EQ(load.charge(t + Duration{2000}), 100000U);
}

TEST_F(SystemLoadTest, WhatCannotBeReadIsFree) {
  SystemLoad nothing("/nonexistent");
  EXPECT_EQ(nothing.charge(t), 0U);
}

}  // namespace
}  // namespace spa::daemon
