// SPDX-License-Identifier: Apache-2.0
#include "userspace/dataplane/card_sa.h"

#include <algorithm>
#include <iterator>
#include <optional>

#include "firmware-sim/esp/algorithm.h"

namespace spa::dataplane {

namespace {

constexpr std::uint32_t kSmallestWindow = 32;

struct Algorithms {
  const esp::CipherTraits* cipher = nullptr;
  spa_auth auth = SPA_AUTH_NONE;
  std::uint8_t key = 0, auth_key = 0, icv = 0;  // octets
};

struct CipherNumber {
  wire::EncrId id;
  spa_cipher cipher;
  std::uint8_t icv;  // of a combined mode
};
constexpr CipherNumber kCiphers[] = {
    {wire::EncrId::kDes, SPA_CIPHER_DES_CBC, 0},
    {wire::EncrId::k3Des, SPA_CIPHER_3DES_CBC, 0},
    {wire::EncrId::kNull, SPA_CIPHER_NULL, 0},
    {wire::EncrId::kAesCbc, SPA_CIPHER_AES_CBC, 0},
    {wire::EncrId::kAesCtr, SPA_CIPHER_AES_CTR, 0},
    {wire::EncrId::kAesGcm8, SPA_CIPHER_AES_GCM_16, 8},
    {wire::EncrId::kAesGcm12, SPA_CIPHER_AES_GCM_16, 12},
    {wire::EncrId::kAesGcm16, SPA_CIPHER_AES_GCM_16, 16},
    {wire::EncrId::kNullAuthAesGmac, SPA_CIPHER_AES_GMAC, 16},
    {wire::EncrId::kChaCha20Poly1305, SPA_CIPHER_CHACHA20_POLY1305, 16},
};

const esp::AuthTraits* auth_of(wire::IntegId id) {
  switch (id) {
    case wire::IntegId::kNone:
      return nullptr;
    case wire::IntegId::kHmacMd5_96:
      return esp::auth_traits(SPA_AUTH_HMAC_MD5_96);
    case wire::IntegId::kHmacSha1_96:
      return esp::auth_traits(SPA_AUTH_HMAC_SHA1_96);
    case wire::IntegId::kHmacSha256_128:
      return esp::auth_traits(SPA_AUTH_HMAC_SHA2_256_128);
    case wire::IntegId::kHmacSha384_192:
      return esp::auth_traits(SPA_AUTH_HMAC_SHA2_384_192);
    case wire::IntegId::kHmacSha512_256:
      return esp::auth_traits(SPA_AUTH_HMAC_SHA2_512_256);
  }
  return nullptr;
}

std::optional<Algorithms> algorithms_of(const ports::EspSuite& suite) {
  if (suite.has_ah()) return std::nullopt;
  if (suite.has_ipcomp() && suite.compression != wire::IpCompId::kDeflate) return std::nullopt;
  const auto* number = std::find_if(std::begin(kCiphers), std::end(kCiphers),
                                    [&](const CipherNumber& n) { return n.id == suite.cipher; });
  if (number == std::end(kCiphers)) return std::nullopt;
  Algorithms out;
  out.cipher = esp::cipher_traits(number->cipher);
  // A cipher with only one length travels without it (RFC 7296 3.3.5).
  const bool sized = out.cipher->key_step != 0;
  if (sized && (suite.key_bits % 8 != 0 || !out.cipher->takes_key(suite.key_bits / 8u)))
    return std::nullopt;
  out.key = sized ? static_cast<std::uint8_t>(suite.key_bits / 8) : out.cipher->key_min;
  const esp::AuthTraits* auth = auth_of(suite.integrity);
  if (out.cipher->combined) {
    if (suite.integrity != wire::IntegId::kNone) return std::nullopt;
    out.icv = number->icv;
    return out;
  }
  if (!auth) return std::nullopt;
  out.auth = auth->auth;
  out.auth_key = auth->key_length;
  out.icv = auth->icv_length;
  return out;
}

void put_address(const IpAddress& address, std::uint8_t (&field)[16]) {
  const ByteView octets = address.bytes();
  std::copy(octets.begin(), octets.end(), field);
}

std::uint32_t window_of(const ports::SaPair& pair) {
  // With ESN the upper half of the number is inferred from the window, so there must be one.
  if (pair.replay_window == 0 && !pair.suite.esn) return 0;
  return std::clamp<std::uint32_t>(pair.replay_window, kSmallestWindow, SPA_REPLAY_WINDOW_MAX);
}

}  // namespace

bool card_supports(const ports::EspSuite& suite) {
  return algorithms_of(suite).has_value();
}

CardSa::~CardSa() {
  secure_wipe(&sa_, sizeof sa_);
}

Status CardSa::fill(const ports::SaPair& pair, Direction direction, std::uint32_t generation,
                    const kernel::LifetimeLimits& limits) {
  const auto algorithms = algorithms_of(pair.suite);
  if (!algorithms) return fail(Errc::kUnsupported, "the card has not got these ESP algorithms");
  const bool out = direction == Direction::kOut;
  const std::uint8_t salt = algorithms->cipher->salt_length;
  const ports::EspKeys& keys = out ? pair.keys_out : pair.keys_in;
  if (keys.cipher.size() != std::size_t{algorithms->key} + salt ||
      keys.integrity.size() != algorithms->auth_key) {
    return fail(Errc::kInvalid, "ESP keys do not fit their algorithms");
  }
  const Endpoint& from = out ? pair.local : pair.remote;
  const Endpoint& to = out ? pair.remote : pair.local;
  if (from.address.empty() || from.address.family() != to.address.family()) {
    return fail(Errc::kInvalid, "the ends of the SA are of different families");
  }
  sa_ = {};
  std::uint32_t flags = SPA_SA_UDP_ENCAP;
  if (out) flags |= SPA_SA_OUTBOUND;
  // With IPComp the tunnel's header is inside already.
  const bool tunnel = pair.mode == policy::EncapsulationMode::kTunnel;
  if (tunnel && !pair.suite.has_ipcomp()) flags |= SPA_SA_TUNNEL;
  if (to.address.is_v6()) flags |= SPA_SA_IPV6;
  if (pair.suite.esn) flags |= SPA_SA_ESN;
  sa_.flags = card::to_le(flags);
  sa_.spi = card::from_be(out ? pair.spi_out : pair.spi_in);
  put_address(from.address, sa_.saddr);
  put_address(to.address, sa_.daddr);
  sa_.encap_sport = card::from_be(from.port);
  sa_.encap_dport = card::from_be(to.port);
  sa_.cipher = card::to_le(static_cast<std::uint16_t>(algorithms->cipher->cipher));
  sa_.auth = card::to_le(static_cast<std::uint16_t>(algorithms->auth));
  sa_.key_len = algorithms->key;
  sa_.salt_len = salt;
  sa_.auth_key_len = algorithms->auth_key;
  sa_.icv_len = algorithms->icv;
  sa_.generation = card::to_le(generation);
  sa_.replay_window = card::to_le(out ? 0 : window_of(pair));
  std::copy_n(keys.cipher.begin(), algorithms->key, sa_.key);
  std::copy_n(keys.cipher.begin() + algorithms->key, salt, sa_.salt);
  std::copy(keys.integrity.begin(), keys.integrity.end(), sa_.auth_key);
  sa_.soft_bytes = card::to_le(limits.soft_bytes);
  sa_.hard_bytes = card::to_le(limits.hard_bytes);
  return {};
}

}  // namespace spa::dataplane
