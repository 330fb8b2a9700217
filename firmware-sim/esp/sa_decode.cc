// SPDX-License-Identifier: Apache-2.0
#include "firmware-sim/esp/sa_decode.h"

#include <algorithm>
#include <cstring>

namespace spa::esp {
namespace {

constexpr std::uint32_t kKnownFlags =
    SPA_SA_OUTBOUND | SPA_SA_TUNNEL | SPA_SA_IPV6 | SPA_SA_UDP_ENCAP | SPA_SA_ESN;
constexpr std::uint32_t kReservedSpis = 255;  // RFC 4303 2.1
constexpr std::uint32_t kReplayWindowMin = 32;

bool all_zero(card::ByteView bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](std::uint8_t b) { return b == 0; });
}

spa_status decode_cipher(const spa_sa& request, Transform& transform) {
  const bool aes_key = request.key_len == 16 || request.key_len == 24 || request.key_len == 32;
  switch (card::from_le(request.cipher)) {
    case SPA_CIPHER_NULL:
      if (request.key_len != 0 || request.salt_len != 0) return SPA_E_UNSUPPORTED;
      transform.cipher = SPA_CIPHER_NULL;
      return SPA_OK;
    case SPA_CIPHER_AES_CBC:
      if (!aes_key || request.salt_len != 0) return SPA_E_UNSUPPORTED;
      transform.cipher = SPA_CIPHER_AES_CBC;
      transform.iv_length = 16;
      transform.block = 16;
      return SPA_OK;
    case SPA_CIPHER_AES_GCM_16:
      if (!aes_key || request.salt_len != 4) return SPA_E_UNSUPPORTED;
      transform.cipher = SPA_CIPHER_AES_GCM_16;
      transform.iv_length = 8;
      return SPA_OK;
    default:
      return SPA_E_UNSUPPORTED;
  }
}

spa_status decode_auth(const spa_sa& request, Transform& transform) {
  const bool combined = transform.cipher == SPA_CIPHER_AES_GCM_16;
  const std::uint8_t icv = request.icv_len;
  bool fits = false;
  const auto auth = card::from_le(request.auth);
  switch (auth) {
    case SPA_AUTH_NONE:  // without a combined-mode cipher nothing would be authenticated
      fits = combined && request.auth_key_len == 0 && (icv == 8 || icv == 12 || icv == 16);
      break;
    case SPA_AUTH_HMAC_SHA1_96:
      fits = !combined && request.auth_key_len == 20 && icv == 12;
      break;
    case SPA_AUTH_HMAC_SHA2_256_128:
      fits = !combined && request.auth_key_len == 32 && icv == 16;
      break;
    default:
      break;
  }
  if (!fits) return SPA_E_UNSUPPORTED;
  transform.auth = static_cast<spa_auth>(auth);
  transform.icv_length = icv;
  return SPA_OK;
}

spa_status decode_addresses(const spa_sa& request, Sa& sa) {
  std::memcpy(sa.saddr.data(), request.saddr, sa.saddr.size());
  std::memcpy(sa.daddr.data(), request.daddr, sa.daddr.size());
  if (!sa.ipv6() && !(all_zero(card::ByteView(sa.saddr).subspan(4)) &&
                      all_zero(card::ByteView(sa.daddr).subspan(4))))
    return SPA_E_FIELD;
  if (all_zero(sa.daddr)) return SPA_E_FIELD;
  if (sa.outbound() && all_zero(sa.saddr)) return SPA_E_FIELD;
  sa.encap_sport = card::from_be(request.encap_sport);
  sa.encap_dport = card::from_be(request.encap_dport);
  const bool ports = sa.encap_sport != 0 && sa.encap_dport != 0;
  const bool no_ports = sa.encap_sport == 0 && sa.encap_dport == 0;
  return (sa.udp_encap() ? ports : no_ports) ? SPA_OK : SPA_E_FIELD;
}

spa_status decode_sequence(const spa_sa& request, Sa& sa) {
  const std::uint32_t window = card::from_le(request.replay_window);
  if (window != 0 && (window < kReplayWindowMin || window > SPA_REPLAY_WINDOW_MAX))
    return SPA_E_FIELD;
  sa.seq = card::from_le(request.seq);
  if (!sa.esn() && sa.seq > 0xffffffffu) return SPA_E_FIELD;
  if (sa.outbound()) return SPA_OK;
  // The upper half is inferred from the window (RFC 4303 appendix A): without one it cannot be.
  if (sa.esn() && window == 0) return SPA_E_FIELD;
  sa.window = ReplayWindow(window, sa.seq);
  return SPA_OK;
}

}  // namespace

spa_status decode_sa(const spa_sa& request, Sa& sa, TransformKeys& keys) {
  sa.flags = card::from_le(request.flags);
  if ((sa.flags & ~kKnownFlags) != 0 || request.reqid != 0 || request.hop_limit != 0 ||
      !all_zero(card::octets_of(request.selector)) || !all_zero(request.reserved1) ||
      !all_zero(request.reserved2) || !all_zero(request.reserved3))
    return SPA_E_FIELD;
  sa.spi = card::from_be(request.spi);
  if (sa.spi <= kReservedSpis) return SPA_E_FIELD;
  sa.generation = card::from_le(request.generation);

  if (const spa_status status = decode_addresses(request, sa); status != SPA_OK) return status;
  if (const spa_status status = decode_sequence(request, sa); status != SPA_OK) return status;
  if (const spa_status status = decode_cipher(request, sa.transform); status != SPA_OK)
    return status;
  if (const spa_status status = decode_auth(request, sa.transform); status != SPA_OK) return status;
  sa.transform.esn = sa.esn();
  sa.transform.outbound = sa.outbound();

  sa.soft_bytes = card::from_le(request.soft_bytes);
  sa.hard_bytes = card::from_le(request.hard_bytes);
  sa.soft_packets = card::from_le(request.soft_packets);
  sa.hard_packets = card::from_le(request.hard_packets);
  sa.bytes = card::from_le(request.bytes);
  sa.packets = card::from_le(request.packets);
  keys.key = {request.key, request.key_len};
  keys.salt = {request.salt, request.salt_len};
  keys.auth_key = {request.auth_key, request.auth_key_len};
  return SPA_OK;
}

}  // namespace spa::esp
