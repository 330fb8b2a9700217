// SPDX-License-Identifier: Apache-2.0
// Keys of the configuration between plain and type 6 (R-T6). A line takes part when its pattern
// offers the word `6` before a secret.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string_view>

#include "userspace/base/bytes.h"
#include "userspace/config/grammar/args.h"
#include "userspace/config/tree.h"

namespace spa::config {

class MasterKey;

// The words that switch the encryption on; they stand in the configuration (R-T6-2).
inline constexpr std::string_view kEncryptionLine = "password encryption aes";
inline constexpr std::string_view kLoggingLine = "password logging";

// The key of a line in clear. None when it is encrypted and the master key is missing or another
// one: the line is kept, its key cannot be used, and the build warns of it (R-T6-7, R-T6-13,
// R-T6-26). `user`: whose key it is, for that warning.
[[nodiscard]] std::optional<SecretBytes> usable_key(Build& build, const Args& args,
                                                    std::string_view user = {});

// Encrypts every key that stands there in clear (R-T6-11); returns how many those were.
std::size_t encrypt_plain_keys(Tree& tree, const MasterKey& master);

// Encrypts those anew that `decrypt` can read, and leaves the others alone (R-T6-12); returns how
// many it could read.
using Decrypt = std::function<Result<SecretBytes>(std::string_view word)>;
std::size_t reencrypt_keys(Tree& tree, const Decrypt& decrypt, const MasterKey& master);

// `service password-encryption`: gives every password that stands there in clear the form of type
// 7, where its line offers the word `7`; returns how many (R-CFG-8). They only cannot be read at a
// glance any more.
inline constexpr std::string_view kHidingLine = "service password-encryption";
std::size_t hide_plain_passwords(Tree& tree);

[[nodiscard]] bool has_line(const Tree& tree, std::string_view line);

}  // namespace spa::config
