// SPDX-License-Identifier: Apache-2.0
// How busy this machine is, for call admission (R-CAC-7): the greater of its processors' busy share
// and of its memory's used share.
#pragma once

#include <cstdint>
#include <string>

#include "userspace/base/clock.h"

namespace spa::daemon {

class SystemLoad {
 public:
  explicit SystemLoad(std::string proc = "/proc") : proc_(std::move(proc)) {}

  // Of 100000. The processors' share is that since the last look, which is at least a second ago:
  // asked more often, the answer stays. What cannot be read counts as idle and free.
  [[nodiscard]] std::uint32_t charge(SteadyTime now);

 private:
  [[nodiscard]] std::uint32_t processors();
  [[nodiscard]] std::uint32_t memory() const;

  std::string proc_;
  bool looked_ = false;
  SteadyTime last_look_{};
  std::uint64_t last_total_ = 0;
  std::uint64_t last_idle_ = 0;
  std::uint32_t charge_ = 0;
};

}  // namespace spa::daemon
