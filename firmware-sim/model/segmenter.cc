// SPDX-License-Identifier: Apache-2.0
#include "firmware-sim/model/segmenter.h"

#include <algorithm>

#include "firmware-sim/esp/ip_packet.h"

namespace spa::card {
namespace {

constexpr std::size_t kTcpHeader = 20;
constexpr std::size_t kTcpFlags = 13;
constexpr std::uint8_t kTcpFin = 0x01;
constexpr std::uint8_t kTcpPsh = 0x08;
constexpr std::uint8_t kTcpCwr = 0x80;
constexpr std::size_t kTcpChecksum = 16;
constexpr std::size_t kUdpChecksum = 6;

// Where the IP header of an Ethernet II frame with at most one 802.1Q tag begins; 0 for other
// frames.
std::size_t network_header(ByteView frame) {
  constexpr std::size_t kType = 12;
  constexpr std::size_t kTag = 4;
  if (frame.size() < kType + kTag + 2) return 0;
  const std::size_t at = load_be16(&frame[kType]) == 0x8100 ? kType + kTag : kType;
  const std::uint16_t type = load_be16(&frame[at]);
  return type == 0x0800 || type == 0x86dd ? at + 2 : 0;
}

esp::Address address_of(ByteView from) {
  esp::Address made{};
  std::copy(from.begin(), from.end(), made.begin());
  return made;
}

}  // namespace

bool Segmenter::find_ip(std::size_t at, std::size_t limit, IpAt& out) const {
  if (at >= limit) return false;
  out.at = at;
  out.ipv6 = super_[at] >> 4 == 6;
  if (!out.ipv6 && super_[at] >> 4 != 4) return false;
  out.header = out.ipv6 ? esp::kIpv6Header : std::size_t{super_[at] & 0x0fu} * 4;
  return out.header >= esp::kIpv4Header && out.header <= limit - at;
}

spa_status Segmenter::begin(const spa_tx_desc& first, ByteView super, const esp::Sa* sa,
                            std::size_t longest) {
  super_ = super;
  sa_ = sa;
  mss_ = from_le(first.mss);
  const std::size_t upper = from_le(first.csum_start);
  tcp_ = first.csum_offset == kTcpChecksum;
  if (mss_ == 0 || (!tcp_ && first.csum_offset != kUdpChecksum)) return SPA_E_FIELD;
  if (const spa_status status = find_headers(upper, tcp_); status != SPA_OK) return status;
  if (sa != nullptr) {
    if (const spa_status status = find_esp(first, upper); status != SPA_OK) return status;
  }
  const std::size_t payload = super.size() - payload_;
  segments_ = std::max<std::size_t>(1, (payload + mss_ - 1) / mss_);
  if (segments_ > SPA_TX_MAX_SEGMENTS) return SPA_E_FIELD;
  const std::size_t text = payload_ + std::min(payload, mss_);
  if (text + (sa != nullptr ? trailer(text) : 0) > longest) return SPA_E_SPACE;
  if (sa == nullptr) return SPA_OK;
  const std::uint64_t most = sa->esn() ? ~std::uint64_t{0} : 0xffffffffu;
  return sequence_ == 0 || most - sequence_ < segments_ - 1 ? SPA_E_SEQUENCE : SPA_OK;
}

spa_status Segmenter::find_headers(std::size_t upper, bool tcp) {
  const std::size_t least = tcp ? kTcpHeader : esp::kUdpHeader;
  const std::size_t network = network_header(super_);
  if (upper > super_.size() || super_.size() - upper < least) return SPA_E_FORMAT;
  if (network == 0 || !find_ip(network, upper, outer_)) return SPA_E_FORMAT;
  const std::size_t words = static_cast<std::size_t>(super_[upper + (tcp ? 12 : 0)] >> 4);
  const std::size_t header = tcp ? words * 4 : esp::kUdpHeader;
  if (header < least || header > super_.size() - upper) return SPA_E_FORMAT;
  inner_ = outer_;
  tunnel_ = false;
  upper_ = upper;
  payload_ = upper + header;
  return SPA_OK;
}

spa_status Segmenter::find_esp(const spa_tx_desc& first, std::size_t upper) {
  esp_ = from_le(first.esp_offset);
  next_header_ = first.next_header;
  const std::size_t udp = sa_->udp_encap() ? esp::kUdpHeader : 0;
  if (esp_ < outer_.at + outer_.header + udp || esp_ > upper) return SPA_E_FORMAT;
  // RFC 8200 8.1: over IPv6 the outer UDP checksum would have to cover the ciphertext.
  if (udp != 0 && outer_.ipv6) return SPA_E_UNSUPPORTED;
  const std::size_t own = 8u + sa_->transform.iv_length;
  if (upper - esp_ < own || load_be32(&super_[esp_]) != sa_->spi) return SPA_E_FORMAT;
  sequence_ = std::uint64_t{from_le(first.seq_hi)} << 32 | load_be32(&super_[esp_ + 4]);
  if (!sa_->esn() && sequence_ >> 32 != 0) return SPA_E_FIELD;
  tunnel_ = next_header_ == esp::kProtoIpIp || next_header_ == esp::kProtoIpv6;
  if (!tunnel_) return SPA_OK;
  if (!find_ip(esp_ + own, upper, inner_)) return SPA_E_FORMAT;
  return inner_.ipv6 == (next_header_ == esp::kProtoIpv6) ? SPA_OK : SPA_E_FORMAT;
}

// Octets of padding, trailer and ICV behind text that ends at `text_end`.
std::size_t Segmenter::trailer(std::size_t text_end) const {
  const std::size_t block = sa_->transform.block;
  const std::size_t body = text_end - esp_ - 8 - sa_->transform.iv_length + 2;
  return (block - body % block) % block + 2 + sa_->transform.icv_length;
}

std::size_t Segmenter::write(std::size_t number, MutableByteView frame) const {
  const std::size_t from = payload_ + number * mss_;
  const std::size_t length = std::min(mss_, super_.size() - from);
  const std::size_t text_end = payload_ + length;
  std::copy_n(super_.begin(), payload_, frame.begin());
  std::copy_n(super_.begin() + static_cast<std::ptrdiff_t>(from), length,
              frame.begin() + static_cast<std::ptrdiff_t>(payload_));
  finish_upper(number, length, frame);
  if (tunnel_) finish_ip(inner_, number, text_end, frame);
  const std::size_t end = text_end + (sa_ != nullptr ? trailer(text_end) : 0);
  if (sa_ != nullptr) finish_esp(number, text_end, frame);
  finish_ip(outer_, number, end, frame);
  return end;
}

void Segmenter::finish_upper(std::size_t number, std::size_t length, MutableByteView frame) const {
  const MutableByteView upper = frame.subspan(upper_, payload_ - upper_ + length);
  if (tcp_) {
    const std::size_t done = number * mss_;
    store_be32(&upper[4], load_be32(&upper[4]) + static_cast<std::uint32_t>(done));
    if (number + 1 < segments_) upper[kTcpFlags] &= static_cast<std::uint8_t>(~(kTcpFin | kTcpPsh));
    if (number > 0) upper[kTcpFlags] &= static_cast<std::uint8_t>(~kTcpCwr);
  } else {
    store_be16(&upper[4], static_cast<std::uint16_t>(upper.size()));
  }
  const std::size_t field = tcp_ ? kTcpChecksum : kUdpChecksum;
  const std::size_t width = inner_.ipv6 ? 16 : 4;
  const ByteView addresses = super_.subspan(inner_.at + (inner_.ipv6 ? 8 : 12), 2 * width);
  store_be16(&upper[field], 0);
  const std::uint16_t sum = esp::upper_checksum(upper, address_of(addresses.first(width)),
                                                address_of(addresses.subspan(width)), inner_.ipv6,
                                                tcp_ ? esp::kProtoTcp : esp::kProtoUdp);
  store_be16(&upper[field], sum == 0 && !tcp_ ? 0xffff : sum);
}

void Segmenter::finish_ip(const IpAt& ip, std::size_t number, std::size_t end,
                          MutableByteView frame) const {
  std::uint8_t* header = &frame[ip.at];
  const std::size_t total = end - ip.at;
  if (ip.ipv6) {
    store_be16(header + 4, static_cast<std::uint16_t>(total - esp::kIpv6Header));
    return;
  }
  store_be16(header + 2, static_cast<std::uint16_t>(total));
  store_be16(header + 4, static_cast<std::uint16_t>(load_be16(header + 4) + number));
  esp::write_ipv4_checksum(header, ip.header);
}

void Segmenter::finish_esp(std::size_t number, std::size_t text_end, MutableByteView frame) const {
  const std::size_t padding = trailer(text_end) - 2 - sa_->transform.icv_length;
  for (std::size_t i = 0; i < padding; ++i) frame[text_end + i] = static_cast<std::uint8_t>(i + 1);
  frame[text_end + padding] = static_cast<std::uint8_t>(padding);
  frame[text_end + padding + 1] = next_header_;
  store_be32(&frame[esp_ + 4], static_cast<std::uint32_t>(sequence_ + number));
  if (!sa_->udp_encap()) return;
  const std::size_t end = text_end + padding + 2 + sa_->transform.icv_length;
  std::uint8_t* udp = &frame[esp_ - esp::kUdpHeader];
  store_be16(udp + 4, static_cast<std::uint16_t>(end - esp_ + esp::kUdpHeader));
  store_be16(udp + 6, 0);
}

}  // namespace spa::card
