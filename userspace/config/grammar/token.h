// SPDX-License-Identifier: Apache-2.0
// The smallest parts of a command: keywords and typed arguments.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "userspace/base/address.h"
#include "userspace/base/bytes.h"

namespace spa::config {

enum class TokenKind {
  kKeyword,
  kNumber,     // in one of the ranges
  kWord,       // anything without blanks
  kInterface,  // "FastEthernet0/0"; "FastEthernet 0/0" is the same
  kSecret,     // a word that no message repeats
  kLine,       // the rest of the line
  kHex,        // hexadecimal digits
  kSpi,        // 256 to 2^32 - 1, decimal or with 0x before it
  kAddress,    // IPv4 or IPv6
  kAddress4,
  kMask,      // 255.255.255.0, contiguous
  kWildcard,  // 0.0.0.255, contiguous
  kPrefix6,   // 2001:db8::/32
  kPort,      // 0-65535, or a well-known name
};

struct Token {
  TokenKind kind = TokenKind::kKeyword;
  std::string text;   // the keyword, or the name of the argument
  std::string alias;  // another spelling of the keyword that is accepted; empty when there is none
  bool silent = false;  // accepted, never printed
  // Of a silent one: the keywords, of all commands of its mode, that may stand in its place.
  std::vector<const Token*> rivals{};
  std::vector<std::pair<std::uint64_t, std::uint64_t>> ranges;

  [[nodiscard]] bool is_keyword() const { return kind == TokenKind::kKeyword; }
  // What help and the reference call it: the keyword, "<1-65535>", "A.B.C.D", "WORD" …
  [[nodiscard]] std::string placeholder() const;
};

// What a word meant under a token.
struct Value {
  const Token* token = nullptr;
  std::string
      text;  // canonical: keywords in full, numbers without leading zeros; empty for a secret
  std::uint64_t number = 0;
  IpAddress address;
  unsigned prefix_length = 0;  // masks, wildcards and prefixes
  SecretBytes secret;
  bool alias = false;  // of a keyword: typed in its second spelling
  friend bool operator==(const Value& a, const Value& b) {
    return a.token == b.token && a.text == b.text && a.secret == b.secret;
  }
};

// A word of a line and where it stands.
struct Word {
  std::string_view text;
  std::size_t column = 0;
};
[[nodiscard]] std::vector<Word> split_words(std::string_view line);

enum class KeywordFit { kNo, kPrefix, kExact };
// Keywords are compared without regard to case; a word of digits is never an abbreviation.
[[nodiscard]] KeywordFit fit_keyword(const Token& token, std::string_view word);

// Whether a word that fits the keyword is its second spelling.
[[nodiscard]] bool is_alias(const Token& token, std::string_view word);

// The value of an argument token; none when the word is not of its type. For kLine the word is the
// rest of the line.
[[nodiscard]] std::optional<Value> parse_value(const Token& token, std::string_view word);

}  // namespace spa::config
