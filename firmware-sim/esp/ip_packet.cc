// SPDX-License-Identifier: Apache-2.0
#include "firmware-sim/esp/ip_packet.h"

#include <algorithm>
#include <cstring>

namespace spa::esp {
namespace {

constexpr std::uint8_t kHopByHop = 0;
constexpr std::uint8_t kRouting = 43;
constexpr std::uint8_t kDestination = 60;
constexpr std::uint16_t kMoreFragments = 0x2000;
constexpr std::uint16_t kFragmentOffset = 0x1fff;
constexpr std::uint16_t kDontFragment = 0x4000;

std::optional<IpPacket> parse_ipv4(card::ByteView packet, std::size_t start) {
  const card::ByteView view = packet.subspan(start);
  if (view.size() < kIpv4Header) return std::nullopt;
  const std::size_t header = std::size_t{view[0] & 0x0fu} * 4;
  const std::size_t total = card::load_be16(&view[2]);
  if (header < kIpv4Header || total < header || total > view.size()) return std::nullopt;
  IpPacket ip;
  ip.traffic_class = view[1];
  ip.fragment = (card::load_be16(&view[6]) & (kMoreFragments | kFragmentOffset)) != 0;
  ip.protocol = view[9];
  ip.protocol_at = start + 9;
  ip.start = start;
  ip.payload = start + header;
  ip.end = start + total;
  std::memcpy(ip.saddr.data(), &view[12], 4);
  std::memcpy(ip.daddr.data(), &view[16], 4);
  return ip;
}

// Whether an extension header belongs to those that the caller wants skipped. Destination options
// stand before ESP only where a routing header follows them.
bool skips(card::ByteView packet, const IpPacket& ip, Extensions extensions) {
  switch (ip.protocol) {
    case kHopByHop:
    case kRouting:
      return true;
    case kDestination:
      return extensions == Extensions::kAll ||
             (ip.payload < ip.end && packet[ip.payload] == kRouting);
    default:
      return false;
  }
}

std::optional<IpPacket> parse_ipv6(card::ByteView packet, std::size_t start,
                                   Extensions extensions) {
  const card::ByteView view = packet.subspan(start);
  if (view.size() < kIpv6Header) return std::nullopt;
  const std::size_t total = kIpv6Header + card::load_be16(&view[4]);
  if (total > view.size()) return std::nullopt;
  IpPacket ip;
  ip.ipv6 = true;
  ip.traffic_class = static_cast<std::uint8_t>(card::load_be16(&view[0]) >> 4);
  ip.protocol = view[6];
  ip.protocol_at = start + 6;
  ip.start = start;
  ip.payload = start + kIpv6Header;
  ip.end = start + total;
  std::memcpy(ip.saddr.data(), &view[8], 16);
  std::memcpy(ip.daddr.data(), &view[24], 16);
  for (int count = 0; skips(packet, ip, extensions); ++count) {
    if (count == kExtensionsMax || ip.end - ip.payload < 8) return std::nullopt;
    const std::size_t length = (std::size_t{packet[ip.payload + 1]} + 1) * 8;
    if (length > ip.end - ip.payload) return std::nullopt;
    ip.protocol = packet[ip.payload];
    ip.protocol_at = ip.payload;
    ip.payload += length;
  }
  ip.fragment = ip.protocol == kProtoFragment;
  return ip;
}

}  // namespace

std::optional<IpPacket> parse_ip(card::ByteView packet, std::size_t start, Extensions extensions) {
  if (start >= packet.size()) return std::nullopt;
  switch (packet[start] >> 4) {
    case 4:
      return parse_ipv4(packet, start);
    case 6:
      return parse_ipv6(packet, start, extensions);
    default:
      return std::nullopt;
  }
}

std::optional<IpPacket> parse_ethernet(card::ByteView frame) {
  constexpr std::uint16_t kVlan = 0x8100;
  constexpr std::uint16_t kIpv4 = 0x0800;
  constexpr std::uint16_t kIpv6 = 0x86dd;
  std::size_t at = 12;
  if (frame.size() < at + 2) return std::nullopt;
  std::uint16_t type = card::load_be16(&frame[at]);
  if (type == kVlan) {
    at += 4;
    if (frame.size() < at + 2) return std::nullopt;
    type = card::load_be16(&frame[at]);
  }
  if (type != kIpv4 && type != kIpv6) return std::nullopt;
  auto ip = parse_ip(frame, at + 2);
  if (ip && ip->ipv6 != (type == kIpv6)) return std::nullopt;
  return ip;
}

std::optional<EspLocation> locate_esp(card::ByteView packet, const IpPacket& ip) {
  if (ip.fragment) return std::nullopt;
  EspLocation found;
  found.esp = ip.payload;
  found.length = ip.end - ip.payload;
  if (ip.protocol == kProtoUdp) {
    if (found.length < kUdpHeader) return std::nullopt;
    const std::size_t udp_length = card::load_be16(&packet[ip.payload + 4]);
    if (udp_length < kUdpHeader || udp_length > found.length) return std::nullopt;
    found.udp = true;
    found.dport = card::load_be16(&packet[ip.payload + 2]);
    found.esp += kUdpHeader;
    found.length = udp_length - kUdpHeader;
  } else if (ip.protocol != kProtoEsp) {
    return std::nullopt;
  }
  if (found.length < 8) return std::nullopt;  // SPI and sequence number; a keepalive is one octet
  found.spi = card::load_be32(&packet[found.esp]);
  found.seq = card::load_be32(&packet[found.esp + 4]);
  if (found.udp && found.spi == 0) return std::nullopt;  // non-ESP marker, RFC 3948 2.2
  return found;
}

std::uint32_t add_checksum(card::ByteView octets, std::uint32_t sum) {
  std::uint64_t wide = sum;
  std::size_t i = 0;
  for (; i + 4 <= octets.size(); i += 4) wide += card::load_be32(&octets[i]);
  if (i + 2 <= octets.size()) {
    wide += card::load_be16(&octets[i]);
    i += 2;
  }
  if (i < octets.size()) wide += std::uint32_t{octets[i]} << 8;
  while (wide >> 16 != 0) wide = (wide & 0xffff) + (wide >> 16);
  return static_cast<std::uint32_t>(wide);
}

void write_ipv4_checksum(std::uint8_t* header, std::size_t length) {
  card::store_be16(header + 10, 0);
  card::store_be16(header + 10, static_cast<std::uint16_t>(~add_checksum({header, length})));
}

std::uint16_t upper_checksum(card::ByteView octets, const Address& saddr, const Address& daddr,
                             bool ipv6, std::uint8_t protocol) {
  const std::size_t width = ipv6 ? 16 : 4;
  std::uint32_t sum = add_checksum(card::ByteView(saddr).first(width));
  sum = add_checksum(card::ByteView(daddr).first(width), sum);
  std::uint8_t tail[8] = {};
  card::store_be32(tail, static_cast<std::uint32_t>(octets.size()));
  tail[7] = protocol;
  sum = add_checksum(tail, sum);
  return static_cast<std::uint16_t>(~add_checksum(octets, sum));
}

void write_ip_header(std::uint8_t* at, const OuterHeader& header, std::size_t total) {
  if (header.ipv6) {
    card::store_be32(at, 0x60000000u | std::uint32_t{header.traffic_class} << 20);
    card::store_be16(at + 4, static_cast<std::uint16_t>(total - kIpv6Header));
    at[6] = header.protocol;
    at[7] = header.ttl;
    std::memcpy(at + 8, header.saddr.data(), 16);
    std::memcpy(at + 24, header.daddr.data(), 16);
    return;
  }
  at[0] = 0x45;
  at[1] = header.traffic_class;
  card::store_be16(at + 2, static_cast<std::uint16_t>(total));
  card::store_be16(at + 4, header.identification);
  card::store_be16(at + 6, header.df ? kDontFragment : 0);
  at[8] = header.ttl;
  at[9] = header.protocol;
  std::memcpy(at + 12, header.saddr.data(), 4);
  std::memcpy(at + 16, header.daddr.data(), 4);
  write_ipv4_checksum(at, kIpv4Header);
}

void rewrite_ip_header(card::MutableByteView header, bool ipv6, std::size_t protocol_at,
                       std::uint8_t protocol, std::size_t total) {
  header[protocol_at] = protocol;
  if (ipv6) {
    card::store_be16(&header[4], static_cast<std::uint16_t>(total - kIpv6Header));
    return;
  }
  card::store_be16(&header[2], static_cast<std::uint16_t>(total));
  write_ipv4_checksum(header.data(), header.size());
}

}  // namespace spa::esp
