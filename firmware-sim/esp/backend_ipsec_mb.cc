// SPDX-License-Identifier: Apache-2.0
// intel-ipsec-mb: GCM packet by packet through its direct calls, CBC and HMAC as jobs that it
// spreads over the lanes of the vector unit, so a burst goes in as a whole and is flushed at its
// end. The library needs LINUX defined for the alignment of its key structures; CMakeLists.txt does
// that.
#include <intel-ipsec-mb.h>
#include <openssl/crypto.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "firmware-sim/esp/backends.h"

namespace spa::esp {
namespace {

constexpr std::size_t kHashBlock = 64;  // SHA-1 and SHA-256
constexpr std::size_t kBatch = 64;      // well below IMB_MAX_JOBS
constexpr std::size_t kIcvMax = 16;

struct GcmKeys final : KeySchedule {
  gcm_key_data schedule;
  aes_gcm_enc_dec_t encrypt = nullptr;
  aes_gcm_enc_dec_t decrypt = nullptr;
  std::uint8_t salt[4] = {};
  ~GcmKeys() override {
    OPENSSL_cleanse(&schedule, sizeof schedule);
    OPENSSL_cleanse(salt, sizeof salt);
  }
};

struct HmacKeys final : KeySchedule {
  alignas(16) std::uint8_t encrypt[15 * 16] = {};
  alignas(16) std::uint8_t decrypt[15 * 16] = {};
  alignas(16) std::uint8_t inner[32] = {};  // hash state after key ^ ipad
  alignas(16) std::uint8_t outer[32] = {};
  std::uint64_t key_length = 0;
  ~HmacKeys() override {
    OPENSSL_cleanse(encrypt, sizeof encrypt);
    OPENSSL_cleanse(decrypt, sizeof decrypt);
    OPENSSL_cleanse(inner, sizeof inner);
    OPENSSL_cleanse(outer, sizeof outer);
  }
};

struct Nonce {
  std::uint8_t octets[12];
};
struct Aad {
  std::uint8_t octets[12];
  std::uint64_t length;
};

Nonce nonce_of(const CryptoJob& job, const GcmKeys& keys) {
  Nonce nonce;
  std::memcpy(nonce.octets, keys.salt, 4);
  std::memcpy(nonce.octets + 4, job.iv(), 8);
  return nonce;
}

Aad aad_of(const CryptoJob& job) {
  Aad aad{};
  aad.length = job.transform->esn ? 12 : 8;
  std::memcpy(aad.octets, job.esp, 4);
  if (job.transform->esn) card::store_be32(aad.octets + 4, job.seq_hi);
  std::memcpy(aad.octets + aad.length - 4, job.esp + 4, 4);
  return aad;
}

class IpsecMbBackend final : public CryptoBackend {
 public:
  explicit IpsecMbBackend(IMB_MGR* manager) : manager_(manager, free_mb_mgr) {}

  const char* name() const override { return "ipsec-mb"; }

  std::unique_ptr<KeySchedule> expand(const Transform& transform,
                                      const TransformKeys& keys) override {
    if (transform.cipher == SPA_CIPHER_AES_GCM_16) return expand_gcm(keys);
    auto made = std::make_unique<HmacKeys>();
    made->key_length = keys.key.size();
    expand_cbc(keys.key, *made);
    expand_hmac(transform.auth, keys.auth_key, 0x36, made->inner);
    expand_hmac(transform.auth, keys.auth_key, 0x5c, made->outer);
    return made;
  }

  void seal(std::span<CryptoJob> jobs) override {
    for (CryptoJob& job : jobs) {
      job.ok = false;
      if (job.transform->cipher == SPA_CIPHER_AES_GCM_16) {
        gcm_seal(job);
      } else {
        submit_seal(job);
      }
    }
    drain();
  }

  void open(std::span<CryptoJob> jobs) override {
    while (!jobs.empty()) {
      const std::size_t count = std::min(jobs.size(), kBatch);
      open_batch(jobs.first(count));
      jobs = jobs.subspan(count);
    }
  }

 private:
  using Icv = std::array<std::uint8_t, kIcvMax>;

