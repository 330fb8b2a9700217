// SPDX-License-Identifier: Apache-2.0
#include "firmware-sim/model/pk_pool.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>

#include "firmware-sim/port/unique_fd.h"

namespace spa::card {

struct PkPool::State {
  explicit State(keystore::KeyStore& keys)
      : pka(keys), wake(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {}

  void work();

  pka::Pka pka;
  UniqueFd wake;
  std::mutex mutex;
  std::condition_variable changed;
  bool stopping = false;
  std::deque<PkJob> waiting;
  std::vector<PkResult> done;
  std::vector<std::thread> threads;
};

void PkPool::State::work() {
  std::unique_lock lock(mutex);
  while (true) {
    changed.wait(lock, [this] { return stopping || !waiting.empty(); });
    if (stopping) return;
    PkJob job = std::move(waiting.front());
    waiting.pop_front();
    lock.unlock();
    PkResult result{.id = job.id, .reply = pka.execute(job.request, job.input)};
    lock.lock();
    done.push_back(std::move(result));
    const std::uint64_t one = 1;
    // Fails only when the counter is full, and then it is readable anyway.
    (void)!::write(wake.get(), &one, sizeof one);
  }
}

PkPool::PkPool(keystore::KeyStore& keys, unsigned threads) : state_(std::make_unique<State>(keys)) {
  for (unsigned i = 0; i < threads; ++i) {
    state_->threads.emplace_back([state = state_.get()] { state->work(); });
  }
}

PkPool::~PkPool() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->stopping = true;
  }
  state_->changed.notify_all();
  for (std::thread& thread : state_->threads) thread.join();
}

void PkPool::submit(PkJob job) {
  {
    const std::lock_guard lock(state_->mutex);
    state_->waiting.push_back(std::move(job));
  }
  state_->changed.notify_one();
}

std::vector<PkResult> PkPool::collect() {
  const std::lock_guard lock(state_->mutex);
  if (state_->done.empty()) return {};
  std::uint64_t count = 0;
  (void)!::read(state_->wake.get(), &count, sizeof count);
  return std::exchange(state_->done, {});
}

std::vector<std::uint64_t> PkPool::drop_waiting() {
  const std::lock_guard lock(state_->mutex);
  std::vector<std::uint64_t> dropped;
  for (const PkJob& job : state_->waiting) dropped.push_back(job.id);
  state_->waiting.clear();
  return dropped;
}

int PkPool::wake_fd() const {
  return state_->wake.get();
}

}  // namespace spa::card
