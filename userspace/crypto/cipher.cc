// SPDX-License-Identifier: Apache-2.0
#include "userspace/crypto/cipher.h"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include "userspace/crypto/cbc.h"
#include "userspace/crypto/hash.h"
#include "userspace/crypto/openssl_util.h"
#include "userspace/crypto/random.h"

namespace spa::crypto {
namespace {

constexpr std::size_t kSaltSize = 4;  // RFC 3686 5.1, RFC 4106 8.1, RFC 7634 2
constexpr std::size_t kNonceSize = 12;

using CipherPtr = std::unique_ptr<EVP_CIPHER, FreeWith<EVP_CIPHER_free>>;

HashAlgorithm hash_of(IntegAlgorithm algorithm) {
  switch (algorithm) {
    case IntegAlgorithm::kHmacMd5_96:
      return HashAlgorithm::kMd5;
    case IntegAlgorithm::kHmacSha1_96:
      return HashAlgorithm::kSha1;
    case IntegAlgorithm::kHmacSha256_128:
      return HashAlgorithm::kSha256;
    case IntegAlgorithm::kHmacSha384_192:
      return HashAlgorithm::kSha384;
    case IntegAlgorithm::kNone:
    case IntegAlgorithm::kHmacSha512_256:
      break;
  }
  return HashAlgorithm::kSha512;
}

// Fetched once per process; null when no provider has the cipher.
const EVP_CIPHER* fetched_cipher(EncrAlgorithm algorithm, unsigned key_bits) {
  static const std::array<CipherPtr, 11> table = [] {
    constexpr std::array<const char*, 11> names = {
        "AES-128-CBC", "AES-192-CBC", "AES-256-CBC",  "AES-128-GCM",
        "AES-192-GCM", "AES-256-GCM", "DES-EDE3-CBC", "ChaCha20-Poly1305",
        "AES-128-CTR", "AES-192-CTR", "AES-256-CTR"};
    std::array<CipherPtr, 11> all;
    for (std::size_t i = 0; i < names.size(); ++i) {
      all[i].reset(EVP_CIPHER_fetch(nullptr, names[i], nullptr));
    }
    return all;
  }();
  const std::size_t size_index = key_bits / 64 - 2;
  switch (algorithm) {
    case EncrAlgorithm::kAesCbc:
      return table[size_index].get();
    case EncrAlgorithm::kAesGcm8:
    case EncrAlgorithm::kAesGcm12:
    case EncrAlgorithm::kAesGcm16:
      return table[3 + size_index].get();
    case EncrAlgorithm::kDes:
    case EncrAlgorithm::k3Des:
      return table[6].get();
    case EncrAlgorithm::kChaCha20Poly1305:
      return table[7].get();
    case EncrAlgorithm::kAesCtr:
      return table[8 + size_index].get();
    case EncrAlgorithm::kNull:
    case EncrAlgorithm::kNullAuthAesGmac:
      break;
  }
  return nullptr;
}

// One context per thread; what it held is gone with the next use.
EVP_CIPHER_CTX* thread_context() {
  thread_local const CipherCtxPtr context{EVP_CIPHER_CTX_new()};
  if (context) EVP_CIPHER_CTX_reset(context.get());
  return context.get();
}

int as_int(std::size_t size) {
  return static_cast<int>(size);
}

std::array<std::uint8_t, kNonceSize> aead_nonce(ByteView key_with_salt, ByteView iv) {
  std::array<std::uint8_t, kNonceSize> nonce{};
  std::ranges::copy(key_with_salt.last(kSaltSize), nonce.begin());
  std::ranges::copy(iv, nonce.begin() + kSaltSize);
  return nonce;
}

bool start_aead(EVP_CIPHER_CTX* context, const CipherSuite& suite, ByteView key, ByteView iv,
                ByteView aad, bool encrypt) {
  const EVP_CIPHER* cipher = fetched_cipher(suite.encr, suite.key_bits);
  const auto nonce = aead_nonce(key, iv);
  int written = 0;
  return cipher != nullptr && context != nullptr &&
         EVP_CipherInit_ex2(context, cipher, key.data(), nonce.data(), encrypt ? 1 : 0, nullptr) ==
             1 &&
         EVP_CipherUpdate(context, nullptr, &written, aad.data(), as_int(aad.size())) == 1;
}

// CBC, and CTR with the counter block of RFC 3686 4: salt | IV | 1.
bool start_plain(EVP_CIPHER_CTX* context, const CipherSuite& suite, ByteView key, ByteView iv,
                 bool encrypt) {
  const EVP_CIPHER* cipher = fetched_cipher(suite.encr, suite.key_bits);
  std::array<std::uint8_t, 16> counter{};
  if (suite.encr == EncrAlgorithm::kAesCtr) {
    std::ranges::copy(aead_nonce(key, iv), counter.begin());
    counter.back() = 1;
    iv = counter;
  }
  // DES is EDE3 with one key thrice: the default provider has no single DES.
  SecretBytes des;
  if (suite.encr == EncrAlgorithm::kDes) {
    for (int i = 0; i < 3; ++i) des.insert(des.end(), key.begin(), key.end());
    key = des;
  }
  return cipher != nullptr && context != nullptr &&
         EVP_CipherInit_ex2(context, cipher, key.data(), iv.data(), encrypt ? 1 : 0, nullptr) ==
             1 &&
         EVP_CIPHER_CTX_set_padding(context, 0) == 1;
}

bool transform(EVP_CIPHER_CTX* context, ByteView in, std::uint8_t* out) {
  int written = 0;
  return in.empty() ||
         (EVP_CipherUpdate(context, out, &written, in.data(), as_int(in.size())) == 1);
}

}  // namespace

Status cbc(EncrAlgorithm encr, unsigned key_bits, ByteView key, ByteView iv, CbcDirection direction,
           ByteView in, MutableByteView out) {
  const CipherSuite suite{encr, key_bits, IntegAlgorithm::kNone};
  EVP_CIPHER_CTX* context = thread_context();
  if (!start_plain(context, suite, key, iv, direction == CbcDirection::kEncrypt) ||
      !transform(context, in, out.data())) {
    return openssl_failure("CBC");
  }
  return {};
}

std::optional<EncrAlgorithm> encr_from_id(std::uint16_t transform_id) {
  const auto algorithm = static_cast<EncrAlgorithm>(transform_id);
  switch (algorithm) {
    case EncrAlgorithm::kDes:
    case EncrAlgorithm::k3Des:
    case EncrAlgorithm::kNull:
    case EncrAlgorithm::kAesCbc:
    case EncrAlgorithm::kAesCtr:
    case EncrAlgorithm::kAesGcm8:
    case EncrAlgorithm::kAesGcm12:
    case EncrAlgorithm::kAesGcm16:
    case EncrAlgorithm::kNullAuthAesGmac:
    case EncrAlgorithm::kChaCha20Poly1305:
      return algorithm;
  }
  return std::nullopt;
}

std::optional<IntegAlgorithm> integ_from_id(std::uint16_t transform_id) {
  const auto algorithm = static_cast<IntegAlgorithm>(transform_id);
  switch (algorithm) {
    case IntegAlgorithm::kNone:
    case IntegAlgorithm::kHmacMd5_96:
    case IntegAlgorithm::kHmacSha1_96:
    case IntegAlgorithm::kHmacSha256_128:
    case IntegAlgorithm::kHmacSha384_192:
    case IntegAlgorithm::kHmacSha512_256:
      return algorithm;
  }
  return std::nullopt;
}

bool is_aead(EncrAlgorithm algorithm) {
  return algorithm == EncrAlgorithm::kAesGcm8 || algorithm == EncrAlgorithm::kAesGcm12 ||
         algorithm == EncrAlgorithm::kAesGcm16 || algorithm == EncrAlgorithm::kNullAuthAesGmac ||
         algorithm == EncrAlgorithm::kChaCha20Poly1305;
}

Result<std::size_t> encr_key_size(EncrAlgorithm algorithm, unsigned key_bits) {
  const bool aes_size = key_bits == 128 || key_bits == 192 || key_bits == 256;
  switch (algorithm) {
    case EncrAlgorithm::kDes:
      if (key_bits == 0) return 8;
      break;
    case EncrAlgorithm::k3Des:
      if (key_bits == 0) return 24;
      break;
    case EncrAlgorithm::kNull:
      if (key_bits == 0) return 0;
      break;
    case EncrAlgorithm::kAesCbc:
      if (aes_size) return key_bits / 8;
      break;
    case EncrAlgorithm::kAesCtr:
    case EncrAlgorithm::kAesGcm8:
    case EncrAlgorithm::kAesGcm12:
    case EncrAlgorithm::kAesGcm16:
    case EncrAlgorithm::kNullAuthAesGmac:
      if (aes_size) return key_bits / 8 + kSaltSize;
      break;
    case EncrAlgorithm::kChaCha20Poly1305:
      if (key_bits == 0) return 32 + kSaltSize;
      break;
  }
  return fail(Errc::kInvalid, "encryption algorithm " +
                                  std::to_string(static_cast<unsigned>(algorithm)) +
                                  " has no keys of " + std::to_string(key_bits) + " bits");
}

std::size_t integ_key_size(IntegAlgorithm algorithm) {
  return algorithm == IntegAlgorithm::kNone ? 0 : hash_size(hash_of(algorithm));
}

std::size_t iv_size(EncrAlgorithm algorithm) {
  if (algorithm == EncrAlgorithm::kNull) return 0;
  return algorithm == EncrAlgorithm::kAesCbc ? 16 : 8;
}

std::size_t block_size(EncrAlgorithm algorithm) {
  switch (algorithm) {
    case EncrAlgorithm::kAesCbc:
      return 16;
    case EncrAlgorithm::kDes:
    case EncrAlgorithm::k3Des:
      return 8;
    default:
      return 1;
  }
}

std::size_t icv_size(const CipherSuite& suite) {
  switch (suite.encr) {
    case EncrAlgorithm::kAesGcm8:
      return 8;
    case EncrAlgorithm::kAesGcm12:
      return 12;
    case EncrAlgorithm::kAesGcm16:
    case EncrAlgorithm::kNullAuthAesGmac:
    case EncrAlgorithm::kChaCha20Poly1305:
      return 16;
    default:
      break;
  }
  switch (suite.integ) {
    case IntegAlgorithm::kNone:
      return 0;
    case IntegAlgorithm::kHmacMd5_96:
    case IntegAlgorithm::kHmacSha1_96:
      return 12;
    default:
      return integ_key_size(suite.integ) / 2;  // RFC 4868 2.3
  }
}

std::string to_string(const CipherSuite& suite) {
  const auto encr = [&suite]() -> std::string {
    switch (suite.encr) {
      case EncrAlgorithm::kDes:
        return "DES";
      case EncrAlgorithm::k3Des:
        return "3DES";
      case EncrAlgorithm::kNull:
        return "NULL";
      case EncrAlgorithm::kAesCbc:
        return "AES-CBC-" + std::to_string(suite.key_bits);
      case EncrAlgorithm::kAesCtr:
        return "AES-CTR-" + std::to_string(suite.key_bits);
      case EncrAlgorithm::kNullAuthAesGmac:
        return "AES-GMAC-" + std::to_string(suite.key_bits);
      case EncrAlgorithm::kAesGcm8:
      case EncrAlgorithm::kAesGcm12:
      case EncrAlgorithm::kAesGcm16:
        return "AES-GCM-" + std::to_string(suite.key_bits);
      case EncrAlgorithm::kChaCha20Poly1305:
        return "CHACHA20-POLY1305";
    }
    return "unknown cipher";
  };
  switch (suite.integ) {
    case IntegAlgorithm::kNone:
      return encr();
    case IntegAlgorithm::kHmacMd5_96:
      return encr() + " with HMAC-MD5-96";
    case IntegAlgorithm::kHmacSha1_96:
      return encr() + " with HMAC-SHA1-96";
    case IntegAlgorithm::kHmacSha256_128:
      return encr() + " with HMAC-SHA2-256-128";
    case IntegAlgorithm::kHmacSha384_192:
      return encr() + " with HMAC-SHA2-384-192";
    case IntegAlgorithm::kHmacSha512_256:
      return encr() + " with HMAC-SHA2-512-256";
  }
  return encr();
}

IkeCipher::IkeCipher(const CipherSuite& suite, ByteView encr_key, ByteView integ_key)
    : suite_(suite), encr_key_(to_secret(encr_key)), integ_key_(to_secret(integ_key)) {}

Result<IkeCipher> IkeCipher::create(const CipherSuite& suite, ByteView encr_key,
                                    ByteView integ_key) {
  const Result<std::size_t> size = encr_key_size(suite.encr, suite.key_bits);
  if (!size) return tl::unexpected<Error>(size.error());
  const bool aead = is_aead(suite.encr);
  const bool unencrypted =
      suite.encr == EncrAlgorithm::kNull || suite.encr == EncrAlgorithm::kNullAuthAesGmac;
  if (unencrypted || aead != (suite.integ == IntegAlgorithm::kNone)) {
    return fail(Errc::kUnsupported, to_string(suite) + " cannot protect IKE messages");
  }
  if (encr_key.size() != *size || integ_key.size() != integ_key_size(suite.integ)) {
    return fail(Errc::kInvalid, to_string(suite) + ": keys of " + std::to_string(encr_key.size()) +
                                    " and " + std::to_string(integ_key.size()) + " octets");
  }
  if (fetched_cipher(suite.encr, suite.key_bits) == nullptr) {
    return fail(Errc::kUnsupported, "OpenSSL offers no " + to_string(suite));
  }
  return IkeCipher(suite, encr_key, integ_key);
}

std::size_t IkeCipher::sealed_size(std::size_t plaintext_size) const {
  const std::size_t block = block_size(suite_.encr);
  const std::size_t padded = (plaintext_size + 1 + block - 1) / block * block;
  return iv_size(suite_.encr) + padded + icv_size(suite_);
}

std::size_t IkeCipher::plaintext_limit(std::size_t sealed) const {
  const std::size_t block = block_size(suite_.encr);
  const std::size_t around = iv_size(suite_.encr) + icv_size(suite_);
  const std::size_t padded = sealed < around ? 0 : (sealed - around) / block * block;
  return padded == 0 ? 0 : padded - 1;
}

Status IkeCipher::seal(Bytes& message, ByteView plaintext) {
  const std::size_t prefix = message.size();
  const std::size_t iv = iv_size(suite_.encr);
  const std::size_t icv = icv_size(suite_);
  const std::size_t padded = sealed_size(plaintext.size()) - iv - icv;
  if (padded > static_cast<std::size_t>(std::numeric_limits<int>::max())) {
    return fail(Errc::kInvalid, "message too long");
  }
  message.resize(prefix + iv + padded + icv);
  Status status = is_aead(suite_.encr) ? seal_aead(message, prefix, plaintext)
                                       : seal_and_mac(message, prefix, plaintext);
  if (!status) message.resize(prefix);
  return status;
}

// Unpredictable for CBC, never the same again for the others.
Status IkeCipher::fill_iv(MutableByteView iv) {
  if (!is_aead(suite_.encr) && suite_.encr != EncrAlgorithm::kAesCtr) return random_fill(iv);
  if (next_iv_ == std::numeric_limits<std::uint64_t>::max()) {
    return fail(Errc::kExhausted, "every IV of this key is used");
  }
  std::uint64_t counter = next_iv_++;
  for (std::size_t i = iv.size(); i-- > 0; counter >>= 8) {
    iv[i] = static_cast<std::uint8_t>(counter);
  }
  return {};
}

Status IkeCipher::seal_aead(MutableByteView message, std::size_t prefix, ByteView plaintext) {
  const std::size_t icv = icv_size(suite_);
  const MutableByteView iv = message.subspan(prefix, iv_size(suite_.encr));
  if (Status status = fill_iv(iv); !status) return status;
  // Pad Length is 0 and stands behind the payloads (RFC 5282 3).
  const std::uint8_t pad_length = 0;
  std::uint8_t* out = iv.data() + iv.size();
  EVP_CIPHER_CTX* context = thread_context();
  int written = 0;
  const bool good =
      start_aead(context, suite_, encr_key_, iv, message.first(prefix), /*encrypt=*/true) &&
      transform(context, plaintext, out) &&
      transform(context, ByteView(&pad_length, 1), out + plaintext.size()) &&
      EVP_CipherFinal_ex(context, out + plaintext.size() + 1, &written) == 1 &&
      EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, as_int(icv), message.last(icv).data()) ==
          1;
  if (!good) return openssl_failure("encryption");
  return {};
}

