// SPDX-License-Identifier: Apache-2.0
// The authentication header, RFC 4302 2, 2.5, 2.6, 3.1, 3.3.2, 3.3.3, 3.4, A, on every backend.
#include "firmware-sim/esp/ah.h"

#include <gtest/gtest.h>

#include <cstring>

#include "firmware-sim/esp/ah_icv.h"
#include "firmware-sim/esp/ipcomp.h"
#include "tests/device/esp/packets.h"

namespace spa::esp::test {
namespace {

struct AhVector {
  const char* name;
  spa_auth auth;
  bool ipv6;
  bool tunnel;
  std::uint32_t seq_hi;  // 0: no ESN
  const char* plain;
  const char* wire;
};
const AhVector kVectors[] = {
#include "tests/device/esp/ah_vectors.inc"
};

constexpr std::uint32_t kSpi = 0x12345678;

spa_sa ah_sa(spa_auth auth, std::uint32_t flags) {
  const AuthTraits& traits = *auth_traits(static_cast<std::uint16_t>(auth));
  const Algorithm a{"ah", SPA_CIPHER_NULL, 0, auth, traits.key_length, traits.icv_length};
  spa_sa sa = make_sa(a, flags, kSpi);
  for (std::size_t i = 0; i < sa.auth_key_len; ++i)
    sa.auth_key[i] = static_cast<std::uint8_t>(7 * i + 3);
  return sa;
}

// One way of an AH SA: index 0 seals, index 1 opens.
struct Way {
  Way(Backend backend, spa_auth auth, std::uint32_t flags, std::uint64_t seq = 0)
      : table(2, backend) {
    spa_sa out = ah_sa(auth, flags | SPA_SA_OUTBOUND);
    out.seq = card::to_le<__le64>(seq);
    spa_sa in = ah_sa(auth, flags);
    // The window must be where the numbers are, or ESN takes them for those of the next round.
    in.seq = card::to_le<__le64>(seq);
    EXPECT_EQ(table.add(0, out), SPA_OK);
    EXPECT_EQ(table.add(1, in), SPA_OK);
  }
  // The packet with its header, empty when it was refused.
  Bytes seal(ByteView packet) {
    Bytes memory(kAhHeadroom + packet.size());
    std::copy(packet.begin(), packet.end(), memory.begin() + kAhHeadroom);
    EncapPacket job{{memory, kAhHeadroom, packet.size()}, 0, 7};
    engine.encapsulate({&job, 1});
    status = job.status;
    if (status != SPA_OK) return {};
    return {job.packet.view().begin(), job.packet.view().end()};
  }
  Bytes open(ByteView packet) {
    Bytes memory(packet.begin(), packet.end());
    DecapPacket job{{memory, 0, memory.size()}};
    engine.decapsulate({&job, 1});
    status = job.status;
    if (status != SPA_OK) {
      EXPECT_TRUE(std::equal(packet.begin(), packet.end(), memory.begin()));
      return {};
    }
    return {job.packet.view().begin(), job.packet.view().end()};
  }
  SaTable table;
  AhEngine engine{table};
  spa_status status = SPA_E_INTERNAL;
};

class Ah : public testing::TestWithParam<Backend> {};

TEST_P(Ah, SealsAndOpensWhatAnIndependentImplementationMade) {
  for (const AhVector& vector : kVectors) {
    SCOPED_TRACE(vector.name);
    const std::uint32_t flags = (vector.ipv6 ? SPA_SA_IPV6 : 0u) |
                                (vector.tunnel ? SPA_SA_TUNNEL : 0u) |
                                (vector.seq_hi != 0 ? SPA_SA_ESN : 0u);
    Way way(GetParam(), vector.auth, flags, std::uint64_t{vector.seq_hi} << 32 | 6);
    TunnelOptions options;
    options.df = DfPolicy::kSet;
    ASSERT_EQ(way.table.set_tunnel_options(0, 7, options), SPA_OK);
    const Bytes plain = from_hex(vector.plain);
    const Bytes wire = from_hex(vector.wire);
    EXPECT_EQ(way.seal(plain), wire);
    EXPECT_EQ(way.open(wire), plain);
    EXPECT_EQ(way.open(wire), Bytes{});
    EXPECT_EQ(way.status, SPA_E_REPLAY);
  }
}

// Sender and receiver agree for every shape; what routers change does no harm (RFC 4302 3.3.3.1),
// whatever else is changed does.
TEST_P(Ah, EveryOctetButThoseThatRoutersChangeIsAuthentic) {
  for (const bool ipv6 : {false, true}) {
    for (const std::uint32_t mode : {0u, std::uint32_t{SPA_SA_TUNNEL}}) {
      Way way(GetParam(), SPA_AUTH_HMAC_SHA2_256_128, mode | (ipv6 ? SPA_SA_IPV6 : 0u));
      const Bytes packet = make_ip(Bytes(40, 0x11), {.ipv6 = ipv6, .outer = mode == 0});
      const Bytes wire = way.seal(packet);
      ASSERT_FALSE(wire.empty());
      for (std::size_t at = 0; at < wire.size(); ++at) {
        Bytes changed = wire;
        changed[at] ^= 0x10;
        const bool passed = !way.open(changed).empty();
        const bool mutable4 = at == 1 || at == 8 || at == 10 || at == 11;
        const bool mutable6 = at == 1 || at == 2 || at == 3 || at == 7;
        // The sequence number of a packet that passed is used up.
        if (passed) {
          ASSERT_TRUE(ipv6 ? mutable6 : mutable4) << at;
          ASSERT_EQ(way.table.remove(1, 7), SPA_OK);
          ASSERT_EQ(
              way.table.add(1, ah_sa(SPA_AUTH_HMAC_SHA2_256_128, mode | (ipv6 ? SPA_SA_IPV6 : 0u))),
              SPA_OK);
        } else if (ipv6 ? mutable6 && at != 1 : mutable4) {
          FAIL() << at << " may change on the way";
        }
      }
      EXPECT_EQ(way.open(wire), packet);
    }
  }
}

TEST_P(Ah, BurstsOfAllLengths) {
  std::mt19937 random(4302);
  for (const std::uint32_t flags :
       {0u, std::uint32_t{SPA_SA_TUNNEL | SPA_SA_ESN}, std::uint32_t{SPA_SA_IPV6},
        std::uint32_t{SPA_SA_IPV6 | SPA_SA_TUNNEL | SPA_SA_ESN}}) {
    Way way(GetParam(), SPA_AUTH_HMAC_SHA2_512_256, flags);
    std::vector<Bytes> packets;
    std::vector<Bytes> memory;
    std::vector<EncapPacket> out;
    for (int i = 0; i < 200; ++i) {
      const std::size_t length = i == 50 ? 65000 : i == 100 ? 0 : random() % 3000;
      packets.push_back(make_ip(random_bytes(random, length),
                                {.ipv6 = (flags & SPA_SA_IPV6) != 0, .outer = true}));
      memory.emplace_back(kAhHeadroom + packets.back().size());
      std::copy(packets.back().begin(), packets.back().end(), memory.back().begin() + kAhHeadroom);
    }
    for (std::size_t i = 0; i < packets.size(); ++i)
      out.push_back({{memory[i], kAhHeadroom, packets[i].size()}, 0, 7});
    way.engine.encapsulate(out);
    std::vector<DecapPacket> in;
    for (const EncapPacket& packet : out) {
      ASSERT_EQ(packet.status, SPA_OK);
      in.push_back({packet.packet});
    }
    way.engine.decapsulate(in);
    for (std::size_t i = 0; i < in.size(); ++i) {
      ASSERT_EQ(in[i].status, SPA_OK) << i;
      ASSERT_EQ(Bytes(in[i].packet.view().begin(), in[i].packet.view().end()), packets[i]);
    }
    EXPECT_EQ(way.engine.stats().rx_ok, 200u);
  }
}

// RFC 4301 5.1.2.1 of old, and the transform set `ah-sha-hmac esp-des esp-sha-hmac comp-...`:
// compression first, then ESP, AH outside.
TEST_P(Ah, ABundleWithEspAndCompression) {
  IpComp ipcomp;
  IpCompSa compression{.cpi = 0x1234};
  const Algorithm& des = algorithm("dessha1");
  SaTable esp_table(2, GetParam());
  Engine esp(esp_table);
  ASSERT_EQ(esp_table.add(0, make_sa(des, SPA_SA_OUTBOUND | SPA_SA_TUNNEL)), SPA_OK);
  ASSERT_EQ(esp_table.add(1, make_sa(des, SPA_SA_TUNNEL)), SPA_OK);
  Way ah(GetParam(), SPA_AUTH_HMAC_SHA1_96, 0);

  const Bytes packet = make_ip(Bytes(1200, 'x'), {});
  constexpr std::size_t kRoom = kHeadroom + kAhHeadroom;
  Bytes memory(kRoom + packet.size() + kTailroom);
  std::copy(packet.begin(), packet.end(), memory.begin() + kRoom);
  EncapPacket out{{memory, kRoom, packet.size()}, 0, 7};
  ASSERT_TRUE(ipcomp.compress(compression, out.packet, nullptr).compressed);
  esp.encapsulate({&out, 1});
  ASSERT_EQ(out.status, SPA_OK);
  ah.engine.encapsulate({&out, 1});
  ASSERT_EQ(out.status, SPA_OK);
  EXPECT_EQ(out.packet.view()[9], kProtoAh);
  EXPECT_EQ(out.packet.view()[20], kProtoEsp);
  EXPECT_LT(out.packet.length, 200u);

  DecapPacket in{out.packet};
  ah.engine.decapsulate({&in, 1});
  ASSERT_EQ(in.status, SPA_OK);
  esp.decapsulate({&in, 1});
  ASSERT_EQ(in.status, SPA_OK);
  ASSERT_EQ(ipcomp.decompress(compression, in.packet), SPA_OK);
  EXPECT_EQ(Bytes(in.packet.view().begin(), in.packet.view().end()), packet);
}

TEST_P(Ah, RefusesWhatIsNotForIt) {
  Way way(GetParam(), SPA_AUTH_HMAC_SHA1_96, 0);
  const Bytes packet = make_ip(Bytes(40), {.outer = true});
  const Bytes wire = way.seal(packet);
  EXPECT_EQ(way.open(packet), Bytes{});
  EXPECT_EQ(way.status, SPA_E_UNSUPPORTED);
  Bytes fragment = wire;
  fragment[6] = 0x20;
  (void)way.open(fragment);
  EXPECT_EQ(way.status, SPA_E_UNSUPPORTED);
  Bytes stranger = wire;
  stranger[27] ^= 1;  // SPI
  (void)way.open(stranger);
  EXPECT_EQ(way.status, SPA_E_NOT_FOUND);
  EXPECT_EQ(way.engine.stats().rx_no_sa, 1u);
  // Neither a cipher nor UDP around it.
  SaTable table(2, GetParam());
  AhEngine engine(table);
  ASSERT_EQ(table.add(0, make_sa(kAlgorithms[0], SPA_SA_OUTBOUND)), SPA_OK);
  Bytes memory(kAhHeadroom + packet.size());
  std::copy(packet.begin(), packet.end(), memory.begin() + kAhHeadroom);
  EncapPacket job{{memory, kAhHeadroom, packet.size()}, 0, 7};
  engine.encapsulate({&job, 1});
  EXPECT_EQ(job.status, SPA_E_UNSUPPORTED);
  EncapPacket cramped{{memory, 10, packet.size()}, 0, 7};
  std::copy(packet.begin(), packet.end(), memory.begin() + 10);
  way.engine.encapsulate({&cramped, 1});
  EXPECT_EQ(cramped.status, SPA_E_SPACE);
}

TEST_P(Ah, TruncationsAndNoise) {
  std::mt19937 random(51);
  for (const AhVector& vector : kVectors) {
    Way way(GetParam(), vector.auth, vector.ipv6 ? SPA_SA_IPV6 : 0u);
    const Bytes wire = from_hex(vector.wire);
    for (std::size_t length = 0; length < wire.size(); ++length) {
      (void)way.open(ByteView(wire).first(length));
      ASSERT_NE(way.status, SPA_OK);
      Bytes cut(wire.begin(), wire.begin() + static_cast<std::ptrdiff_t>(length));
      if (length >= 40) {
        card::store_be16(&cut[vector.ipv6 ? 4 : 2],
                         static_cast<std::uint16_t>(vector.ipv6 ? length - 40 : length));
        (void)way.open(cut);
        ASSERT_NE(way.status, SPA_OK);
      }
    }
    for (int i = 0; i < 3000; ++i) {
      Bytes noisy = wire;
      for (int k = 0; k < 3; ++k)
        noisy[random() % noisy.size()] = static_cast<std::uint8_t>(random());
      (void)way.open(noisy);
      (void)way.seal(noisy);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Backends, Ah, testing::ValuesIn(backends()),
                         [](const auto& info) { return backend_name(info.param); });

// Options and routing headers whose lengths do not agree are nobody's guess.
TEST(AhIcv, LengthsThatDoNotAgreeAreRefused) {
  const auto with_option = [](std::initializer_list<std::uint8_t> option) {
    Bytes packet(20 + option.size() + 24);
    packet[0] = static_cast<std::uint8_t>(0x40 | (5 + option.size() / 4));
    std::copy(option.begin(), option.end(), packet.begin() + 20);
    return make_immutable(packet, 20 + option.size(), 12);
  };
  EXPECT_TRUE(with_option({1, 1, 1, 0}));
  EXPECT_TRUE(with_option({7, 3, 4, 0}));
  EXPECT_FALSE(with_option({7, 0, 4, 0}));    // no length
  EXPECT_FALSE(with_option({7, 5, 4, 0}));    // beyond the header
  EXPECT_FALSE(with_option({1, 1, 1, 7}));    // only a type
  EXPECT_FALSE(with_option({131, 4, 4, 0}));  // half an address
  EXPECT_FALSE(with_option({131, 3, 0, 0}));  // pointer into the option's own header
  Bytes routed(40 + 24 + 24);
  routed[0] = 0x60;
  routed[6] = 43;
  routed[41] = 2;
  routed[43] = 2;  // two left of one address
  EXPECT_FALSE(make_immutable(routed, 64, 12));
  routed[43] = 1;
  EXPECT_TRUE(make_immutable(routed, 64, 12));
  routed[42] = 9;  // a type that nobody knows, not yet arrived
  routed[43] = 1;
  EXPECT_FALSE(make_immutable(routed, 64, 12));
}

// RFC 4302 3.3.3.1.1.2: the destination that a source route leads to.
TEST(AhIcv, TheEndOfASourceRouteIsAuthentic) {
  Bytes packet(28 + 24);
  packet[0] = 0x47;
  const std::uint8_t route[] = {131, 7, 4, 192, 0, 2, 99, 0};
  std::copy(std::begin(route), std::end(route), packet.begin() + 20);
  ASSERT_TRUE(make_immutable(packet, 28, 12));
  EXPECT_EQ(Bytes(packet.begin() + 16, packet.begin() + 20), from_hex("c0000263"));
  EXPECT_EQ(Bytes(packet.begin() + 20, packet.begin() + 28), Bytes(8));
}

}  // namespace
}  // namespace spa::esp::test
