// SPDX-License-Identifier: Apache-2.0
// What the ESP tests have in common: every algorithm, SAs in wire form, and IP packets and frames.
#pragma once

#include <spa/hw.h>

#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "firmware-sim/base/octets.h"
#include "firmware-sim/esp/engine.h"

namespace spa::esp::test {

using card::Bytes;
using card::ByteView;

struct Algorithm {
  const char* name;
  spa_cipher cipher;
  std::uint8_t key_length;
  spa_auth auth;
  std::uint8_t auth_key_length;
  std::uint8_t icv_length;

  [[nodiscard]] std::size_t iv_length() const {
    return cipher == SPA_CIPHER_NULL ? 0 : cipher == SPA_CIPHER_AES_CBC ? 16 : 8;
  }
  [[nodiscard]] std::size_t block() const {
    if (cipher == SPA_CIPHER_AES_CBC) return 16;
    return cipher == SPA_CIPHER_3DES_CBC || cipher == SPA_CIPHER_DES_CBC ? 8 : 4;
  }
  [[nodiscard]] std::uint8_t salt_length() const {
    const bool counter = cipher == SPA_CIPHER_AES_CTR || auth == SPA_AUTH_NONE;
    return counter ? 4 : 0;
  }
};

inline constexpr Algorithm kAlgorithms[] = {
    {"gcm128", SPA_CIPHER_AES_GCM_16, 16, SPA_AUTH_NONE, 0, 16},
    {"gcm192", SPA_CIPHER_AES_GCM_16, 24, SPA_AUTH_NONE, 0, 16},
    {"gcm256", SPA_CIPHER_AES_GCM_16, 32, SPA_AUTH_NONE, 0, 16},
    {"gcm128icv8", SPA_CIPHER_AES_GCM_16, 16, SPA_AUTH_NONE, 0, 8},
    {"gcm256icv12", SPA_CIPHER_AES_GCM_16, 32, SPA_AUTH_NONE, 0, 12},
    {"cbc128sha1", SPA_CIPHER_AES_CBC, 16, SPA_AUTH_HMAC_SHA1_96, 20, 12},
    {"cbc192sha1", SPA_CIPHER_AES_CBC, 24, SPA_AUTH_HMAC_SHA1_96, 20, 12},
    {"cbc256sha1", SPA_CIPHER_AES_CBC, 32, SPA_AUTH_HMAC_SHA1_96, 20, 12},
    {"cbc128sha256", SPA_CIPHER_AES_CBC, 16, SPA_AUTH_HMAC_SHA2_256_128, 32, 16},
    {"cbc192sha256", SPA_CIPHER_AES_CBC, 24, SPA_AUTH_HMAC_SHA2_256_128, 32, 16},
    {"cbc256sha256", SPA_CIPHER_AES_CBC, 32, SPA_AUTH_HMAC_SHA2_256_128, 32, 16},
    {"nullsha1", SPA_CIPHER_NULL, 0, SPA_AUTH_HMAC_SHA1_96, 20, 12},
    {"nullsha256", SPA_CIPHER_NULL, 0, SPA_AUTH_HMAC_SHA2_256_128, 32, 16},
    {"cbc128sha384", SPA_CIPHER_AES_CBC, 16, SPA_AUTH_HMAC_SHA2_384_192, 48, 24},
    {"cbc256sha512", SPA_CIPHER_AES_CBC, 32, SPA_AUTH_HMAC_SHA2_512_256, 64, 32},
    {"cbc128md5", SPA_CIPHER_AES_CBC, 16, SPA_AUTH_HMAC_MD5_96, 16, 12},
    {"nullsha384", SPA_CIPHER_NULL, 0, SPA_AUTH_HMAC_SHA2_384_192, 48, 24},
    {"nullsha512", SPA_CIPHER_NULL, 0, SPA_AUTH_HMAC_SHA2_512_256, 64, 32},
    {"nullmd5", SPA_CIPHER_NULL, 0, SPA_AUTH_HMAC_MD5_96, 16, 12},
    {"tdessha1", SPA_CIPHER_3DES_CBC, 24, SPA_AUTH_HMAC_SHA1_96, 20, 12},
    {"tdessha256", SPA_CIPHER_3DES_CBC, 24, SPA_AUTH_HMAC_SHA2_256_128, 32, 16},
    {"tdesmd5", SPA_CIPHER_3DES_CBC, 24, SPA_AUTH_HMAC_MD5_96, 16, 12},
    {"dessha1", SPA_CIPHER_DES_CBC, 8, SPA_AUTH_HMAC_SHA1_96, 20, 12},
    {"desmd5", SPA_CIPHER_DES_CBC, 8, SPA_AUTH_HMAC_MD5_96, 16, 12},
    {"dessha512", SPA_CIPHER_DES_CBC, 8, SPA_AUTH_HMAC_SHA2_512_256, 64, 32},
    {"ctr128sha1", SPA_CIPHER_AES_CTR, 16, SPA_AUTH_HMAC_SHA1_96, 20, 12},
    {"ctr192sha256", SPA_CIPHER_AES_CTR, 24, SPA_AUTH_HMAC_SHA2_256_128, 32, 16},
    {"ctr256sha512", SPA_CIPHER_AES_CTR, 32, SPA_AUTH_HMAC_SHA2_512_256, 64, 32},
    {"chacha", SPA_CIPHER_CHACHA20_POLY1305, 32, SPA_AUTH_NONE, 0, 16},
    {"gmac128", SPA_CIPHER_AES_GMAC, 16, SPA_AUTH_NONE, 0, 16},
    {"gmac192", SPA_CIPHER_AES_GMAC, 24, SPA_AUTH_NONE, 0, 16},
    {"gmac256", SPA_CIPHER_AES_GMAC, 32, SPA_AUTH_NONE, 0, 16},
};

// The one of this name; there must be one.
[[nodiscard]] constexpr const Algorithm& algorithm(std::string_view name) {
  const Algorithm* at = kAlgorithms;
  while (at->name != name) ++at;
  return *at;
}

// The backends that this machine has.
[[nodiscard]] std::vector<Backend> backends();
[[nodiscard]] std::string backend_name(Backend backend);

[[nodiscard]] Bytes from_hex(std::string_view text);
[[nodiscard]] Bytes random_bytes(std::mt19937& random, std::size_t length);

// Outer addresses 192.0.2.1 -> 198.51.100.2, or 2001:db8::1 -> 2001:db8::2 with SPA_SA_IPV6. Keys
// come from the SPI, so that two calls give both directions of one SA. Ports 4500 with
// SPA_SA_UDP_ENCAP.
[[nodiscard]] spa_sa make_sa(const Algorithm& algorithm, std::uint32_t flags,
                             std::uint32_t spi = 0x1000, std::uint32_t generation = 7,
                             std::uint32_t window = 64);

struct IpOptions {
  bool ipv6 = false;
  std::uint8_t protocol = 17;
  std::uint8_t traffic_class = 0;
  bool df = false;
  bool outer =
      false;  // the addresses of make_sa(), else 10.0.0.1 -> 10.9.0.2 or fd00::1 -> fd00::2
};
// An IP packet around `payload`, IPv4 with a right checksum.
[[nodiscard]] Bytes make_ip(ByteView payload, const IpOptions& options);

// Sum over the IPv4 header, which is 0xffff where the checksum is right.
[[nodiscard]] std::uint32_t ipv4_header_sum(ByteView packet);

[[nodiscard]] Bytes make_frame(ByteView ip, bool vlan = false);
[[nodiscard]] Bytes make_udp(ByteView payload, std::uint16_t sport, std::uint16_t dport);

// Payload with padding 1, 2, 3 .., pad length and next header, as it stands before encryption.
[[nodiscard]] Bytes with_trailer(ByteView payload, std::size_t block, std::uint8_t next);

}  // namespace spa::esp::test
