// SPDX-License-Identifier: Apache-2.0
// show crypto eli, show crypto engine brief and accelerator statistic (R-ENG-11; R-SHOW-25,
// R-SHOW-26, R-SHOW-40).
#pragma once

#include <string>
#include <vector>

#include "userspace/config/backend.h"

namespace spa::config {

// What the three screens tell.
struct EngineInventory {
  std::vector<AcceleratorView> accelerators;
  std::vector<EngineView> engines;  // for the public keys
};

// `all`: every engine with its sessions of each kind.
[[nodiscard]] std::string eli_text(const EngineInventory& inventory, std::size_t ike_sas, bool all);
[[nodiscard]] std::string engine_brief_text(const EngineInventory& inventory);
// Only what the device counts is listed.
[[nodiscard]] std::string accelerator_statistic_text(const EngineInventory& inventory);
// One data set for all three.
[[nodiscard]] std::string accelerators_json(const EngineInventory& inventory, std::size_t ike_sas);

}  // namespace spa::config
