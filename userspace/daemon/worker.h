// SPDX-License-Identifier: Apache-2.0
// A thread for work that takes milliseconds, so that the loop never waits for it.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace spa::daemon {

class Worker {
 public:
  // `post` hands a function back to the loop; it is called on the worker's thread.
  explicit Worker(std::function<void(std::function<void()>)> post);
  ~Worker();  // finishes what it is doing and drops the rest
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  // Runs `work` on the thread, then `finish` in the loop.
  void run(std::function<void()> work, std::function<void()> finish);

 private:
  struct Job {
    std::function<void()> work;
    std::function<void()> finish;
  };
  void loop();

  std::function<void(std::function<void()>)> post_;
  std::mutex mutex_;
  std::condition_variable ready_;
  std::deque<Job> jobs_;
  bool stopping_ = false;
  std::thread thread_;  // last: starts when everything else is there
};

}  // namespace spa::daemon
