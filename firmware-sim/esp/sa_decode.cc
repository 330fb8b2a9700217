// SPDX-License-Identifier: Apache-2.0
#include "firmware-sim/esp/sa_decode.h"

#include <algorithm>
#include <cstring>

namespace spa::esp {
namespace {

constexpr std::uint32_t kKnownFlags = SPA_SA_OUTBOUND | SPA_SA_TUNNEL | SPA_SA_IPV6 |
                                      SPA_SA_UDP_ENCAP | SPA_SA_ESN | SPA_SA_PACKET |
                                      SPA_SA_DSCP_ZERO | SPA_SA_DF_CLEAR;
constexpr std::uint32_t kPacketFlags = SPA_SA_DSCP_ZERO | SPA_SA_DF_CLEAR;
constexpr std::uint8_t kHopLimit = 64;
constexpr std::uint32_t kReservedSpis = 255;  // RFC 4303 2.1
constexpr std::uint32_t kReplayWindowMin = 32;

bool all_zero(card::ByteView bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](std::uint8_t b) { return b == 0; });
}

spa_status decode_algorithms(const spa_sa& request, Sa& sa) {
  const CipherTraits* cipher = cipher_traits(card::from_le(request.cipher));
  if (!cipher || !cipher->takes_key(request.key_len) || request.salt_len != cipher->salt_length)
    return SPA_E_UNSUPPORTED;
  spa_auth auth = SPA_AUTH_NONE;
  if (cipher->combined) {
    const bool none = card::from_le(request.auth) == SPA_AUTH_NONE && request.auth_key_len == 0;
    if (!none || !cipher->takes_icv(request.icv_len)) return SPA_E_UNSUPPORTED;
  } else {
    // Never without integrity: who can change what is encrypted can soon read it (RFC 8221 4).
    const AuthTraits* traits = auth_traits(card::from_le(request.auth));
    if (!traits || request.auth_key_len != traits->key_length ||
        request.icv_len != traits->icv_length)
      return SPA_E_UNSUPPORTED;
    auth = traits->auth;
  }
  sa.transform = make_transform(*cipher, auth, request.icv_len, sa.esn(), sa.outbound());
  return is_weak_key(cipher->cipher, {request.key, request.key_len}) ? SPA_E_CRYPTO : SPA_OK;
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

// What only packet mode has. Elsewhere it must be zero, so that a driver cannot believe that the
// card does what it does not.
spa_status decode_packet_mode(const spa_sa& request, Sa& sa) {
  if (!sa.packet_mode()) {
    const bool none = (sa.flags & kPacketFlags) == 0 && request.reqid == 0 &&
                      request.hop_limit == 0 && all_zero(card::octets_of(request.selector));
    return none ? SPA_OK : SPA_E_FIELD;
  }
  const auto selector = decode_selector(request.selector);
  sa.reqid = card::from_le(request.reqid);
  if (!selector || sa.reqid == 0) return SPA_E_FIELD;
  sa.selector = *selector;
  sa.tunnel.ttl = request.hop_limit != 0 ? request.hop_limit : kHopLimit;
  sa.tunnel.copy_dscp = (sa.flags & SPA_SA_DSCP_ZERO) == 0;
  sa.tunnel.df = (sa.flags & SPA_SA_DF_CLEAR) != 0 ? DfPolicy::kClear : DfPolicy::kCopy;
  return SPA_OK;
}

}  // namespace

spa_status decode_sa(const spa_sa& request, Sa& sa, TransformKeys& keys) {
  sa.flags = card::from_le(request.flags);
  if ((sa.flags & ~kKnownFlags) != 0 || !all_zero(request.reserved1) ||
      !all_zero(request.reserved2) || !all_zero(request.reserved3))
    return SPA_E_FIELD;
  if (const spa_status status = decode_packet_mode(request, sa); status != SPA_OK) return status;
  sa.spi = card::from_be(request.spi);
  if (sa.spi <= kReservedSpis) return SPA_E_FIELD;
  sa.generation = card::from_le(request.generation);

  if (const spa_status status = decode_addresses(request, sa); status != SPA_OK) return status;
  if (const spa_status status = decode_sequence(request, sa); status != SPA_OK) return status;
  if (const spa_status status = decode_algorithms(request, sa); status != SPA_OK) return status;

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
