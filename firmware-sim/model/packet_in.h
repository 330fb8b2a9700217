// SPDX-License-Identifier: Apache-2.0
// Packet mode, inbound: only what selectors and policies let pass reaches the driver, without ESP.
#pragma once

#include "firmware-sim/model/core.h"

namespace spa::card {

// False: the frame must be dropped; it has been counted. An inner packet of packet mode stands in
// `frame.frame` afterwards as a plain frame.
[[nodiscard]] bool admit_packet(Core& core, esp::RxFrame& frame);

}  // namespace spa::card
