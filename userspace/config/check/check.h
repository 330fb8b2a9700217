// SPDX-License-Identifier: Apache-2.0
// Looks a configuration over without a daemon: what the language refuses, and what it takes and
// does not do what it seems to.
#pragma once

#include <string>
#include <vector>

#include "userspace/base/clock.h"
#include "userspace/base/result.h"
#include "userspace/config/check/finding.h"

namespace spa::config::check {

struct File {
  std::string name;
  std::string text;
};

// The findings of each file, in the order of the files and of their lines. Several files are also
// compared with each other where they name each other as peers. Nothing is written anywhere.
[[nodiscard]] Result<std::vector<Findings>> check(const std::vector<File>& files, WallTime now);

}  // namespace spa::config::check
