// SPDX-License-Identifier: Apache-2.0
// Crypto mode: frames encrypted and decrypted in place, checked against a second ESP written from
// the RFCs.
#include <gtest/gtest.h>

#include <cstring>
#include <set>

#include "firmware-sim/esp/engine.h"
#include "tests/device/esp/packets.h"
#include "tests/device/esp/reference.h"

namespace spa::esp::test {
namespace {

constexpr std::uint32_t kOutIndex = 5;
constexpr std::uint32_t kInIndex = 9;
constexpr std::uint32_t kGeneration = 7;

// Where the ESP header stands in a frame of make_frame(make_ip(..)).
std::size_t esp_offset(std::uint32_t flags, bool vlan = false) {
  return 14u + (vlan ? 4 : 0) + (flags & SPA_SA_IPV6 ? 40 : 20) +
         (flags & SPA_SA_UDP_ENCAP ? 8 : 0);
}

Bytes wrap(ByteView esp, std::uint32_t flags, bool vlan = false) {
  IpOptions options;
  options.ipv6 = (flags & SPA_SA_IPV6) != 0;
  options.outer = true;
  options.protocol = flags & SPA_SA_UDP_ENCAP ? 17 : 50;
  const Bytes payload =
      flags & SPA_SA_UDP_ENCAP ? make_udp(esp, 4500, 4500) : Bytes(esp.begin(), esp.end());
  return make_frame(make_ip(payload, options), vlan);
}

// What the driver hands over: everything but cryptography, with stale memory where the IV goes.
Bytes plain_frame(const Algorithm& a, std::uint32_t flags, std::uint32_t spi, std::uint32_t seq,
                  ByteView text) {
  Bytes esp(8);
  card::store_be32(&esp[0], spi);
  card::store_be32(&esp[4], seq);
  esp.insert(esp.end(), a.iv_length(), 0xee);
  esp.insert(esp.end(), text.begin(), text.end());
  esp.insert(esp.end(), a.icv_length, 0);
  return wrap(esp, flags);
}

class CryptoMode : public testing::TestWithParam<Backend> {
 protected:
  SaTable table{64, GetParam()};
  std::vector<Event> events;
  Engine engine{table, [this](const Event& event) { events.push_back(event); }};
  std::mt19937 random{2406};

