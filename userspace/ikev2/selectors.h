// SPDX-License-Identifier: Apache-2.0
// Traffic selectors between wire and policy, and their narrowing (RFC 7296 2.9, 3.13).
#pragma once

#include <optional>
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
// Whether both sides name one address each.
[[nodiscard]] bool is_single_pair(const Selectors& local, const Selectors& remote);
// What `limit` says of one address alone; nothing when it does not hold the address.
[[nodiscard]] std::optional<policy::TrafficSelector> of_host(const policy::TrafficSelector& limit,
                                                             const IpAddress& host);
// The part of a rule that lies between the two hosts of a packet; nothing for another packet.
[[nodiscard]] std::optional<policy::SelectorPair> of_hosts(const policy::SelectorPair& rule,
                                                           const policy::SelectorPair& packet);
[[nodiscard]] std::string to_string(const Selectors& selectors);

}  // namespace spa::ikev2
