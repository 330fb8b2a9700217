// SPDX-License-Identifier: Apache-2.0
#include "userspace/ike/task.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace spa::ike {
namespace {

struct Fixture : ::testing::Test {
  int idle = 0;
  Strand strand{[this] { ++idle; }};
  std::function<void(int)> answer;
  std::string trace;
};

// Says when it goes.
struct Guard {
  std::string& trace;
  const char* name;
  ~Guard() { trace += name; }
};

Task<int> inner(Fixture& f) {
  const Guard guard{f.trace, "i"};
  Later<int> later(f.strand);
  f.answer = later.resolver();
  const int value = co_await later;
  co_return value + 1;
}

Task<> outer(Fixture& f, std::optional<int>& result) {
  const Guard guard{f.trace, "o"};
  result = co_await inner(f) * 2;
}

TEST_F(Fixture, ResumesWhenAnswered) {
  std::optional<int> result;
  Task<> task = outer(*this, result);
  EXPECT_FALSE(task.done());
  task.start();
  EXPECT_FALSE(result);
  answer(20);
  EXPECT_EQ(result, 42);
  EXPECT_TRUE(task.done());
  EXPECT_EQ(idle, 1);
  answer(99);  // a second answer is ignored
  EXPECT_EQ(result, 42);
}

TEST_F(Fixture, CancelledFromInsideOut) {
  std::optional<int> result;
  {
    Task<> task = outer(*this, result);
    task.start();
  }
  EXPECT_EQ(trace, "io");
  answer(20);  // too late: nobody is there
  EXPECT_FALSE(result);
}

TEST_F(Fixture, NeverStartedRunsNothing) {
  std::optional<int> result;
  {
    const Task<> task = outer(*this, result);
  }
  EXPECT_EQ(trace, "");
}

TEST_F(Fixture, AnAnswerAtOnceDoesNotSuspend) {
  const auto immediate = [](Fixture& f, int& out) -> Task<> {
    Later<int> later(f.strand);
    later.resolver()(7);
    out = co_await later;
  };
  int value = 0;
  Task<> task = immediate(*this, value);
  task.start();
  EXPECT_EQ(value, 7);
  EXPECT_TRUE(task.done());
}

// Work that comes up while other work runs waits, and the idle hook comes last.
TEST_F(Fixture, StrandDoesNotNest) {
  strand.run([this] {
    trace += "a";
    strand.run([this] { trace += "c"; });
    trace += "b";
    EXPECT_EQ(idle, 0);
  });
  EXPECT_EQ(trace, "abc");
  EXPECT_EQ(idle, 1);
}

// An answer within the strand resumes after what runs, even when the task was cancelled meanwhile.
TEST_F(Fixture, CancelledBetweenAnswerAndResumption) {
  std::optional<int> result;
  std::optional<Task<>> task(outer(*this, result));
  task->start();
  strand.run([&] {
    answer(1);
    EXPECT_FALSE(result);
    task.reset();
  });
  EXPECT_FALSE(result);
}

}  // namespace
}  // namespace spa::ike
