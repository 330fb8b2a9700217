// SPDX-License-Identifier: Apache-2.0
// intel-ipsec-mb: combined modes packet by packet, ciphers with an HMAC as jobs. A burst goes in as
// a whole and is flushed at its end, so that packets of different SAs share the vector unit.
// The library needs LINUX defined for the alignment of its key structures; CMakeLists.txt does
// that.
#include <intel-ipsec-mb.h>
#include <openssl/crypto.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "firmware-sim/base/prefetch.h"
#include "firmware-sim/esp/backends.h"
#include "firmware-sim/esp/ipsec_mb_direct.h"
#include "firmware-sim/esp/ipsec_mb_keys.h"

namespace spa::esp {
namespace {

constexpr std::size_t kBatch = 64;  // well below IMB_MAX_JOBS
constexpr std::size_t kIcvMax = 32;

class IpsecMbBackend final : public CryptoBackend {
 public:
  IpsecMbBackend(IMB_MGR* manager, IMB_ARCH arch)
      : manager_(manager, free_mb_mgr), has_des_(arch >= IMB_ARCH_AVX512) {}

  const char* name() const override { return "ipsec-mb"; }

  std::unique_ptr<KeySchedule> expand(const Transform& transform,
                                      const TransformKeys& keys) override {
    if (is_elsewhere(transform)) return plain_->expand(transform, keys);
    return expand_ipsec_mb(*manager_, transform, keys);
  }

  void seal(std::span<CryptoJob> jobs) override {
    in_batches(jobs, [this](std::span<CryptoJob> batch) { seal_batch(batch); });
  }

  void open(std::span<CryptoJob> jobs) override {
    in_batches(jobs, [this](std::span<CryptoJob> batch) { open_batch(batch); });
  }

 private:
  // The library has DES for AVX-512; for lesser processors only in C, in constant time, a hundred
  // times slower than OpenSSL's.
  [[nodiscard]] bool is_elsewhere(const Transform& transform) const {
    return !has_des_ &&
           (transform.cipher == SPA_CIPHER_3DES_CBC || transform.cipher == SPA_CIPHER_DES_CBC);
  }

  using Icv = std::array<std::uint8_t, kIcvMax>;

  // Fetches keys while packets before theirs are worked on: in two steps, for how much there is of
  // them stands in their first line.
  static void fetch_keys(std::span<const CryptoJob> jobs, std::size_t i) {
    constexpr std::size_t kFirstAhead = 16;
    constexpr std::size_t kAllAhead = 8;
    constexpr auto kTo = card::CacheLevel::kSecond;
    if (i == 0) {
      for (std::size_t k = 0; k < std::min(kFirstAhead, jobs.size()); ++k)
        card::prefetch<kTo>(jobs[k].keys, 1);
      for (std::size_t k = 0; k < std::min(kAllAhead, jobs.size()); ++k)
        card::prefetch<kTo>(jobs[k].keys, jobs[k].keys->hot);
    }
    if (i + kFirstAhead < jobs.size()) card::prefetch<kTo>(jobs[i + kFirstAhead].keys, 1);
    if (i + kAllAhead < jobs.size())
      card::prefetch<kTo>(jobs[i + kAllAhead].keys, jobs[i + kAllAhead].keys->hot);
  }

  template <typename Run>
  static void in_batches(std::span<CryptoJob> jobs, Run run) {
    for (; !jobs.empty(); jobs = jobs.subspan(std::min(jobs.size(), kBatch)))
      run(jobs.first(std::min(jobs.size(), kBatch)));
  }

  // What every job of an SA with HMAC has in common.
  IMB_JOB* next_job(CryptoJob& job) {
    IMB_JOB* slot = manager_->get_next_job(manager_.get());
    const auto& keys = static_cast<const JobKeys&>(*job.keys);
    std::memset(slot, 0, sizeof *slot);
    slot->user_data = &job;
    slot->src = job.esp;
    slot->dst = job.text();
    slot->enc_keys = keys.encrypt_keys;
    slot->dec_keys = keys.decrypt_keys;
    slot->key_len_in_bytes = keys.key_length;
    slot->cipher_mode = IMB_CIPHER_NULL;
    slot->hash_alg = IMB_AUTH_NULL;
    return slot;
  }

