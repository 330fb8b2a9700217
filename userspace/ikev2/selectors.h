// SPDX-License-Identifier: Apache-2.0
// Traffic selectors between wire and policy, and their narrowing (RFC 7296 2.9, 3.13).
#pragma once

#include <vector>

#include "userspace/policy/traffic.h"
#include "userspace/wire/ts_payload.h"

namespace spa::ikev2 {

using Selectors = std::vector<policy::TrafficSelector>;

[[nodiscard]] wire::TsPayload to_payload(const Selectors& selectors, wire::Side side);
// Selectors of unknown types are left out (3.13.1).
[[nodiscard]] Selectors from_payload(const wire::TsPayload& payload);
// What the offer and our limit have in common (2.9.1); empty when nothing.
[[nodiscard]] Selectors narrow(const Selectors& offered, const policy::TrafficSelector& limit);
// Whether every selector of `inner` lies within one of `outer`; false for an empty `inner`.
[[nodiscard]] bool covers(const Selectors& outer, const Selectors& inner);
[[nodiscard]] std::string to_string(const Selectors& selectors);

}  // namespace spa::ikev2