  void add(const Algorithm& a, std::uint32_t flags, std::uint32_t window = 64) {
    ASSERT_EQ(table.add(kOutIndex, make_sa(a, flags | SPA_SA_OUTBOUND)), SPA_OK);
    ASSERT_EQ(table.add(kInIndex, make_sa(a, flags, 0x1000, kGeneration, window)), SPA_OK);
  }
  Bytes text(const Algorithm& a, std::size_t length) {
    return with_trailer(random_bytes(random, length), a.block(), 4);
  }
  Bytes sealed(const Algorithm& a, std::uint32_t flags, std::uint64_t sequence, ByteView body) {
    return reference_seal(make_sa(a, flags), sequence, random_bytes(random, a.iv_length()), body);
  }
  int count(spa_event_type type) const {
    return static_cast<int>(std::count_if(events.begin(), events.end(),
                                          [type](const Event& e) { return e.type == type; }));
  }
};

// Every algorithm x family x encapsulation x ESN, tunnel and transport look alike here.
TEST_P(CryptoMode, OutputOpensInTheReference) {
  for (const Algorithm& a : kAlgorithms)
    for (std::uint32_t flags = 0; flags < 32; flags += 2) {
      SCOPED_TRACE(std::string(a.name) + ' ' + std::to_string(flags));
      table.flush();
      add(a, flags);
      const std::uint32_t seq_hi = flags & SPA_SA_ESN ? 3 : 0;
      for (std::uint32_t seq = 1; seq < 12; ++seq) {
        const Bytes body = text(a, random() % 1500);
        Bytes frame = plain_frame(a, flags, 0x1000, seq, body);
        const Bytes before = frame;
        const std::size_t at = esp_offset(flags);
        ASSERT_EQ(
            engine.encrypt(frame, static_cast<std::uint32_t>(at), kOutIndex, kGeneration, seq_hi),
            SPA_OK);
        ASSERT_TRUE(std::equal(before.begin(), before.begin() + static_cast<std::ptrdiff_t>(at) + 8,
                               frame.begin()));
        const auto opened = reference_open(make_sa(a, flags), seq_hi, ByteView(frame).subspan(at));
        ASSERT_TRUE(opened);
        ASSERT_EQ(*opened, body);
      }
      EXPECT_EQ(table.at(kOutIndex)->packets, 11u);
    }
}

TEST_P(CryptoMode, OpensWhatTheReferenceSealed) {
  for (const Algorithm& a : kAlgorithms)
    for (std::uint32_t flags = 0; flags < 32; flags += 2) {
      SCOPED_TRACE(std::string(a.name) + ' ' + std::to_string(flags));
      table.flush();
      add(a, flags);
      for (std::uint32_t seq = 1; seq < 12; ++seq) {
        const bool vlan = seq % 2 != 0;
        const Bytes body = text(a, random() % 1500);
        Bytes frame = wrap(sealed(a, flags, seq, body), flags, vlan);
        const Bytes before = frame;
        const RxFrame rx = engine.decrypt(frame);
        ASSERT_EQ(rx.status, SPA_OK);
        ASSERT_TRUE(rx.is_esp && rx.decrypted);
        ASSERT_EQ(rx.sa_index, kInIndex);
        ASSERT_EQ(rx.sa_generation, kGeneration);
        const std::size_t at = esp_offset(flags, vlan) + 8 + a.iv_length();
        // Headers, IV and ICV stay; between them stands the plain text.
        ASSERT_TRUE(std::equal(frame.begin(), frame.begin() + static_cast<std::ptrdiff_t>(at),
                               before.begin()));
        ASSERT_EQ(
            Bytes(frame.begin() + static_cast<std::ptrdiff_t>(at), frame.end() - a.icv_length),
            body);
        ASSERT_TRUE(
            std::equal(frame.end() - a.icv_length, frame.end(), before.end() - a.icv_length));
      }
      EXPECT_EQ(table.at(kInIndex)->packets, 11u);
      EXPECT_EQ(table.at(kInIndex)->seq, 11u);
    }
}

// RFC 4106 3.1: a nonce never twice for one key. RFC 3602 3: CBC's cannot be foreseen, so not a
// counter.
TEST_P(CryptoMode, IvsAreNeverTheSame) {
  for (const std::size_t which : {0u, 5u}) {
    const Algorithm& a = kAlgorithms[which];
    table.flush();
    add(a, SPA_SA_ESN);
    std::set<Bytes> ivs;
    for (std::uint32_t i = 0; i < 2000; ++i) {
      const std::uint32_t seq = i % 1000 + 1;
      Bytes frame = plain_frame(a, 0, 0x1000, seq, text(a, 20));
      ASSERT_EQ(engine.encrypt(frame, static_cast<std::uint32_t>(esp_offset(0)), kOutIndex,
                               kGeneration, i / 1000),
                SPA_OK);
      const auto iv = frame.begin() + static_cast<std::ptrdiff_t>(esp_offset(0)) + 8;
      EXPECT_TRUE(ivs.insert(Bytes(iv, iv + static_cast<std::ptrdiff_t>(a.iv_length()))).second);
    }
  }
}

TEST_P(CryptoMode, RefusesATxFrameThatDoesNotFitItsSa) {
  const Algorithm& a = kAlgorithms[5];
  add(a, 0);
  const auto at = static_cast<std::uint32_t>(esp_offset(0));
  const Bytes good = plain_frame(a, 0, 0x1000, 1, text(a, 30));
  const auto attempt = [&](Bytes frame, std::uint32_t offset, std::uint32_t index,
                           std::uint32_t generation, std::uint32_t seq_hi) {
    const Bytes before = frame;
    const spa_status status = engine.encrypt(frame, offset, index, generation, seq_hi);
    if (status != SPA_OK) EXPECT_EQ(frame, before);
    return status;
  };
  EXPECT_EQ(attempt(good, at, 64, kGeneration, 0), SPA_E_FIELD);
  EXPECT_EQ(attempt(good, at, 0xffffffff, kGeneration, 0), SPA_E_FIELD);
  EXPECT_EQ(attempt(good, at, 6, kGeneration, 0), SPA_E_NOT_FOUND);
  EXPECT_EQ(attempt(good, at, kOutIndex, kGeneration + 1, 0), SPA_E_STALE);
  EXPECT_EQ(attempt(good, at, kInIndex, kGeneration, 0), SPA_E_FIELD);   // an inbound SA
  EXPECT_EQ(attempt(good, at, kOutIndex, kGeneration, 1), SPA_E_FIELD);  // upper half without ESN
  EXPECT_EQ(attempt(good, at + 1, kOutIndex, kGeneration, 0), SPA_E_FORMAT);
  EXPECT_EQ(attempt(plain_frame(a, 0, 0x1001, 1, text(a, 30)), at, kOutIndex, kGeneration, 0),
            SPA_E_FIELD);
  EXPECT_EQ(attempt(plain_frame(a, 0, 0x1000, 0, text(a, 30)), at, kOutIndex, kGeneration, 0),
            SPA_E_SEQUENCE);
  for (const std::size_t offset :
       {good.size() - 1, good.size(), good.size() + 1, std::size_t{65535}, std::size_t{0xffffffff}})
    EXPECT_EQ(attempt(good, static_cast<std::uint32_t>(offset), kOutIndex, kGeneration, 0),
              SPA_E_FORMAT);
  EXPECT_EQ(engine.stats().tx_ok, 0u);
  EXPECT_EQ(table.at(kOutIndex)->packets, 0u);
  EXPECT_EQ(attempt(good, at, kOutIndex, kGeneration, 0), SPA_OK);
}

TEST_P(CryptoMode, DeliversAForgedPacketAsItCame) {
  for (const Algorithm& a : kAlgorithms) {
    table.flush();
    add(a, 0);
    const Bytes good = wrap(sealed(a, 0, 1, text(a, 100)), 0);
    const std::size_t at = esp_offset(0);
    for (std::size_t octet = at + 4; octet < good.size(); ++octet) {
      Bytes frame = good;
      frame[octet] ^= 0x10;
      const Bytes before = frame;
      const RxFrame rx = engine.decrypt(frame);
      ASSERT_TRUE(rx.is_esp);
      ASSERT_EQ(rx.status, SPA_E_AUTH) << a.name << " octet " << octet;
      ASSERT_FALSE(rx.decrypted);
      ASSERT_EQ(frame, before);
    }
    EXPECT_EQ(table.at(kInIndex)->auth_failures, good.size() - at - 4);
    Bytes frame = good;  // a forgery moves no window and uses no lifetime
    EXPECT_EQ(engine.decrypt(frame).status, SPA_OK);
    EXPECT_EQ(table.at(kInIndex)->packets, 1u);
  }
  EXPECT_GE(count(SPA_EVENT_AUTH_FAILURE), 10);  // rate-limited: a burst of ten at first
}

TEST_P(CryptoMode, RefusesReplays) {
  const Algorithm& a = kAlgorithms[0];
  add(a, 0, 64);
  const auto send = [&](std::uint32_t seq) {
    Bytes frame = wrap(sealed(a, 0, seq, text(a, 10)), 0);
    const Bytes before = frame;
    const RxFrame rx = engine.decrypt(frame);
    EXPECT_TRUE(rx.is_esp);
    if (rx.status == SPA_E_REPLAY) {
      EXPECT_FALSE(rx.decrypted);
      EXPECT_EQ(frame, before);
    }
    return rx.status;
  };
  EXPECT_EQ(send(1), SPA_OK);
  EXPECT_EQ(send(1), SPA_E_REPLAY);
  EXPECT_EQ(send(0), SPA_E_REPLAY);
  EXPECT_EQ(send(100), SPA_OK);
  EXPECT_EQ(send(37), SPA_OK);
  EXPECT_EQ(send(36), SPA_E_REPLAY);
  EXPECT_EQ(send(37), SPA_E_REPLAY);
  EXPECT_EQ(table.at(kInIndex)->replay_failures, 4u);
  EXPECT_EQ(count(SPA_EVENT_REPLAY_FAILURE), 4);
}

TEST_P(CryptoMode, TwoCopiesInOneBurstPassOnce) {
  for (const Algorithm& a : {kAlgorithms[0], kAlgorithms[5]}) {
    table.flush();
    add(a, 0);
    std::vector<Bytes> frames;
    for (std::uint32_t seq = 1; seq <= 100; ++seq) {
      frames.push_back(wrap(sealed(a, 0, seq, text(a, 60)), 0));
      if (seq % 3 == 0) frames.push_back(frames.back());
    }
    std::vector<RxFrame> burst;
    for (Bytes& frame : frames) burst.push_back({frame});
    engine.decrypt(burst);
    int passed = 0;
    for (const RxFrame& rx : burst) {
      EXPECT_EQ(rx.decrypted, rx.status == SPA_OK);
      if (rx.status == SPA_OK) ++passed;
    }
    EXPECT_EQ(passed, 100);
    EXPECT_EQ(table.at(kInIndex)->replay_failures, 33u);
  }
}

TEST_P(CryptoMode, WithoutAWindowTheKernelDecides) {
  const Algorithm& a = kAlgorithms[0];
  add(a, 0, 0);
  for (int i = 0; i < 3; ++i) {
    Bytes frame = wrap(sealed(a, 0, 5, text(a, 10)), 0);
    EXPECT_EQ(engine.decrypt(frame).status, SPA_OK);
  }
}

// The kernel does not say the upper half on receive: the card follows it itself.
TEST_P(CryptoMode, FollowsEsnAcrossTheSubspace) {
  for (const Algorithm& a : {kAlgorithms[0], kAlgorithms[5], kAlgorithms[8]}) {
    table.flush();
    spa_sa sa = make_sa(a, SPA_SA_ESN);
    sa.seq = card::to_le<__le64>(0xfffffff0);
    ASSERT_EQ(table.add(kInIndex, sa), SPA_OK);
    for (std::uint64_t seq = 0xfffffff1; seq < 0x100000010; ++seq) {
      Bytes frame = wrap(sealed(a, SPA_SA_ESN, seq, text(a, 10)), 0);
      ASSERT_EQ(engine.decrypt(frame).status, SPA_OK) << a.name << ' ' << seq;
    }
    Bytes late = wrap(sealed(a, SPA_SA_ESN, 0xfffffff8, text(a, 10)), 0);
    EXPECT_EQ(engine.decrypt(late).status, SPA_E_REPLAY);
    EXPECT_EQ(table.at(kInIndex)->seq, 0x10000000fu);
  }
}

TEST_P(CryptoMode, LimitsAreExactAndAnnouncedOnce) {
  const Algorithm& a = kAlgorithms[0];
  spa_sa out = make_sa(a, SPA_SA_OUTBOUND);
  out.soft_packets = card::to_le<__le64>(3);
  out.hard_packets = card::to_le<__le64>(5);
  spa_sa in = make_sa(a, 0);
  in.soft_packets = out.soft_packets;
  in.hard_packets = out.hard_packets;
  ASSERT_EQ(table.add(kOutIndex, out), SPA_OK);
  ASSERT_EQ(table.add(kInIndex, in), SPA_OK);
  std::vector<Bytes> frames;
  for (std::uint32_t seq = 1; seq <= 9; ++seq)
    frames.push_back(plain_frame(a, 0, 0x1000, seq, text(a, 10)));
  std::vector<TxFrame> tx;
  for (Bytes& frame : frames)
    tx.push_back({frame, static_cast<std::uint32_t>(esp_offset(0)), kOutIndex, kGeneration, 0});
  engine.encrypt(tx);
  for (std::size_t i = 0; i < tx.size(); ++i)
    EXPECT_EQ(tx[i].status, i < 5 ? SPA_OK : SPA_E_LIFETIME);
  EXPECT_EQ(count(SPA_EVENT_SOFT_EXPIRE), 1);
  EXPECT_EQ(count(SPA_EVENT_HARD_EXPIRE), 1);

  frames.clear();
  for (std::uint32_t seq = 1; seq <= 9; ++seq)
    frames.push_back(wrap(sealed(a, 0, seq, text(a, 10)), 0));
  std::vector<RxFrame> rx;
  for (Bytes& frame : frames) rx.push_back({frame});
  engine.decrypt(rx);
  for (std::size_t i = 0; i < rx.size(); ++i)
    EXPECT_EQ(rx[i].status, i < 5 ? SPA_OK : SPA_E_LIFETIME);
  EXPECT_EQ(count(SPA_EVENT_SOFT_EXPIRE), 2);
  EXPECT_EQ(count(SPA_EVENT_HARD_EXPIRE), 2);
  EXPECT_EQ(events.back().sa_index, kInIndex);
  EXPECT_EQ(engine.stats().rx_lifetime, 4u);
}

TEST_P(CryptoMode, ByteLimitsCountWholeEspPackets) {
  const Algorithm& a = kAlgorithms[0];
  spa_sa in = make_sa(a, 0);
  const std::size_t size = sealed(a, 0, 1, text(a, 10)).size();
  in.hard_bytes = card::to_le<__le64>(2 * size);
  ASSERT_EQ(table.add(kInIndex, in), SPA_OK);
  for (std::uint32_t seq = 1; seq <= 3; ++seq) {
    Bytes frame = wrap(sealed(a, 0, seq, text(a, 10)), 0);
    EXPECT_EQ(engine.decrypt(frame).status, seq <= 2 ? SPA_OK : SPA_E_LIFETIME);
  }
  EXPECT_EQ(table.at(kInIndex)->bytes, 2 * size);
}

TEST_P(CryptoMode, ReportsAnUnknownSpi) {
  const Algorithm& a = kAlgorithms[0];
  add(a, 0);
  Bytes frame = wrap(reference_seal(make_sa(a, 0, 0x7777), 42, Bytes(8), text(a, 10)), 0);
  const RxFrame rx = engine.decrypt(frame);
  EXPECT_FALSE(rx.is_esp);
  EXPECT_EQ(rx.status, SPA_OK);
  EXPECT_EQ(rx.sa_index, SPA_SA_NONE);
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].type, SPA_EVENT_UNKNOWN_SPI);
  EXPECT_EQ(events[0].family, 4);
  EXPECT_EQ(events[0].spi, 0x7777u);
  EXPECT_EQ(events[0].seq, 42u);
  EXPECT_EQ(card::load_be32(events[0].saddr.data()), 0xc0000201u);
  EXPECT_EQ(card::load_be32(events[0].daddr.data()), 0xc6336402u);
  EXPECT_EQ(engine.stats().rx_no_sa, 1u);
}