  std::unique_ptr<KeySchedule> expand_gcm(const TransformKeys& keys) {
    auto made = std::make_unique<GcmKeys>();
    IMB_MGR& m = *manager_;
    switch (keys.key.size()) {
      case 16:
        m.gcm128_pre(keys.key.data(), &made->schedule);
        made->encrypt = m.gcm128_enc;
        made->decrypt = m.gcm128_dec;
        break;
      case 24:
        m.gcm192_pre(keys.key.data(), &made->schedule);
        made->encrypt = m.gcm192_enc;
        made->decrypt = m.gcm192_dec;
        break;
      default:
        m.gcm256_pre(keys.key.data(), &made->schedule);
        made->encrypt = m.gcm256_enc;
        made->decrypt = m.gcm256_dec;
        break;
    }
    std::memcpy(made->salt, keys.salt.data(), sizeof made->salt);
    return made;
  }

  void expand_cbc(card::ByteView key, HmacKeys& out) {
    if (key.size() == 16) manager_->keyexp_128(key.data(), out.encrypt, out.decrypt);
    if (key.size() == 24) manager_->keyexp_192(key.data(), out.encrypt, out.decrypt);
    if (key.size() == 32) manager_->keyexp_256(key.data(), out.encrypt, out.decrypt);
  }

  void expand_hmac(spa_auth auth, card::ByteView key, std::uint8_t pad, std::uint8_t* state) {
    std::uint8_t block[kHashBlock];
    std::fill(std::begin(block), std::end(block), pad);
    for (std::size_t i = 0; i < key.size(); ++i) block[i] ^= key[i];
    if (auth == SPA_AUTH_HMAC_SHA1_96) {
      manager_->sha1_one_block(block, state);
    } else {
      manager_->sha256_one_block(block, state);
    }
    OPENSSL_cleanse(block, sizeof block);
  }

  static void gcm_seal(CryptoJob& job) {
    const auto& keys = static_cast<const GcmKeys&>(*job.keys);
    const Nonce nonce = nonce_of(job, keys);
    const Aad aad = aad_of(job);
    gcm_context_data context;
    keys.encrypt(&keys.schedule, &context, job.text(), job.text(), job.body, nonce.octets,
                 aad.octets, aad.length, job.icv(), job.transform->icv_length);
    job.ok = true;
  }

  static void gcm_open(CryptoJob& job) {
    const auto& keys = static_cast<const GcmKeys&>(*job.keys);
    const Nonce nonce = nonce_of(job, keys);
    const Aad aad = aad_of(job);
    gcm_context_data context;
    std::uint8_t icv[kIcvMax];
    keys.decrypt(&keys.schedule, &context, job.text(), job.text(), job.body, nonce.octets,
                 aad.octets, aad.length, icv, job.transform->icv_length);
    job.ok = CRYPTO_memcmp(icv, job.icv(), job.transform->icv_length) == 0;
    if (job.ok) return;
    // Not authentic: the same key stream once more turns it back into what came from the wire.
    keys.encrypt(&keys.schedule, &context, job.text(), job.text(), job.body, nonce.octets,
                 aad.octets, aad.length, icv, job.transform->icv_length);
  }

  // What every job of an SA with HMAC has in common.
  IMB_JOB* next_job(CryptoJob& job) {
    IMB_JOB* slot = manager_->get_next_job(manager_.get());
    auto& keys = static_cast<HmacKeys&>(*job.keys);
    std::memset(slot, 0, sizeof *slot);
    slot->user_data = &job;
    slot->src = job.esp;
    slot->dst = job.text();
    slot->enc_keys = keys.encrypt;
    slot->dec_keys = keys.decrypt;
    slot->key_len_in_bytes = keys.key_length;
    slot->cipher_mode = IMB_CIPHER_NULL;
    slot->hash_alg = IMB_AUTH_NULL;
    return slot;
  }

  static void with_cipher(IMB_JOB* slot, CryptoJob& job) {
    if (job.transform->cipher == SPA_CIPHER_NULL) return;
    slot->cipher_mode = IMB_CIPHER_CBC;
    slot->iv = job.iv();
    slot->iv_len_in_bytes = 16;
    slot->cipher_start_src_offset_in_bytes = static_cast<std::uint64_t>(job.text() - job.esp);
    slot->msg_len_to_cipher_in_bytes = job.body;
  }

