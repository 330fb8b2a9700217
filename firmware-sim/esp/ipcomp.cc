// SPDX-License-Identifier: Apache-2.0
#include "firmware-sim/esp/ipcomp.h"

#include <zlib.h>

#include <algorithm>
#include <cstring>
#include <new>
#include <vector>

namespace spa::esp {
namespace {

constexpr std::size_t kShortest = 90;  // below that DEFLATE hardly ever gains (RFC 2394 2.3)
constexpr std::size_t kPacketMax = 65535;
// Packets that will not shrink come in runs, of encrypted or compressed data: after four in a row
// the next ones go as they are (RFC 3173 2.2).
constexpr std::uint32_t kStubbornMax = 4;
constexpr std::uint32_t kSkip = 32;
// Linux inflates with a window of 2 KiB; a larger one would lose it the packet.
constexpr int kDeflateWindow = -11;
constexpr int kInflateWindow = -15;

bool lies_inside(const PacketBuffer& packet) {
  return packet.offset <= packet.buffer.size() &&
         packet.length <= packet.buffer.size() - packet.offset;
}

}  // namespace

// Made once; a packet only resets them.
struct IpComp::Streams {
  z_stream deflater{};
  z_stream inflater{};
  std::vector<std::uint8_t> out = std::vector<std::uint8_t>(kPacketMax);

  Streams() {
    if (deflateInit2(&deflater, Z_DEFAULT_COMPRESSION, Z_DEFLATED, kDeflateWindow, 8,
                     Z_DEFAULT_STRATEGY) != Z_OK)
      throw std::bad_alloc();
    if (inflateInit2(&inflater, kInflateWindow) != Z_OK) {
      deflateEnd(&deflater);
      throw std::bad_alloc();
    }
  }
  ~Streams() {
    deflateEnd(&deflater);
    inflateEnd(&inflater);
  }
  Streams(const Streams&) = delete;
  Streams& operator=(const Streams&) = delete;

  // Octets in `out`; 0: not fewer than `limit`.
  std::size_t deflate_all(card::MutableByteView in, std::size_t limit) {
    deflateReset(&deflater);
    deflater.next_in = in.data();
    deflater.avail_in = static_cast<uInt>(in.size());
    deflater.next_out = out.data();
    deflater.avail_out = static_cast<uInt>(limit);
    return deflate(&deflater, Z_FINISH) == Z_STREAM_END ? limit - deflater.avail_out : 0;
  }

