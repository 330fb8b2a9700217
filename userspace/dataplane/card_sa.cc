// SPDX-License-Identifier: Apache-2.0
#include "userspace/dataplane/card_sa.h"

#include <algorithm>
#include <cstring>
#include <optional>

#include "firmware-sim/esp/sa_table.h"

namespace spa::dataplane {

namespace {

constexpr std::uint32_t kSmallestWindow = 32;
constexpr std::size_t kSaltLength = 4;

struct Algorithms {
  spa_cipher cipher = SPA_CIPHER_NULL;
  spa_auth auth = SPA_AUTH_NONE;
  std::uint8_t key = 0, salt = 0, auth_key = 0, icv = 0;  // octets
};

std::optional<Algorithms> with_integrity(Algorithms out, wire::IntegId integrity) {
  switch (integrity) {
    case wire::IntegId::kHmacSha1_96:
      out.auth = SPA_AUTH_HMAC_SHA1_96;
      out.auth_key = 20;
      out.icv = 12;
      return out;
    case wire::IntegId::kHmacSha256_128:
      out.auth = SPA_AUTH_HMAC_SHA2_256_128;
      out.auth_key = 32;
      out.icv = 16;
      return out;
    default:
      return std::nullopt;
  }
}

std::optional<Algorithms> algorithms_of(const ports::EspSuite& suite) {
  const bool aes = suite.key_bits == 128 || suite.key_bits == 192 || suite.key_bits == 256;
  Algorithms out;
  switch (suite.cipher) {
    case wire::EncrId::kAesGcm8:
    case wire::EncrId::kAesGcm12:
    case wire::EncrId::kAesGcm16:
      if (!aes || suite.integrity != wire::IntegId::kNone) return std::nullopt;
      out.cipher = SPA_CIPHER_AES_GCM_16;
      out.key = static_cast<std::uint8_t>(suite.key_bits / 8);
      out.salt = kSaltLength;
      out.icv = suite.cipher == wire::EncrId::kAesGcm8    ? 8
                : suite.cipher == wire::EncrId::kAesGcm12 ? 12
                                                          : 16;
      return out;
    case wire::EncrId::kAesCbc:
      if (!aes) return std::nullopt;
      out.cipher = SPA_CIPHER_AES_CBC;
      out.key = static_cast<std::uint8_t>(suite.key_bits / 8);
      return with_integrity(out, suite.integrity);
    case wire::EncrId::kNull:
      return with_integrity(out, suite.integrity);
    default:
      return std::nullopt;
  }
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
  const ports::EspKeys& keys = out ? pair.keys_out : pair.keys_in;
  if (keys.cipher.size() != std::size_t{algorithms->key} + algorithms->salt ||
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
  if (pair.mode == policy::EncapsulationMode::kTunnel) flags |= SPA_SA_TUNNEL;
  if (to.address.is_v6()) flags |= SPA_SA_IPV6;
  if (pair.suite.esn) flags |= SPA_SA_ESN;
  sa_.flags = card::to_le(flags);
  sa_.spi = card::from_be(out ? pair.spi_out : pair.spi_in);
  put_address(from.address, sa_.saddr);
  put_address(to.address, sa_.daddr);
  sa_.encap_sport = card::from_be(from.port);
  sa_.encap_dport = card::from_be(to.port);
  sa_.cipher = card::to_le(static_cast<std::uint16_t>(algorithms->cipher));
  sa_.auth = card::to_le(static_cast<std::uint16_t>(algorithms->auth));
  sa_.key_len = algorithms->key;
  sa_.salt_len = algorithms->salt;
  sa_.auth_key_len = algorithms->auth_key;
  sa_.icv_len = algorithms->icv;
  sa_.generation = card::to_le(generation);
  sa_.replay_window = card::to_le(out ? 0 : window_of(pair));
  std::copy_n(keys.cipher.begin(), algorithms->key, sa_.key);
  std::copy_n(keys.cipher.begin() + algorithms->key, algorithms->salt, sa_.salt);
  std::copy(keys.integrity.begin(), keys.integrity.end(), sa_.auth_key);
  sa_.soft_bytes = card::to_le(limits.soft_bytes);
  sa_.hard_bytes = card::to_le(limits.hard_bytes);
  return {};
}

}  // namespace spa::dataplane