TEST_P(CryptoMode, LeavesAloneWhatIsNotItsEsp) {
  const Algorithm& a = kAlgorithms[0];
  add(a, SPA_SA_UDP_ENCAP);
  const Bytes esp = sealed(a, 0, 1, text(a, 10));
  IpOptions outer;
  outer.outer = true;
  std::vector<Bytes> frames;
  const auto put = [&frames](Bytes ip) { frames.push_back(make_frame(ip)); };
  outer.protocol = 50;
  put(make_ip(esp, outer));  // not encapsulated, the SA is
  outer.protocol = 51;
  put(make_ip(esp, outer));  // AH
  outer.protocol = 6;
  put(make_ip(esp, outer));
  outer.protocol = 17;
  put(make_ip(make_udp(esp, 4500, 4501), outer));          // somebody else's port
  put(make_ip(make_udp(Bytes{0xff}, 4500, 4500), outer));  // keepalive, RFC 3948 2.3
  Bytes ike = Bytes(4);
  ike.insert(ike.end(), esp.begin(), esp.end());
  put(make_ip(make_udp(ike, 4500, 4500), outer));  // IKE, RFC 3948 2.2
  Bytes fragment = make_ip(make_udp(esp, 4500, 4500), outer);
  fragment[6] |= 0x20;
  put(fragment);
  fragment[6] = 0;
  fragment[7] = 4;
  put(fragment);
  frames.push_back(from_hex("020000000002020000000001 0806 0001080006040001"));
  frames.push_back({});
  for (Bytes& frame : frames) {
    const Bytes before = frame;
    const RxFrame rx = engine.decrypt(frame);
    EXPECT_FALSE(rx.is_esp);
    EXPECT_EQ(rx.status, SPA_OK);
    EXPECT_EQ(frame, before);
  }
  EXPECT_TRUE(events.empty());
  Bytes good = wrap(esp, SPA_SA_UDP_ENCAP);
  EXPECT_EQ(engine.decrypt(good).status, SPA_OK);
}

