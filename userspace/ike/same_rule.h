// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "userspace/ports/sa_database.h"

namespace spa::ike {

// Whether an SA that was made under one rule serves under the other.
[[nodiscard]] bool same_rule(const ports::PolicyRule& a, const ports::PolicyRule& b);

}  // namespace spa::ike
