// SPDX-License-Identifier: Apache-2.0
// What the commands about keys have in common, those of the router and of a PIX.
#pragma once

#include <functional>
#include <string>

#include "userspace/config/exec.h"
#include "userspace/pki/enrolment.h"

namespace spa::config {

// HOSTNAME.DOMAIN; empty, and the command refused, when one of them is missing (R-PKI-1).
[[nodiscard]] std::string router_name(Exec& exec);
// R-PKI-3
void print_modulus_range(Exec& exec, const std::string& which);
// Makes them in the background; the session waits, and `then` is run when they are there.
void generate_keys(Exec& exec, const pki::KeyRequest& request, std::function<void(Exec&)> then);
// Deletes the pairs of a label, or all with an empty one.
void zeroize_keys(Exec& exec, const std::string& label);

}  // namespace spa::config
