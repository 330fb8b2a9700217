// SPDX-License-Identifier: Apache-2.0
#include "firmware-sim/esp/ipsec_mb_keys.h"

#include <openssl/crypto.h>

#include <algorithm>
#include <cstring>

#include "firmware-sim/esp/ipsec_mb_direct.h"

namespace spa::esp {
namespace {

constexpr std::size_t kBlockMax = 128;  // SHA-384 and SHA-512; the others hash 64 octets at once

template <typename T>
void wipe(T& object) {
  OPENSSL_cleanse(&object, sizeof object);
}

// The one of three that fits the length of an AES key.
template <typename T>
T of_size(std::size_t key_length, T of_128, T of_192, T of_256) {
  return key_length == 16 ? of_128 : key_length == 24 ? of_192 : of_256;
}

void expand_gcm_schedule(IMB_MGR& m, card::ByteView key, gcm_key_data& out) {
  of_size(key.size(), m.gcm128_pre, m.gcm192_pre, m.gcm256_pre)(key.data(), &out);
}

std::unique_ptr<DirectKeys> expand_gcm(IMB_MGR& m, card::ByteView key) {
  auto made = std::make_unique<GcmKeys>();
  expand_gcm_schedule(m, key, made->schedule);
  made->encrypt = of_size(key.size(), m.gcm128_enc, m.gcm192_enc, m.gcm256_enc);
  made->decrypt = of_size(key.size(), m.gcm128_dec, m.gcm192_dec, m.gcm256_dec);
  made->seal = gcm_seal;
  made->open = gcm_open;
  made->hot = sizeof *made;
  // Only AVX-512 works with 48 powers of the hash key, the others with 8.
  const auto& powers = made->schedule.ghash_keys;
  if (m.used_arch < IMB_ARCH_AVX512)
    made->hot = sizeof *made - sizeof powers + sizeof powers.sse_avx;
  return made;
}

std::unique_ptr<DirectKeys> expand_gmac(IMB_MGR& m, card::ByteView key) {
  auto made = std::make_unique<GmacKeys>();
  expand_gcm_schedule(m, key, made->schedule);
  made->init = of_size(key.size(), m.gmac128_init, m.gmac192_init, m.gmac256_init);
  made->update = of_size(key.size(), m.gmac128_update, m.gmac192_update, m.gmac256_update);
  made->finalize = of_size(key.size(), m.gmac128_finalize, m.gmac192_finalize, m.gmac256_finalize);
  made->seal = made->open = gmac_sum;
  made->hot = sizeof *made;
  return made;
}

std::unique_ptr<DirectKeys> expand_chacha(card::ByteView key) {
  auto made = std::make_unique<ChachaKeys>();
  std::copy(key.begin(), key.end(), made->key.begin());
  made->hot = sizeof *made;
  made->seal = chacha_seal;
  made->open = chacha_open;
  return made;
}

void expand_aes(IMB_MGR& m, IMB_CIPHER_MODE mode, card::ByteView key, JobKeys& out) {
  std::uint8_t* encrypt = out.schedule.data();
  std::uint8_t* decrypt = encrypt + JobKeys::kAesSchedule;
  of_size(key.size(), m.keyexp_128, m.keyexp_192, m.keyexp_256)(key.data(), encrypt, decrypt);
  out.mode = mode;
  out.encrypt_keys = encrypt;
  out.decrypt_keys = decrypt;
}

void expand_des(IMB_MGR& m, card::ByteView key, JobKeys& out) {
  for (std::size_t i = 0; i < key.size() / 8; ++i) {
    std::uint8_t* schedule = &out.schedule[i * IMB_DES_KEY_SCHED_SIZE];
    m.des_key_sched(reinterpret_cast<std::uint64_t*>(schedule), &key[i * 8]);
    out.des_schedules[i] = schedule;
  }
  const bool triple = key.size() == 24;
  out.mode = triple ? IMB_CIPHER_DES3 : IMB_CIPHER_DES;
  out.encrypt_keys = triple ? static_cast<const void*>(out.des_schedules.data())
                            : static_cast<const void*>(out.schedule.data());
  out.decrypt_keys = out.encrypt_keys;
}

void expand_cipher(IMB_MGR& m, spa_cipher cipher, card::ByteView key, JobKeys& out) {
  out.key_length = key.size();
  if (cipher == SPA_CIPHER_AES_CBC) expand_aes(m, IMB_CIPHER_CBC, key, out);
  if (cipher == SPA_CIPHER_AES_CTR) expand_aes(m, IMB_CIPHER_CNTR, key, out);
  if (cipher == SPA_CIPHER_3DES_CBC || cipher == SPA_CIPHER_DES_CBC) expand_des(m, key, out);
}

struct Hash {
  IMB_HASH_ALG algorithm;
  hash_one_block_t one_block;
  std::size_t block;
};

Hash hash_of(const IMB_MGR& m, spa_auth auth) {
  switch (auth) {
    case SPA_AUTH_HMAC_SHA1_96:
      return {IMB_AUTH_HMAC_SHA_1, m.sha1_one_block, 64};
    case SPA_AUTH_HMAC_SHA2_256_128:
      return {IMB_AUTH_HMAC_SHA_256, m.sha256_one_block, 64};
    case SPA_AUTH_HMAC_SHA2_384_192:
      return {IMB_AUTH_HMAC_SHA_384, m.sha384_one_block, 128};
    case SPA_AUTH_HMAC_SHA2_512_256:
      return {IMB_AUTH_HMAC_SHA_512, m.sha512_one_block, 128};
    case SPA_AUTH_HMAC_MD5_96:
      return {IMB_AUTH_MD5, m.md5_one_block, 64};
    case SPA_AUTH_NONE:
      break;
  }
  return {IMB_AUTH_NULL, nullptr, 0};
}

// RFC 2104 2: the state after the first block, which is the same for every packet.
void start_hmac(const Hash& hash, card::ByteView key, std::uint8_t pad, std::uint8_t* state) {
  std::array<std::uint8_t, kBlockMax> block;
  block.fill(pad);
  for (std::size_t i = 0; i < key.size(); ++i) block[i] ^= key[i];
  hash.one_block(block.data(), state);
  wipe(block);
}

std::unique_ptr<JobKeys> expand_jobs(IMB_MGR& m, const Transform& transform,
                                     const TransformKeys& keys) {
  const Hash hash = hash_of(m, transform.auth);
  if (!hash.one_block || keys.auth_key.size() > hash.block) return nullptr;
  auto made = std::make_unique<JobKeys>();
  expand_cipher(m, transform.cipher, keys.key, *made);
  made->hot = sizeof *made;
  made->hash = hash.algorithm;
  start_hmac(hash, keys.auth_key, 0x36, made->inner.data());
  start_hmac(hash, keys.auth_key, 0x5c, made->outer.data());
  if (!keys.salt.empty()) std::memcpy(made->salt.data(), keys.salt.data(), made->salt.size());
  return made;
}

}  // namespace

DirectKeys::~DirectKeys() {
  wipe(salt);
}
GcmKeys::~GcmKeys() {
  wipe(schedule);
}
GmacKeys::~GmacKeys() {
  wipe(schedule);
}
ChachaKeys::~ChachaKeys() {
  wipe(key);
}
JobKeys::~JobKeys() {
  wipe(schedule);
  wipe(inner);
  wipe(outer);
  wipe(salt);
}

std::unique_ptr<KeySchedule> expand_ipsec_mb(IMB_MGR& manager, const Transform& transform,
                                             const TransformKeys& keys) {
  if (!transform.combined) return expand_jobs(manager, transform, keys);
  std::unique_ptr<DirectKeys> made;
  if (transform.cipher == SPA_CIPHER_AES_GCM_16) made = expand_gcm(manager, keys.key);
  if (transform.cipher == SPA_CIPHER_AES_GMAC) made = expand_gmac(manager, keys.key);
  if (transform.cipher == SPA_CIPHER_CHACHA20_POLY1305) made = expand_chacha(keys.key);
  if (made) std::memcpy(made->salt.data(), keys.salt.data(), made->salt.size());
  return made;
}

}  // namespace spa::esp
