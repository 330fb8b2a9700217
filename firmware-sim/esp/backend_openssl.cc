// SPDX-License-Identifier: Apache-2.0
// OpenSSL's EVP: one cipher and one MAC context for each SA, made when the SA is added and only
// given a new IV for a packet (a context per packet costs three times as much as the encryption).
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <cstring>

#include "firmware-sim/esp/backends.h"

namespace spa::esp {
namespace {

using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;
using MacContext = std::unique_ptr<EVP_MAC_CTX, decltype(&EVP_MAC_CTX_free)>;

constexpr std::size_t kDigestMax = 32;

struct OpenSslKeys final : KeySchedule {
  CipherContext cipher{nullptr, EVP_CIPHER_CTX_free};
  MacContext mac{nullptr, EVP_MAC_CTX_free};
  std::uint8_t salt[4] = {};
  ~OpenSslKeys() override { OPENSSL_cleanse(salt, sizeof salt); }
};

const EVP_CIPHER* cipher_of(spa_cipher cipher, std::size_t key_length) {
  const bool gcm = cipher == SPA_CIPHER_AES_GCM_16;
  switch (key_length) {
    case 16:
      return gcm ? EVP_aes_128_gcm() : EVP_aes_128_cbc();
    case 24:
      return gcm ? EVP_aes_192_gcm() : EVP_aes_192_cbc();
    default:
      return gcm ? EVP_aes_256_gcm() : EVP_aes_256_cbc();
  }
}

bool expand_cipher(const Transform& transform, const TransformKeys& keys, OpenSslKeys& out) {
  out.cipher.reset(EVP_CIPHER_CTX_new());
  return out.cipher &&
         EVP_CipherInit_ex(out.cipher.get(), cipher_of(transform.cipher, keys.key.size()), nullptr,
                           keys.key.data(), nullptr, transform.outbound ? 1 : 0) == 1 &&
         EVP_CIPHER_CTX_set_padding(out.cipher.get(), 0) == 1;
}

bool expand_mac(const Transform& transform, const TransformKeys& keys, EVP_MAC* hmac,
                OpenSslKeys& out) {
  out.mac.reset(EVP_MAC_CTX_new(hmac));
  char sha1[] = "SHA1";
  char sha256[] = "SHA256";
  const OSSL_PARAM params[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST,
                                       transform.auth == SPA_AUTH_HMAC_SHA1_96 ? sha1 : sha256, 0),
      OSSL_PARAM_construct_end()};
  return out.mac &&
         EVP_MAC_init(out.mac.get(), keys.auth_key.data(), keys.auth_key.size(), params) == 1;
}

bool hmac(const CryptoJob& job, EVP_MAC_CTX* mac, std::uint8_t (&digest)[kDigestMax]) {
  std::uint8_t seq_hi[4];
  card::store_be32(seq_hi, job.seq_hi);
  std::size_t length = 0;
  return EVP_MAC_init(mac, nullptr, 0, nullptr) == 1 &&
         EVP_MAC_update(mac, job.esp, static_cast<std::size_t>(job.icv() - job.esp)) == 1 &&
         (!job.transform->esn || EVP_MAC_update(mac, seq_hi, sizeof seq_hi) == 1) &&
         EVP_MAC_final(mac, digest, &length, sizeof digest) == 1;
}

bool cbc(const CryptoJob& job, EVP_CIPHER_CTX* cipher, int encrypt) {
  int length = 0;
  return EVP_CipherInit_ex(cipher, nullptr, nullptr, nullptr, job.iv(), encrypt) == 1 &&
         EVP_CipherUpdate(cipher, job.text(), &length, job.text(), static_cast<int>(job.body)) == 1;
}

// Nonce and additional data of RFC 4106: salt | IV; SPI | sequence number of 32 or 64 bits.
bool gcm_start(const CryptoJob& job, const OpenSslKeys& keys, int encrypt) {
  std::uint8_t nonce[12];
  std::memcpy(nonce, keys.salt, 4);
  std::memcpy(nonce + 4, job.iv(), 8);
  std::uint8_t aad[12];
  std::memcpy(aad, job.esp, 4);
  if (job.transform->esn) card::store_be32(aad + 4, job.seq_hi);
  std::memcpy(aad + (job.transform->esn ? 8 : 4), job.esp + 4, 4);
  int length = 0;
  return EVP_CipherInit_ex(keys.cipher.get(), nullptr, nullptr, nullptr, nonce, encrypt) == 1 &&
         EVP_CipherUpdate(keys.cipher.get(), nullptr, &length, aad, job.transform->esn ? 12 : 8) ==
             1;
}

bool gcm_run(const CryptoJob& job, const OpenSslKeys& keys) {
  int length = 0;
  return EVP_CipherUpdate(keys.cipher.get(), job.text(), &length, job.text(),
                          static_cast<int>(job.body)) == 1;
}

bool gcm_seal(const CryptoJob& job, const OpenSslKeys& keys, std::uint8_t* icv) {
  int length = 0;
  return gcm_start(job, keys, 1) && gcm_run(job, keys) &&
         EVP_CipherFinal_ex(keys.cipher.get(), nullptr, &length) == 1 &&
         EVP_CIPHER_CTX_ctrl(keys.cipher.get(), EVP_CTRL_AEAD_GET_TAG, job.transform->icv_length,
                             icv) == 1;
}

bool gcm_open(const CryptoJob& job, const OpenSslKeys& keys) {
  int length = 0;
  if (gcm_start(job, keys, 0) &&
      EVP_CIPHER_CTX_ctrl(keys.cipher.get(), EVP_CTRL_AEAD_SET_TAG, job.transform->icv_length,
                          job.icv()) == 1 &&
      gcm_run(job, keys) && EVP_CipherFinal_ex(keys.cipher.get(), nullptr, &length) == 1)
    return true;
  // Not authentic: the same key stream once more turns it back into what came from the wire.
  if (gcm_start(job, keys, 1)) (void)gcm_run(job, keys);
  return false;
}

class OpenSslBackend final : public CryptoBackend {
 public:
  OpenSslBackend() : hmac_(EVP_MAC_fetch(nullptr, "HMAC", nullptr), EVP_MAC_free) {}

  const char* name() const override { return "openssl"; }

  std::unique_ptr<KeySchedule> expand(const Transform& transform,
                                      const TransformKeys& keys) override {
    auto made = std::make_unique<OpenSslKeys>();
    if (!keys.salt.empty()) std::memcpy(made->salt, keys.salt.data(), sizeof made->salt);
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
      if (job.transform->cipher == SPA_CIPHER_AES_GCM_16) {
        job.ok = gcm_seal(job, keys, job.icv());
        continue;
      }
      std::uint8_t digest[kDigestMax];
      job.ok = (job.transform->cipher == SPA_CIPHER_NULL || cbc(job, keys.cipher.get(), 1)) &&
               hmac(job, keys.mac.get(), digest);
      if (job.ok) std::memcpy(job.icv(), digest, job.transform->icv_length);
    }
  }

  void open(std::span<CryptoJob> jobs) override {
    for (CryptoJob& job : jobs) {
      const auto& keys = static_cast<const OpenSslKeys&>(*job.keys);
      if (job.transform->cipher == SPA_CIPHER_AES_GCM_16) {
        job.ok = gcm_open(job, keys);
        continue;
      }
      std::uint8_t digest[kDigestMax];
      job.ok = hmac(job, keys.mac.get(), digest) &&
               CRYPTO_memcmp(digest, job.icv(), job.transform->icv_length) == 0 &&
               (job.transform->cipher == SPA_CIPHER_NULL || cbc(job, keys.cipher.get(), 0));
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
