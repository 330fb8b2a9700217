// SPDX-License-Identifier: Apache-2.0
// The line about a packet for an SPI that no SA here has, in the router's words, at most one a
// minute and peer (R-SPI-13, R-SPI-15): strangers can cause it.
#pragma once

#include "userspace/base/log.h"
#include "userspace/base/quiet_peers.h"
#include "userspace/ports/sa_database.h"

namespace spa::ike {

class UnknownSpiLog {
 public:
  explicit UnknownSpiLog(LogSink& log) : log_(log) {}
  void write(const ports::UnknownSpi& unknown, SteadyTime now);

 private:
  LogSink& log_;
  QuietPeers quiet_;
};

}  // namespace spa::ike
