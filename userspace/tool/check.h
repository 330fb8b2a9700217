// SPDX-License-Identifier: Apache-2.0
// `ipsec-tool check`: configurations looked over without a daemon.
#pragma once

#include <string>
#include <vector>

#include "userspace/base/clock.h"
#include "userspace/tool/run.h"

namespace spa::tool {

// Exit statuses of a check.
inline constexpr int kClean = 0;     // and notes, and warnings unless they are strict
inline constexpr int kWarnings = 1;  // only with `strict`
inline constexpr int kErrors = 2;    // so too when a file cannot be read

struct CheckRequest {
  std::vector<std::string> files;  // "-" is standard input
  bool json = false;
  bool strict = false;
};

// Findings go to the output, what keeps a file from being read to the errors.
int run_check(const CheckRequest& request, std::istream& input, WallTime now, Streams streams);

}  // namespace spa::tool
