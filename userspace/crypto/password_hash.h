// SPDX-License-Identifier: Apache-2.0
// Passwords in the forms in which a router's configuration keeps them: `enable secret 9 …`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "userspace/base/bytes.h"
#include "userspace/base/result.h"

namespace spa::crypto {

// The digit in front of the word.
enum class PasswordType : std::uint8_t {
  kPlain = 0,
  kMd5 = 5,     // "$1$salt$hash", md5crypt
  kHidden = 7,  // the password itself, under a key that everybody knows
  kSha256 = 8,  // "$8$salt$hash", PBKDF2 with HMAC-SHA-256 (RFC 8018 5.2)
  kScrypt = 9,  // "$9$salt$hash" (RFC 7914)
};

// Whether a word can be one of that type.
[[nodiscard]] bool is_password_word(PasswordType type, std::string_view word);

// Of type 8 or 9, with a salt of its own. kUnsupported for the others.
[[nodiscard]] Result<std::string> hash_password(PasswordType type, ByteView password);

// The password in the form of type 7, from which everybody can get it back: it only keeps it from
// being read over somebody's shoulder. kInvalid for what is no password.
[[nodiscard]] Result<std::string> hide_password(ByteView password);
// Nothing where the word is not of type 7.
[[nodiscard]] std::optional<SecretBytes> hidden_password(std::string_view word);

// Whether `typed` is the password that `word` stands for. kUnsupported where this program cannot
// tell. Costs some hundredths of a second.
[[nodiscard]] Result<bool> is_password(PasswordType type, std::string_view word, ByteView typed);

}  // namespace spa::crypto
