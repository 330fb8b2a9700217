// SPDX-License-Identifier: Apache-2.0
// Names that people choose, as the PKI's stores keep them.
#pragma once

#include <algorithm>
#include <cctype>
#include <string>
#include <string_view>

#include "userspace/base/bytes.h"

namespace spa::pki {

// Names that differ in case alone are one.
[[nodiscard]] inline std::string folded(std::string_view name) {
  std::string key(name);
  std::transform(key.begin(), key.end(), key.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return key;
}

// A trustpoint or a key may have any name; a file may not.
[[nodiscard]] inline std::string file_name(std::string_view key) {
  std::string name;
  for (const unsigned char c : key) {
    if (std::isalnum(c) || c == '-' || c == '_') {
      name += static_cast<char>(c);
    } else {
      name += "%" + to_hex({&c, 1});
    }
  }
  return name;
}

}  // namespace spa::pki