TEST_P(CryptoMode, ReadsIpv4OptionsAndIpv6ExtensionHeaders) {
  const Algorithm& a = kAlgorithms[0];
  add(a, 0);
  Bytes ip = make_ip(sealed(a, 0, 1, text(a, 10)), {.protocol = 50, .outer = true});
  ip[0] = 0x47;
  const Bytes options(8, 1);
  ip.insert(ip.begin() + 20, options.begin(), options.end());
  card::store_be16(&ip[2], static_cast<std::uint16_t>(ip.size()));
  Bytes frame = make_frame(ip);
  frame.resize(frame.size() + 6);  // Ethernet padding behind the packet
  EXPECT_EQ(engine.decrypt(frame).status, SPA_OK);

  table.flush();
  add(a, SPA_SA_IPV6);
  for (std::size_t headers = 1; headers <= 9; ++headers) {
    Bytes payload;  // a chain of destination options that ends in ESP
    for (std::size_t i = 0; i < headers; ++i) {
      const Bytes one{static_cast<std::uint8_t>(i + 1 == headers ? 50 : 60), 0, 1, 4, 0, 0, 0, 0};
      payload.insert(payload.end(), one.begin(), one.end());
    }
    const Bytes esp = sealed(a, SPA_SA_IPV6, headers, text(a, 10));
    payload.insert(payload.end(), esp.begin(), esp.end());
    frame = make_frame(make_ip(payload, {.ipv6 = true, .protocol = 60, .outer = true}));
    EXPECT_EQ(engine.decrypt(frame).is_esp, headers <= 8);
  }
}

