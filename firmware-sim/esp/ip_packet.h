// SPDX-License-Identifier: Apache-2.0
// IP headers as the engine needs them: where ESP starts in a packet, and the few fields that
// encapsulation reads, writes and sums. Everything comes from the wire and is checked against its
// length.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "firmware-sim/base/octets.h"
#include "firmware-sim/esp/sa_table.h"

namespace spa::esp {

inline constexpr std::uint8_t kProtoIpIp = 4;
inline constexpr std::uint8_t kProtoTcp = 6;
inline constexpr std::uint8_t kProtoUdp = 17;
inline constexpr std::uint8_t kProtoIpv6 = 41;
inline constexpr std::uint8_t kProtoFragment = 44;
inline constexpr std::uint8_t kProtoEsp = 50;
inline constexpr std::uint8_t kProtoNone = 59;
inline constexpr std::size_t kIpv4Header = 20;
inline constexpr std::size_t kIpv6Header = 40;
inline constexpr std::size_t kUdpHeader = 8;
inline constexpr std::uint16_t kNattPort = 4500;

// An IP packet whose lengths agree. Offsets count from the start of the view that was parsed.
struct IpPacket {
  bool ipv6 = false;
  bool fragment = false;           // one of several: it has no upper layer of its own
  std::uint8_t traffic_class = 0;  // DSCP and ECN
  std::uint8_t protocol = 0;       // what follows the headers
  std::size_t protocol_at = 0;     // the octet that says so
  std::size_t start = 0;           // the IP header
  std::size_t payload = 0;         // what follows the headers
  std::size_t end = 0;             // by the header's own length
  Address saddr{};
  Address daddr{};
};

// Which IPv6 extension headers parse_ip() skips.
enum class Extensions {
  kAll,             // up to the upper layer: inbound
  kUnfragmentable,  // those that stand before ESP in transport mode (RFC 4303 3.1.1): outbound
};

// Empty when it is no IP packet, is cut short, or has more than kExtensionsMax extension headers.
inline constexpr int kExtensionsMax = 8;
[[nodiscard]] std::optional<IpPacket> parse_ip(card::ByteView packet, std::size_t start,
                                               Extensions extensions = Extensions::kAll);

// The IP packet of an Ethernet II frame with at most one 802.1Q tag.
[[nodiscard]] std::optional<IpPacket> parse_ethernet(card::ByteView frame);

// ESP inside an IP packet, with or without UDP around it.
struct EspLocation {
  std::size_t esp = 0;     // offset of the SPI
  std::size_t length = 0;  // SPI to ICV
  std::uint32_t spi = 0;
  std::uint32_t seq = 0;
  bool udp = false;
  std::uint16_t dport = 0;  // with udp
};

// Empty for whatever is not ESP: other protocols, fragments, keepalives, IKE behind its non-ESP
// marker. A UDP packet of any port is a candidate: the SA decides whether the port is its own.
[[nodiscard]] std::optional<EspLocation> locate_esp(card::ByteView packet, const IpPacket& ip);

// Internet checksum (RFC 1071) of a run of octets, folded, not complemented; `sum` carries on.
[[nodiscard]] std::uint32_t add_checksum(card::ByteView octets, std::uint32_t sum = 0);

void write_ipv4_checksum(std::uint8_t* header, std::size_t length);

// The checksum of an upper layer with its pseudo header, complemented; `octets` has zero in its
// place.
[[nodiscard]] std::uint16_t upper_checksum(card::ByteView octets, const Address& saddr,
                                           const Address& daddr, bool ipv6, std::uint8_t protocol);

// Writes a header for `total` octets in all, header included (IPv6: at most 65,575).
struct OuterHeader {
  bool ipv6 = false;
  std::uint8_t traffic_class = 0;
  std::uint8_t ttl = 64;
  std::uint8_t protocol = 0;
  bool df = false;
  std::uint16_t identification = 0;
  Address saddr{};
  Address daddr{};
};
void write_ip_header(std::uint8_t* at, const OuterHeader& header, std::size_t total);

// Puts a new upper-layer protocol and total length into a header that has moved to `header`.
void rewrite_ip_header(card::MutableByteView header, bool ipv6, std::size_t protocol_at,
                       std::uint8_t protocol, std::size_t total);

}  // namespace spa::esp
