// SPDX-License-Identifier: Apache-2.0
#include "userspace/daemon/worker.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <thread>
#include <vector>

#include "userspace/net/loop.h"

namespace spa::daemon {
namespace {

TEST(Worker, WorksBesideTheLoopAndFinishesInIt) {
  net::Loop loop;
  Worker worker([&loop](std::function<void()> finish) { loop.post(std::move(finish)); });
  const auto here = std::this_thread::get_id();
  std::thread::id worked, finished;
  worker.run([&] { worked = std::this_thread::get_id(); },
             [&] {
               finished = std::this_thread::get_id();
               loop.stop();
             });
  loop.run_for(std::chrono::seconds(20));
  EXPECT_NE(worked, here);
  EXPECT_EQ(finished, here);
}

TEST(Worker, JobsKeepTheirOrderAndTheRestIsDroppedAtTheEnd) {
  net::Loop loop;
  std::vector<int> order;
  {
    Worker worker([&loop](std::function<void()> finish) { loop.post(std::move(finish)); });
    for (int i = 0; i < 100; ++i) {
      worker.run([] {},
                 [&order, &loop, i] {
                   order.push_back(i);
                   if (i == 49) loop.stop();
                 });
    }
    loop.run_for(std::chrono::seconds(20));
  }
  ASSERT_GE(order.size(), 50u);
  EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
}

}  // namespace
}  // namespace spa::daemon
