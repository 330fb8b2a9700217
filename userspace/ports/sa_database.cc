// SPDX-License-Identifier: Apache-2.0
#include "userspace/ports/sa_database.h"

namespace spa::ports {

std::string PolicyId::to_string() const {
  return crypto_map + " " + std::to_string(sequence) + " line " + std::to_string(line);
}

}  // namespace spa::ports