Status IkeCipher::seal_and_mac(MutableByteView message, std::size_t prefix, ByteView plaintext) {
  const std::size_t icv = icv_size(suite_);
  const MutableByteView iv = message.subspan(prefix, iv_size(suite_.encr));
  if (Status status = fill_iv(iv); !status) return status;
  // Payloads, zeroes, Pad Length (RFC 7296 3.14). The message was grown with zeroes.
  const MutableByteView body =
      message.subspan(prefix + iv.size(), message.size() - prefix - iv.size() - icv);
  std::ranges::copy(plaintext, body.begin());
  body.back() = static_cast<std::uint8_t>(body.size() - plaintext.size() - 1);
  EVP_CIPHER_CTX* context = thread_context();
  if (!start_plain(context, suite_, encr_key_, iv, /*encrypt=*/true) ||
      !transform(context, body, body.data())) {
    return openssl_failure("encryption");
  }
  const Result<SecretBytes> mac =
      hmac(hash_of(suite_.integ), integ_key_, {ByteView(message.first(message.size() - icv))});
  if (!mac) return tl::unexpected<Error>(mac.error());
  std::copy_n(mac->begin(), icv, message.end() - static_cast<std::ptrdiff_t>(icv));
  return {};
}

Result<Bytes> IkeCipher::open(ByteView message, std::size_t body_offset) const {
  const std::size_t iv = iv_size(suite_.encr);
  const std::size_t icv = icv_size(suite_);
  const std::size_t block = block_size(suite_.encr);
  const std::size_t body = body_offset > message.size() ? 0 : message.size() - body_offset;
  if (body < iv + block + icv || (body - iv - icv) % block != 0 ||
      message.size() > static_cast<std::size_t>(std::numeric_limits<int>::max())) {
    return fail(Errc::kInvalid, "an encrypted body of " + std::to_string(body) + " octets for " +
                                    to_string(suite_));
  }
  Result<Bytes> plaintext =
      is_aead(suite_.encr) ? open_aead(message, body_offset) : check_and_open(message, body_offset);
  if (!plaintext) return plaintext;
  const std::size_t padding = static_cast<std::size_t>(plaintext->back()) + 1;
  if (padding > plaintext->size()) {
    return fail(Errc::kInvalid, "a Pad Length of " + std::to_string(padding - 1) + " in " +
                                    std::to_string(plaintext->size()) + " octets");
  }
  plaintext->resize(plaintext->size() - padding);
  return plaintext;
}

