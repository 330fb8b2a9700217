// SPDX-License-Identifier: Apache-2.0
#include "firmware-sim/model/rss.h"

#include <algorithm>

namespace spa::card {
namespace {

constexpr std::uint32_t kKnownFlags =
    SPA_RSS_IPV4 | SPA_RSS_IPV6 | SPA_RSS_TCP | SPA_RSS_UDP | SPA_RSS_ESP_SPI | SPA_RSS_INNER;
constexpr std::size_t kPorts = 4;

}  // namespace

void Rss::Input::add(ByteView more) {
  std::copy(more.begin(), more.end(), octets.begin() + static_cast<std::ptrdiff_t>(length));
  length += more.size();
}

void Rss::reset() {
  flags_ = kKnownFlags & ~SPA_RSS_INNER;
  has_table_ = false;
  for (std::size_t i = 0; i < table_.size(); ++i) table_[i] = static_cast<std::uint8_t>(i);
  // Any key with few repetitions spreads; a driver that fears chosen flows sets a random one.
  std::array<std::uint8_t, SPA_RSS_KEY> key{};
  std::uint32_t state = 0x5350a131;
  for (std::uint8_t& octet : key) {
    state = state * 1664525u + 1013904223u;
    octet = static_cast<std::uint8_t>(state >> 24);
  }
  set_key(key);
}

spa_status Rss::set(const spa_rss& request, std::uint32_t queues) {
  const std::uint32_t flags = from_le(request.flags);
  const auto zero = [](std::uint8_t octet) { return octet == 0; };
  if ((flags & ~kKnownFlags) != 0 || request.reserved0 != 0 ||
      !std::all_of(std::begin(request.reserved1), std::end(request.reserved1), zero) ||
      std::any_of(std::begin(request.table), std::end(request.table),
                  [queues](std::uint8_t queue) { return queue >= queues; }))
    return SPA_E_FIELD;
  flags_ = flags;
  has_table_ = true;
  std::copy(std::begin(request.table), std::end(request.table), table_.begin());
  set_key(request.key);
  return SPA_OK;
}

// Bit i of the input, counted from the first octet's highest, adds the 32 bits of the key that
// begin at bit i.
void Rss::set_key(ByteView key) {
  for (std::size_t octet = 0; octet < kLongest; ++octet) {
    std::array<std::uint32_t, 8> bits;
    for (std::size_t bit = 0; bit < bits.size(); ++bit) {
      const std::uint64_t window = std::uint64_t{load_be32(&key[octet])} << 8 | key[octet + 4];
      bits[bit] = static_cast<std::uint32_t>(window >> (8 - bit));
    }
    for (unsigned value = 0; value < 256; ++value) {
      std::uint32_t sum = 0;
      for (std::size_t bit = 0; bit < bits.size(); ++bit)
        if ((value >> (7 - bit) & 1) != 0) sum ^= bits[bit];
      parts_[octet][value] = sum;
    }
  }
}

std::uint32_t Rss::toeplitz(const Input& input) const {
  std::uint32_t hash = 0;
  for (std::size_t i = 0; i < input.length; ++i) hash ^= parts_[i][input.octets[i]];
  return hash;
}

bool Rss::wants_ports(std::uint8_t protocol) const {
  return (protocol == esp::kProtoTcp && (flags_ & SPA_RSS_TCP) != 0) ||
         (protocol == esp::kProtoUdp && (flags_ & SPA_RSS_UDP) != 0);
}

FlowHash Rss::finish(Input input, bool ipv6, ByteView ports) const {
  if ((flags_ & (ipv6 ? SPA_RSS_IPV6 : SPA_RSS_IPV4)) == 0) return {};
  input.add(ports);
  return {toeplitz(input), ports.empty() ? SPA_HASH_L3 : SPA_HASH_L4};
}

FlowHash Rss::hash_packet(ByteView frame, const esp::IpPacket& ip, bool is_esp) const {
  const std::size_t width = ip.ipv6 ? 16 : 4;
  Input input;
  input.add(ByteView(ip.saddr).first(width));
  input.add(ByteView(ip.daddr).first(width));
  if (ip.fragment || ip.end - ip.payload < kPorts) return finish(input, ip.ipv6, {});
  // Only the SA table knows which UDP is ESP.
  if (is_esp || ip.protocol == esp::kProtoEsp) {
    const auto at = esp::locate_esp(frame, ip);
    const bool spi = at && (flags_ & SPA_RSS_ESP_SPI) != 0;
    return finish(input, ip.ipv6, spi ? frame.subspan(at->esp, kPorts) : ByteView{});
  }
  return finish(input, ip.ipv6,
                wants_ports(ip.protocol) ? frame.subspan(ip.payload, kPorts) : ByteView{});
}

// By what ESP carried, so that one SA's flows spread.
FlowHash Rss::hash_carried(const esp::RxFrame& frame) const {
  const ByteView extent = ByteView(frame.frame).first(frame.payload + frame.payload_length);
  if (frame.next_header == esp::kProtoIpIp || frame.next_header == esp::kProtoIpv6) {
    const auto ip = esp::parse_ip(extent, frame.payload);
    return ip ? hash_packet(extent, *ip, false) : FlowHash{};
  }
  const std::size_t width = frame.outer_ipv6 ? 16 : 4;
  Input input;
  input.add(ByteView(frame.saddr).first(width));
  input.add(ByteView(frame.daddr).first(width));
  const bool ports = wants_ports(frame.next_header) && frame.payload_length >= kPorts;
  return finish(input, frame.outer_ipv6,
                ports ? extent.subspan(frame.payload, kPorts) : ByteView{});
}

FlowHash Rss::hash(const esp::RxFrame& frame) const {
  if (frame.decrypted && (flags_ & SPA_RSS_INNER) != 0) return hash_carried(frame);
  const auto ip = esp::parse_ethernet(frame.frame);
  return ip ? hash_packet(frame.frame, *ip, frame.is_esp && !frame.packet_mode) : FlowHash{};
}

}  // namespace spa::card
