// SPDX-License-Identifier: Apache-2.0
// Ports by name, as they are written on a command line.
#pragma once

#include <memory>
#include <string>

#include "firmware-sim/port/port.h"
#include "firmware-sim/port/socket_path.h"

namespace spa::card {

// "none", "tap:NAME" or "dgram:LOCAL,REMOTE". The error says what is wrong with the text or with
// the system.
[[nodiscard]] Opened<std::unique_ptr<Port>> make_port(const std::string& text);

}  // namespace spa::card
