// SPDX-License-Identifier: Apache-2.0
// Whole files, read with a bound and written so that a power cut leaves the old or the new content,
// never half of one.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <string>

#include "userspace/base/bytes.h"
#include "userspace/base/result.h"

namespace spa {

// kNotFound when there is none; kExhausted when it is longer than `limit` octets; kIo otherwise.
// Regular files only.
[[nodiscard]] Result<Bytes> read_file(const std::string& path, std::size_t limit);

// Writes a new file beside `path`, syncs it, renames it over `path` and syncs the directory. The
// mode is set before the first octet is written, so that secrets are never readable by others.
[[nodiscard]] Status write_file_atomically(const std::string& path, ByteView content, mode_t mode);

// Makes a directory and its parents, with this mode, unless it is there.
[[nodiscard]] Status make_directories(const std::string& path, mode_t mode);

}  // namespace spa
