// SPDX-License-Identifier: Apache-2.0
#include "userspace/daemon/system_load.h"

#include <algorithm>
#include <fstream>

namespace spa::daemon {

namespace {

constexpr std::uint64_t kScale = 100000;
constexpr Duration kBetweenLooks{1000};

std::uint32_t share(std::uint64_t part, std::uint64_t whole) {
  if (whole == 0) return 0;
  return static_cast<std::uint32_t>(std::min(part, whole) * kScale / whole);
}

}  // namespace

std::uint32_t SystemLoad::charge(SteadyTime now) {
  if (looked_ && now - last_look_ < kBetweenLooks) return charge_;
  looked_ = true;
  last_look_ = now;
  charge_ = std::max(processors(), memory());
  return charge_;
}

// proc(5): user, nice, system, idle, iowait, irq, softirq, steal; since the machine started.
std::uint32_t SystemLoad::processors() {
  std::ifstream in(proc_ + "/stat");
  std::string word;
  if (!(in >> word) || word != "cpu") return 0;
  std::uint64_t total = 0, idle = 0, ticks = 0;
  for (int column = 0; column < 8 && in >> ticks; ++column) {
    total += ticks;
    if (column == 3 || column == 4) idle += ticks;
  }
  const bool first = last_total_ == 0;
  const std::uint64_t passed = total >= last_total_ ? total - last_total_ : 0;
  const std::uint64_t rested = idle >= last_idle_ ? idle - last_idle_ : 0;
  last_total_ = total;
  last_idle_ = idle;
  return first ? 0 : share(passed - std::min(rested, passed), passed);
}

std::uint32_t SystemLoad::memory() const {
  std::ifstream in(proc_ + "/meminfo");
  std::string word, unit;
  std::uint64_t kilobytes = 0, all = 0, available = 0;
  while (in >> word >> kilobytes && std::getline(in, unit)) {
    if (word == "MemTotal:") all = kilobytes;
    if (word == "MemAvailable:") available = kilobytes;
  }
  return share(all - std::min(available, all), all);
}

}  // namespace spa::daemon
