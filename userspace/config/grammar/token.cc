// SPDX-License-Identifier: Apache-2.0
#include "userspace/config/grammar/token.h"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>

namespace spa::config {
namespace {

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r';
}

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool starts_with_folded(std::string_view whole, std::string_view start) {
  return start.size() <= whole.size() &&
         std::equal(start.begin(), start.end(), whole.begin(),
                    [](char a, char b) { return lower(a) == lower(b); });
}

// Names, paths and URLs; and keys, encrypted ones too. Nobody means longer ones.
constexpr std::size_t kMaxWord = 512;
constexpr std::size_t kMaxSecret = 2048;

std::optional<std::uint64_t> to_number(std::string_view word) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
  if (error != std::errc{} || end != word.data() + word.size()) return std::nullopt;
  return number;
}

// Port names of the router's access lists.
constexpr std::array<std::pair<std::string_view, std::uint16_t>, 20> kPortNames{{
    {"bgp", 179},    {"bootpc", 68},    {"bootps", 67},
    {"domain", 53},  {"ftp", 21},       {"ftp-data", 20},
    {"isakmp", 500}, {"ldap", 389},     {"non500-isakmp", 4500},
    {"ntp", 123},    {"pop3", 110},     {"smtp", 25},
    {"snmp", 161},   {"snmptrap", 162}, {"ssh", 22},
    {"syslog", 514}, {"tacacs", 49},    {"telnet", 23},
    {"tftp", 69},    {"www", 80},
}};

std::optional<Value> parse_number(const Token& token, std::string_view word) {
  const auto number = to_number(word);
  if (!number) return std::nullopt;
  for (const auto& [low, high] : token.ranges) {
    if (*number < low || *number > high) continue;
    Value value;
    value.number = *number;
    value.text = std::to_string(*number);
    return value;
  }
  return std::nullopt;
}

// The prefix length of a contiguous mask.
std::optional<unsigned> mask_length(std::uint32_t mask) {
  const unsigned length = static_cast<unsigned>(std::countl_one(mask));
  const std::uint32_t wanted = length == 0 ? 0 : ~std::uint32_t{0} << (32 - length);
  if (mask != wanted) return std::nullopt;
  return length;
}

std::optional<Value> parse_address(const Token& token, std::string_view word) {
  const auto address = IpAddress::parse(word);
  if (!address) return std::nullopt;
  if (token.kind != TokenKind::kAddress && !address->is_v4()) return std::nullopt;
  Value value;
  value.address = *address;
  value.text = address->to_string();
  if (token.kind == TokenKind::kMask || token.kind == TokenKind::kWildcard) {
    const bool wild = token.kind == TokenKind::kWildcard;
    const auto length = mask_length(wild ? ~address->v4_value() : address->v4_value());
    if (!length) return std::nullopt;
    value.prefix_length = *length;
  } else {
    value.prefix_length = address->bits();
  }
  return value;
}

std::optional<Value> parse_prefix6(std::string_view word) {
  if (word.find('/') == std::string_view::npos) return std::nullopt;
  const auto prefix = IpPrefix::parse(word);
  if (!prefix || !prefix->address.is_v6()) return std::nullopt;
  Value value;
  value.address = prefix->address;
  value.prefix_length = prefix->length;
  value.text = prefix->to_string();
  return value;
}

std::optional<Value> parse_port(std::string_view word) {
  Value value;
  for (const auto& [name, port] : kPortNames) {
    if (name != word) continue;
    value.text = name;
    value.number = port;
    return value;
  }
  const auto number = to_number(word);
  if (!number || *number > 65535) return std::nullopt;
  value.number = *number;
  value.text = std::to_string(*number);
  return value;
}

std::optional<Value> parse_hex(std::string_view word) {
  if (word.empty() || word.size() > 128) return std::nullopt;
  Value value;
  for (const char c : word) {
    const bool digit = (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'f');
    if (!digit) return std::nullopt;
    value.text.push_back(c >= 'a' && c <= 'f' ? static_cast<char>(c - 'a' + 'A') : c);
  }
  return value;
}

