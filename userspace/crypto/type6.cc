// SPDX-License-Identifier: Apache-2.0
#include "userspace/crypto/type6.h"

#include <algorithm>

#include "userspace/crypto/hash.h"
#include "userspace/crypto/openssl_util.h"
#include "userspace/crypto/random.h"

namespace spa::crypto {
namespace {

constexpr std::size_t kBlock = 16;
constexpr std::size_t kMac = 4;
constexpr char kFirst = 'A';
constexpr unsigned kBase = 41;  // 'A' to 'i'; three digits hold two octets
using Block = std::array<std::uint8_t, kBlock>;

Result<SecretBytes> encrypt_block(ByteView key, const Block& in) {
  const CipherCtxPtr context{EVP_CIPHER_CTX_new()};
  SecretBytes out(kBlock);
  int length = 0;
  if (!context ||
      EVP_EncryptInit_ex2(context.get(), EVP_aes_128_ecb(), key.data(), nullptr, nullptr) != 1 ||
      EVP_CIPHER_CTX_set_padding(context.get(), 0) != 1 ||
      EVP_EncryptUpdate(context.get(), out.data(), &length, in.data(), kBlock) != 1)
    return openssl_failure("AES for a type 6 key");
  return out;
}

// The two keys of one string: R-T6-21.
struct Keys {
  SecretBytes encryption;
  SecretBytes authentication;
};

Result<Keys> derive(ByteView master_key, ByteView salt) {
  auto digest = hash(HashAlgorithm::kMd5, {master_key});
  if (!digest) return tl::unexpected(digest.error());
  const SecretBytes key = to_secret(*digest);
  secure_wipe(digest->data(), digest->size());
  Block block{};
  std::copy(salt.begin(), salt.end(), block.begin());
  auto authentication = encrypt_block(key, block);
  block.back() = 1;
  auto encryption = encrypt_block(key, block);
  if (!authentication) return tl::unexpected(authentication.error());
  if (!encryption) return tl::unexpected(encryption.error());
  return Keys{std::move(*encryption), std::move(*authentication)};
}

// Both directions: R-T6-22.
Status add_key_stream(ByteView key, MutableByteView text) {
  Block counter{};
  for (std::size_t at = 0; at < text.size(); at += kBlock, ++counter[3]) {
    const auto stream = encrypt_block(key, counter);
    if (!stream) return tl::unexpected(stream.error());
    for (std::size_t i = at; i < std::min(text.size(), at + kBlock); ++i)
      text[i] ^= (*stream)[i - at];
  }
  return {};
}

Result<SecretBytes> mac_of(const Keys& keys, ByteView ciphertext) {
  auto mac = hmac(HashAlgorithm::kSha1, keys.authentication, {ciphertext});
  if (mac) mac->resize(kMac);
  return mac;
}

// R-T6-23, R-T6-24: an even count gets the pair 00 01 behind it, an odd one a single 00.
std::string to_base41(Bytes octets) {
  if (octets.size() % 2 != 0)
    octets.push_back(0);
  else
    octets.insert(octets.end(), {0, 1});
  std::string out;
  for (std::size_t i = 0; i < octets.size(); i += 2) {
    const unsigned pair = unsigned{octets[i]} << 8 | octets[i + 1];
    out.push_back(static_cast<char>(kFirst + static_cast<char>(pair / (kBase * kBase))));
    out.push_back(static_cast<char>(kFirst + static_cast<char>(pair / kBase % kBase)));
    out.push_back(static_cast<char>(kFirst + static_cast<char>(pair % kBase)));
  }
  return out;
}

// Empty when it is none.
Bytes from_base41(std::string_view word) {
  if (word.empty() || word.size() % 3 != 0) return {};
  Bytes out;
  for (std::size_t i = 0; i < word.size(); i += 3) {
    unsigned pair = 0;
    for (const char digit : word.substr(i, 3)) {
      const unsigned value = static_cast<unsigned char>(digit) - unsigned{kFirst};
      if (value >= kBase) return {};
      pair = pair * kBase + value;
    }
    if (pair > 0xffff) return {};
    out.push_back(static_cast<std::uint8_t>(pair >> 8));
    out.push_back(static_cast<std::uint8_t>(pair));
  }
  const std::size_t padding = out.back() == 0 ? 1 : 2;
  out.resize(out.size() - padding);
  return out;
}

constexpr std::size_t kAround = sizeof(Type6Salt) + kMac;

}  // namespace

bool is_type6(std::string_view word) {
  return word.size() <= 3 * (kAround + kType6MaxKey + 2) / 2 && from_base41(word).size() > kAround;
}

Result<std::string> type6_encrypt(ByteView master_key, ByteView key) {
  Type6Salt salt;
  if (const Status filled = random_fill(salt); !filled) return tl::unexpected(filled.error());
  return type6_encrypt(master_key, key, salt);
}

Result<std::string> type6_encrypt(ByteView master_key, ByteView key, const Type6Salt& salt) {
  if (key.empty() || key.size() > kType6MaxKey)
    return fail(Errc::kInvalid, "a key to be encrypted has 1 to 1024 octets");
  const auto keys = derive(master_key, salt);
  if (!keys) return tl::unexpected(keys.error());
  Bytes whole(salt.begin(), salt.end());
  whole.insert(whole.end(), key.begin(), key.end());
  const MutableByteView text = MutableByteView(whole).subspan(salt.size());
  if (const Status done = add_key_stream(keys->encryption, text); !done)
    return tl::unexpected(done.error());
  const auto mac = mac_of(*keys, text);
  if (!mac) return tl::unexpected(mac.error());
  whole.insert(whole.end(), mac->begin(), mac->end());
  return to_base41(std::move(whole));
}

Result<SecretBytes> type6_decrypt(ByteView master_key, std::string_view word) {
  if (!is_type6(word)) return fail(Errc::kInvalid, "this is no type 6 string");
  const Bytes whole = from_base41(word);
  const ByteView salt = ByteView(whole).first(sizeof(Type6Salt));
  const ByteView mac = ByteView(whole).last(kMac);
  const ByteView text = ByteView(whole).subspan(salt.size(), whole.size() - kAround);
  const auto keys = derive(master_key, salt);
  if (!keys) return tl::unexpected(keys.error());
  const auto expected = mac_of(*keys, text);
  if (!expected) return tl::unexpected(expected.error());
  // R-T6-26
  if (!constant_time_equal(*expected, mac))
    return fail(Errc::kCrypto, "the string does not fit the master key");
  SecretBytes key = to_secret(text);
  if (const Status done = add_key_stream(keys->encryption, key); !done)
    return tl::unexpected(done.error());
  return key;
}

}  // namespace spa::crypto
