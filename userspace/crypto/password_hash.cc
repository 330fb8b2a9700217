// SPDX-License-Identifier: Apache-2.0
#include "userspace/crypto/password_hash.h"

#include <openssl/evp.h>

#ifdef SPA_HAVE_CRYPT
#include <crypt.h>
#endif

#include <algorithm>
#include <cstring>
#include <memory>

#include "userspace/crypto/random.h"

namespace spa::crypto {

namespace {

constexpr std::string_view kAlphabet =
    "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
constexpr std::size_t kSaltSize = 14;    // letters, which are the salt as they stand
constexpr std::size_t kDigestSize = 32;  // octets
constexpr std::size_t kDigestLetters = 43;
constexpr int kPbkdf2Rounds = 20000;
constexpr std::uint64_t kScryptN = 16384;
constexpr std::uint64_t kScryptMemory = 64ULL << 20;
constexpr std::size_t kMd5Letters = 22;
constexpr std::size_t kMaxPassword = 127;
constexpr std::size_t kHidingStarts = 16;  // where in the key of type 7 routers begin

// What every router hides its type 7 passwords with.
constexpr std::string_view kHidingKey = "dsfd;kfoA,.iyewrkldJKDHSUBsgvca69834ncxv9873254k;fg87";

bool in_alphabet(std::string_view text) {
  return text.find_first_not_of(kAlphabet) == text.npos;
}

// Base64 (RFC 4648 4) with letters of its own and without padding.
std::string letters(ByteView octets) {
  std::string out;
  std::uint32_t held = 0;
  unsigned bits = 0;
  for (const std::uint8_t octet : octets) {
    held = held << 8 | octet;
    for (bits += 8; bits >= 6; bits -= 6) out += kAlphabet[held >> (bits - 6) & 63];
  }
  if (bits > 0) out += kAlphabet[held << (6 - bits) & 63];
  return out;
}

Result<std::string> digest(PasswordType type, std::string_view salt, ByteView password) {
  SecretBytes out(kDigestSize);
  const char* text = reinterpret_cast<const char*>(password.data());
  const auto* salt_octets = reinterpret_cast<const unsigned char*>(salt.data());
  const int done = type == PasswordType::kScrypt
                       ? EVP_PBE_scrypt(text, password.size(), salt_octets, salt.size(), kScryptN,
                                        1, 1, kScryptMemory, out.data(), out.size())
                       : PKCS5_PBKDF2_HMAC(text, static_cast<int>(password.size()), salt_octets,
                                           static_cast<int>(salt.size()), kPbkdf2Rounds,
                                           EVP_sha256(), static_cast<int>(out.size()), out.data());
  if (done != 1) return fail(Errc::kCrypto, "OpenSSL does not hash passwords of this type");
  return letters(out);
}

// The parts of "$9$salt$hash".
struct Parts {
  std::string_view salt;
  std::string_view hash;
};

Parts parts_of(std::string_view word) {
  const std::size_t end = word.find('$', 3);
  if (end == word.npos) return {};
  return {word.substr(3, end - 3), word.substr(end + 1)};
}

Result<bool> is_md5(std::string_view word, ByteView typed) {
#ifdef SPA_HAVE_CRYPT
  SecretBytes text = to_secret(typed);
  text.push_back(0);
  const auto state = std::make_unique<crypt_data>();
  const std::string setting(word);
  const char* made =
      crypt_r(reinterpret_cast<const char*>(text.data()), setting.c_str(), state.get());
  const bool same = made != nullptr && constant_time_equal(as_bytes(made), as_bytes(word));
  const bool refused = made == nullptr || made[0] == '*';
  secure_wipe(state.get(), sizeof *state);
  if (refused) return fail(Errc::kUnsupported, "the C library here does not know md5crypt");
  return same;
#else
  static_cast<void>(word);
  static_cast<void>(typed);
  return fail(Errc::kUnsupported, "this program was built without libcrypt");
#endif
}

int hex_digit(char letter) {
  if (letter >= '0' && letter <= '9') return letter - '0';
  if (letter >= 'A' && letter <= 'F') return letter - 'A' + 10;
  return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
}

// Two decimal digits say where in the key the word begins; each octet follows in hexadecimal.
bool is_hidden_word(std::string_view word) {
  if (word.size() < 4 || word.size() % 2 != 0 || word.size() > 2 + 2 * kMaxPassword) return false;
  if (word[0] < '0' || word[0] > '9' || word[1] < '0' || word[1] > '9') return false;
  const int offset = 10 * (word[0] - '0') + (word[1] - '0');
  return offset < static_cast<int>(kHidingKey.size()) &&
         std::all_of(word.begin() + 2, word.end(), [](char c) { return hex_digit(c) >= 0; });
}

SecretBytes unhidden(std::string_view word) {
  SecretBytes out;
  std::size_t at = static_cast<std::size_t>(10 * (word[0] - '0') + (word[1] - '0'));
  for (std::size_t i = 2; i + 1 < word.size(); i += 2, ++at) {
    const int octet = hex_digit(word[i]) * 16 + hex_digit(word[i + 1]);
    out.push_back(static_cast<std::uint8_t>(octet ^ kHidingKey[at % kHidingKey.size()]));
  }
  return out;
}

}  // namespace

bool is_password_word(PasswordType type, std::string_view word) {
  const auto looks_like = [&](std::string_view head, std::size_t salt_min, std::size_t salt_max,
                              std::size_t hash) {
    if (!word.starts_with(head)) return false;
    const Parts parts = parts_of(word);
    return parts.salt.size() >= salt_min && parts.salt.size() <= salt_max &&
           parts.hash.size() == hash && in_alphabet(parts.salt) && in_alphabet(parts.hash);
  };
  switch (type) {
    case PasswordType::kPlain:
      return !word.empty() && word.size() <= kMaxPassword;
    case PasswordType::kMd5:
      return looks_like("$1$", 1, 8, kMd5Letters);
    case PasswordType::kHidden:
      return is_hidden_word(word);
    case PasswordType::kSha256:
      return looks_like("$8$", kSaltSize, kSaltSize, kDigestLetters);
    case PasswordType::kScrypt:
      return looks_like("$9$", kSaltSize, kSaltSize, kDigestLetters);
  }
  return false;
}

Result<std::string> hash_password(PasswordType type, ByteView password) {
  if (type != PasswordType::kSha256 && type != PasswordType::kScrypt)
    return fail(Errc::kUnsupported, "passwords are not hashed anew in this type");
  const auto random = random_bytes(kSaltSize);
  if (!random) return tl::unexpected(random.error());
  std::string salt;
  for (const std::uint8_t octet : *random) salt += kAlphabet[octet & 63];
  const auto hash = digest(type, salt, password);
  if (!hash) return tl::unexpected(hash.error());
  return (type == PasswordType::kScrypt ? "$9$" : "$8$") + salt + "$" + *hash;
}

Result<std::string> hide_password(ByteView password) {
  if (password.empty() || password.size() > kMaxPassword)
    return fail(Errc::kInvalid, "a password has 1 to 127 characters");
  const auto random = random_bytes(1);
  if (!random) return tl::unexpected(random.error());
  std::size_t at = (*random)[0] % kHidingStarts;
  std::string word{static_cast<char>('0' + at / 10), static_cast<char>('0' + at % 10)};
  constexpr std::string_view kHex = "0123456789ABCDEF";
  for (const std::uint8_t letter : password) {
    const auto octet = static_cast<std::uint8_t>(letter ^ kHidingKey[at++ % kHidingKey.size()]);
    word += kHex[octet >> 4];
    word += kHex[octet & 15];
  }
  return word;
}

std::optional<SecretBytes> hidden_password(std::string_view word) {
  if (!is_hidden_word(word)) return std::nullopt;
  return unhidden(word);
}

Result<bool> is_password(PasswordType type, std::string_view word, ByteView typed) {
  const bool has_end = std::find(typed.begin(), typed.end(), 0) != typed.end();
  if (typed.size() > kMaxPassword || has_end) return false;
  switch (type) {
    case PasswordType::kPlain:
      return constant_time_equal(as_bytes(word), typed);
    case PasswordType::kMd5:
      return is_md5(word, typed);
    case PasswordType::kHidden:
      if (!is_hidden_word(word)) return fail(Errc::kInvalid, "not a password of type 7");
      return constant_time_equal(unhidden(word), typed);
    case PasswordType::kSha256:
    case PasswordType::kScrypt: {
      const Parts parts = parts_of(word);
      const auto hash = digest(type, parts.salt, typed);
      if (!hash) return tl::unexpected(hash.error());
      return constant_time_equal(as_bytes(*hash), as_bytes(parts.hash));
    }
  }
  return false;
}

}  // namespace spa::crypto
