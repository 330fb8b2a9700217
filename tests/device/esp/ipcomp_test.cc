// SPDX-License-Identifier: Apache-2.0
// IPComp with DEFLATE: RFC 3173 2.1, 2.2, 3.1, 3.3, RFC 2394.
#include "firmware-sim/esp/ipcomp.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include "tests/device/esp/packets.h"

namespace spa::esp::test {
namespace {

constexpr std::uint16_t kCpi = 0x4242;
constexpr std::size_t kHead = 64;

// A packet with room in front of it and behind it.
struct Roomed {
  explicit Roomed(ByteView packet, std::size_t tail = 0)
      : memory(kHead + packet.size() + tail), at{memory, kHead, packet.size()} {
    std::copy(packet.begin(), packet.end(), memory.begin() + kHead);
  }
  [[nodiscard]] Bytes octets() const { return {at.view().begin(), at.view().end()}; }
  Bytes memory;
  PacketBuffer at;
};

Bytes wordy(std::size_t length) {
  static const std::string text = "a packet that says the same again and again, ";
  Bytes out(length);
  for (std::size_t i = 0; i < length; ++i)
    out[i] = static_cast<std::uint8_t>(text[i % text.size()]);
  return out;
}

// An IPComp packet around any octets.
Bytes ipcomp_packet(ByteView stream, std::uint8_t next = 17, bool ipv6 = false) {
  Bytes payload{next, 0, kCpi >> 8, kCpi & 0xff};
  payload.insert(payload.end(), stream.begin(), stream.end());
  return make_ip(payload, {.ipv6 = ipv6, .protocol = kProtoIpComp});
}

Bytes deflated(ByteView text) {
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, 9, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY), Z_OK);
  Bytes out(deflateBound(&stream, text.size()));
  stream.next_in = const_cast<Bytef*>(text.data());
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = out.data();
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

TEST(IpComp, TransportComesBackAsItWent) {
  IpComp ipcomp;
  for (const bool ipv6 : {false, true}) {
    for (const std::size_t length : {90u, 91u, 576u, 1400u, 9000u, 60000u}) {
      IpCompSa sa{.cpi = kCpi};
      const Bytes packet = make_ip(wordy(length), {.ipv6 = ipv6});
      Roomed one(packet);
      const IpComp::Result result = ipcomp.compress(sa, one.at, nullptr);
      ASSERT_EQ(result.status, SPA_OK);
      ASSERT_TRUE(result.compressed) << length;
      EXPECT_LT(one.at.length, packet.size());
      const ByteView wire = one.at.view();
      const std::size_t header = ipv6 ? 40 : 20;
      EXPECT_EQ(wire[ipv6 ? 6 : 9], 108);
      EXPECT_EQ(card::load_be16(&wire[header + 2]), kCpi);
      EXPECT_EQ(wire[header + 1], 0);  // flags, RFC 3173 3.2
      if (!ipv6) EXPECT_EQ(ipv4_header_sum(wire), 0xffffu);
      ASSERT_EQ(ipcomp.decompress(sa, one.at), SPA_OK);
      EXPECT_EQ(one.octets(), packet);
    }
  }
}

TEST(IpComp, TunnelTakesTheWholePacket) {
  IpComp ipcomp;
  OuterHeader outer;
  outer.saddr[0] = 192;
  outer.daddr[0] = 198;
  for (const std::size_t length : {1400u, 20u}) {  // the second is too short to be compressed
    IpCompSa sa{.cpi = kCpi, .tunnel = true};
    const Bytes packet = make_ip(wordy(length), {.ipv6 = true});
    Roomed one(packet);
    const IpComp::Result result = ipcomp.compress(sa, one.at, &outer);
    ASSERT_EQ(result.status, SPA_OK);
    EXPECT_EQ(result.compressed, length == 1400u);
    EXPECT_EQ(one.at.view()[9], result.compressed ? 108 : 41);
    if (!result.compressed) {
      EXPECT_EQ(ipcomp.decompress(sa, one.at), SPA_E_UNSUPPORTED);
      EXPECT_EQ(Bytes(one.at.view().begin() + 20, one.at.view().end()), packet);
      continue;
    }
    Roomed arrived(one.at.view(), packet.size());
    ASSERT_EQ(ipcomp.decompress(sa, arrived.at), SPA_OK);
    EXPECT_EQ(arrived.octets(), packet);
  }
}

// RFC 3173 2.2: what would not shrink goes as it is, without the header.
TEST(IpComp, NothingEverGrows) {
  IpComp ipcomp;
  std::mt19937 random(108);
  IpCompSa sa{.cpi = kCpi};
  for (int i = 0; i < 200; ++i) {
    const Bytes packet = make_ip(random_bytes(random, random() % 1500), {});
    Roomed one(packet);
    const IpComp::Result result = ipcomp.compress(sa, one.at, nullptr);
    EXPECT_EQ(result.status, SPA_OK);
    EXPECT_FALSE(result.compressed);
    EXPECT_EQ(one.octets(), packet);
  }
  EXPECT_EQ(sa.left_alone, 200u);
  // It stopped trying, but not for ever.
  EXPECT_GT(sa.skip + sa.stubborn, 0u);
  int tries = 0;
  for (bool compressed = false; !compressed && tries < 100; ++tries) {
    Roomed one(make_ip(wordy(1000), {}));
    compressed = ipcomp.compress(sa, one.at, nullptr).compressed;
  }
  EXPECT_LE(tries, 33);
}

TEST(IpComp, ShortPacketsAndFragmentsStayAsTheyAre) {
  IpComp ipcomp;
  IpCompSa sa{.cpi = kCpi};
  Roomed brief(make_ip(wordy(89), {}));
  EXPECT_FALSE(ipcomp.compress(sa, brief.at, nullptr).compressed);
  Bytes packet = make_ip(wordy(1000), {});
  packet[6] = 0x20;  // more fragments
  Roomed fragment(packet);
  EXPECT_FALSE(ipcomp.compress(sa, fragment.at, nullptr).compressed);
  EXPECT_EQ(fragment.octets(), packet);
}

// A few hundred octets that unfold to megabytes must not: an IP packet is the limit.
TEST(IpComp, ABombIsRefused) {
  IpComp ipcomp;
  const IpCompSa sa{.cpi = kCpi};
  const Bytes bomb = deflated(Bytes(20 << 20));
  const Bytes packet =
      ipcomp_packet(ByteView(bomb).first(std::min<std::size_t>(bomb.size(), 60000)));
  Roomed one(packet, 1 << 17);
  EXPECT_EQ(ipcomp.decompress(sa, one.at), SPA_E_FORMAT);
  EXPECT_EQ(one.octets(), packet);
  // One octet less than fits, just what fits, and one more.
  for (const std::size_t length : {65514u, 65515u, 65516u}) {
    Roomed edge(ipcomp_packet(deflated(Bytes(length))), 1 << 17);
    EXPECT_EQ(ipcomp.decompress(sa, edge.at), length <= 65515 ? SPA_OK : SPA_E_FORMAT) << length;
  }
}

TEST(IpComp, DamagedStreamsAreRefusedAndThePacketStays) {
  IpComp ipcomp;
  const IpCompSa sa{.cpi = kCpi};
  const Bytes stream = deflated(wordy(700));
  for (std::size_t length = 0; length < stream.size(); ++length) {
    const Bytes packet = ipcomp_packet(ByteView(stream).first(length));
    Roomed one(packet, 2000);
    ASSERT_EQ(ipcomp.decompress(sa, one.at), SPA_E_FORMAT) << length;
    ASSERT_EQ(one.octets(), packet);
  }
  Bytes longer = stream;
  longer.push_back(0);
  Roomed trailing(ipcomp_packet(longer), 2000);
  EXPECT_EQ(ipcomp.decompress(sa, trailing.at), SPA_E_FORMAT);
  Roomed tight(ipcomp_packet(stream), 100);
  EXPECT_EQ(ipcomp.decompress(sa, tight.at), SPA_E_SPACE);
  const IpCompSa other{.cpi = kCpi + 1};
  Roomed wrong(ipcomp_packet(stream), 2000);
  EXPECT_EQ(ipcomp.decompress(other, wrong.at), SPA_E_NOT_FOUND);
  Roomed plain(make_ip(stream, {}), 2000);
  EXPECT_EQ(ipcomp.decompress(sa, plain.at), SPA_E_UNSUPPORTED);
}

TEST(IpComp, NoiseDoesNoHarm) {
  IpComp ipcomp;
  std::mt19937 random(3173);
  for (int i = 0; i < 20000; ++i) {
    const IpCompSa sa{.cpi = kCpi, .tunnel = i % 2 != 0};
    Roomed one(ipcomp_packet(random_bytes(random, random() % 200),
                             static_cast<std::uint8_t>(random() % 2 ? 4 : 41)),
               random() % 3000);
    const spa_status status = ipcomp.decompress(sa, one.at);
    ASSERT_LE(one.at.offset + one.at.length, one.memory.size());
    if (status == SPA_OK) ASSERT_GE(one.at.length, 20u);
  }
}

}  // namespace
}  // namespace spa::esp::test
