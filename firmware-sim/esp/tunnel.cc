// SPDX-License-Identifier: Apache-2.0
#include "firmware-sim/esp/tunnel.h"

namespace spa::esp {
namespace {

bool dont_fragment(const TunnelOptions& options, const IpPacket& inner, card::ByteView buffer) {
  switch (options.df) {
    case DfPolicy::kSet:
      return true;
    case DfPolicy::kClear:
      return false;
    case DfPolicy::kCopy:
      break;
  }
  // IPv6 is never fragmented on its way, so the tunnel must not do it either.
  return inner.ipv6 || (buffer[inner.start + 6] & 0x40) != 0;
}

void set_ecn(card::MutableByteView buffer, const IpPacket& inner, std::uint8_t ecn) {
  std::uint8_t* header = &buffer[inner.start];
  if (inner.ipv6) {
    header[1] = static_cast<std::uint8_t>((header[1] & 0xcf) | ecn << 4);
  } else {
    header[1] = static_cast<std::uint8_t>((header[1] & 0xfc) | ecn);
    write_ipv4_checksum(header, inner.payload - inner.start);
  }
}

}  // namespace

OuterHeader outer_header(const Sa& sa, const IpPacket& inner, card::ByteView buffer,
                         std::uint8_t protocol, std::uint16_t& identification) {
  OuterHeader outer;
  outer.ipv6 = sa.ipv6();
  // ECN is copied in any case: the normal mode of RFC 6040 4.1.
  outer.traffic_class = inner.traffic_class & (sa.tunnel.copy_dscp ? 0xff : 0x03);
  outer.ttl = sa.tunnel.ttl;
  outer.protocol = protocol;
  outer.df = dont_fragment(sa.tunnel, inner, buffer);
  outer.identification = outer.df ? 0 : ++identification;
  outer.saddr = sa.saddr;
  outer.daddr = sa.daddr;
  return outer;
}

bool combine_ecn(card::MutableByteView buffer, const IpPacket& outer, const IpPacket& inner) {
  constexpr std::uint8_t kNotEct = 0;
  constexpr std::uint8_t kEct1 = 1;
  constexpr std::uint8_t kEct0 = 2;
  constexpr std::uint8_t kCe = 3;
  const std::uint8_t arrived = outer.traffic_class & 3;
  const std::uint8_t sent = inner.traffic_class & 3;
  if (arrived == kCe && sent == kNotEct) return false;
  if (arrived == kCe && sent != kCe) set_ecn(buffer, inner, kCe);
  if (arrived == kEct1 && sent == kEct0) set_ecn(buffer, inner, kEct1);
  return true;
}

}  // namespace spa::esp
