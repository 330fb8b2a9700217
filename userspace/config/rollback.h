// SPDX-License-Identifier: Apache-2.0
// A configuration that comes back unless somebody confirms the new one in time: for changes that
// may cut off whoever makes them. It belongs to the daemon, so it does not need that client any
// more.
#pragma once

#include <memory>
#include <string>

#include "userspace/base/clock.h"
#include "userspace/base/result.h"
#include "userspace/ports/timers.h"

namespace spa::config {

class Configuration;
struct Node;

inline constexpr unsigned kMaxRevertMinutes = 120;

class Rollback {
 public:
  explicit Rollback(Configuration& configuration) : configuration_(configuration) {}
  ~Rollback();
  Rollback(const Rollback&) = delete;
  Rollback& operator=(const Rollback&) = delete;

  // Keeps the lines that are there now, or those that are given. kState: some are kept already.
  Status start(unsigned minutes, std::shared_ptr<Node> lines = nullptr);
  // The time begins anew. kState: nothing waits to be confirmed; so in the next three.
  Status restart(unsigned minutes);
  Status confirm();
  // Puts the lines that were kept in force. What could not be is said by the error, and they stay.
  Status revert_now();
  // A start that led to nothing.
  void forget();

  [[nodiscard]] bool pending() const { return kept_ != nullptr; }
  // Until the lines come back; zero when none wait.
  [[nodiscard]] Duration remaining() const;

 private:
  void wait(Duration time);
  void time_is_over();

  Configuration& configuration_;
  std::shared_ptr<Node> kept_;
  ports::Timers::Id timer_ = 0;
  SteadyTime deadline_{};
};

}  // namespace spa::config
