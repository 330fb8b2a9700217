// SPDX-License-Identifier: Apache-2.0
// crypto ipsec transform-set …
#pragma once

#include <vector>

#include "userspace/config/grammar/command.h"

namespace spa::config {

void add_transform_set_commands(std::vector<Command>& table);

}  // namespace spa::config