  // One whole stream and nothing behind it, into at most `limit` octets.
  bool inflate_all(card::MutableByteView in, std::size_t limit, std::size_t& length) {
    inflateReset(&inflater);
    inflater.next_in = in.data();
    inflater.avail_in = static_cast<uInt>(in.size());
    inflater.next_out = out.data();
    inflater.avail_out = static_cast<uInt>(limit);
    if (inflate(&inflater, Z_FINISH) != Z_STREAM_END || inflater.avail_in != 0) return false;
    length = limit - inflater.avail_out;
    return length != 0;
  }
};

IpComp::IpComp() : streams_(std::make_unique<Streams>()) {}
IpComp::~IpComp() = default;

namespace {

// Puts `outer` in front of what starts at `text`.
spa_status wrap(PacketBuffer& packet, OuterHeader outer, std::uint8_t protocol, std::size_t text,
                std::size_t end) {
  const std::size_t header = outer.ipv6 ? kIpv6Header : kIpv4Header;
  const std::size_t start = text - header;
  if (end - start > (outer.ipv6 ? kIpv6Header + kPacketMax : kPacketMax)) return SPA_E_FORMAT;
  outer.protocol = protocol;
  write_ip_header(&packet.buffer[start], outer, end - start);
  packet.offset = start;
  packet.length = end - start;
  return SPA_OK;
}

}  // namespace

IpComp::Result IpComp::compress(IpCompSa& sa, PacketBuffer& packet, const OuterHeader* outer) {
  if (!lies_inside(packet)) return {SPA_E_SPACE};
  if (sa.tunnel != (outer != nullptr)) return {SPA_E_FIELD};
  const card::MutableByteView buffer = packet.buffer;
  const auto ip = parse_ip(buffer.first(packet.offset + packet.length), packet.offset,
                           Extensions::kUnfragmentable);
  if (!ip) return {SPA_E_FORMAT};
  const std::size_t ahead = !outer ? 0 : outer->ipv6 ? kIpv6Header : kIpv4Header;
  if (ip->start < ahead) return {SPA_E_SPACE};
  const std::size_t text = outer ? ip->start : ip->payload;
  const std::size_t length = ip->end - text;
  const std::uint8_t next = !outer ? ip->protocol : ip->ipv6 ? kProtoIpv6 : kProtoIpIp;

  // A fragment is never compressed (RFC 3173 2), nor is what is compressed already.
  const bool fit = length >= kShortest && (outer || !ip->fragment) && next != kProtoIpComp;
  std::size_t made = 0;
  if (fit && sa.skip > 0) {
    --sa.skip;
  } else if (fit) {
    made = streams_->deflate_all(buffer.subspan(text, length), length - kIpCompHeader - 1);
    sa.stubborn = made == 0 ? sa.stubborn + 1 : 0;
    if (sa.stubborn == kStubbornMax) {
      sa.stubborn = 0;
      sa.skip = kSkip;
    }
  }
  if (made == 0) {
    ++sa.left_alone;
    if (!outer) return {SPA_OK, false};
    return {wrap(packet, *outer, next, text, ip->end), false};
  }

  ++sa.compressed;
  sa.octets_in += length;
  sa.octets_out += made + kIpCompHeader;
  buffer[text] = next;
  buffer[text + 1] = 0;
  card::store_be16(&buffer[text + 2], sa.cpi);
  std::memcpy(&buffer[text + kIpCompHeader], streams_->out.data(), made);
  const std::size_t end = text + kIpCompHeader + made;
  if (outer) return {wrap(packet, *outer, kProtoIpComp, text, end), true};
  rewrite_ip_header(buffer.subspan(ip->start, ip->payload - ip->start), ip->ipv6,
                    ip->protocol_at - ip->start, kProtoIpComp, end - ip->start);
  packet.length = end - ip->start;
  packet.offset = ip->start;
  return {SPA_OK, true};
}

spa_status IpComp::decompress(const IpCompSa& sa, PacketBuffer& packet) {
  if (!lies_inside(packet)) return SPA_E_SPACE;
  const card::MutableByteView buffer = packet.buffer;
  const auto ip = parse_ip(buffer.first(packet.offset + packet.length), packet.offset);
  if (!ip) return SPA_E_FORMAT;
  if (ip->fragment || ip->protocol != kProtoIpComp) return SPA_E_UNSUPPORTED;
  if (ip->end - ip->payload <= kIpCompHeader) return SPA_E_FORMAT;
  if (card::load_be16(&buffer[ip->payload + 2]) != sa.cpi) return SPA_E_NOT_FOUND;
  const std::uint8_t next = buffer[ip->payload];
  const std::size_t header = ip->payload - ip->start;
  // A payload that says it is long is let grow to what an IP packet holds and no further.
  const std::size_t limit = ip->ipv6 ? kPacketMax - (header - kIpv6Header) : kPacketMax - header;
  const std::size_t text = ip->payload + kIpCompHeader;
  std::size_t length = 0;
  if (!streams_->inflate_all(buffer.subspan(text, ip->end - text), limit, length))
    return SPA_E_FORMAT;
  const card::ByteView made = card::ByteView(streams_->out).first(length);
  if (sa.tunnel) {
    if (next != kProtoIpIp && next != kProtoIpv6) return SPA_E_FORMAT;
    const auto inner = parse_ip(made, 0);
    if (!inner || inner->ipv6 != (next == kProtoIpv6)) return SPA_E_FORMAT;
    if (length > buffer.size() - packet.offset) return SPA_E_SPACE;
    std::memcpy(&buffer[packet.offset], made.data(), length);
    packet.length = inner->end;
    return SPA_OK;
  }
  if (length > buffer.size() - ip->payload) return SPA_E_SPACE;
  std::memcpy(&buffer[ip->payload], made.data(), length);
  rewrite_ip_header(buffer.subspan(ip->start, header), ip->ipv6, ip->protocol_at - ip->start, next,
                    header + length);
  packet.length = header + length;
  return SPA_OK;
}

}  // namespace spa::esp
