// SPDX-License-Identifier: Apache-2.0
#include "userspace/daemon/worker.h"

#include <csignal>
#include <utility>

namespace spa::daemon {

Worker::Worker(std::function<void(std::function<void()>)> post)
    : post_(std::move(post)), thread_([this] { loop(); }) {}

Worker::~Worker() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  ready_.notify_all();
  thread_.join();
}

void Worker::run(std::function<void()> work, std::function<void()> finish) {
  {
    const std::lock_guard lock(mutex_);
    jobs_.push_back({std::move(work), std::move(finish)});
  }
  ready_.notify_one();
}

void Worker::loop() {
  // Signals are the loop's business.
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
  for (;;) {
    Job job;
    {
      std::unique_lock lock(mutex_);
      ready_.wait(lock, [this] { return stopping_ || !jobs_.empty(); });
      if (stopping_) return;
      job = std::move(jobs_.front());
      jobs_.pop_front();
    }
    job.work();
    post_(std::move(job.finish));
  }
}

}  // namespace spa::daemon
