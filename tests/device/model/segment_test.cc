// SPDX-License-Identifier: Apache-2.0
// Segmentation and checksums on the card, plain and inside ESP. Issue: "GSO super-packets:
// segmentation on the card for ESP (tx-esp-segmentation), checksum offload".
#include "tests/device/model/super_frame.h"

namespace spa::card::test {
namespace {

constexpr std::uint32_t kFirstSequence = 41;

class Segments : public PortTest {
 protected:
  // A plain super-frame's first descriptor.
  [[nodiscard]] static spa_tx_desc plain(const PacketShape& shape, std::uint16_t mss,
                                         std::size_t upper) {
    spa_tx_desc entry{};
    entry.flags = to_le(std::uint16_t{SPA_TX_TSO});
    entry.mss = to_le(mss);
    entry.csum_start = to_le(static_cast<std::uint16_t>(upper));
    entry.csum_offset = shape.tcp ? 16 : 6;
    return entry;
  }
  // Ethernet, outer IPv4, ESP header and IV space around what ESP carries.
  [[nodiscard]] Bytes esp_super(const Bytes& carried, std::uint32_t sequence) const {
    Bytes frame = esp_frame(sequence, 2, mac);
    frame.resize(kTextAt);
    store_be16(&frame[kEthernet + 4], 0xfffe);
    frame.insert(frame.end(), carried.begin(), carried.end());
    return frame;
  }
  [[nodiscard]] static spa_tx_desc esp(const PacketShape& shape, std::uint16_t mss,
                                       std::size_t upper, std::uint8_t next_header) {
    spa_tx_desc entry = plain(shape, mss, upper);
    entry.flags = to_le(std::uint16_t{SPA_TX_TSO | SPA_TX_ESP});
    entry.esp_offset = to_le(std::uint16_t{kEspAt});
    entry.sa_index = to_le(5u);
    entry.sa_generation = to_le(7u);
    entry.next_header = next_header;
    return entry;
  }
  // What ESP carried in a frame, its trailer checked and taken off.
  [[nodiscard]] static Bytes carried(const Bytes& frame, const spa_sa& sa,
                                     std::uint8_t next_header) {
    Bytes text = open_with_openssl(frame, sa);
    EXPECT_GE(text.size(), 2u);
    if (text.size() < 2) return {};
    EXPECT_EQ(text.back(), next_header);
    const std::size_t padding = text[text.size() - 2];
    EXPECT_LT(padding, 4u);
    text.resize(text.size() - 2);
    for (std::size_t i = 0; i < padding; ++i) EXPECT_EQ(text[text.size() - padding + i], i + 1);
    text.resize(text.size() - padding);
    return text;
  }
  void expect_outer(const Bytes& frame, std::size_t number) {
    const ByteView outer = ByteView(frame).subspan(kEthernet, 20);
    EXPECT_EQ(load_be16(&outer[2]), frame.size() - kEthernet);
    EXPECT_EQ(load_be16(&outer[4]), static_cast<std::uint16_t>(0xfffe + number));
    EXPECT_EQ(header_sum(outer), 0xffff);
    EXPECT_EQ(load_be32(&frame[kEspAt + 4]), kFirstSequence + number);
  }
};

TEST_F(Segments, CutsTcpAndUdpOfBothFamiliesAndBehindAVlanTag) {
  for (const bool ipv6 : {false, true}) {
    for (const bool tcp : {true, false}) {
      for (const bool vlan : {false, true}) {
        const PacketShape shape{.ipv6 = ipv6, .tcp = tcp};
        const Bytes frame = in_ethernet(mac, ip_packet(shape, 3100), vlan);
        const std::size_t network = vlan ? 18 : 14;
        ASSERT_EQ(send_super(host, frame, plain(shape, 1000, network + shape.ip_header())),
                  unsigned{SPA_OK});
        for (std::size_t i = 0; i < 4; ++i)
          expect_segment(ByteView(from_wire()).subspan(network), shape, i, 1000, 3100);
        EXPECT_TRUE(from_wire().empty());
      }
    }
  }
  EXPECT_EQ(host.stats().tx_tso_frames, 8u);
  EXPECT_EQ(host.stats().tx_tso_segments, 32u);
  EXPECT_EQ(host.stats().tx_frames, 32u);
}

TEST_F(Segments, CutsSixtyFourKilobytes) {
  const PacketShape shape;
  const Bytes frame = in_ethernet(mac, ip_packet(shape, 65000));
  ASSERT_EQ(send_super(host, frame, plain(shape, 1448, 34)), unsigned{SPA_OK});
  for (std::size_t i = 0; i < 45; ++i)
    expect_segment(ByteView(from_wire()).subspan(14), shape, i, 1448, 65000);
  EXPECT_TRUE(from_wire().empty());
}

TEST_F(Segments, KeepsTheOrderOfFramesAroundASuperFrame) {
  const PacketShape shape;
  host.post(host.tx, host.descriptor(plain_frame(mac, 60)));
  const Bytes frame = in_ethernet(mac, ip_packet(shape, 100));
  spa_tx_desc entry = host.descriptor(frame, SPA_TX_END | SPA_TX_TSO);
  entry.mss = to_le(std::uint16_t{60});
  entry.csum_start = to_le(std::uint16_t{34});
  entry.csum_offset = 16;
  host.post(host.tx, entry);
  host.post(host.tx, host.descriptor(plain_frame(mac, 61)));
  host.ring(host.tx);
  host.poll();
  EXPECT_EQ(from_wire(), plain_frame(mac, 60));
  EXPECT_EQ(from_wire().size(), 14u + 20 + 32 + 60);
  EXPECT_EQ(from_wire().size(), 14u + 20 + 32 + 40);
  EXPECT_EQ(from_wire(), plain_frame(mac, 61));
  for (std::uint16_t i = 0; i < 3; ++i) {
    const auto completion = host.next(host.tx);
    ASSERT_TRUE(completion);
    EXPECT_EQ(completion->index, i);
    EXPECT_EQ(completion->status, SPA_OK);
  }
}

// RFC 4303 2.4: every segment has its own padding, trailer and ICV; 3.3.3: and its own number.
TEST_F(Segments, CutsEspInTransportAndTunnelMode) {
  const spa_sa sa = gcm_sa(true);
  host.add_sa(5, sa);
  for (const bool ipv6 : {false, true}) {
    for (const std::uint16_t mss : {997, 998, 999, 1000}) {
      const PacketShape shape{.ipv6 = ipv6};
      const std::uint8_t next_header = ipv6 ? 41 : 4;
      const Bytes frame = esp_super(ip_packet(shape, 3100), kFirstSequence);
      ASSERT_EQ(send_super(host, frame, esp(shape, mss, kTextAt + shape.ip_header(), next_header)),
                unsigned{SPA_OK});
      for (std::size_t i = 0; i < 4; ++i) {
        const Bytes sent = from_wire();
        expect_outer(sent, i);
        expect_segment(carried(sent, sa, next_header), shape, i, mss, 3100);
      }
    }
  }
  // Transport: the outer addresses are those of the sum.
  const PacketShape shape;
  const Bytes packet = ip_packet(shape, 500);
  const Bytes frame = esp_super({packet.begin() + 20, packet.end()}, kFirstSequence);
  ASSERT_EQ(send_super(host, frame, esp(shape, 400, kTextAt, 6)), unsigned{SPA_OK});
  for (std::size_t i = 0; i < 2; ++i) {
    const Bytes sent = from_wire();
    expect_outer(sent, i);
    Bytes whole(sent.begin() + kEthernet, sent.begin() + kEthernet + 20);
    whole[9] = 6;
    const Bytes upper = carried(sent, sa, 6);
    whole.insert(whole.end(), upper.begin(), upper.end());
    EXPECT_EQ(upper_sum(whole, false), 0xffff);
  }
  EXPECT_TRUE(from_wire().empty());
}

// RFC 3948: the UDP length of every segment fits it.
TEST_F(Segments, CutsEspInUdp) {
  spa_sa sa = gcm_sa(true);
  sa.flags |= to_le(std::uint32_t{SPA_SA_UDP_ENCAP});
  sa.encap_sport = sa.encap_dport = from_be(std::uint16_t{4500});
  host.add_sa(5, sa);
  const PacketShape shape;
  Bytes frame = esp_super(ip_packet(shape, 1500), kFirstSequence);
  frame[kEthernet + 9] = 17;
  const std::array<std::uint8_t, 8> udp{0x11, 0x94, 0x11, 0x94, 0, 0, 0xff, 0xff};
  frame.insert(frame.begin() + kEspAt, udp.begin(), udp.end());
  spa_tx_desc entry = esp(shape, 1000, kTextAt + 8 + 20, 4);
  entry.esp_offset = to_le(std::uint16_t{kEspAt + 8});
  ASSERT_EQ(send_super(host, frame, entry), unsigned{SPA_OK});
  for (std::size_t i = 0; i < 2; ++i) {
    Bytes sent = from_wire();
    EXPECT_EQ(load_be16(&sent[kEspAt + 4]), sent.size() - kEspAt);
    EXPECT_EQ(load_be16(&sent[kEspAt + 6]), 0);
    sent.erase(sent.begin() + kEspAt, sent.begin() + kEspAt + 8);
    expect_segment(carried(sent, sa, 4), shape, i, 1000, 1500);
  }
}

// RFC 4304: the upper half goes up where the lower one wraps.
TEST_F(Segments, CarriesIntoTheUpperHalfOfAnExtendedSequenceNumber) {
  spa_sa sa = gcm_sa(true);
  sa.flags |= to_le(std::uint32_t{SPA_SA_ESN});
  spa_sa back = gcm_sa(false, 9);
  back.flags |= to_le(std::uint32_t{SPA_SA_ESN});
  back.seq = to_le(std::uint64_t{0x1fffffff0});
  host.add_sa(5, sa);
  host.add_sa(6, back);
  const PacketShape shape;
  const Bytes frame = esp_super(ip_packet(shape, 1000), 0xffffffff);
  spa_tx_desc entry = esp(shape, 300, kTextAt + 20, 4);
  entry.seq_hi = to_le(1u);
  ASSERT_EQ(send_super(host, frame, entry), unsigned{SPA_OK});
  host.give_buffers(4);
  std::array<Bytes, 4> segments{from_wire(), from_wire(), from_wire(), from_wire()};
  EXPECT_EQ(load_be32(&segments[1][kEspAt + 4]), 0u);
  for (const Bytes& segment : segments) wire->send(segment);
  host.poll();
  for (int i = 0; i < 4; ++i) {
    const auto completion = host.next(host.rx);
    ASSERT_TRUE(completion);
    EXPECT_EQ(completion->status, SPA_OK) << "authentic only with the right upper half";
    EXPECT_EQ(completion->flags, SPA_CPL_ESP | SPA_CPL_DECRYPTED | SPA_CPL_CSUM_OK);
  }
}

TEST_F(Segments, RefusesToRunOutOfSequenceNumbersInTheMiddle) {
  host.add_sa(5, gcm_sa(true));
  const PacketShape shape;
  const spa_tx_desc entry = esp(shape, 300, kTextAt + 20, 4);
  EXPECT_EQ(send_super(host, esp_super(ip_packet(shape, 1000), 0xfffffffd), entry),
            unsigned{SPA_E_SEQUENCE});
  EXPECT_TRUE(from_wire().empty());
  EXPECT_EQ(send_super(host, esp_super(ip_packet(shape, 1000), 0xfffffffc), entry),
            unsigned{SPA_OK});
}

struct WrongSuper {
  const char* what;
  void (*spoil)(spa_tx_desc&, Bytes&);
  spa_status expected;
};
constexpr WrongSuper kWrongSupers[] = {
    {"mss 0", [](spa_tx_desc& d, Bytes&) { d.mss = 0; }, SPA_E_FIELD},
    {"1025 segments", [](spa_tx_desc& d, Bytes&) { d.mss = to_le(std::uint16_t{2}); }, SPA_E_FIELD},
    {"a segment longer than a frame",
     [](spa_tx_desc& d, Bytes& f) {
       d.mss = 0xffff;
       f.resize(f.size() + 20000);
     },
     SPA_E_SPACE},
    {"neither TCP nor UDP", [](spa_tx_desc& d, Bytes&) { d.csum_offset = 2; }, SPA_E_FIELD},
    {"upper layer beyond the frame", [](spa_tx_desc& d, Bytes&) { d.csum_start = 0xffff; },
     SPA_E_FORMAT},
    {"upper layer at the very end",
     [](spa_tx_desc& d, Bytes& f) { d.csum_start = to_le(static_cast<std::uint16_t>(f.size())); },
     SPA_E_FORMAT},
    {"upper layer before ESP",
     [](spa_tx_desc& d, Bytes&) { d.csum_start = to_le(std::uint16_t{34}); }, SPA_E_FORMAT},
    {"upper layer inside the IV",
     [](spa_tx_desc& d, Bytes&) { d.csum_start = to_le(std::uint16_t{44}); }, SPA_E_FORMAT},
    {"not IP", [](spa_tx_desc&, Bytes& f) { f[12] = 0x88; }, SPA_E_FORMAT},
    {"IP version 5", [](spa_tx_desc&, Bytes& f) { f[14] = 0x55; }, SPA_E_FORMAT},
    {"IP header of 4", [](spa_tx_desc&, Bytes& f) { f[14] = 0x41; }, SPA_E_FORMAT},
    {"IP header over ESP", [](spa_tx_desc&, Bytes& f) { f[14] = 0x4f; }, SPA_E_FORMAT},
    {"inner version 5", [](spa_tx_desc&, Bytes& f) { f[kTextAt] = 0x55; }, SPA_E_FORMAT},
    {"inner header of 60", [](spa_tx_desc&, Bytes& f) { f[kTextAt] = 0x4f; }, SPA_E_FORMAT},
    {"inner family is not the next header's", [](spa_tx_desc& d, Bytes&) { d.next_header = 41; },
     SPA_E_FORMAT},
    {"TCP header of 16", [](spa_tx_desc&, Bytes& f) { f[kTextAt + 32] = 0x40; }, SPA_E_FORMAT},
    {"TCP header beyond the frame",
     [](spa_tx_desc&, Bytes& f) {
       f.resize(kTextAt + 20 + 24);
       f[kTextAt + 32] = 0xf0;
     },
     SPA_E_FORMAT},
    {"another SPI", [](spa_tx_desc&, Bytes& f) { f[kEspAt] ^= 1; }, SPA_E_FORMAT},
    {"ESP before IP", [](spa_tx_desc& d, Bytes&) { d.esp_offset = 0; }, SPA_E_FORMAT},
    {"ESP beyond the frame", [](spa_tx_desc& d, Bytes&) { d.esp_offset = 0xffff; }, SPA_E_FORMAT},
    {"sequence 0", [](spa_tx_desc&, Bytes& f) { store_be32(&f[kEspAt + 4], 0); }, SPA_E_SEQUENCE},
    {"upper half without ESN", [](spa_tx_desc& d, Bytes&) { d.seq_hi = to_le(1u); }, SPA_E_FIELD},
    {"no such SA", [](spa_tx_desc& d, Bytes&) { d.sa_index = to_le(6u); }, SPA_E_NOT_FOUND},
    {"stale", [](spa_tx_desc& d, Bytes&) { d.sa_generation = to_le(8u); }, SPA_E_STALE},
    {"inbound SA", [](spa_tx_desc& d, Bytes&) { d.sa_index = to_le(7u); }, SPA_E_FIELD},
    {"longer than a super-frame", [](spa_tx_desc&, Bytes& f) { f.resize(SPA_TX_MAX_SUPER + 1); },
     SPA_E_FIELD},
    {"nothing but an Ethernet header", [](spa_tx_desc&, Bytes& f) { f.resize(14); }, SPA_E_FORMAT},
};

TEST_F(Segments, RefusesEveryMalformedSuperFrameAndStaysAlive) {
  host.add_sa(5, gcm_sa(true));
  host.add_sa(7, gcm_sa(false));
  const PacketShape shape;
  for (const WrongSuper& wrong : kWrongSupers) {
    SCOPED_TRACE(wrong.what);
    spa_tx_desc entry = esp(shape, 1000, kTextAt + 20, 4);
    Bytes frame = esp_super(ip_packet(shape, 2050), kFirstSequence);
    wrong.spoil(entry, frame);
    EXPECT_EQ(send_super(host, frame, entry), unsigned{wrong.expected});
  }
  EXPECT_TRUE(from_wire().empty());
  EXPECT_EQ(host.send(host.descriptor(plain_frame(mac))), unsigned{SPA_OK});
}

class InnerChecksum : public Segments {
 protected:
  // A frame of crypto mode that carries `packet`, padded, with a partial inner checksum.
  [[nodiscard]] Bytes whole_frame(const Bytes& packet) const {
    Bytes frame = esp_super(packet, 1);
    const std::size_t padding = (4 - (packet.size() + 2) % 4) % 4;
    for (std::size_t i = 0; i < padding; ++i) frame.push_back(static_cast<std::uint8_t>(i + 1));
    frame.push_back(static_cast<std::uint8_t>(padding));
    frame.push_back(4);
    frame.resize(frame.size() + kIcv);
    store_be16(&frame[kEthernet + 2], static_cast<std::uint16_t>(frame.size() - kEthernet));
    return frame;
  }
  // As the stack leaves a partial checksum: the sum of the pseudo header, not complemented.
  static void partial(Bytes& packet) {
    std::uint32_t sum = packet[9] + static_cast<std::uint32_t>(packet.size() - 20);
    for (std::size_t i = 12; i < 20; i += 2) sum += load_be16(&packet[i]);
    while (sum >> 16 != 0) sum = (sum & 0xffff) + (sum >> 16);
    store_be16(&packet[20 + 16], static_cast<std::uint16_t>(sum));
  }
};

TEST_F(InnerChecksum, IsFilledInBeforeEncryptionWhateverThePadding) {
  const spa_sa sa = gcm_sa(true);
  host.add_sa(5, sa);
  for (std::size_t payload = 100; payload < 104; ++payload) {
    Bytes packet = ip_packet({}, payload);
    partial(packet);
    spa_tx_desc entry = host.esp_descriptor(whole_frame(packet), 5, 7);
    entry.flags |= to_le(std::uint16_t{SPA_TX_CSUM});
    entry.csum_start = to_le(std::uint16_t{kTextAt + 20});
    entry.csum_offset = 16;
    ASSERT_EQ(host.send(entry), unsigned{SPA_OK});
    EXPECT_EQ(upper_sum(carried(from_wire(), sa, 4), false), 0xffff);
  }
}

TEST_F(InnerChecksum, StaysInsideWhatEspCarries) {
  host.add_sa(5, gcm_sa(true));
  const auto with = [&](auto change) {
    Bytes frame = whole_frame(ip_packet({}, 100));
    spa_tx_desc entry{};
    entry.csum_start = to_le(std::uint16_t{kTextAt + 20});
    entry.csum_offset = 16;
    change(entry, frame);
    spa_tx_desc whole = host.esp_descriptor(frame, 5, 7);
    whole.flags |= to_le(std::uint16_t{SPA_TX_CSUM});
    whole.csum_start = entry.csum_start;
    whole.csum_offset = entry.csum_offset;
    return host.send(whole);
  };
  EXPECT_EQ(with([](auto&, auto&) {}), unsigned{SPA_OK});
  EXPECT_EQ(with([](auto& d, auto&) { d.csum_start = to_le(std::uint16_t{kTextAt - 1}); }),
            unsigned{SPA_E_FIELD})
      << "the IV is the card's";
  EXPECT_EQ(with([](auto& d, auto&) { d.csum_start = 0xffff; }), unsigned{SPA_E_FIELD});
  EXPECT_EQ(with([](auto& d, auto&) { d.csum_offset = 255; }), unsigned{SPA_E_FIELD});
  EXPECT_EQ(with([](auto&, auto& f) { f[f.size() - kIcv - 2] = 255; }), unsigned{SPA_E_FIELD})
      << "padding of 255";
  EXPECT_EQ(with([](auto& d, auto& f) {
              d.csum_start = to_le(static_cast<std::uint16_t>(f.size() - kIcv - 3));
            }),
            unsigned{SPA_E_FIELD});
}

class RxChecksum : public InnerChecksum {
 protected:
  [[nodiscard]] unsigned flags_of(const Bytes& frame) {
    host.give_buffers(1);
    wire->send(frame);
    host.poll();
    const auto completion = host.next(host.rx);
    return completion ? completion->flags : 0xffffu;
  }
};

TEST_F(RxChecksum, IsVerifiedInsideTheTunnel) {
  spa_sa sa = gcm_sa(true);
  sa.flags |= to_le(std::uint32_t{SPA_SA_TUNNEL});
  spa_sa back = gcm_sa(false);
  back.flags |= to_le(std::uint32_t{SPA_SA_TUNNEL});
  host.add_sa(5, sa);
  host.add_sa(6, back);
  std::uint32_t sequence = 0;
  const auto through = [&](bool right, bool ip_right) {
    Bytes packet = ip_packet({}, 101);
    partial(packet);
    if (ip_right)
      store_be16(&packet[10], static_cast<std::uint16_t>(~header_sum(ByteView(packet).first(20))));
    Bytes frame = whole_frame(packet);
    store_be32(&frame[kEspAt + 4], ++sequence);
    spa_tx_desc entry = host.esp_descriptor(frame, 5, 7);
    if (right) entry.flags |= to_le(std::uint16_t{SPA_TX_CSUM});
    entry.csum_start = to_le(std::uint16_t{kTextAt + 20});
    entry.csum_offset = 16;
    EXPECT_EQ(host.send(entry), unsigned{SPA_OK});
    return flags_of(from_wire());
  };
  constexpr unsigned kPlain = SPA_CPL_ESP | SPA_CPL_DECRYPTED;
  EXPECT_EQ(through(true, true), kPlain | SPA_CPL_CSUM_OK);
  EXPECT_EQ(through(false, true), kPlain);
  EXPECT_EQ(through(true, false), kPlain) << "the inner IPv4 header's own sum";
  EXPECT_EQ(host.stats().rx_csum_ok, 1u);
}

}  // namespace
}  // namespace spa::card::test
