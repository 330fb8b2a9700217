// SPDX-License-Identifier: Apache-2.0
#include "userspace/config/show/ike_counters.h"

#include "userspace/config/show/json.h"
#include "userspace/config/show/text.h"

namespace spa::config {

std::string ike_counters_text(const ike::Counters& counters) {
  Screen screen;
  counters.each(
      [&](const char* name, std::uint64_t value) { screen.line("%-36s %12llu", name, n(value)); });
  return screen.take();
}

std::string ike_counters_json(const ike::Counters& counters) {
  json::object all;
  counters.each([&](const char* name, std::uint64_t value) { all[name] = value; });
  return json::serialize(all);
}

}  // namespace spa::config
