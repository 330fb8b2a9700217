// SPDX-License-Identifier: Apache-2.0
#include "firmware-sim/esp/algorithm.h"

#include <algorithm>

namespace spa::esp {
namespace {

constexpr CipherTraits kCiphers[] = {
    // cipher, key lengths, salt, IV, block, combined, counter IV
    {SPA_CIPHER_NULL, 0, 0, 0, 0, 0, 4, false, false},
    {SPA_CIPHER_AES_CBC, 16, 32, 8, 0, 16, 16, false, false},
    {SPA_CIPHER_AES_GCM_16, 16, 32, 8, 4, 8, 4, true, true},
    {SPA_CIPHER_3DES_CBC, 24, 24, 0, 0, 8, 8, false, false},
    {SPA_CIPHER_DES_CBC, 8, 8, 0, 0, 8, 8, false, false},
    {SPA_CIPHER_AES_CTR, 16, 32, 8, 4, 8, 4, false, true},
    {SPA_CIPHER_CHACHA20_POLY1305, 32, 32, 0, 4, 8, 4, true, true},
    {SPA_CIPHER_AES_GMAC, 16, 32, 8, 4, 8, 4, true, true},
};

constexpr AuthTraits kAuths[] = {
    {SPA_AUTH_HMAC_SHA1_96, 20, 12},      {SPA_AUTH_HMAC_SHA2_256_128, 32, 16},
    {SPA_AUTH_HMAC_SHA2_384_192, 48, 24}, {SPA_AUTH_HMAC_SHA2_512_256, 64, 32},
    {SPA_AUTH_HMAC_MD5_96, 16, 12},
};

// Without their parity bits.
constexpr std::uint64_t kParity = 0x0101010101010101u;
constexpr std::uint64_t kWeakDes[] = {
    // Weak
    0x0000000000000000, 0xfefefefefefefefe, 0x1e1e1e1e0e0e0e0e, 0xe0e0e0e0f0f0f0f0,
    // Semi-weak
    0x00fe00fe00fe00fe, 0xfe00fe00fe00fe00, 0x1ee01ee00ef00ef0, 0xe01ee01ef00ef00e,
    0x00e000e000f000f0, 0xe000e000f000f000, 0x1efe1efe0efe0efe, 0xfe1efe1efe0efe0e,
    0x001e001e000e000e, 0x1e001e000e000e00, 0xe0fee0fef0fef0fe, 0xfee0fee0fef0fef0};

std::uint64_t des_key(const std::uint8_t* at) {
  return (std::uint64_t{card::load_be32(at)} << 32 | card::load_be32(at + 4)) & ~kParity;
}

}  // namespace

bool CipherTraits::takes_icv(std::size_t length) const {
  if (!combined) return false;
  return length == 16 || (cipher == SPA_CIPHER_AES_GCM_16 && (length == 8 || length == 12));
}

const CipherTraits* cipher_traits(std::uint16_t value) {
  const auto* found = std::find_if(std::begin(kCiphers), std::end(kCiphers),
                                   [value](const CipherTraits& t) { return t.cipher == value; });
  return found == std::end(kCiphers) ? nullptr : found;
}

const AuthTraits* auth_traits(std::uint16_t value) {
  const auto* found = std::find_if(std::begin(kAuths), std::end(kAuths),
                                   [value](const AuthTraits& t) { return t.auth == value; });
  return found == std::end(kAuths) ? nullptr : found;
}

bool is_weak_key(spa_cipher cipher, card::ByteView key) {
  if (cipher == SPA_CIPHER_DES_CBC) {
    const std::uint64_t value = des_key(key.data());
    return std::find(std::begin(kWeakDes), std::end(kWeakDes), value) != std::end(kWeakDes);
  }
  if (cipher != SPA_CIPHER_3DES_CBC) return false;
  const std::uint64_t middle = des_key(&key[8]);
  return des_key(&key[0]) == middle || des_key(&key[16]) == middle;
}

}  // namespace spa::esp
