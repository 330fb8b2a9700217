// SPDX-License-Identifier: Apache-2.0
#include "tests/exchange/planned_nonces.h"

#include "userspace/wire/header.h"

namespace spa::exchange {

PlannedNonces::PlannedNonces(World& world, const Leads& leads)
    : world_(world), leads_(leads), random_(4711) {
  for (Router* r : {&world_.left, &world_.right}) {
    r->timers.woken = [this, r] { acts(*r); };
  }
  world_.network.rewrite = [this](Packet& packet) {
    const bool to_left = packet.to.address == world_.left.address;
    const bool response = (packet.octets.at(19) & wire::Header::kFlagResponse) != 0;
    if (response) {
      acts(to_left ? world_.left : world_.right);
    } else {
      random_.begin_with(to_left ? leads_.left_answers : leads_.right_answers);
    }
  };
}

PlannedNonces::~PlannedNonces() {
  for (Router* r : {&world_.left, &world_.right}) r->timers.woken = [] {};
  world_.network.rewrite = [](Packet&) {};
}

void PlannedNonces::acts(const Router& router) {
  random_.begin_with(&router == &world_.left ? leads_.left_asks : leads_.right_asks);
}

}  // namespace spa::exchange
