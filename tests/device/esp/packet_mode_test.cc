// SPDX-License-Identifier: Apache-2.0
// Packet mode: whole encapsulation and back, against headers written out by hand and the second ESP
// of reference.h. RFC 4303 2, 3.1, 3.3.2, 3.4, 3.4.2, RFC 4301 5.1.2, RFC 6040 4.1, 4.2, RFC
// 3948 3.2 to 3.5.
#include <gtest/gtest.h>

#include <cstring>

#include "firmware-sim/esp/engine.h"
#include "tests/device/esp/packets.h"
#include "tests/device/esp/reference.h"

namespace spa::esp::test {
namespace {

constexpr std::uint32_t kOutIndex = 1;
constexpr std::uint32_t kInIndex = 2;
constexpr std::uint32_t kGeneration = 7;
constexpr std::size_t kIpv4Size = 20;
constexpr std::size_t kIpv6Size = 40;

// A packet in a buffer with the room that the engine asks for.
struct Roomy {
  explicit Roomy(ByteView packet, std::size_t head = kHeadroom, std::size_t tail = kTailroom)
      : memory(head + packet.size() + tail, 0xcc) {
    if (!packet.empty()) std::memcpy(&memory[head], packet.data(), packet.size());
    buffer = {memory, head, packet.size()};
  }
  Bytes memory;
  PacketBuffer buffer;
};

Bytes content(const PacketBuffer& packet) {
  const auto view = packet.view();
  return {view.begin(), view.end()};
}

class PacketMode : public testing::TestWithParam<Backend> {
 protected:
  SaTable table{8, GetParam()};
  std::vector<Event> events;
  Engine engine{table, [this](const Event& event) { events.push_back(event); }};
  std::mt19937 random{4301};

