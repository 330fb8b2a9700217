// SPDX-License-Identifier: Apache-2.0
// The mode in which GRE passes a NAT (R-GRE-2, R-GRE-3).
#pragma once

#include <netinet/in.h>

#include <optional>

#include "userspace/ports/sa_database.h"

namespace spa::ike {

// Between two ends tunnel mode only; from many ends, under a dynamic crypto map, transport mode
// only. Nothing where the rule is about something else: then both will do (R-NAT-6).
[[nodiscard]] inline std::optional<policy::EncapsulationMode> gre_mode_through_nat(
    const ports::PolicyRule& rule) {
  if (rule.selectors.local.protocol != IPPROTO_GRE) return std::nullopt;
  return rule.id.dynamic != 0 ? policy::EncapsulationMode::kTransport
                              : policy::EncapsulationMode::kTunnel;
}

}  // namespace spa::ike
