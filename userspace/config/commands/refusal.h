// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "userspace/base/result.h"

namespace spa::config {

// A line that is understood and not possible.
[[nodiscard]] inline tl::unexpected<Error> refuse(std::string text) {
  return fail(Errc::kInvalid, "% " + std::move(text));
}

}  // namespace spa::config
