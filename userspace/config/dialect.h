// SPDX-License-Identifier: Apache-2.0
// The languages that a configuration may be written in: the router's, and that of a PIX (R-PIX).
// A configuration is of one of them as a whole; docs/adr/0005 says why.
#pragma once

#include <string>
#include <string_view>

#include "userspace/base/result.h"
#include "userspace/config/grammar/command.h"

namespace spa::config {

struct Rule;

enum class Dialect { kRouter, kPix };

// The mode that `configure terminal` leads to.
[[nodiscard]] Mode mode_of(Dialect dialect);

// What a PIX does that says nothing, in the router's language (R-PIX-3, R-PIX-15): IPsec SAs live
// 28800 s, it calls itself by its host name, and IKE is off until an interface has it.
void apply_defaults(Build& build, Dialect dialect);
[[nodiscard]] const std::vector<RouterLine>& pix_defaults();

// Applies what a line of the PIX means. kInvalid: what the router says of it, for the person who
// typed the line.
[[nodiscard]] Status apply_router_lines(Build& build, const Rule& rule, const Args& args);
// The same for lines that are there already; their memory is wiped.
[[nodiscard]] Status apply_router_lines(Build& build, std::vector<RouterLine> lines);

// Lines that a PIX prints around its configuration and takes without doing anything (R-PIX-1):
// ": Saved", ":", ": end", "Cryptochecksum:" with 32 hexadecimal digits, "[OK]".
[[nodiscard]] bool is_pix_frame(std::string_view line);

// `write terminal` of a PIX around its lines, from ": Saved" to ": end". The checksum is the MD5 of
// what stands between; zeros where there is no MD5.
[[nodiscard]] std::string pix_printout(std::string_view lines, bool saved);
inline constexpr std::string_view kPixVersion = "PIX Version 6.0(1)";

}  // namespace spa::config
