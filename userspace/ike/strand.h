// SPDX-License-Identifier: Apache-2.0
// One thing at a time on a shard: work that arrives while other work runs waits until that is done,
// so that no SA is pulled away from under a function that uses it.
#pragma once

#include <deque>
#include <functional>

namespace spa::ike {

class Strand {
 public:
  // `idle` runs whenever nothing is left to do, before run() returns.
  explicit Strand(std::function<void()> idle) : idle_(std::move(idle)) {}
  Strand(const Strand&) = delete;
  Strand& operator=(const Strand&) = delete;

  [[nodiscard]] bool busy() const { return busy_; }
  // Runs `work` now, or after what is running.
  void run(std::function<void()> work);

 private:
  std::function<void()> idle_;
  std::deque<std::function<void()>> waiting_;
  bool busy_ = false;
};

}  // namespace spa::ike
