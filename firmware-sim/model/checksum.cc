// SPDX-License-Identifier: Apache-2.0
#include "firmware-sim/model/checksum.h"

#include <algorithm>
#include <array>

#include "firmware-sim/esp/ip_packet.h"

namespace spa::card {
namespace {

constexpr std::size_t kEthernetHeader = 14;
constexpr std::uint16_t kEtherTypeIpv4 = 0x0800;
constexpr std::uint16_t kEtherTypeIpv6 = 0x86dd;

// One's complement sum of big-endian words; an odd octet at the end counts as a high one.
std::uint32_t sum_words(ByteView bytes, std::uint32_t sum = 0) {
  std::size_t i = 0;
  for (; i + 1 < bytes.size(); i += 2) sum += load_be16(&bytes[i]);
  if (i < bytes.size()) sum += static_cast<std::uint32_t>(bytes[i]) << 8;
  while (sum >> 16 != 0) sum = (sum & 0xffff) + (sum >> 16);
  return sum;
}

bool payload_right(ByteView addresses, std::uint8_t protocol, ByteView payload) {
  const std::size_t field = protocol == esp::kProtoTcp ? 16 : 6;
  if ((protocol != esp::kProtoTcp && protocol != esp::kProtoUdp) || payload.size() < field + 2)
    return false;
  if (protocol == esp::kProtoUdp && load_be16(&payload[field]) == 0) return false;
  const auto pseudo = static_cast<std::uint32_t>(protocol + payload.size());
  return sum_words(payload, sum_words(addresses) + pseudo) == 0xffff;
}

bool ipv4_right(ByteView packet) {
  if (packet.size() < 20 || packet[0] >> 4 != 4) return false;
  const std::size_t header = static_cast<std::size_t>(packet[0] & 15) * 4;
  const std::size_t total = load_be16(&packet[2]);
  const bool fragment = (load_be16(&packet[6]) & 0x3fff) != 0;
  if (header < 20 || total < header || total > packet.size() || fragment) return false;
  return sum_words(packet.first(header)) == 0xffff &&
         payload_right(packet.subspan(12, 8), packet[9], packet.subspan(header, total - header));
}

bool ipv6_right(ByteView packet) {
  if (packet.size() < 40 || packet[0] >> 4 != 6) return false;
  const std::size_t length = load_be16(&packet[4]);
  return length <= packet.size() - 40 &&
         payload_right(packet.subspan(8, 32), packet[6], packet.subspan(40, length));
}

}  // namespace

bool finish_checksum(MutableByteView frame, std::size_t start, std::size_t offset) {
  if (start >= frame.size() || frame.size() - start < 2 || offset > frame.size() - start - 2)
    return false;
  const auto sum = static_cast<std::uint16_t>(~sum_words(frame.subspan(start)));
  store_be16(&frame[start + offset], sum == 0 ? 0xffff : sum);
  return true;
}

bool inner_checksums_right(const esp::RxFrame& frame) {
  const ByteView payload = ByteView(frame.frame).subspan(frame.payload, frame.payload_length);
  if (frame.next_header == esp::kProtoIpIp) return ipv4_right(payload);
  if (frame.next_header == esp::kProtoIpv6) return ipv6_right(payload);
  const std::size_t width = frame.outer_ipv6 ? 16 : 4;
  std::array<std::uint8_t, 32> addresses{};
  std::copy_n(frame.saddr.begin(), width, addresses.begin());
  std::copy_n(frame.daddr.begin(), width, addresses.begin() + width);
  return payload_right(ByteView(addresses).first(2 * width), frame.next_header, payload);
}

bool checksums_right(ByteView frame) {
  if (frame.size() < kEthernetHeader) return false;
  const std::uint16_t type = load_be16(&frame[12]);
  const ByteView packet = frame.subspan(kEthernetHeader);
  if (type == kEtherTypeIpv4) return ipv4_right(packet);
  return type == kEtherTypeIpv6 && ipv6_right(packet);
}

}  // namespace spa::card
