// SPDX-License-Identifier: Apache-2.0
// Whether an IKE SA is made to tell a peer that his SPI is unknown here (R-SPI-6). A packet that
// anybody may have sent is behind it, so a peer is called once in a while, and all of them together
// seldom (R-SPI-10, R-SPI-11; RFC 7296 2.21.4).
#pragma once

#include <cstddef>
#include <map>

#include "userspace/base/address.h"
#include "userspace/base/clock.h"
#include "userspace/ike/rate_limit.h"

namespace spa::ike {

class SpiRecovery {
 public:
  static constexpr Duration kInterval{60000};  // between two attempts with one peer
  static constexpr std::size_t kMostPeers = 1024;
  static constexpr std::uint32_t kPerSecond = 1;  // of all peers, after kBurst at once
  static constexpr std::uint32_t kBurst = 10;

  // An attempt is noted as begun when it may be.
  [[nodiscard]] bool may_begin(const IpAddress& peer, SteadyTime now);

 private:
  std::map<IpAddress, SteadyTime> not_before_;
  RateLimit all_{kPerSecond, kBurst};
};

}  // namespace spa::ike
