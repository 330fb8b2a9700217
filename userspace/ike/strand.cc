// SPDX-License-Identifier: Apache-2.0
#include "userspace/ike/strand.h"

namespace spa::ike {

void Strand::run(std::function<void()> work) {
  if (busy_) {
    waiting_.push_back(std::move(work));
    return;
  }
  busy_ = true;
  work();
  work = nullptr;  // what it holds goes now, not after the idle hook
  for (;;) {
    while (!waiting_.empty()) {
      std::function<void()> next = std::move(waiting_.front());
      waiting_.pop_front();
      next();
    }
    idle_();
    if (waiting_.empty()) break;
  }
  busy_ = false;
}

}  // namespace spa::ike
