// SPDX-License-Identifier: Apache-2.0
// A PIX's configuration in the router's language, without a daemon (R-PIX-1, R-PIX-2).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace spa::config {

// A line that does not stand in the result, or not as it was meant.
struct ImportRemark {
  std::size_t line = 0;   // from 1; 0: of the configuration as a whole
  std::string source;     // the line, secrets blotted out
  std::string text;       // why
  bool rejected = false;  // it was not understood
};

struct Import {
  std::string configuration;          // holds secrets
  std::vector<ImportRemark> remarks;  // by line
};

// Takes any text. What is converted means, line for line, what the PIX dialect means by it: the
// same rows of its tables say so.
[[nodiscard]] Import import_pix(std::string_view text);

}  // namespace spa::config
