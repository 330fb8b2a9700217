// SPDX-License-Identifier: Apache-2.0
#include "userspace/ike/child_sa.h"
#include "userspace/ike/manager.h"

namespace spa::ike {

bool SessionFilter::fits(std::uint32_t id, const Endpoint& local_end,
                         const Endpoint& remote_end) const {
  return (!local || local_end.address == *local) && (!remote || remote_end.address == *remote) &&
         (!remote_port || remote_end.port == *remote_port) && (!ike_sa || id == *ike_sa);
}

bool SessionFilter::fits(const ChildSa& child) const {
  return (!child_spi || child.spi_in == *child_spi || child.spi_out == *child_spi) &&
         (!crypto_map || child.rule.crypto_map == *crypto_map);
}

}  // namespace spa::ike