Result<Bytes> IkeCipher::open_aead(ByteView message, std::size_t body_offset) const {
  const std::size_t icv = icv_size(suite_);
  const ByteView iv = message.subspan(body_offset, iv_size(suite_.encr));
  const ByteView ciphertext =
      message.subspan(body_offset + iv.size(), message.size() - body_offset - iv.size() - icv);
  Bytes tag = to_bytes(message.last(icv));
  Bytes plaintext(ciphertext.size());
  EVP_CIPHER_CTX* context = thread_context();
  int written = 0;
  std::uint8_t none = 0;
  if (!start_aead(context, suite_, encr_key_, iv, message.first(body_offset), /*encrypt=*/false) ||
      !transform(context, ciphertext, plaintext.data()) ||
      EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, as_int(icv), tag.data()) != 1) {
    return openssl_failure("decryption");
  }
  if (EVP_CipherFinal_ex(context, &none, &written) != 1) {
    secure_wipe(plaintext.data(), plaintext.size());
    (void)openssl_reason("");
    return fail(Errc::kCrypto, "integrity check failed");
  }
  return plaintext;
}

Result<Bytes> IkeCipher::check_and_open(ByteView message, std::size_t body_offset) const {
  const std::size_t icv = icv_size(suite_);
  const Result<SecretBytes> mac =
      hmac(hash_of(suite_.integ), integ_key_, {message.first(message.size() - icv)});
  if (!mac) return tl::unexpected<Error>(mac.error());
  if (!constant_time_equal(ByteView(*mac).first(icv), message.last(icv))) {
    return fail(Errc::kCrypto, "integrity check failed");
  }
  const ByteView iv = message.subspan(body_offset, iv_size(suite_.encr));
  const ByteView ciphertext =
      message.subspan(body_offset + iv.size(), message.size() - body_offset - iv.size() - icv);
  Bytes plaintext(ciphertext.size());
  EVP_CIPHER_CTX* context = thread_context();
  if (!start_plain(context, suite_, encr_key_, iv, /*encrypt=*/false) ||
      !transform(context, ciphertext, plaintext.data())) {
    return openssl_failure("decryption");
  }
  return plaintext;
}

}  // namespace spa::crypto
