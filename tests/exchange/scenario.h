// SPDX-License-Identifier: Apache-2.0
// The exchanges of IKE, each as it begins and as it must end, whatever the network does to one of
// its datagrams.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "tests/exchange/two_routers.h"

namespace spa::exchange {

// What both ends have in the end (World::expect_sas).
struct Outcome {
  std::size_t ike_sas = 1;
  std::size_t pairs = 1;
};

struct Scenario {
  std::string name;
  std::size_t datagrams = 0;  // that `act` causes when nothing goes wrong
  bool with_tunnel = true;    // one tunnel, made by `left`, is up before `act`
  std::function<void(World&)> prepare = [](World&) {};  // before the routers start
  std::function<void(World&)> act;
  Outcome outcome;
};

[[nodiscard]] const std::vector<Scenario>& ikev2_scenarios();

// Starts both routers, with the tunnel where the scenario wants one.
void begin(World& world, const Scenario& scenario);

}  // namespace spa::exchange
