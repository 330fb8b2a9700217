// SPDX-License-Identifier: Apache-2.0
// Two routers with one tunnel between 192.168.4.0/24 and 1.1.1.0/24, to be varied by tests.
#pragma once

#include <gtest/gtest.h>

#include "tests/exchange/router.h"

namespace spa::exchange {

class TwoRouters : public ::testing::Test {
 protected:
  TwoRouters();
  void start() {
    left.start();
    right.start();
  }
  // Asks `from` for its tunnel and lets ten seconds pass.
  void bring_up(Router& from);
  // One IKE SA and one CHILD SA pair at each end, keys crosswise.
  void expect_tunnel();
  void expect_clean(const Router& router) const;  // no SA, no reserved SPI
  void run(Duration span) { timers.run_for(span); }
  // Drops the next datagram sent by `from`.
  void lose_next_from(const Router& from);

  FakeTimers timers;
  FakeNetwork network{timers};
  FakePki pki;
  Router left;
  Router right;
};

}  // namespace spa::exchange