  // `counter` outlives the job.
  static void with_cipher(IMB_JOB* slot, CryptoJob& job, CounterBlock& counter) {
    const auto& keys = static_cast<const JobKeys&>(*job.keys);
    if (keys.mode == IMB_CIPHER_NULL) return;
    slot->cipher_mode = keys.mode;
    slot->iv = job.iv();
    slot->iv_len_in_bytes = job.transform->iv_length;
    if (keys.mode == IMB_CIPHER_CNTR) {
      counter = counter_block_of(job, keys.salt);
      slot->iv = counter.octets;
      slot->iv_len_in_bytes = sizeof counter.octets;
    }
    slot->cipher_start_src_offset_in_bytes = static_cast<std::uint64_t>(job.text() - job.esp);
    slot->msg_len_to_cipher_in_bytes = job.body;
  }

  // The upper half of the sequence number is hashed after the text although it does not travel (RFC
  // 4303 2.2.1): it stands where the ICV goes until that is written.
  static void with_hmac(IMB_JOB* slot, CryptoJob& job, std::uint8_t* output) {
    const auto& keys = static_cast<const JobKeys&>(*job.keys);
    std::uint64_t length = static_cast<std::uint64_t>(job.icv() - job.esp);
    if (job.transform->esn) {
      card::store_be32(job.icv(), job.seq_hi);
      length += 4;
    }
    slot->hash_alg = keys.hash;
    slot->msg_len_to_hash_in_bytes = length;
    slot->auth_tag_output = output;
    slot->auth_tag_output_len_in_bytes = job.transform->icv_length;
    slot->u.HMAC._hashed_auth_key_xor_ipad = keys.inner.data();
    slot->u.HMAC._hashed_auth_key_xor_opad = keys.outer.data();
  }

  void seal_batch(std::span<CryptoJob> jobs) {
    for (std::size_t i = 0; i < jobs.size(); ++i) {
      CryptoJob& job = jobs[i];
      fetch_keys(jobs, i);
      if (job.transform->combined) {
        direct_seal(*manager_, job);
        continue;
      }
      if (is_elsewhere(*job.transform)) {
        plain_->seal({&job, 1});
        continue;
      }
      job.ok = false;
      IMB_JOB* slot = next_job(job);
      slot->cipher_direction = IMB_DIR_ENCRYPT;
      slot->chain_order = IMB_ORDER_CIPHER_HASH;
      with_cipher(slot, job, counters_[i]);
      with_hmac(slot, job, job.icv());
      submit();
    }
    drain();
  }

  // First all MACs, then only what is authentic is decrypted.
  void open_batch(std::span<CryptoJob> jobs) {
    std::array<Icv, kBatch> received;
    std::array<Icv, kBatch> computed;
    for (std::size_t i = 0; i < jobs.size(); ++i) {
      CryptoJob& job = jobs[i];
      fetch_keys(jobs, i);
      if (job.transform->combined) {
        direct_open(*manager_, job);
        continue;
      }
      if (is_elsewhere(*job.transform)) {
        plain_->open({&job, 1});
        continue;
      }
      job.ok = false;
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
      if (job.transform->combined || is_elsewhere(*job.transform)) continue;
      std::memcpy(job.icv(), received[i].data(), job.transform->icv_length);
      job.ok = job.ok && CRYPTO_memcmp(received[i].data(), computed[i].data(),
                                       job.transform->icv_length) == 0;
      if (job.ok && job.transform->cipher != SPA_CIPHER_NULL) submit_decrypt(job, counters_[i]);
    }
    drain();
  }

  void submit_decrypt(CryptoJob& job, CounterBlock& counter) {
    job.ok = false;
    IMB_JOB* slot = next_job(job);
    slot->cipher_direction = IMB_DIR_DECRYPT;
    slot->chain_order = IMB_ORDER_HASH_CIPHER;
    with_cipher(slot, job, counter);
    submit();
  }

  static void complete(const IMB_JOB* slot) {
    static_cast<CryptoJob*>(slot->user_data)->ok = slot->status == IMB_STATUS_COMPLETED;
  }
  void submit() {
    // Without the library's checks: SaTable and the engine have made all of them.
    for (IMB_JOB* done = manager_->submit_job_nocheck(manager_.get()); done != nullptr;
         done = manager_->get_completed_job(manager_.get()))
      complete(done);
  }
  void drain() {
    while (IMB_JOB* done = manager_->flush_job(manager_.get())) complete(done);
  }

  std::unique_ptr<IMB_MGR, decltype(&free_mb_mgr)> manager_;
  std::array<CounterBlock, kBatch> counters_;
  bool has_des_;
  std::unique_ptr<CryptoBackend> plain_ = make_openssl_backend();
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
  return std::make_unique<IpsecMbBackend>(manager, arch);
}

}  // namespace spa::esp
