// SPDX-License-Identifier: Apache-2.0
// OpenSSL's EVP: one cipher and one MAC context for each SA, made when the SA is added and only
// given a new IV for a packet (a context per packet costs three times as much as the encryption).
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <cstring>

#include "firmware-sim/esp/backends.h"
#include "firmware-sim/esp/nonce.h"

namespace spa::esp {
namespace {

using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;
using MacContext = std::unique_ptr<EVP_MAC_CTX, decltype(&EVP_MAC_CTX_free)>;

constexpr std::size_t kDigestMax = 64;

struct OpenSslKeys final : KeySchedule {
  CipherContext cipher{nullptr, EVP_CIPHER_CTX_free};
  MacContext mac{nullptr, EVP_MAC_CTX_free};
  Salt salt{};
  ~OpenSslKeys() override { OPENSSL_cleanse(salt.data(), salt.size()); }
};

using AesOfSize = const EVP_CIPHER* (*)();

const EVP_CIPHER* aes(std::size_t key_length, AesOfSize of_128, AesOfSize of_192,
                      AesOfSize of_256) {
  return key_length == 16 ? of_128() : key_length == 24 ? of_192() : of_256();
}

const EVP_CIPHER* cipher_of(spa_cipher cipher, std::size_t key_length) {
  switch (cipher) {
    case SPA_CIPHER_AES_CBC:
      return aes(key_length, EVP_aes_128_cbc, EVP_aes_192_cbc, EVP_aes_256_cbc);
    case SPA_CIPHER_AES_CTR:
      return aes(key_length, EVP_aes_128_ctr, EVP_aes_192_ctr, EVP_aes_256_ctr);
    case SPA_CIPHER_AES_GCM_16:
    case SPA_CIPHER_AES_GMAC:
      return aes(key_length, EVP_aes_128_gcm, EVP_aes_192_gcm, EVP_aes_256_gcm);
    case SPA_CIPHER_3DES_CBC:
    case SPA_CIPHER_DES_CBC:
      return EVP_des_ede3_cbc();
    case SPA_CIPHER_CHACHA20_POLY1305:
      return EVP_chacha20_poly1305();
    case SPA_CIPHER_NULL:
      break;
  }
  return nullptr;
}

bool expand_cipher(const Transform& transform, const TransformKeys& keys, OpenSslKeys& out) {
  // Single DES hides in OpenSSL's legacy provider. Triple DES with one key thrice is the same.
  card::SecretBytes key(keys.key.begin(), keys.key.end());
  if (transform.cipher == SPA_CIPHER_DES_CBC)
    for (int i = 0; i < 2; ++i) key.insert(key.end(), keys.key.begin(), keys.key.end());
  out.cipher.reset(EVP_CIPHER_CTX_new());
  return out.cipher &&
         EVP_CipherInit_ex(out.cipher.get(), cipher_of(transform.cipher, keys.key.size()), nullptr,
                           key.data(), nullptr, transform.outbound ? 1 : 0) == 1 &&
         EVP_CIPHER_CTX_set_padding(out.cipher.get(), 0) == 1;
}

const char* digest_of(spa_auth auth) {
  switch (auth) {
    case SPA_AUTH_HMAC_SHA1_96:
      return "SHA1";
    case SPA_AUTH_HMAC_SHA2_256_128:
      return "SHA256";
    case SPA_AUTH_HMAC_SHA2_384_192:
      return "SHA384";
    case SPA_AUTH_HMAC_SHA2_512_256:
      return "SHA512";
    case SPA_AUTH_HMAC_MD5_96:
      return "MD5";
    case SPA_AUTH_NONE:
      break;
  }
  return nullptr;
}

bool expand_mac(const Transform& transform, const TransformKeys& keys, EVP_MAC* hmac,
                OpenSslKeys& out) {
  out.mac.reset(EVP_MAC_CTX_new(hmac));
  const OSSL_PARAM params[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST,
                                       const_cast<char*>(digest_of(transform.auth)), 0),
      OSSL_PARAM_construct_end()};
  return out.mac &&
         EVP_MAC_init(out.mac.get(), keys.auth_key.data(), keys.auth_key.size(), params) == 1;
}

// ---- A cipher and an HMAC

bool hmac(const CryptoJob& job, EVP_MAC_CTX* mac, std::uint8_t (&digest)[kDigestMax]) {
  std::uint8_t seq_hi[4];
  card::store_be32(seq_hi, job.seq_hi);
  std::size_t length = 0;
  return EVP_MAC_init(mac, nullptr, 0, nullptr) == 1 &&
         EVP_MAC_update(mac, job.esp, static_cast<std::size_t>(job.icv() - job.esp)) == 1 &&
         (!job.transform->esn || EVP_MAC_update(mac, seq_hi, sizeof seq_hi) == 1) &&
         EVP_MAC_final(mac, digest, &length, sizeof digest) == 1;
}

bool crypt(const CryptoJob& job, const OpenSslKeys& keys, int encrypt) {
  if (job.transform->cipher == SPA_CIPHER_NULL) return true;
  const bool counter = job.transform->cipher == SPA_CIPHER_AES_CTR;
  CounterBlock block{};
  if (counter) block = counter_block_of(job, keys.salt);
  const std::uint8_t* iv = counter ? block.octets : job.iv();
  int length = 0;
  return EVP_CipherInit_ex(keys.cipher.get(), nullptr, nullptr, nullptr, iv, encrypt) == 1 &&
         EVP_CipherUpdate(keys.cipher.get(), job.text(), &length, job.text(),
                          static_cast<int>(job.body)) == 1;
}

bool seal_with_hmac(const CryptoJob& job, const OpenSslKeys& keys) {
  std::uint8_t digest[kDigestMax];
  if (!crypt(job, keys, 1) || !hmac(job, keys.mac.get(), digest)) return false;
  std::memcpy(job.icv(), digest, job.transform->icv_length);
  return true;
}

bool open_with_hmac(const CryptoJob& job, const OpenSslKeys& keys) {
  std::uint8_t digest[kDigestMax];
  return hmac(job, keys.mac.get(), digest) &&
         CRYPTO_memcmp(digest, job.icv(), job.transform->icv_length) == 0 && crypt(job, keys, 0);
}

// ---- Combined modes

bool add_aad(EVP_CIPHER_CTX* cipher, const std::uint8_t* octets, std::size_t length) {
  int done = 0;
  return EVP_CipherUpdate(cipher, nullptr, &done, octets, static_cast<int>(length)) == 1;
}

bool aead_start(const CryptoJob& job, const OpenSslKeys& keys, int encrypt) {
  const Nonce nonce = nonce_of(job, keys.salt);
  const Aad aad = aad_of(job);
  return EVP_CipherInit_ex(keys.cipher.get(), nullptr, nullptr, nullptr, nonce.octets, encrypt) ==
             1 &&
         add_aad(keys.cipher.get(), aad.octets, aad.length);
}

bool aead_run(const CryptoJob& job, const OpenSslKeys& keys) {
  // GMAC authenticates IV and payload in the clear (RFC 4543 3.3).
  if (job.transform->cipher == SPA_CIPHER_AES_GMAC)
    return add_aad(keys.cipher.get(), job.iv(), job.transform->iv_length + job.body);
  int length = 0;
  return EVP_CipherUpdate(keys.cipher.get(), job.text(), &length, job.text(),
                          static_cast<int>(job.body)) == 1;
}

bool aead_seal(const CryptoJob& job, const OpenSslKeys& keys) {
  int length = 0;
  std::uint8_t none[1];
  return aead_start(job, keys, 1) && aead_run(job, keys) &&
         EVP_CipherFinal_ex(keys.cipher.get(), none, &length) == 1 &&
         EVP_CIPHER_CTX_ctrl(keys.cipher.get(), EVP_CTRL_AEAD_GET_TAG, job.transform->icv_length,
                             job.icv()) == 1;
}

bool aead_open(const CryptoJob& job, const OpenSslKeys& keys) {
  int length = 0;
  std::uint8_t none[1];
  if (aead_start(job, keys, 0) &&
      EVP_CIPHER_CTX_ctrl(keys.cipher.get(), EVP_CTRL_AEAD_SET_TAG, job.transform->icv_length,
                          job.icv()) == 1 &&
      aead_run(job, keys) && EVP_CipherFinal_ex(keys.cipher.get(), none, &length) == 1)
    return true;
  // Not authentic: the same key stream once more turns it back into what came from the wire.
  if (aead_start(job, keys, 1)) (void)aead_run(job, keys);
  return false;
}

class OpenSslBackend final : public CryptoBackend {
 public:
  OpenSslBackend() : hmac_(EVP_MAC_fetch(nullptr, "HMAC", nullptr), EVP_MAC_free) {}

