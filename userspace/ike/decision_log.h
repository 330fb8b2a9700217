// SPDX-License-Identifier: Apache-2.0
// The last negotiations of a shard, oldest dropped first.
#pragma once

#include <deque>
#include <vector>

#include "userspace/ike/decision.h"

namespace spa::ike {

class DecisionLog {
 public:
  explicit DecisionLog(std::size_t kept) : kept_(kept) {}
  void add(DecisionRecord record) {
    records_.push_back(std::move(record));
    if (records_.size() > kept_) records_.pop_front();
  }
  [[nodiscard]] std::vector<DecisionRecord> all() const {
    return {records_.begin(), records_.end()};
  }

 private:
  std::size_t kept_;
  std::deque<DecisionRecord> records_;
};

}  // namespace spa::ike