  // The upper half of the sequence number is hashed after the text although it does not travel (RFC
  // 4303 2.2.1): it stands where the ICV goes until that is written.
  static void with_hmac(IMB_JOB* slot, CryptoJob& job, std::uint8_t* output) {
    auto& keys = static_cast<HmacKeys&>(*job.keys);
    std::uint64_t length = static_cast<std::uint64_t>(job.icv() - job.esp);
    if (job.transform->esn) {
      card::store_be32(job.icv(), job.seq_hi);
      length += 4;
    }
    slot->hash_alg =
        job.transform->auth == SPA_AUTH_HMAC_SHA1_96 ? IMB_AUTH_HMAC_SHA_1 : IMB_AUTH_HMAC_SHA_256;
    slot->msg_len_to_hash_in_bytes = length;
    slot->auth_tag_output = output;
    slot->auth_tag_output_len_in_bytes = job.transform->icv_length;
    slot->u.HMAC._hashed_auth_key_xor_ipad = keys.inner;
    slot->u.HMAC._hashed_auth_key_xor_opad = keys.outer;
  }

  void submit_seal(CryptoJob& job) {
    IMB_JOB* slot = next_job(job);
    slot->cipher_direction = IMB_DIR_ENCRYPT;
    slot->chain_order = IMB_ORDER_CIPHER_HASH;
    with_cipher(slot, job);
    with_hmac(slot, job, job.icv());
    submit();
  }

  // First all MACs, then only what is authentic is decrypted.
  void open_batch(std::span<CryptoJob> jobs) {
    std::array<Icv, kBatch> received;
    std::array<Icv, kBatch> computed;
    for (std::size_t i = 0; i < jobs.size(); ++i) {
      CryptoJob& job = jobs[i];
      job.ok = false;
      if (job.transform->cipher == SPA_CIPHER_AES_GCM_16) {
        gcm_open(job);
        continue;
      }
      std::memcpy(received[i].data(), job.icv(), job.transform->icv_length);
      IMB_JOB* slot = next_job(job);
      slot->cipher_direction = IMB_DIR_DECRYPT;
      slot->chain_order = IMB_ORDER_HASH_CIPHER;
      with_hmac(slot, job, computed[i].data());
      submit();
    }
    drain();
    for (std::size_t i = 0; i < jobs.size(); ++i) {
      CryptoJob& job = jobs[i];
      if (job.transform->cipher == SPA_CIPHER_AES_GCM_16) continue;
      std::memcpy(job.icv(), received[i].data(), job.transform->icv_length);
      job.ok = job.ok && CRYPTO_memcmp(received[i].data(), computed[i].data(),
                                       job.transform->icv_length) == 0;
      if (job.ok && job.transform->cipher == SPA_CIPHER_AES_CBC) submit_decrypt(job);
    }
    drain();
  }

  void submit_decrypt(CryptoJob& job) {
    job.ok = false;
    IMB_JOB* slot = next_job(job);
    slot->cipher_direction = IMB_DIR_DECRYPT;
    slot->chain_order = IMB_ORDER_HASH_CIPHER;
    with_cipher(slot, job);
    submit();
  }

  static void complete(const IMB_JOB* slot) {
    static_cast<CryptoJob*>(slot->user_data)->ok = slot->status == IMB_STATUS_COMPLETED;
  }
  void submit() {
    for (IMB_JOB* done = manager_->submit_job(manager_.get()); done != nullptr;
         done = manager_->get_completed_job(manager_.get()))
      complete(done);
  }
  void drain() {
    while (IMB_JOB* done = manager_->flush_job(manager_.get())) complete(done);
  }

  std::unique_ptr<IMB_MGR, decltype(&free_mb_mgr)> manager_;
};

}  // namespace

std::unique_ptr<CryptoBackend> make_ipsec_mb_backend() {
  constexpr std::uint64_t kNeeded = IMB_FEATURE_AESNI | IMB_FEATURE_PCLMULQDQ | IMB_FEATURE_SSE4_2;
  if ((imb_get_feature_flags() & kNeeded) != kNeeded) return nullptr;
  IMB_MGR* manager = alloc_mb_mgr(0);
  if (!manager) return nullptr;
  IMB_ARCH arch = IMB_ARCH_NONE;
  init_mb_mgr_auto(manager, &arch);
  if (arch == IMB_ARCH_NONE) {
    free_mb_mgr(manager);
    return nullptr;
  }
  return std::make_unique<IpsecMbBackend>(manager);
}

}  // namespace spa::esp