  const char* name() const override { return "openssl"; }

  std::unique_ptr<KeySchedule> expand(const Transform& transform,
                                      const TransformKeys& keys) override {
    auto made = std::make_unique<OpenSslKeys>();
    if (!keys.salt.empty()) std::memcpy(made->salt.data(), keys.salt.data(), made->salt.size());
    if (transform.cipher != SPA_CIPHER_NULL && !expand_cipher(transform, keys, *made))
      return nullptr;
    if (transform.auth != SPA_AUTH_NONE &&
        (!hmac_ || !expand_mac(transform, keys, hmac_.get(), *made)))
      return nullptr;
    return made;
  }

  void seal(std::span<CryptoJob> jobs) override {
    for (CryptoJob& job : jobs) {
      const auto& keys = static_cast<const OpenSslKeys&>(*job.keys);
      job.ok = job.transform->combined ? aead_seal(job, keys) : seal_with_hmac(job, keys);
    }
  }

  void open(std::span<CryptoJob> jobs) override {
    for (CryptoJob& job : jobs) {
      const auto& keys = static_cast<const OpenSslKeys&>(*job.keys);
      job.ok = job.transform->combined ? aead_open(job, keys) : open_with_hmac(job, keys);
    }
  }

 private:
  std::unique_ptr<EVP_MAC, decltype(&EVP_MAC_free)> hmac_;
};

}  // namespace

std::unique_ptr<CryptoBackend> make_openssl_backend() {
  return std::make_unique<OpenSslBackend>();
}

}  // namespace spa::esp
