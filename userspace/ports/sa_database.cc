// SPDX-License-Identifier: Apache-2.0
#include "userspace/ports/sa_database.h"

namespace spa::ports {

std::string PolicyId::to_string() const {
  return crypto_map + " " + std::to_string(sequence) +
         (dynamic != 0 ? " dynamic " + std::to_string(dynamic) : "") + " line " +
         std::to_string(line);
}

Result<std::uint16_t> SaDatabase::allocate_cpi(const IpAddress&, const IpAddress&) {
  return fail(Errc::kUnsupported, "data plane " + name() + " has no IPComp");
}

void SaDatabase::release_cpi(const IpAddress&, std::uint16_t) {}

}  // namespace spa::ports
