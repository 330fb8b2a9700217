// SPDX-License-Identifier: Apache-2.0
// Expanded keys as intel-ipsec-mb wants them. Only files that are compiled with LINUX defined may
// include this: without it the library's header leaves its key structures unaligned.
#pragma once

#include <intel-ipsec-mb.h>

#include <array>

#include "firmware-sim/esp/backends.h"
#include "firmware-sim/esp/nonce.h"

namespace spa::esp {

// Combined modes go packet by packet through the library's direct calls: one packet fills the
// vector unit by itself. The function comes with the keys, so that a packet needs no decision.
struct DirectKeys : KeySchedule {
  using Run = void (*)(const DirectKeys& keys, IMB_MGR& manager, const CryptoJob& job,
                       std::uint8_t* icv);
  Run seal = nullptr;
  // Decrypts and says what the ICV should have been.
  Run open = nullptr;
  Salt salt{};
  ~DirectKeys() override;
};

struct GcmKeys final : DirectKeys {
  aes_gcm_enc_dec_t encrypt = nullptr;
  aes_gcm_enc_dec_t decrypt = nullptr;
  gcm_key_data schedule;
  ~GcmKeys() override;
};

struct GmacKeys final : DirectKeys {
  gcm_key_data schedule;
  aes_gmac_init_t init = nullptr;
  aes_gmac_update_t update = nullptr;
  aes_gmac_finalize_t finalize = nullptr;
  ~GmacKeys() override;
};

struct ChachaKeys final : DirectKeys {
  alignas(16) std::array<std::uint8_t, 32> key{};
  ~ChachaKeys() override;
};

// A cipher and an HMAC go as jobs, which the library spreads over the lanes of the vector unit.
// These are the fields of a job that are the same for every packet of the SA.
struct JobKeys final : KeySchedule {
  static constexpr std::size_t kAesSchedule = 15 * 16;
  alignas(64) std::array<std::uint8_t, 2 * kAesSchedule> schedule{};  // AES both ways, or DES
  std::array<const void*, 3> des_schedules{};
  alignas(64) std::array<std::uint8_t, 64> inner{};  // hash state after key ^ ipad
  alignas(64) std::array<std::uint8_t, 64> outer{};  // and after key ^ opad
  Salt salt{};
  const void* encrypt_keys = nullptr;
  const void* decrypt_keys = nullptr;
  std::uint64_t key_length = 0;
  IMB_CIPHER_MODE mode = IMB_CIPHER_NULL;
  IMB_HASH_ALG hash = IMB_AUTH_NULL;
  ~JobKeys() override;
};

[[nodiscard]] std::unique_ptr<KeySchedule> expand_ipsec_mb(IMB_MGR& manager,
                                                           const Transform& transform,
                                                           const TransformKeys& keys);

}  // namespace spa::esp