std::optional<Value> parse_spi(std::string_view word) {
  constexpr std::uint64_t kFirst = 256;  // those below are reserved (RFC 4303 2.1)
  const bool hex = word.size() > 2 && word[0] == '0' && lower(word[1]) == 'x';
  const std::string_view digits = hex ? word.substr(2) : word;
  std::uint64_t number = 0;
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), number, hex ? 16 : 10);
  if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  if (number < kFirst || number > 0xFFFFFFFF) return std::nullopt;
  Value value;
  value.number = number;
  value.text = std::string(word);
  return value;
}

std::optional<Value> parse_by_kind(const Token& token, std::string_view word) {
  switch (token.kind) {
    case TokenKind::kKeyword:
      return std::nullopt;
    case TokenKind::kNumber:
      return parse_number(token, word);
    case TokenKind::kAddress:
    case TokenKind::kAddress4:
    case TokenKind::kMask:
    case TokenKind::kWildcard:
      return parse_address(token, word);
    case TokenKind::kPrefix6:
      return parse_prefix6(word);
    case TokenKind::kPort:
      return parse_port(word);
    case TokenKind::kHex:
      return parse_hex(word);
    case TokenKind::kSpi:
      return parse_spi(word);
    case TokenKind::kSecret: {
      if (word.size() > kMaxSecret) return std::nullopt;
      Value value;
      value.secret = to_secret(as_bytes(word));
      return value;
    }
    case TokenKind::kWord:
    case TokenKind::kInterface:
    case TokenKind::kLine: {
      if (token.kind != TokenKind::kLine && word.size() > kMaxWord) return std::nullopt;
      Value value;
      value.text = std::string(word);
      return value;
    }
  }
  return std::nullopt;
}

}  // namespace

std::string Token::placeholder() const {
  switch (kind) {
    case TokenKind::kKeyword:
      return text;
    case TokenKind::kNumber: {
      std::string out;
      for (const auto& [low, high] : ranges) {
        if (!out.empty()) out += ' ';
        out += "<" + std::to_string(low) + "-" + std::to_string(high) + ">";
      }
      return out;
    }
    case TokenKind::kWord:
    case TokenKind::kInterface:
    case TokenKind::kSecret:
      return "WORD";
    case TokenKind::kLine:
      return "LINE";
    case TokenKind::kHex:
      return "HEX";
    case TokenKind::kSpi:
      return "<0x100-0xFFFFFFFF>";
    case TokenKind::kAddress:
      return "A.B.C.D or X:X:X:X::X";
    case TokenKind::kAddress4:
    case TokenKind::kMask:
    case TokenKind::kWildcard:
      return "A.B.C.D";
    case TokenKind::kPrefix6:
      return "X:X:X:X::X/<0-128>";
    case TokenKind::kPort:
      return "<0-65535>";
  }
  return text;
}

std::vector<Word> split_words(std::string_view line) {
  std::vector<Word> words;
  std::size_t at = 0;
  while (at < line.size()) {
    while (at < line.size() && is_blank(line[at])) ++at;
    const std::size_t start = at;
    while (at < line.size() && !is_blank(line[at])) ++at;
    if (at > start) words.push_back({line.substr(start, at - start), start});
  }
  return words;
}

KeywordFit fit_keyword(const Token& token, std::string_view word) {
  if (word.empty()) return KeywordFit::kNo;
  const bool digits =
      std::all_of(word.begin(), word.end(), [](char c) { return c >= '0' && c <= '9'; });
  for (const std::string* spelling : {&token.text, &token.alias}) {
    if (spelling->empty() || !starts_with_folded(*spelling, word)) continue;
    if (spelling->size() == word.size()) return KeywordFit::kExact;
    if (!digits) return KeywordFit::kPrefix;
  }
  return KeywordFit::kNo;
}

bool is_alias(const Token& token, std::string_view word) {
  return !token.alias.empty() && !starts_with_folded(token.text, word);
}

std::optional<Value> parse_value(const Token& token, std::string_view word) {
  auto value = parse_by_kind(token, word);
  if (value) value->token = &token;
  return value;
}

}  // namespace spa::config
