// SPDX-License-Identifier: Apache-2.0
// docs/commands.md, made from the command tables. A unit test fails when the file is stale.
#pragma once

#include <string>
#include <string_view>

namespace spa::config {

[[nodiscard]] std::string command_reference();
// A pattern as people read it: "crypto map NAME SEQUENCE<1-65535> ipsec-isakmp".
[[nodiscard]] std::string readable(std::string_view pattern);

}  // namespace spa::config
