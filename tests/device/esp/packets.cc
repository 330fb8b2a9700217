// SPDX-License-Identifier: Apache-2.0
#include "tests/device/esp/packets.h"

#include <algorithm>
#include <cstring>

namespace spa::esp::test {
namespace {

const Bytes kOuter4 = from_hex("c0000201c6336402");
const Bytes kInner4 = from_hex("0a0000010a090002");
const Bytes kOuter6 = from_hex("20010db800000000000000000000000120010db8000000000000000000000002");
const Bytes kInner6 = from_hex("fd000000000000000000000000000001fd000000000000000000000000000002");

void append(Bytes& to, ByteView what) {
  to.insert(to.end(), what.begin(), what.end());
}

}  // namespace

std::vector<Backend> backends() {
  std::vector<Backend> found{Backend::kOpenSsl};
  if (make_crypto_backend(Backend::kIpsecMb)) found.push_back(Backend::kIpsecMb);
  return found;
}

std::string backend_name(Backend backend) {
  return backend == Backend::kIpsecMb ? "ipsec_mb" : "openssl";
}

Bytes from_hex(std::string_view text) {
  Bytes out;
  int high = -1;
  for (const char c : text) {
    if (c == ' ' || c == '\n') continue;
    const int digit = c <= '9' ? c - '0' : (c | 32) - 'a' + 10;
    if (high < 0) {
      high = digit;
    } else {
      out.push_back(static_cast<std::uint8_t>(high << 4 | digit));
      high = -1;
    }
  }
  return out;
}

Bytes random_bytes(std::mt19937& random, std::size_t length) {
  Bytes out(length);
  for (auto& octet : out) octet = static_cast<std::uint8_t>(random());
  return out;
}

spa_sa make_sa(const Algorithm& algorithm, std::uint32_t flags, std::uint32_t spi,
               std::uint32_t generation, std::uint32_t window) {
  spa_sa sa{};
  sa.flags = card::to_le<__le32>(flags);
  sa.spi = card::from_be(spi);
  if (flags & SPA_SA_IPV6) {
    std::memcpy(sa.saddr, kOuter6.data(), 16);
    std::memcpy(sa.daddr, kOuter6.data() + 16, 16);
  } else {
    std::memcpy(sa.saddr, kOuter4.data(), 4);
    std::memcpy(sa.daddr, kOuter4.data() + 4, 4);
  }
  if (flags & SPA_SA_UDP_ENCAP) {
    sa.encap_sport = card::from_be(std::uint16_t{4500});
    sa.encap_dport = card::from_be(std::uint16_t{4500});
  }
  sa.cipher = card::to_le<__le16>(static_cast<__le16>(algorithm.cipher));
  sa.auth = card::to_le<__le16>(static_cast<__le16>(algorithm.auth));
  sa.key_len = algorithm.key_length;
  sa.auth_key_len = algorithm.auth_key_length;
  sa.icv_len = algorithm.icv_length;
  sa.salt_len = algorithm.salt_length();
  sa.generation = card::to_le<__le32>(generation);
  sa.replay_window = card::to_le<__le32>((flags & SPA_SA_OUTBOUND) ? 0 : window);
  std::mt19937 random(spi);
  const Bytes keys = random_bytes(random, 32 + 4 + 64);
  std::memcpy(sa.key, keys.data(), sa.key_len);
  std::memcpy(sa.salt, keys.data() + 32, sa.salt_len);
  std::memcpy(sa.auth_key, keys.data() + 36, sa.auth_key_len);
  return sa;
}

Bytes make_ip(ByteView payload, const IpOptions& options) {
  Bytes packet;
  if (options.ipv6) {
    packet.resize(8);
    card::store_be32(packet.data(), 0x60000000u | std::uint32_t{options.traffic_class} << 20);
    card::store_be16(&packet[4], static_cast<std::uint16_t>(payload.size()));
    packet[6] = options.protocol;
    packet[7] = 61;
    append(packet, options.outer ? kOuter6 : kInner6);
  } else {
    packet.resize(12);
    packet[0] = 0x45;
    packet[1] = options.traffic_class;
    card::store_be16(&packet[2], static_cast<std::uint16_t>(20 + payload.size()));
    card::store_be16(&packet[4], 0x1234);
    card::store_be16(&packet[6], options.df ? 0x4000 : 0);
    packet[8] = 61;
    packet[9] = options.protocol;
    append(packet, options.outer ? kOuter4 : kInner4);
    card::store_be16(&packet[10], static_cast<std::uint16_t>(~ipv4_header_sum(packet)));
  }
  append(packet, payload);
  return packet;
}

std::uint32_t ipv4_header_sum(ByteView packet) {
  std::uint32_t sum = 0;
  const std::size_t length = std::size_t{packet[0] & 0x0fu} * 4;
  for (std::size_t i = 0; i < length; i += 2) sum += card::load_be16(&packet[i]);
  while (sum >> 16 != 0) sum = (sum & 0xffff) + (sum >> 16);
  return sum;
}

Bytes make_frame(ByteView ip, bool vlan) {
  Bytes frame = from_hex("0200000000020200000000 01");
  if (vlan) append(frame, from_hex("8100 0064"));
  append(frame, (ip[0] >> 4) == 6 ? from_hex("86dd") : from_hex("0800"));
  append(frame, ip);
  return frame;
}

Bytes make_udp(ByteView payload, std::uint16_t sport, std::uint16_t dport) {
  Bytes udp(8);
  card::store_be16(&udp[0], sport);
  card::store_be16(&udp[2], dport);
  card::store_be16(&udp[4], static_cast<std::uint16_t>(8 + payload.size()));
  append(udp, payload);
  return udp;
}

Bytes with_trailer(ByteView payload, std::size_t block, std::uint8_t next) {
  Bytes text(payload.begin(), payload.end());
  std::uint8_t padding = 0;
  while ((text.size() + 2) % block != 0) text.push_back(++padding);
  text.push_back(padding);
  text.push_back(next);
  return text;
}

}  // namespace spa::esp::test
