// SPDX-License-Identifier: Apache-2.0
// Pieces of JSON that several screens share. Only for the *_json.cc files: the header is heavy.
#pragma once

#include <boost/json.hpp>
#include <memory>
#include <string>
#include <vector>

#include "userspace/config/backend.h"
#include "userspace/config/pieces.h"

namespace spa::config {

namespace json = boost::json;

[[nodiscard]] json::object endpoint_json(const Endpoint& endpoint);
[[nodiscard]] std::string hex_json(std::uint64_t number, int digits);  // "0x0000ABCD"
[[nodiscard]] json::array selectors_json(const std::vector<policy::TrafficSelector>& selectors);
[[nodiscard]] json::object counters_json(const ports::SaCounters& counters);
[[nodiscard]] json::object child_json(const ike::ChildSaStatus& child,
                                      const ports::SaPairState& state);

// The array of a JSON object with nothing else, whose members come in pieces.
class JsonList {
 public:
  // One more member. Copies of a list count together.
  void add(std::string& out, const json::object& member) const;
  // {"KEY":[ROWS]}
  [[nodiscard]] Pieces pieces(const std::string& key, Rows rows) const;

 private:
  std::shared_ptr<bool> begun_ = std::make_shared<bool>(false);
};

}  // namespace spa::config
