// SPDX-License-Identifier: Apache-2.0
// import: another box's configuration in the router's language. The only part of the tool that
// knows the language itself, because there may be no daemon yet (docs/adr/0005).
#pragma once

#include <string>

#include "userspace/tool/run.h"

namespace spa::tool {

// Reads `file` ("-": standard input); the result goes to `output` (mode 0600), or to streams.out
// when that is empty. What could not be carried over goes to streams.err, with line numbers and
// without secrets. kRejected when a line was not understood, kUnreachable when a file cannot be
// read or written.
int run_import_pix(const std::string& file, const std::string& output, Streams streams);

}  // namespace spa::tool
