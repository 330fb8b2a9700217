// SPDX-License-Identifier: Apache-2.0
// Two routers with one tunnel between 192.168.4.0/24 and 1.1.1.0/24, to be varied by tests.
#pragma once

#include <gtest/gtest.h>

#include "tests/exchange/router.h"
#include "userspace/wire/message.h"

namespace spa::exchange {

// The clock, the network and both routers; what a test does with them and expects of them.
struct World {
  World();
  World(const World&) = delete;
  World& operator=(const World&) = delete;
  void start() {
    left.start();
    right.start();
  }
  // Asks `from` for its tunnel and lets ten seconds pass.
  void bring_up(Router& from);
  // One IKE SA and one CHILD SA pair at each end, keys crosswise.
  void expect_tunnel();
  void expect_clean(const Router& router) const;  // no SA, no reserved SPI
  // At each end so many IKE SAs, all of them in use, and so many CHILD SA pairs, which fit one
  // another; nothing half open or half made.
  void expect_sas(std::size_t ike_sas, std::size_t pairs);
  // What has to hold at every moment, also in the middle of things: empty, or what does not.
  [[nodiscard]] std::string violation() const;
  // Clears both ends, lets time pass: no SA, no SPI and no alarm may be left.
  void expect_nothing_left_over();
  void run(Duration span) { timers.run_for(span); }
  // INVALID_IKE_SPI about left's IKE SA, as anybody may say it in right's name.
  [[nodiscard]] wire::Message lie_about_left() const;
  void tell_left(const wire::Message& lie);
  // Drops the next datagram sent by `from`.
  void lose_next_from(const Router& from);

  FakeTimers timers;
  FakeNetwork network{timers};
  FakePki pki;
  Router left;
  Router right;
};

class TwoRouters : public ::testing::Test, protected World {};

}  // namespace spa::exchange
