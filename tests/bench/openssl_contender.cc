// SPDX-License-Identifier: Apache-2.0
// OpenSSL as programs use it: with a context an SA that gets a new IV for a packet, and with new
// contexts for every packet.
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <cstring>

#include "tests/bench/workload.h"

namespace spa::bench {
namespace {

using Cipher = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;
using Mac = std::unique_ptr<EVP_MAC_CTX, decltype(&EVP_MAC_CTX_free)>;
using Hmac = std::unique_ptr<EVP_MAC, decltype(&EVP_MAC_free)>;

struct Contexts {
  Cipher cipher{nullptr, EVP_CIPHER_CTX_free};
  Mac mac{nullptr, EVP_MAC_CTX_free};
  Keys keys{};
};

class OpenSsl : public Contender {
 public:
  explicit OpenSsl(const Suite& suite)
      : suite_(suite), hmac_(EVP_MAC_fetch(nullptr, "HMAC", nullptr), EVP_MAC_free) {
    cipher_.reset(EVP_CIPHER_fetch(nullptr,
                                   suite.cipher == SPA_CIPHER_AES_GCM_16 ? "AES-128-GCM"
                                   : suite.cipher == SPA_CIPHER_AES_CBC  ? "AES-128-CBC"
                                                                         : "DES-EDE3-CBC",
                                   nullptr));
  }

 protected:
  void key(const Keys& keys, Contexts& out) {
    out.keys = keys;
    out.cipher.reset(EVP_CIPHER_CTX_new());
    EVP_EncryptInit_ex2(out.cipher.get(), cipher_.get(), keys.key, nullptr, nullptr);
    EVP_CIPHER_CTX_set_padding(out.cipher.get(), 0);
    if (suite_.auth == SPA_AUTH_NONE) return;
    out.mac.reset(EVP_MAC_CTX_new(hmac_.get()));
    char sha1[] = "SHA1";
    char sha256[] = "SHA256";
    const OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST,
                                         suite_.auth == SPA_AUTH_HMAC_SHA1_96 ? sha1 : sha256, 0),
        OSSL_PARAM_construct_end()};
    EVP_MAC_init(out.mac.get(), keys.auth_key, suite_.auth_key, params);
  }

  bool seal(const Packet& packet, const Contexts& with) {
    card::store_be32(packet.esp, packet.sa);
    card::store_be32(packet.esp + 4, static_cast<std::uint32_t>(packet.sequence));
    std::uint8_t* iv = packet.esp + 8;
    std::uint8_t* text = iv + suite_.iv;
    std::uint8_t* icv = text + packet.text;
    const auto length = static_cast<int>(packet.text);
    int done = 0;
    if (suite_.auth == SPA_AUTH_NONE) {
      std::uint8_t nonce[12];
      card::store_be64(iv, packet.sequence);
      std::memcpy(nonce, with.keys.salt, 4);
      std::memcpy(nonce + 4, iv, 8);
      return EVP_EncryptInit_ex2(with.cipher.get(), nullptr, nullptr, nonce, nullptr) == 1 &&
             EVP_EncryptUpdate(with.cipher.get(), nullptr, &done, packet.esp, 8) == 1 &&
             EVP_EncryptUpdate(with.cipher.get(), text, &done, text, length) == 1 &&
             EVP_EncryptFinal_ex(with.cipher.get(), icv, &done) == 1 &&
             EVP_CIPHER_CTX_ctrl(with.cipher.get(), EVP_CTRL_AEAD_GET_TAG, suite_.icv, icv) == 1;
    }
    std::uint8_t digest[64];
    std::size_t size = 0;
    card::store_be64(iv, packet.sequence * 0x9e3779b97f4a7c15u);
    const bool sealed =
        EVP_EncryptInit_ex2(with.cipher.get(), nullptr, nullptr, iv, nullptr) == 1 &&
        EVP_EncryptUpdate(with.cipher.get(), text, &done, text, length) == 1 &&
        EVP_MAC_init(with.mac.get(), nullptr, 0, nullptr) == 1 &&
        EVP_MAC_update(with.mac.get(), packet.esp, static_cast<std::size_t>(icv - packet.esp)) ==
            1 &&
        EVP_MAC_final(with.mac.get(), digest, &size, sizeof digest) == 1;
    std::memcpy(icv, digest, suite_.icv);
    return sealed;
  }

 private:
  Suite suite_;
  Hmac hmac_;
  std::unique_ptr<EVP_CIPHER, decltype(&EVP_CIPHER_free)> cipher_{nullptr, EVP_CIPHER_free};
};

class Reused final : public OpenSsl {
 public:
  Reused(const Suite& suite, std::uint32_t sas) : OpenSsl(suite), contexts_(sas) {
    for (std::uint32_t i = 0; i < sas; ++i) key(keys_of(i), contexts_[i]);
  }
  bool run(std::span<Packet> burst) override {
    bool good = true;
    for (const Packet& packet : burst) good = seal(packet, contexts_[packet.sa]) && good;
    return good;
  }

 private:
  std::vector<Contexts> contexts_;
};

class Fresh final : public OpenSsl {
 public:
  Fresh(const Suite& suite, std::uint32_t sas) : OpenSsl(suite) {
    for (std::uint32_t i = 0; i < sas; ++i) keys_.push_back(keys_of(i));
  }
  bool run(std::span<Packet> burst) override {
    bool good = true;
    for (const Packet& packet : burst) {
      Contexts contexts;
      key(keys_[packet.sa], contexts);
      good = seal(packet, contexts) && good;
    }
    return good;
  }

 private:
  std::vector<Keys> keys_;
};

}  // namespace

std::unique_ptr<Contender> make_openssl_reused(const Suite& suite, std::uint32_t sas) {
  return std::make_unique<Reused>(suite, sas);
}
std::unique_ptr<Contender> make_openssl_fresh(const Suite& suite, std::uint32_t sas) {
  return std::make_unique<Fresh>(suite, sas);
}

}  // namespace spa::bench
