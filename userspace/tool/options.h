// SPDX-License-Identifier: Apache-2.0
// The command line of ipsec-tool.
#pragma once

#include <string>
#include <vector>

#include "userspace/base/result.h"

namespace spa::tool {

// Exit statuses.
inline constexpr int kDone = 0;
inline constexpr int kRejected = 1;     // the router refused a line
inline constexpr int kUnreachable = 2;  // no daemon, or wrong usage

struct Options {
  enum class What { kRun, kComplete, kCheck, kPlan, kImportPix, kHelp, kVersion };
  What what = What::kRun;
  std::string socket;
  bool json = false;
  std::string file;    // -f, or what is imported; "-" is standard input
  std::string output;  // of an import; empty: standard output
  std::string
      command;  // empty: a prompt, or lines from standard input; with kComplete, to complete
  std::vector<std::string> files;  // with kCheck, one or more; with kPlan, one; "-" as above
  bool strict = false;             // with kCheck
};

// `socket_variable` is the value of SPA_CONTROL, or null. kInvalid says what is wrong.
[[nodiscard]] Result<Options> read_options(int argc, char** argv, const char* socket_variable);
[[nodiscard]] std::string usage();

}  // namespace spa::tool
