// SPDX-License-Identifier: Apache-2.0
// show crypto counters: what became of messages and negotiations of both IKE versions, each cause
// by its own name.
#pragma once

#include <string>

#include "userspace/ike/counters.h"

namespace spa::config {

[[nodiscard]] std::string ike_counters_text(const ike::Counters& counters);
[[nodiscard]] std::string ike_counters_json(const ike::Counters& counters);

}  // namespace spa::config
