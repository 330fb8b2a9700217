// SPDX-License-Identifier: Apache-2.0
// Pieces of JSON that several screens share. Only for the *_json.cc files: the header is heavy.
#pragma once

#include <boost/json.hpp>
#include <string>
#include <vector>

#include "userspace/config/backend.h"

namespace spa::config {

namespace json = boost::json;

[[nodiscard]] json::object endpoint_json(const Endpoint& endpoint);
[[nodiscard]] std::string hex_json(std::uint64_t number, int digits);  // "0x0000ABCD"
[[nodiscard]] json::array selectors_json(const std::vector<policy::TrafficSelector>& selectors);
[[nodiscard]] json::object counters_json(const ports::SaCounters& counters);
[[nodiscard]] json::object child_json(const ike::ChildSaStatus& child,
                                      const ports::SaPairState& state);

}  // namespace spa::config
