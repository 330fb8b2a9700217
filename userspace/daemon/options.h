// SPDX-License-Identifier: Apache-2.0
// The command line of spa-iked.
#pragma once

#include <string>

#include "userspace/base/result.h"

namespace spa::daemon {

enum class DataplaneChoice { kAuto, kKernel, kSoft };

struct Options {
  std::string config_dir;
  std::string control_socket;
  DataplaneChoice dataplane = DataplaneChoice::kAuto;
  bool foreground = false;
  bool help = false;
  bool version = false;
};

// What goes wrong is a sentence for standard error; --help and --version win over everything else.
[[nodiscard]] Result<Options> parse_options(int argc, const char* const* argv);
[[nodiscard]] std::string usage();

}  // namespace spa::daemon
