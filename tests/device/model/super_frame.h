// SPDX-License-Identifier: Apache-2.0
// TCP and UDP packets, as long as GSO makes them, and an eye on what becomes of them that shares no
// code with the card.
#pragma once

#include "tests/device/model/port_fixture.h"

namespace spa::card::test {

inline constexpr std::uint8_t kFin = 0x01;
inline constexpr std::uint8_t kPsh = 0x08;
inline constexpr std::uint8_t kAck = 0x10;
inline constexpr std::uint8_t kCwr = 0x80;
inline constexpr std::size_t kTcpHeader = 32;  // with options of 12 octets

struct PacketShape {
  bool ipv6 = false;
  bool tcp = true;
  std::uint8_t flags = kAck | kPsh | kFin | kCwr;
  std::size_t ip_header() const { return ipv6 ? 40 : 20; }
  std::size_t upper_header() const { return tcp ? kTcpHeader : 8; }
};

// One's complement sum of an upper layer with its pseudo header; 0xffff where the checksum is
// right.
inline std::uint16_t upper_sum(ByteView packet, bool ipv6) {
  const std::size_t header = ipv6 ? 40 : 20;
  std::uint32_t sum = ipv6 ? packet[6] : packet[9];
  sum += static_cast<std::uint32_t>(packet.size() - header);
  for (std::size_t i = ipv6 ? 8 : 12; i < packet.size(); ++i)
    sum += static_cast<std::uint32_t>(packet[i]) << (i % 2 == 0 ? 8 : 0);
  while (sum >> 16 != 0) sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<std::uint16_t>(sum);
}
inline std::uint16_t header_sum(ByteView header) {
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < header.size(); ++i)
    sum += static_cast<std::uint32_t>(header[i]) << (i % 2 == 0 ? 8 : 0);
  while (sum >> 16 != 0) sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<std::uint16_t>(sum);
}

// An IP packet of TCP or UDP with `payload` octets; no checksums, lengths of one that is not cut.
inline Bytes ip_packet(const PacketShape& shape, std::size_t payload) {
  const std::size_t header = shape.ip_header();
  Bytes packet(header + shape.upper_header() + payload);
  if (shape.ipv6) {
    packet[0] = 0x60;
    store_be16(&packet[4], static_cast<std::uint16_t>(packet.size() - header));
    packet[6] = shape.tcp ? 6 : 17;
    packet[7] = 64;
    packet[8] = packet[24] = 0xfd;
    packet[23] = 1;
    packet[39] = 2;
  } else {
    packet[0] = 0x45;
    store_be16(&packet[2], static_cast<std::uint16_t>(packet.size()));
    store_be16(&packet[4], 0xfffe);  // so that it wraps
    packet[8] = 64;
    packet[9] = shape.tcp ? 6 : 17;
    packet[12] = packet[16] = 10;
    packet[14] = packet[18] = 7;
    packet[15] = 1;
    packet[19] = 2;
  }
  std::uint8_t* upper = &packet[header];
  store_be16(upper, 1000);
  store_be16(upper + 2, 2000);
  if (shape.tcp) {
    store_be32(upper + 4, 0xffffff00);  // so that it wraps
    upper[12] = kTcpHeader / 4 << 4;
    upper[13] = shape.flags;
  } else {
    store_be16(upper + 4, static_cast<std::uint16_t>(8 + payload));
  }
  for (std::size_t i = header + shape.upper_header(); i < packet.size(); ++i)
    packet[i] = static_cast<std::uint8_t>(i * 7 + i / 256);
  return packet;
}

inline Bytes in_ethernet(const MacAddress& to, const Bytes& packet, bool vlan = false) {
  Bytes frame(to.begin(), to.end());
  frame.insert(frame.end(), {0x02, 0, 0, 0, 0, 0x55});
  if (vlan) frame.insert(frame.end(), {0x81, 0x00, 0x00, 0x07});
  const bool ipv6 = packet[0] >> 4 == 6;
  frame.push_back(ipv6 ? 0x86 : 0x08);
  frame.push_back(ipv6 ? 0xdd : 0x00);
  frame.insert(frame.end(), packet.begin(), packet.end());
  return frame;
}

// Checks segment `number` of what ip_packet(shape, payload) was cut into by `mss`.
inline void expect_segment(ByteView packet, const PacketShape& shape, std::size_t number,
                           std::size_t mss, std::size_t payload) {
  SCOPED_TRACE("segment " + std::to_string(number));
  const Bytes whole = ip_packet(shape, payload);
  const std::size_t headers = shape.ip_header() + shape.upper_header();
  const std::size_t length = std::min(mss, payload - number * mss);
  const bool last = (number + 1) * mss >= payload;
  ASSERT_EQ(packet.size(), headers + length);
  EXPECT_TRUE(std::equal(packet.begin() + static_cast<std::ptrdiff_t>(headers), packet.end(),
                         whole.begin() + static_cast<std::ptrdiff_t>(headers + number * mss)));
  EXPECT_EQ(upper_sum(packet, shape.ipv6), 0xffff);
  if (shape.ipv6) {
    EXPECT_EQ(load_be16(&packet[4]), packet.size() - 40);
  } else {
    EXPECT_EQ(load_be16(&packet[2]), packet.size());
    EXPECT_EQ(load_be16(&packet[4]), static_cast<std::uint16_t>(0xfffe + number));
    EXPECT_EQ(header_sum(packet.first(20)), 0xffff);
  }
  const std::uint8_t* upper = &packet[shape.ip_header()];
  if (!shape.tcp) {
    EXPECT_EQ(load_be16(upper + 4), 8 + length);
    return;
  }
  EXPECT_EQ(load_be32(upper + 4), static_cast<std::uint32_t>(0xffffff00 + number * mss));
  const int kept = shape.flags & ~(last ? 0 : kFin | kPsh) & ~(number == 0 ? 0 : kCwr);
  EXPECT_EQ(upper[13], kept);
}

// The descriptors of a frame that may be longer than one can hold.
inline unsigned send_super(WiredHost& host, const Bytes& frame, spa_tx_desc first) {
  constexpr std::size_t kPart = 30000;
  const ByteView octets = frame;
  for (std::size_t at = 0; at < octets.size(); at += kPart) {
    const ByteView part = octets.subspan(at, std::min(kPart, octets.size() - at));
    spa_tx_desc entry = at == 0 ? first : spa_tx_desc{};
    entry.addr = to_le(host.place(part));
    entry.length = to_le(static_cast<std::uint16_t>(part.size()));
    const std::uint32_t end = at + kPart >= octets.size() ? std::uint32_t{SPA_TX_END} : 0;
    entry.flags = to_le(static_cast<std::uint16_t>(from_le(entry.flags) | end));
    host.post(host.tx, entry);
  }
  host.ring(host.tx);
  host.poll();
  const auto completion = host.next(host.tx);
  return completion ? completion->status : 0xffu;
}

}  // namespace spa::card::test