// A burst that mixes SAs, algorithms and strangers comes back in order, each with its own outcome.
TEST_P(CryptoMode, MixedBursts) {
  std::vector<std::uint64_t> next(std::size(kAlgorithms), 1);
  for (std::uint32_t i = 0; i < std::size(kAlgorithms); ++i)
    ASSERT_EQ(table.add(i, make_sa(kAlgorithms[i], 0, 0x1000 + i, i)), SPA_OK);
  for (int round = 0; round < 20; ++round) {
    std::vector<Bytes> frames;
    std::vector<std::uint32_t> owners;
    for (int i = 0; i < 200; ++i) {
      const auto which = static_cast<std::uint32_t>(random() % std::size(kAlgorithms));
      const Algorithm& a = kAlgorithms[which];
      frames.push_back(
          wrap(reference_seal(make_sa(a, 0, 0x1000 + which), next[which]++,
                              random_bytes(random, a.iv_length()), text(a, random() % 400)),
               0));
      owners.push_back(which);
      if (i % 7 == 0) frames.back().back() ^= 1;
    }
    std::vector<RxFrame> burst;
    for (Bytes& frame : frames) burst.push_back({frame});
    engine.decrypt(burst);
    for (std::size_t i = 0; i < burst.size(); ++i) {
      EXPECT_EQ(burst[i].status, i % 7 == 0 ? SPA_E_AUTH : SPA_OK);
      EXPECT_EQ(burst[i].sa_index, owners[i]);
      EXPECT_EQ(burst[i].sa_generation, owners[i]);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Backends, CryptoMode, testing::ValuesIn(backends()),
                         [](const auto& info) { return backend_name(info.param); });

}  // namespace
}  // namespace spa::esp::test
