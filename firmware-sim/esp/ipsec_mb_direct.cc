// SPDX-License-Identifier: Apache-2.0
#include "firmware-sim/esp/ipsec_mb_direct.h"

#include <openssl/crypto.h>

namespace spa::esp {
namespace {

constexpr std::size_t kIcvMax = 16;

// nonce_of() in one register and one store: the library reads it as one vector a moment later,
// which a processor forwards only from a store as wide as that.
struct alignas(16) WideNonce {
  std::uint64_t __attribute__((vector_size(16))) words;
  [[nodiscard]] const std::uint8_t* octets() const {
    return reinterpret_cast<const std::uint8_t*>(&words);
  }
};
WideNonce wide_nonce_of(const CryptoJob& job, const Salt& salt) {
  std::uint32_t low;
  std::uint64_t iv;
  std::memcpy(&low, salt.data(), sizeof low);
  std::memcpy(&iv, job.iv(), sizeof iv);
  return {{low | iv << 32, iv >> 32}};
}

void gcm_run(aes_gcm_enc_dec_t run, const GcmKeys& keys, const CryptoJob& job, std::uint8_t* icv) {
  const WideNonce nonce = wide_nonce_of(job, keys.salt);
  gcm_context_data context;
  if (!job.transform->esn) {
    // SPI and sequence number are the associated data as they stand in the packet.
    run(&keys.schedule, &context, job.text(), job.text(), job.body, nonce.octets(), job.esp, 8, icv,
        job.transform->icv_length);
    return;
  }
  const Aad aad = aad_of(job);
  run(&keys.schedule, &context, job.text(), job.text(), job.body, nonce.octets(), aad.octets,
      aad.length, icv, job.transform->icv_length);
}

void chacha_run(IMB_MGR& manager, chacha_poly_enc_dec_update_t update, const ChachaKeys& keys,
                const CryptoJob& job, std::uint8_t* icv) {
  const Nonce nonce = nonce_of(job, keys.salt);
  const Aad aad = aad_of(job);
  chacha20_poly1305_context_data context;
  manager.chacha20_poly1305_init(keys.key.data(), &context, nonce.octets, aad.octets, aad.length);
  update(keys.key.data(), &context, job.text(), job.text(), job.body);
  manager.chacha20_poly1305_finalize(&context, icv, job.transform->icv_length);
}

}  // namespace

void gcm_seal(const DirectKeys& keys, IMB_MGR&, const CryptoJob& job, std::uint8_t* icv) {
  const auto& gcm = static_cast<const GcmKeys&>(keys);
  gcm_run(gcm.encrypt, gcm, job, icv);
}

void gcm_open(const DirectKeys& keys, IMB_MGR&, const CryptoJob& job, std::uint8_t* icv) {
  const auto& gcm = static_cast<const GcmKeys&>(keys);
  gcm_run(gcm.decrypt, gcm, job, icv);
}

// Nothing is encrypted, so both directions are the same. IV and payload stand side by side.
void gmac_sum(const DirectKeys& keys, IMB_MGR&, const CryptoJob& job, std::uint8_t* icv) {
  const auto& gmac = static_cast<const GmacKeys&>(keys);
  const Nonce nonce = nonce_of(job, keys.salt);
  const Aad aad = aad_of(job);
  gcm_context_data context;
  gmac.init(&gmac.schedule, &context, nonce.octets, sizeof nonce.octets);
  gmac.update(&gmac.schedule, &context, aad.octets, aad.length);
  gmac.update(&gmac.schedule, &context, job.iv(), job.transform->iv_length + job.body);
  gmac.finalize(&gmac.schedule, &context, icv, job.transform->icv_length);
}

void chacha_seal(const DirectKeys& keys, IMB_MGR& manager, const CryptoJob& job,
                 std::uint8_t* icv) {
  chacha_run(manager, manager.chacha20_poly1305_enc_update, static_cast<const ChachaKeys&>(keys),
             job, icv);
}

void chacha_open(const DirectKeys& keys, IMB_MGR& manager, const CryptoJob& job,
                 std::uint8_t* icv) {
  chacha_run(manager, manager.chacha20_poly1305_dec_update, static_cast<const ChachaKeys&>(keys),
             job, icv);
}

void direct_seal(IMB_MGR& manager, CryptoJob& job) {
  const auto& keys = static_cast<const DirectKeys&>(*job.keys);
  keys.seal(keys, manager, job, job.icv());
  job.ok = true;
}

void direct_open(IMB_MGR& manager, CryptoJob& job) {
  const auto& keys = static_cast<const DirectKeys&>(*job.keys);
  std::uint8_t icv[kIcvMax];
  keys.open(keys, manager, job, icv);
  job.ok = CRYPTO_memcmp(icv, job.icv(), job.transform->icv_length) == 0;
  // Not authentic: the same key stream once more turns it back into what came from the wire.
  if (!job.ok) keys.seal(keys, manager, job, icv);
}

}  // namespace spa::esp