  void add(const Algorithm& a, std::uint32_t flags, const TunnelOptions& options = {}) {
    table.flush();
    ASSERT_EQ(table.add(kOutIndex, make_sa(a, flags | SPA_SA_OUTBOUND)), SPA_OK);
    ASSERT_EQ(table.add(kInIndex, make_sa(a, flags)), SPA_OK);
    ASSERT_EQ(table.set_tunnel_options(kOutIndex, kGeneration, options), SPA_OK);
  }
  EncapPacket encapsulate(Roomy& packet) {
    EncapPacket job{packet.buffer, kOutIndex, kGeneration};
    engine.encapsulate({&job, 1});
    return job;
  }
  DecapPacket decapsulate(Roomy& packet) {
    DecapPacket job{packet.buffer};
    engine.decapsulate({&job, 1});
    return job;
  }
  // An ESP packet that the reference sealed, in an outer header of make_ip().
  Bytes foreign(const Algorithm& a, std::uint32_t flags, std::uint64_t sequence, ByteView text,
                std::uint8_t traffic_class = 0) {
    const Bytes esp =
        reference_seal(make_sa(a, flags), sequence, random_bytes(random, a.iv_length()), text);
    IpOptions outer;
    outer.ipv6 = (flags & SPA_SA_IPV6) != 0;
    outer.protocol = flags & SPA_SA_UDP_ENCAP ? 17 : 50;
    outer.traffic_class = traffic_class;
    outer.outer = true;
    return make_ip(flags & SPA_SA_UDP_ENCAP ? make_udp(esp, 4500, 4500) : esp, outer);
  }
};

// Every algorithm x tunnel/transport x IPv4/IPv6 x UDP x ESN: the reference opens it, the engine
// too.
TEST_P(PacketMode, ComesBackAsItWent) {
  for (const Algorithm& a : kAlgorithms)
    for (std::uint32_t flags = 0; flags < 32; flags += 2) {
      SCOPED_TRACE(std::string(a.name) + ' ' + std::to_string(flags));
      add(a, flags);
      const bool tunnel = (flags & SPA_SA_TUNNEL) != 0;
      const bool outer6 = (flags & SPA_SA_IPV6) != 0;
      for (std::uint64_t number = 1; number <= 8; ++number) {
        IpOptions options;
        options.ipv6 = tunnel ? number % 2 == 0 : outer6;
        options.outer = !tunnel;
        options.protocol = 99;
        const Bytes inner = make_ip(random_bytes(random, random() % 1400), options);
        Roomy packet(inner);
        const EncapPacket out = encapsulate(packet);
        ASSERT_EQ(out.status, SPA_OK);
        ASSERT_EQ(out.sequence, number);

        const Bytes wire = content(out.packet);
        const std::size_t ip = outer6 ? kIpv6Size : kIpv4Size;
        const std::size_t esp = ip + (flags & SPA_SA_UDP_ENCAP ? 8 : 0);
        const auto text = reference_open(make_sa(a, flags), 0, ByteView(wire).subspan(esp));
        ASSERT_TRUE(text);
        const Bytes expected = tunnel ? with_trailer(inner, a.block(), options.ipv6 ? 41 : 4)
                                      : with_trailer(ByteView(inner).subspan(ip), a.block(), 99);
        ASSERT_EQ(*text, expected);

        Roomy arrived(wire, 4);
        const DecapPacket in = decapsulate(arrived);
        ASSERT_EQ(in.status, SPA_OK);
        ASSERT_EQ(in.sa_index, kInIndex);
        ASSERT_EQ(in.sa_generation, kGeneration);
        ASSERT_EQ(content(in.packet), inner);
      }
    }
}

TEST_P(PacketMode, WritesTheOuterIpv4Header) {
  TunnelOptions options;
  options.ttl = 200;
  add(kAlgorithms[0], SPA_SA_TUNNEL, options);
  const Bytes inner = make_ip(Bytes(100), {.traffic_class = 0xb9, .df = true});
  Roomy packet(inner);
  const Bytes wire = content(encapsulate(packet).packet);
  EXPECT_EQ(wire[0], 0x45);
  EXPECT_EQ(wire[1], 0xb9);  // DSCP and ECN of the inner packet
  EXPECT_EQ(card::load_be16(&wire[2]), wire.size());
  EXPECT_EQ(card::load_be16(&wire[6]), 0x4000);
  EXPECT_EQ(wire[8], 200);
  EXPECT_EQ(wire[9], 50);
  EXPECT_EQ(ipv4_header_sum(wire), 0xffffu);
  EXPECT_EQ(Bytes(wire.begin() + 12, wire.begin() + 20), from_hex("c0000201c6336402"));
  EXPECT_EQ(card::load_be32(&wire[20]), 0x1000u);
  EXPECT_EQ(card::load_be32(&wire[24]), 1u);
}

TEST_P(PacketMode, DfAndDscpFollowTheirPolicies) {
  const auto outer = [this](DfPolicy df, bool copy_dscp, const IpOptions& inner) {
    TunnelOptions options;
    options.df = df;
    options.copy_dscp = copy_dscp;
    add(kAlgorithms[0], SPA_SA_TUNNEL, options);
    Roomy packet(make_ip(Bytes(30), inner));
    return content(encapsulate(packet).packet);
  };
  const auto df = [](const Bytes& wire) { return (wire[6] & 0x40) != 0; };
  EXPECT_FALSE(df(outer(DfPolicy::kCopy, true, {})));
  EXPECT_TRUE(df(outer(DfPolicy::kCopy, true, {.df = true})));
  EXPECT_TRUE(df(outer(DfPolicy::kCopy, true, {.ipv6 = true})));
  EXPECT_TRUE(df(outer(DfPolicy::kSet, true, {})));
  EXPECT_FALSE(df(outer(DfPolicy::kClear, true, {.df = true})));
  EXPECT_EQ(outer(DfPolicy::kCopy, true, {.traffic_class = 0xfe})[1], 0xfe);
  EXPECT_EQ(outer(DfPolicy::kCopy, false, {.traffic_class = 0xfe})[1],
            0x02);  // ECN goes along still
}

TEST_P(PacketMode, WritesUdpAsTheFamilyWantsIt) {
  add(kAlgorithms[0], SPA_SA_TUNNEL | SPA_SA_UDP_ENCAP);
  Roomy four(make_ip(Bytes(64), {}));
  const Bytes wire4 = content(encapsulate(four).packet);
  EXPECT_EQ(card::load_be16(&wire4[20]), 4500);
  EXPECT_EQ(card::load_be16(&wire4[22]), 4500);
  EXPECT_EQ(card::load_be16(&wire4[24]), wire4.size() - 20);
  EXPECT_EQ(card::load_be16(&wire4[26]), 0);  // RFC 3948 2.1

  add(kAlgorithms[0], SPA_SA_TUNNEL | SPA_SA_UDP_ENCAP | SPA_SA_IPV6);
  Roomy six(make_ip(Bytes(65), {}));
  const Bytes wire6 = content(encapsulate(six).packet);
  std::uint32_t sum =
      17 + static_cast<std::uint32_t>(wire6.size() - 40);  // pseudo header, RFC 8200 8.1
  Bytes even(wire6.begin() + 8, wire6.end());
  if (even.size() % 2) even.push_back(0);
  for (std::size_t i = 0; i < even.size(); i += 2) sum += card::load_be16(&even[i]);
  while (sum >> 16) sum = (sum & 0xffff) + (sum >> 16);
  EXPECT_EQ(sum, 0xffffu);
}

TEST_P(PacketMode, EspOnlyLeavesTheHeadersToASocket) {
  TunnelOptions options;
  options.esp_only = true;
  for (const Algorithm& a : {kAlgorithms[0], kAlgorithms[8]}) {
    add(a, SPA_SA_TUNNEL | SPA_SA_UDP_ENCAP, options);
    const Bytes inner = make_ip(random_bytes(random, 77), {});
    Roomy packet(inner, 8 + a.iv_length());  // no more headroom than that
    const EncapPacket out = encapsulate(packet);
    ASSERT_EQ(out.status, SPA_OK);
    const Bytes esp = content(out.packet);
    EXPECT_EQ(card::load_be32(&esp[0]), 0x1000u);
    ASSERT_TRUE(reference_open(make_sa(a, 0), 0, esp));

    Roomy arrived(esp, 0);
    DecapPacket in{arrived.buffer};
    in.esp_only = true;
    std::memcpy(in.saddr.data(), make_sa(a, 0).saddr, 4);
    std::memcpy(in.daddr.data(), make_sa(a, 0).daddr, 4);
    engine.decapsulate({&in, 1});
    ASSERT_EQ(in.status, SPA_OK);
    EXPECT_EQ(content(in.packet), inner);
  }
}

TEST_P(PacketMode, EspOnlyTransportGetsAHeaderMade) {
  for (const bool ipv6 : {false, true}) {
    const std::uint32_t flags = ipv6 ? SPA_SA_IPV6 : 0;
    add(kAlgorithms[0], flags);
    const Bytes payload = random_bytes(random, 50);
    const Bytes esp =
        reference_seal(make_sa(kAlgorithms[0], flags), 1, Bytes(8), with_trailer(payload, 4, 99));
    Roomy arrived(esp);
    DecapPacket in{arrived.buffer};
    in.esp_only = true;
    in.ipv6 = ipv6;
    std::memcpy(in.saddr.data(), make_sa(kAlgorithms[0], flags).saddr, 16);
    std::memcpy(in.daddr.data(), make_sa(kAlgorithms[0], flags).daddr, 16);
    engine.decapsulate({&in, 1});
    ASSERT_EQ(in.status, SPA_OK);
    Bytes expected = make_ip(payload, {.ipv6 = ipv6, .protocol = 99, .df = true, .outer = true});
    if (ipv6) {
      expected[7] = 64;
    } else {
      card::store_be16(&expected[4], 0);
      expected[8] = 64;
      card::store_be16(&expected[10], 0);
      card::store_be16(&expected[10], static_cast<std::uint16_t>(~ipv4_header_sum(expected)));
    }
    EXPECT_EQ(content(in.packet), expected);
  }
}

// RFC 6040 4.2, RFC 7296 2.24, IPv4 and IPv6 inside.
TEST_P(PacketMode, CombinesEcn) {
  enum : std::uint8_t { kNot = 0, kEct1 = 1, kEct0 = 2, kCe = 3, kDrop = 9 };
  const std::uint8_t expected[4][4] = {// outer: Not, ECT(1), ECT(0), CE
                                       {kNot, kNot, kNot, kDrop},
                                       {kEct1, kEct1, kEct1, kCe},
                                       {kEct0, kEct1, kEct0, kCe},
                                       {kCe, kCe, kCe, kCe}};
  std::uint64_t sequence = 0;
  add(kAlgorithms[0], SPA_SA_TUNNEL);
  for (const bool ipv6 : {false, true})
    for (std::uint8_t inner = 0; inner < 4; ++inner)
      for (std::uint8_t outer = 0; outer < 4; ++outer) {
        const auto tc = static_cast<std::uint8_t>(0xb8 | inner);
        const Bytes packet = make_ip(Bytes(24), {.ipv6 = ipv6, .traffic_class = tc});
        Roomy arrived(foreign(kAlgorithms[0], SPA_SA_TUNNEL, ++sequence,
                              with_trailer(packet, 4, ipv6 ? 41 : 4), outer));
        const DecapPacket in = decapsulate(arrived);
        if (expected[inner][outer] == kDrop) {
          EXPECT_EQ(in.status, SPA_E_FORMAT);
          continue;
        }
        ASSERT_EQ(in.status, SPA_OK);
        const auto want = static_cast<std::uint8_t>(0xb8 | expected[inner][outer]);
        EXPECT_EQ(content(in.packet), make_ip(Bytes(24), {.ipv6 = ipv6, .traffic_class = want}));
      }
}

// RFC 4303 2.4, 2.6, 2.7: what an authentic but odd packet may contain.
TEST_P(PacketMode, ChecksTrailerAndInnerPacket) {
  const Algorithm& a = kAlgorithms[0];
  add(a, SPA_SA_TUNNEL);
  std::uint64_t sequence = 0;
  const Bytes inner = make_ip(Bytes(20), {});
  const auto receive = [&](const Bytes& text, Bytes* out = nullptr) {
    Roomy arrived(foreign(a, SPA_SA_TUNNEL, ++sequence, text));
    const DecapPacket in = decapsulate(arrived);
    if (out && in.status == SPA_OK) *out = content(in.packet);
    return in.status;
  };
  Bytes text = with_trailer(inner, 4, 4);
  EXPECT_EQ(receive(text), SPA_OK);
  text[inner.size()] = 9;  // padding must count 1, 2, ..
  EXPECT_EQ(receive(text), SPA_E_FORMAT);
  text = with_trailer(inner, 4, 4);
  text[text.size() - 2] = 255;  // longer than the packet
  EXPECT_EQ(receive(text), SPA_E_FORMAT);
  EXPECT_EQ(receive({2, 4}), SPA_E_FORMAT);
  EXPECT_EQ(receive({0, 4}), SPA_E_FORMAT);                      // empty inner packet
  EXPECT_EQ(receive(with_trailer(inner, 4, 41)), SPA_E_FORMAT);  // says IPv6, is IPv4
  EXPECT_EQ(receive(with_trailer(inner, 4, 17)), SPA_E_FORMAT);  // no tunnel payload
  Bytes cut(inner.begin(), inner.end() - 1);
  EXPECT_EQ(receive(with_trailer(cut, 4, 4)), SPA_E_FORMAT);  // shorter than its header says
  Bytes padded = inner;
  padded.resize(padded.size() + 300);  // traffic flow confidentiality padding
  Bytes got;
  EXPECT_EQ(receive(with_trailer(padded, 4, 4), &got), SPA_OK);
  EXPECT_EQ(got, inner);
  Bytes longest = inner;
  for (int i = 1; i <= 255; ++i) longest.push_back(static_cast<std::uint8_t>(i));
  longest.insert(longest.end(), {255, 4});
  EXPECT_EQ(receive(longest, &got), SPA_OK);
  EXPECT_EQ(got, inner);
  EXPECT_GE(table.at(kInIndex)->format_failures, 6u);

  Roomy dummy(foreign(a, SPA_SA_TUNNEL, ++sequence, with_trailer(Bytes(40), 4, 59)));
  const DecapPacket in = decapsulate(dummy);
  EXPECT_EQ(in.status, SPA_OK);
  EXPECT_TRUE(in.dummy);
  EXPECT_EQ(in.packet.length, 0u);
}

TEST_P(PacketMode, NumbersEndAndNeverWrap) {
  for (const bool esn : {false, true}) {
    table.flush();
    events.clear();
    const std::uint64_t last = esn ? ~std::uint64_t{0} : 0xffffffff;
    spa_sa sa = make_sa(kAlgorithms[0], SPA_SA_OUTBOUND | SPA_SA_TUNNEL | (esn ? SPA_SA_ESN : 0));
    sa.seq = card::to_le<__le64>(last - 2);
    ASSERT_EQ(table.add(kOutIndex, sa), SPA_OK);
    for (int i = 0; i < 5; ++i) {
      Roomy packet(make_ip(Bytes(10), {}));
      const EncapPacket out = encapsulate(packet);
      EXPECT_EQ(out.status, i < 2 ? SPA_OK : SPA_E_SEQUENCE);  // RFC 4303 3.3.3
      if (i < 2) EXPECT_EQ(out.sequence, last - 1 + static_cast<std::uint64_t>(i));
    }
    ASSERT_EQ(events.size(), 1u);
    EXPECT_EQ(events[0].type, SPA_EVENT_SEQ_SOFT);
  }
}

TEST_P(PacketMode, EsnSurvivesTheSubspaceBothWays) {
  for (const Algorithm& a : {kAlgorithms[0], kAlgorithms[8]}) {
    table.flush();
    spa_sa out = make_sa(a, SPA_SA_OUTBOUND | SPA_SA_TUNNEL | SPA_SA_ESN);
    spa_sa in = make_sa(a, SPA_SA_TUNNEL | SPA_SA_ESN);
    out.seq = in.seq = card::to_le<__le64>(0x1fffffff0);
    ASSERT_EQ(table.add(kOutIndex, out), SPA_OK);
    ASSERT_EQ(table.add(kInIndex, in), SPA_OK);
    for (int i = 0; i < 40; ++i) {
      const Bytes inner = make_ip(random_bytes(random, 30), {});
      Roomy packet(inner);
      const EncapPacket sent = encapsulate(packet);
      ASSERT_EQ(sent.status, SPA_OK);
      Roomy arrived(content(sent.packet));
      const DecapPacket got = decapsulate(arrived);
      ASSERT_EQ(got.status, SPA_OK);
      ASSERT_EQ(content(got.packet), inner);
    }
    EXPECT_EQ(table.at(kInIndex)->seq, 0x200000018u);
  }
}

TEST_P(PacketMode, NeedsItsRoom) {
  const Algorithm& a = kAlgorithms[8];
  add(a, SPA_SA_TUNNEL | SPA_SA_IPV6 | SPA_SA_UDP_ENCAP);
  const Bytes inner = make_ip(Bytes(33), {});
  const std::size_t head = 40 + 8 + 8 + 16;
  const std::size_t tail = 11 - 2 + 2 + 16;  // 53 octets and 2 fill up to 64
  static_assert(head <= kHeadroom);
  Roomy fits(inner, head, tail);
  EXPECT_EQ(encapsulate(fits).status, SPA_OK);
  Roomy low(inner, head - 1, tail);
  EXPECT_EQ(encapsulate(low).status, SPA_E_SPACE);
  Roomy tight(inner, head, tail - 1);
  EXPECT_EQ(encapsulate(tight).status, SPA_E_SPACE);
  Roomy wild(inner);
  wild.buffer.offset = wild.memory.size() + 1;
  EXPECT_EQ(encapsulate(wild).status, SPA_E_SPACE);
  EXPECT_EQ(decapsulate(wild).status, SPA_E_SPACE);
  wild.buffer.offset = 10;
  wild.buffer.length = ~std::size_t{0} - 5;
  EXPECT_EQ(encapsulate(wild).status, SPA_E_SPACE);
  EXPECT_EQ(decapsulate(wild).status, SPA_E_SPACE);
}

TEST_P(PacketMode, RefusesWhatItCannotCarry) {
  add(kAlgorithms[0], SPA_SA_TUNNEL);
  Roomy empty(Bytes{});
  EXPECT_EQ(encapsulate(empty).status, SPA_E_FORMAT);
  Roomy garbage(Bytes(40, 0xff));
  EXPECT_EQ(encapsulate(garbage).status, SPA_E_FORMAT);
  Roomy huge(make_ip(Bytes(65515), {}));
  EXPECT_EQ(encapsulate(huge).status, SPA_E_FORMAT);
  Bytes fragment = make_ip(Bytes(30), {});
  fragment[6] = 0x20;
  Roomy in_tunnel(fragment);
  EXPECT_EQ(encapsulate(in_tunnel).status, SPA_OK);

  add(kAlgorithms[0], 0);  // RFC 4303 3.1.1: transport mode takes whole packets of its own family
  Roomy in_transport(fragment);
  EXPECT_EQ(encapsulate(in_transport).status, SPA_E_FORMAT);
  Roomy six(make_ip(Bytes(30), {.ipv6 = true}));
  EXPECT_EQ(encapsulate(six).status, SPA_E_FORMAT);
  EXPECT_EQ(table.at(kOutIndex)->seq, 0u);
  EXPECT_EQ(table.at(kOutIndex)->packets, 0u);
}

// RFC 4303 3.1.1: behind the headers that every hop reads, before those for the end.
TEST_P(PacketMode, TransportStandsBetweenIpv6Extensions) {
  add(kAlgorithms[0], SPA_SA_IPV6);
  Bytes payload =
      from_hex("3c00010400000000 1100010400000000");  // hop-by-hop -> destination -> UDP
  const Bytes udp = make_udp(random_bytes(random, 20), 1, 2);
  payload.insert(payload.end(), udp.begin(), udp.end());
  const Bytes inner = make_ip(payload, {.ipv6 = true, .protocol = 0, .outer = true});
  Roomy packet(inner);
  const Bytes wire = content(encapsulate(packet).packet);
  EXPECT_EQ(wire[6], 0);    // hop-by-hop stays first
  EXPECT_EQ(wire[40], 50);  // then ESP
  EXPECT_EQ(card::load_be32(&wire[48]), 0x1000u);
  Roomy arrived(wire);
  const DecapPacket in = decapsulate(arrived);
  ASSERT_EQ(in.status, SPA_OK);
  EXPECT_EQ(content(in.packet), inner);
}

TEST_P(PacketMode, TransportKeepsIpv4Options) {
  add(kAlgorithms[5], 0);
  Bytes inner = make_ip(Bytes(24), {.outer = true});
  inner[0] = 0x46;
  inner.insert(inner.begin() + 20, 4, 1);
  card::store_be16(&inner[2], static_cast<std::uint16_t>(inner.size()));
  card::store_be16(&inner[10], 0);
  card::store_be16(&inner[10], static_cast<std::uint16_t>(~ipv4_header_sum(inner)));
  Roomy packet(inner);
  const Bytes wire = content(encapsulate(packet).packet);
  EXPECT_EQ(ipv4_header_sum(wire), 0xffffu);
  EXPECT_EQ(wire[9], 50);
  Roomy arrived(wire);
  EXPECT_EQ(content(decapsulate(arrived).packet), inner);
}

// RFC 3948 3.1.2: behind a NAT the sums of TCP and UDP cover addresses that are gone.
TEST_P(PacketMode, RepairsUpperChecksumsBehindANat) {
  add(kAlgorithms[0], SPA_SA_UDP_ENCAP);
  std::uint64_t sequence = 0;
  for (const std::uint8_t protocol : {std::uint8_t{6}, std::uint8_t{17}}) {
    Bytes upper = protocol == 6 ? Bytes(31, 0x3c) : make_udp(Bytes(23, 0x3c), 7, 9);
    card::store_be16(&upper[protocol == 6 ? 16 : 6], 0xbad1);
    Roomy arrived(
        foreign(kAlgorithms[0], SPA_SA_UDP_ENCAP, ++sequence, with_trailer(upper, 4, protocol)));
    const DecapPacket in = decapsulate(arrived);
    ASSERT_EQ(in.status, SPA_OK);
    const Bytes got = content(in.packet);
    std::uint32_t sum = protocol + static_cast<std::uint32_t>(upper.size());
    Bytes covered(got.begin() + 12, got.end());
    if (covered.size() % 2) covered.push_back(0);
    for (std::size_t i = 0; i < covered.size(); i += 2) sum += card::load_be16(&covered[i]);
    while (sum >> 16) sum = (sum & 0xffff) + (sum >> 16);
    EXPECT_EQ(sum, 0xffffu);
  }
  Bytes unsummed = make_udp(Bytes(8), 7, 9);
  Roomy arrived(
      foreign(kAlgorithms[0], SPA_SA_UDP_ENCAP, ++sequence, with_trailer(unsummed, 4, 17)));
  EXPECT_EQ(card::load_be16(&content(decapsulate(arrived).packet)[26]), 0);
}

TEST_P(PacketMode, TellsApartUnknownReplayedForgedAndForeign) {
  const Algorithm& a = kAlgorithms[0];
  add(a, SPA_SA_TUNNEL);
  const Bytes text = with_trailer(make_ip(Bytes(20), {}), 4, 4);
  Roomy first(foreign(a, SPA_SA_TUNNEL, 1, text));
  EXPECT_EQ(decapsulate(first).status, SPA_OK);
  Roomy again(foreign(a, SPA_SA_TUNNEL, 1, text));
  EXPECT_EQ(decapsulate(again).status, SPA_E_REPLAY);
  Bytes forged = foreign(a, SPA_SA_TUNNEL, 2, text);
  forged.back() ^= 1;
  Roomy bad(forged);
  EXPECT_EQ(decapsulate(bad).status, SPA_E_AUTH);
  // RFC 7296 2.23: UDP-encapsulated is fine for the same SA.
  Roomy encapsulated(foreign(a, SPA_SA_TUNNEL | SPA_SA_UDP_ENCAP, 3, text));
  EXPECT_EQ(decapsulate(encapsulated).status, SPA_OK);
  ASSERT_EQ(table.remove(kInIndex, kGeneration), SPA_OK);
  Roomy orphan(foreign(a, SPA_SA_TUNNEL, 4, text));
  EXPECT_EQ(decapsulate(orphan).status, SPA_E_NOT_FOUND);
  Roomy other(make_ip(Bytes(20), {.protocol = 6}));
  EXPECT_EQ(decapsulate(other).status, SPA_E_UNSUPPORTED);
  Roomy dns(make_ip(make_udp(Bytes(20, 0x77), 53, 53), {}));
  EXPECT_EQ(decapsulate(dns).status, SPA_E_UNSUPPORTED);
  ASSERT_EQ(events.size(), 3u);
  EXPECT_EQ(events[0].type, SPA_EVENT_REPLAY_FAILURE);
  EXPECT_EQ(events[1].type, SPA_EVENT_AUTH_FAILURE);
  EXPECT_EQ(events[2].type, SPA_EVENT_UNKNOWN_SPI);
  EXPECT_EQ(events[2].spi, 0x1000u);
}

TEST_P(PacketMode, BurstsOfManySas) {
  SaTable many(64, GetParam());
  Engine both(many);
  for (std::uint32_t i = 0; i < 32; ++i) {
    const Algorithm& a = kAlgorithms[i % std::size(kAlgorithms)];
    ASSERT_EQ(many.add(i, make_sa(a, SPA_SA_OUTBOUND | SPA_SA_TUNNEL, 0x1000 + i)), SPA_OK);
    ASSERT_EQ(many.add(32 + i, make_sa(a, SPA_SA_TUNNEL, 0x1000 + i)), SPA_OK);
  }
  for (int round = 0; round < 10; ++round) {
    std::vector<Roomy> packets;
    std::vector<Bytes> inner;
    std::vector<EncapPacket> out;
    for (std::uint32_t i = 0; i < 150; ++i) {
      inner.push_back(make_ip(random_bytes(random, random() % 1300), {.ipv6 = i % 2 == 0}));
      packets.emplace_back(inner.back());
    }
    for (std::uint32_t i = 0; i < 150; ++i) {
      packets[i].buffer.buffer = packets[i].memory;
      out.push_back({packets[i].buffer, i % 32, kGeneration});
    }
    both.encapsulate(out);
    std::vector<DecapPacket> in;
    for (const EncapPacket& packet : out) {
      ASSERT_EQ(packet.status, SPA_OK);
      in.push_back({packet.packet});
    }
    both.decapsulate(in);
    for (std::uint32_t i = 0; i < 150; ++i) {
      ASSERT_EQ(in[i].status, SPA_OK);
      ASSERT_EQ(in[i].sa_index, 32 + i % 32);
      ASSERT_EQ(content(in[i].packet), inner[i]);
    }
  }
  EXPECT_EQ(both.stats().tx_ok, 1500u);
  EXPECT_EQ(both.stats().rx_ok, 1500u);
}

INSTANTIATE_TEST_SUITE_P(Backends, PacketMode, testing::ValuesIn(backends()),
                         [](const auto& info) { return backend_name(info.param); });

}  // namespace
}  // namespace spa::esp::test
