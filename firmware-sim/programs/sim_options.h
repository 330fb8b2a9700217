// SPDX-License-Identifier: Apache-2.0
// The command line of spa-sim.
#pragma once

#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "firmware-sim/model/config.h"

namespace spa::card {

struct SimOptions {
  enum class Action { kRun, kHelp, kVersion };
  Action action = Action::kRun;
  std::string socket;
  std::string interrupts;  // empty: vfio-user, else mpqemu with its qtest socket there
  std::string port = "none";
  std::string pcap;                 // empty: no recording
  std::string control;              // empty: none
  std::vector<std::string> faults;  // commands of Device::fault()
  Config config;
  unsigned stats_seconds = 0;  // 0: never
  bool verbose = false;
};

// The error is a sentence that names the option.
[[nodiscard]] tl::expected<SimOptions, std::string> parse_sim_options(int argc,
                                                                      const char* const* argv);
[[nodiscard]] std::string sim_help();

}  // namespace spa::card
