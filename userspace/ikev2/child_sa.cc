// SPDX-License-Identifier: Apache-2.0
#include "userspace/ikev2/child_sa.h"

#include <algorithm>

namespace spa::ikev2 {

void EarlyDeletes::note(std::uint32_t spi_out) {
  if (!watching()) return;
  if (spis_.size() == kKept) spis_.erase(spis_.begin());
  spis_.push_back(spi_out);
}

bool EarlyDeletes::take(std::uint32_t spi_out) {
  return std::erase(spis_, spi_out) != 0;
}

}  // namespace spa::ikev2
