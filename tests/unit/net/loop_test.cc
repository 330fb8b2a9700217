// SPDX-License-Identifier: Apache-2.0
#include "userspace/net/loop.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <thread>
#include <vector>

namespace spa::net {
namespace {

using std::chrono::milliseconds;

TEST(Loop, TimersFireInOrderOfTheirDeadlinesAndNeverEarly) {
  Loop loop;
  std::vector<int> order;
  const SteadyTime start = loop.now();
  SteadyTime last{};
  (void)loop.after(milliseconds(120), [&] {
    order.push_back(2);
    last = loop.now();
    loop.stop();
  });
  (void)loop.after(milliseconds(60), [&] { order.push_back(1); });
  (void)loop.after(milliseconds(0), [&] { order.push_back(0); });
  loop.run_for(milliseconds(2000));
  EXPECT_EQ(order, (std::vector<int>{0, 1, 2}));
  EXPECT_GE(last - start, milliseconds(120));
}

TEST(Loop, ACancelledTimerStaysQuiet) {
  Loop loop;
  bool fired = false;
  const auto id = loop.after(milliseconds(1), [&] { fired = true; });
  loop.cancel(id);
  loop.cancel(id);
  loop.cancel(4711);
  loop.run_for(milliseconds(20));
  EXPECT_FALSE(fired);
}

TEST(Loop, ATimerMayCancelAnotherThatIsDueWithIt) {
  Loop loop;
  bool second = false;
  ports::Timers::Id victim = 0;
  (void)loop.after(milliseconds(1), [&] { loop.cancel(victim); });
  victim = loop.after(milliseconds(1), [&] { second = true; });
  loop.run_for(milliseconds(20));
  EXPECT_FALSE(second);
}

TEST(Loop, ATimerThatIsDueAtOnceDoesNotStarveTheRest) {
  Loop loop;
  int rounds = 0;
  std::function<void()> again = [&] {
    if (++rounds < 1000000) (void)loop.after(milliseconds(0), again);
  };
  again();
  bool posted = false;
  loop.post([&] {
    posted = true;
    loop.stop();
  });
  loop.run_for(milliseconds(2000));
  EXPECT_TRUE(posted);
}

TEST(Loop, WatchesCallUntilTheyEnd) {
  Loop loop;
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  int calls = 0;
  ports::Readiness::Id id = 0;
  const auto watch = loop.watch(ends[0], [&] {
    char byte;
    ASSERT_EQ(read(ends[0], &byte, 1), 1);
    if (++calls == 2) loop.unwatch(id);
  });
  ASSERT_TRUE(watch.has_value());
  id = *watch;
  ASSERT_EQ(write(ends[1], "abc", 3), 3);
  loop.run_for(milliseconds(30));
  EXPECT_EQ(calls, 2);  // the third octet is there, but nobody waits for it
  char rest;
  EXPECT_EQ(read(ends[0], &rest, 1), 1);  // the descriptor is still ours
  close(ends[0]);
  close(ends[1]);
}

TEST(Loop, ADescriptorThatCannotBeWaitedForIsRefused) {
  Loop loop;
  EXPECT_FALSE(loop.watch(-1, [] {}).has_value());
}

TEST(Loop, OtherThreadsMayPostAndStop) {
  Loop loop;
  int ran = 0;
  std::thread other([&] {
    for (int i = 0; i < 100; ++i) loop.post([&] { ++ran; });
    loop.post([&] { loop.stop(); });
  });
  loop.run_for(milliseconds(5000));
  other.join();
  EXPECT_EQ(ran, 100);
}

TEST(Loop, SignalsArriveAsCallbacks) {
  Loop loop;
  int caught = 0;
  ASSERT_TRUE(loop.on_signal(SIGUSR1,
                             [&] {
                               if (++caught == 2) return loop.stop();
                               raise(SIGUSR1);
                             })
                  .has_value());
  raise(SIGUSR1);
  loop.run_for(milliseconds(2000));
  EXPECT_EQ(caught, 2);
  EXPECT_FALSE(loop.on_signal(SIGKILL, [] {}).has_value());
}

TEST(Loop, WritableFiresOnceWhenThereIsRoomAndBesideAWatch) {
  Loop loop;
  int ends[2];
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), 0);
  const std::vector<char> block(65536);
  while (send(ends[0], block.data(), block.size(), MSG_DONTWAIT) > 0) {
  }
  int fired = 0;
  const auto watch = loop.watch(ends[0], [] {});
  ASSERT_TRUE(watch);
  ASSERT_TRUE(loop.when_writable(ends[0], [&] { ++fired; }));
  const auto called_off = loop.when_writable(ends[0], [&] { fired += 100; });
  ASSERT_TRUE(called_off);
  loop.unwatch(*called_off);
  loop.run_for(milliseconds(20));
  EXPECT_EQ(fired, 0);
  std::vector<char> sink(1 << 20);
  while (recv(ends[1], sink.data(), sink.size(), MSG_DONTWAIT) > 0) {
  }
  loop.run_for(milliseconds(50));
  EXPECT_EQ(fired, 1);
  loop.unwatch(*watch);
  close(ends[0]);
  close(ends[1]);
}

}  // namespace
}  // namespace spa::net
