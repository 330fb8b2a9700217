// SPDX-License-Identifier: Apache-2.0
// intel-ipsec-mb and nothing else: keys in an array, a counter as IV, no table, no checks. What the
// engine could reach at best.
#include <intel-ipsec-mb.h>

#include <cstring>

#include "tests/bench/workload.h"

namespace spa::bench {
namespace {

using Manager = std::unique_ptr<IMB_MGR, decltype(&free_mb_mgr)>;

Manager make_manager() {
  Manager manager(alloc_mb_mgr(0), free_mb_mgr);
  IMB_ARCH arch = IMB_ARCH_NONE;
  if (manager) init_mb_mgr_auto(manager.get(), &arch);
  if (arch == IMB_ARCH_NONE) manager.reset();
  return manager;
}

class BareGcm final : public Contender {
 public:
  BareGcm(Manager manager, std::uint32_t sas) : manager_(std::move(manager)), sas_(sas) {
    for (std::uint32_t i = 0; i < sas; ++i) {
      const Keys keys = keys_of(i);
      manager_->gcm128_pre(keys.key, &sas_[i].schedule);
      std::memcpy(sas_[i].salt, keys.salt, 4);
    }
  }
  bool run(std::span<Packet> burst) override {
    for (const Packet& packet : burst) {
      card::store_be32(packet.esp, packet.sa);
      card::store_be64(packet.esp + 8, packet.sequence);
      std::uint8_t nonce[12];
      std::memcpy(nonce, sas_[packet.sa].salt, 4);
      std::memcpy(nonce + 4, packet.esp + 8, 8);
      std::uint8_t* text = packet.esp + 16;
      gcm_context_data context;
      manager_->gcm128_enc(&sas_[packet.sa].schedule, &context, text, text, packet.text, nonce,
                           packet.esp, 8, text + packet.text, 16);
    }
    return true;
  }

 private:
  struct Sa {
    gcm_key_data schedule;
    std::uint8_t salt[4];
  };
  Manager manager_;
  std::vector<Sa> sas_;
};

class BareJobs final : public Contender {
 public:
  BareJobs(Manager manager, const Suite& suite, std::uint32_t sas)
      : suite_(suite), manager_(std::move(manager)), sas_(sas) {
    for (std::uint32_t i = 0; i < sas; ++i) expand(keys_of(i), sas_[i]);
  }
  bool run(std::span<Packet> burst) override {
    done_ = 0;
    for (const Packet& packet : burst) {
      fill(*manager_->get_next_job(manager_.get()), packet);
      for (IMB_JOB* job = manager_->submit_job_nocheck(manager_.get()); job != nullptr;
           job = manager_->get_completed_job(manager_.get()))
        count(job);
    }
    while (IMB_JOB* job = manager_->flush_job(manager_.get())) count(job);
    return done_ == burst.size();
  }

 private:
  struct Sa {
    alignas(16) std::uint8_t encrypt[15 * 16];
    alignas(16) std::uint8_t decrypt[15 * 16];
    std::uint64_t des[3][16];
    const void* des_keys[3];
    alignas(16) std::uint8_t inner[32];
    alignas(16) std::uint8_t outer[32];
  };

  void expand(const Keys& keys, Sa& sa) {
    if (suite_.cipher == SPA_CIPHER_AES_CBC) manager_->keyexp_128(keys.key, sa.encrypt, sa.decrypt);
    for (int i = 0; i < 3; ++i) {
      manager_->des_key_sched(sa.des[i], keys.key + i * 8);
      sa.des_keys[i] = sa.des[i];
    }
    std::uint8_t block[64];
    for (const std::uint8_t pad : {std::uint8_t{0x36}, std::uint8_t{0x5c}}) {
      std::memset(block, pad, sizeof block);
      for (std::size_t i = 0; i < suite_.auth_key; ++i) block[i] ^= keys.auth_key[i];
      std::uint8_t* state = pad == 0x36 ? sa.inner : sa.outer;
      if (suite_.auth == SPA_AUTH_HMAC_SHA1_96) manager_->sha1_one_block(block, state);
      if (suite_.auth == SPA_AUTH_HMAC_SHA2_256_128) manager_->sha256_one_block(block, state);
    }
  }

  void fill(IMB_JOB& job, const Packet& packet) const {
    const Sa& sa = sas_[packet.sa];
    const bool aes = suite_.cipher == SPA_CIPHER_AES_CBC;
    card::store_be32(packet.esp, packet.sa);
    card::store_be64(packet.esp + 8, packet.sequence * 0x9e3779b97f4a7c15u);
    std::memset(&job, 0, sizeof job);
    job.src = packet.esp;
    job.dst = packet.esp + 8 + suite_.iv;
    job.enc_keys = aes ? static_cast<const void*>(sa.encrypt) : sa.des_keys;
    job.dec_keys = aes ? static_cast<const void*>(sa.decrypt) : sa.des_keys;
    job.key_len_in_bytes = suite_.key;
    job.cipher_mode = aes ? IMB_CIPHER_CBC : IMB_CIPHER_DES3;
    job.cipher_direction = IMB_DIR_ENCRYPT;
    job.chain_order = IMB_ORDER_CIPHER_HASH;
    job.iv = packet.esp + 8;
    job.iv_len_in_bytes = suite_.iv;
    job.cipher_start_src_offset_in_bytes = 8u + suite_.iv;
    job.msg_len_to_cipher_in_bytes = packet.text;
    job.hash_alg =
        suite_.auth == SPA_AUTH_HMAC_SHA1_96 ? IMB_AUTH_HMAC_SHA_1 : IMB_AUTH_HMAC_SHA_256;
    job.msg_len_to_hash_in_bytes = packet.length - suite_.icv;
    job.auth_tag_output = packet.esp + packet.length - suite_.icv;
    job.auth_tag_output_len_in_bytes = suite_.icv;
    job.u.HMAC._hashed_auth_key_xor_ipad = sa.inner;
    job.u.HMAC._hashed_auth_key_xor_opad = sa.outer;
  }

  void count(const IMB_JOB* job) { done_ += job->status == IMB_STATUS_COMPLETED; }

  Suite suite_;
  Manager manager_;
  std::vector<Sa> sas_;
  std::size_t done_ = 0;
};

}  // namespace

std::unique_ptr<Contender> make_bare_ipsec_mb(const Suite& suite, std::uint32_t sas) {
  Manager manager = make_manager();
  if (!manager) return nullptr;
  if (suite.cipher == SPA_CIPHER_AES_GCM_16)
    return std::make_unique<BareGcm>(std::move(manager), sas);
  return std::make_unique<BareJobs>(std::move(manager), suite, sas);
}

}  // namespace spa::bench
