// SPDX-License-Identifier: Apache-2.0
// Which keywords may stand where a silent word may: a value that looks like one of them must not
// be printed without the word.
#pragma once

#include <vector>

#include "userspace/config/grammar/grammar.h"

namespace spa::config {

// Fills Token::rivals in the commands of one mode.
void find_rivals(const std::vector<const Rule*>& rules);

}  // namespace spa::config
