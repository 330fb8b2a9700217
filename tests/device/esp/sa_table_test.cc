// SPDX-License-Identifier: Apache-2.0
#include "firmware-sim/esp/sa_table.h"

#include <gtest/gtest.h>

#include <cstring>
#include <map>
#include <random>
#include <string>
#include <tuple>

#include "tests/device/esp/packets.h"

namespace spa::esp::test {
namespace {

const Algorithm& kGcm = kAlgorithms[0];
const Algorithm& kCbc = kAlgorithms[5];
const Algorithm& kNull = kAlgorithms[11];
const Algorithm& kDes = algorithm("dessha1");
const Algorithm& kTripleDes = algorithm("tdessha1");
const Algorithm& kCtr = algorithm("ctr128sha1");
const Algorithm& kMd5 = algorithm("nullmd5");
const Algorithm& kChacha = algorithm("chacha");

spa_status try_add(const spa_sa& request) {
  SaTable table(4, Backend::kOpenSsl);
  return table.add(1, request);
}

TEST(SaTable, TakesEveryAlgorithmModeAndFamily) {
  for (const Backend backend : backends())
    for (const Algorithm& algorithm : kAlgorithms)
      for (std::uint32_t flags = 0; flags < 32; ++flags) {
        SaTable table(2, backend);
        EXPECT_EQ(table.add(0, make_sa(algorithm, flags)), SPA_OK)
            << algorithm.name << ' ' << flags;
        ASSERT_NE(table.at(0), nullptr);
        EXPECT_EQ(table.at(0)->transform.icv_length, algorithm.icv_length);
        EXPECT_EQ(table.at(0)->spi, 0x1000u);
      }
}

// Every field of struct spa_sa that has a wrong value, one at a time.
struct WrongField {
  const char* name;
  const Algorithm& algorithm;
  std::uint32_t flags;
  void (*spoil)(spa_sa&);
  spa_status expected;
};

const WrongField kWrongFields[] = {
    {"unknown flag", kGcm, 0, [](spa_sa& s) { s.flags |= 1u << 31; }, SPA_E_FIELD},
    {"spi 0", kGcm, 0, [](spa_sa& s) { s.spi = 0; }, SPA_E_FIELD},
    {"spi 255", kGcm, 0, [](spa_sa& s) { s.spi = card::from_be(std::uint32_t{255}); }, SPA_E_FIELD},
    {"no destination", kGcm, 0, [](spa_sa& s) { std::memset(s.daddr, 0, 16); }, SPA_E_FIELD},
    {"outbound without source", kGcm, SPA_SA_OUTBOUND,
     [](spa_sa& s) { std::memset(s.saddr, 0, 16); }, SPA_E_FIELD},
    {"IPv4 with more octets", kGcm, 0, [](spa_sa& s) { s.daddr[4] = 1; }, SPA_E_FIELD},
    {"IPv4 source with more octets", kGcm, 0, [](spa_sa& s) { s.saddr[15] = 1; }, SPA_E_FIELD},
    {"ports without UDP", kGcm, 0, [](spa_sa& s) { s.encap_sport = 1; }, SPA_E_FIELD},
    {"UDP without a port", kGcm, SPA_SA_UDP_ENCAP, [](spa_sa& s) { s.encap_dport = 0; },
     SPA_E_FIELD},
    {"cipher", kGcm, 0, [](spa_sa& s) { s.cipher = 8; }, SPA_E_UNSUPPORTED},
    {"auth", kCbc, 0, [](spa_sa& s) { s.auth = 6; }, SPA_E_UNSUPPORTED},
    {"GCM with HMAC", kGcm, 0,
     [](spa_sa& s) {
       s.auth = SPA_AUTH_HMAC_SHA1_96;
       s.auth_key_len = 20;
       s.icv_len = 12;
     },
     SPA_E_UNSUPPORTED},
    {"CBC without auth", kCbc, 0,
     [](spa_sa& s) {
       s.auth = SPA_AUTH_NONE;
       s.auth_key_len = 0;
       s.icv_len = 0;
     },
     SPA_E_UNSUPPORTED},
    {"NULL without auth", kNull, 0,
     [](spa_sa& s) {
       s.auth = SPA_AUTH_NONE;
       s.auth_key_len = 0;
       s.icv_len = 0;
     },
     SPA_E_UNSUPPORTED},
    {"weak DES key", kDes, 0, [](spa_sa& s) { std::memset(s.key, 0x01, 8); }, SPA_E_CRYPTO},
    {"3DES of one key", kTripleDes, 0, [](spa_sa& s) { std::memset(s.key, 0x23, 24); },
     SPA_E_CRYPTO},
    {"ChaCha ICV of 12", kChacha, 0, [](spa_sa& s) { s.icv_len = 12; }, SPA_E_UNSUPPORTED},
    {"MD5 key of 20", kMd5, 0, [](spa_sa& s) { s.auth_key_len = 20; }, SPA_E_UNSUPPORTED},
    {"CTR without salt", kCtr, 0, [](spa_sa& s) { s.salt_len = 0; }, SPA_E_UNSUPPORTED},
    {"DES key of 7", kDes, 0, [](spa_sa& s) { s.key_len = 7; }, SPA_E_UNSUPPORTED},
    {"key of 15", kGcm, 0, [](spa_sa& s) { s.key_len = 15; }, SPA_E_UNSUPPORTED},
    {"key of 255", kCbc, 0, [](spa_sa& s) { s.key_len = 255; }, SPA_E_UNSUPPORTED},
    {"key for NULL", kNull, 0, [](spa_sa& s) { s.key_len = 16; }, SPA_E_UNSUPPORTED},
    {"salt of 3", kGcm, 0, [](spa_sa& s) { s.salt_len = 3; }, SPA_E_UNSUPPORTED},
    {"salt of 255", kGcm, 0, [](spa_sa& s) { s.salt_len = 255; }, SPA_E_UNSUPPORTED},
    {"salt for CBC", kCbc, 0, [](spa_sa& s) { s.salt_len = 4; }, SPA_E_UNSUPPORTED},
    {"GCM ICV of 4", kGcm, 0, [](spa_sa& s) { s.icv_len = 4; }, SPA_E_UNSUPPORTED},
    {"GCM ICV of 17", kGcm, 0, [](spa_sa& s) { s.icv_len = 17; }, SPA_E_UNSUPPORTED},
    {"SHA1 ICV of 16", kCbc, 0, [](spa_sa& s) { s.icv_len = 16; }, SPA_E_UNSUPPORTED},
    {"SHA1 key of 64", kCbc, 0, [](spa_sa& s) { s.auth_key_len = 64; }, SPA_E_UNSUPPORTED},
    {"SHA1 key of 255", kCbc, 0, [](spa_sa& s) { s.auth_key_len = 255; }, SPA_E_UNSUPPORTED},
    {"window of 31", kGcm, 0, [](spa_sa& s) { s.replay_window = 31; }, SPA_E_FIELD},
    {"window of 4097", kGcm, 0, [](spa_sa& s) { s.replay_window = 4097; }, SPA_E_FIELD},
    {"ESN without a window", kGcm, SPA_SA_ESN, [](spa_sa& s) { s.replay_window = 0; }, SPA_E_FIELD},
    {"33 bits without ESN", kGcm, 0, [](spa_sa& s) { s.seq = 1ull << 32; }, SPA_E_FIELD},
    {"reqid in crypto mode", kGcm, 0, [](spa_sa& s) { s.reqid = 1; }, SPA_E_FIELD},
    {"reserved1", kGcm, 0, [](spa_sa& s) { s.reserved1[27] = 1; }, SPA_E_FIELD},
    {"hop limit in crypto mode", kGcm, 0, [](spa_sa& s) { s.hop_limit = 1; }, SPA_E_FIELD},
    {"selector in crypto mode", kGcm, 0, [](spa_sa& s) { s.selector.family = 4; }, SPA_E_FIELD},
    {"reserved2", kGcm, 0, [](spa_sa& s) { s.reserved2[6] = 1; }, SPA_E_FIELD},
    {"reserved3", kGcm, 0, [](spa_sa& s) { s.reserved3[79] = 1; }, SPA_E_FIELD},
};

TEST(SaTable, RefusesEachFieldOutOfItsRange) {
  for (const WrongField& wrong : kWrongFields) {
    spa_sa request = make_sa(wrong.algorithm, wrong.flags);
    ASSERT_EQ(try_add(request), SPA_OK) << wrong.name;
    wrong.spoil(request);
    EXPECT_EQ(try_add(request), wrong.expected) << wrong.name;
  }
}

TEST(SaTable, ChecksIndexAndGeneration) {
  SaTable table(8);
  ASSERT_EQ(table.add(3, make_sa(kGcm, 0, 0x2000, 41)), SPA_OK);
  EXPECT_EQ(table.add(8, make_sa(kGcm, 0, 0x2001)), SPA_E_FIELD);
  EXPECT_EQ(table.add(3, make_sa(kGcm, 0, 0x2001)), SPA_E_EXISTS);
  EXPECT_EQ(table.remove(9, 41), SPA_E_FIELD);
  EXPECT_EQ(table.remove(2, 41), SPA_E_NOT_FOUND);
  EXPECT_EQ(table.remove(3, 40), SPA_E_STALE);
  spa_sa_stats stats;
  EXPECT_EQ(table.read(3, 40, stats), SPA_E_STALE);
  EXPECT_EQ(table.read(99, 41, stats), SPA_E_FIELD);
  EXPECT_EQ(table.read(0, 41, stats), SPA_E_NOT_FOUND);
  EXPECT_EQ(table.read(3, 41, stats), SPA_OK);
  EXPECT_EQ(card::from_le(stats.generation), 41u);
  EXPECT_EQ(table.remove(3, 41), SPA_OK);
  EXPECT_EQ(table.remove(3, 41), SPA_E_NOT_FOUND);
  EXPECT_EQ(table.used(), 0u);
}

TEST(SaTable, RefusesASecondInboundSaForTheSamePackets) {
  SaTable table(8);
  ASSERT_EQ(table.add(0, make_sa(kGcm, 0, 0x2000)), SPA_OK);
  EXPECT_EQ(table.add(1, make_sa(kCbc, SPA_SA_TUNNEL, 0x2000)), SPA_E_EXISTS);
  EXPECT_EQ(table.add(1, make_sa(kGcm, SPA_SA_OUTBOUND, 0x2000)), SPA_OK);
  EXPECT_EQ(table.add(2, make_sa(kGcm, SPA_SA_OUTBOUND, 0x2000)), SPA_OK);
  EXPECT_EQ(table.add(3, make_sa(kGcm, SPA_SA_IPV6, 0x2000)), SPA_OK);
  spa_sa elsewhere = make_sa(kGcm, 0, 0x2000);
  elsewhere.daddr[0] ^= 1;
  EXPECT_EQ(table.add(4, elsewhere), SPA_OK);
}

// 16,384 SAs at once: 8,000 tunnels both ways and room to rekey.
TEST(SaTable, FillsUpAndFindsEveryone) {
  constexpr std::uint32_t kEntries = 16384;
  SaTable table(kEntries);
  for (std::uint32_t i = 0; i < kEntries; ++i)
    ASSERT_EQ(table.add(i, make_sa(kGcm, i % 2 ? SPA_SA_OUTBOUND : 0, 0x10000 + i, i)), SPA_OK);
  EXPECT_EQ(table.used(), kEntries);
  Address daddr{};
  std::memcpy(daddr.data(), make_sa(kGcm, 0).daddr, daddr.size());
  for (std::uint32_t i = 0; i < kEntries; ++i) {
    const Sa* found = table.find_inbound(daddr, 0x10000 + i, false);
    if (i % 2) {
      ASSERT_EQ(found, nullptr);
    } else {
      ASSERT_NE(found, nullptr);
      ASSERT_EQ(found->index, i);
    }
  }
  EXPECT_EQ(table.find_inbound(daddr, 0x9999999, false), nullptr);
  table.flush();
  EXPECT_EQ(table.used(), 0u);
  EXPECT_EQ(table.find_inbound(daddr, 0x10000, false), nullptr);
  EXPECT_EQ(table.add(0, make_sa(kGcm, 0, 0x10000)), SPA_OK);
}

// Adding and removing at random keeps the lookup in step with a map, deletions included.
TEST(SaTable, LookupAgreesWithAMap) {
  using Key = std::tuple<std::uint32_t, std::uint8_t, bool>;
  std::mt19937 random(99);
  SaTable table(48, Backend::kOpenSsl);
  std::map<Key, std::uint32_t> model;
  const auto request = [](const Key& key) {
    const auto [spi, last, ipv6] = key;
    spa_sa sa = make_sa(kGcm, ipv6 ? SPA_SA_IPV6 : 0, spi);
    sa.daddr[ipv6 ? 15 : 3] = last;
    return sa;
  };
  for (int step = 0; step < 6000; ++step) {
    const Key key{0x100 + random() % 12, 1 + random() % 3, random() % 2};
    const std::uint32_t index = random() % 48;
    if (random() % 2) {
      const bool taken = table.at(index) != nullptr;
      const bool expected = !taken && !model.contains(key);
      ASSERT_EQ(table.add(index, request(key)), expected ? SPA_OK : SPA_E_EXISTS);
      if (expected) model[key] = index;
    } else if (table.at(index)) {
      ASSERT_EQ(table.remove(index, 7), SPA_OK);
      std::erase_if(model, [index](const auto& entry) { return entry.second == index; });
    }
    for (const auto& [spi, last, ipv6] : {key, Key{0x105, 2, false}}) {
      Address daddr{};
      const spa_sa sa = request({spi, last, ipv6});
      std::memcpy(daddr.data(), sa.daddr, daddr.size());
      const Sa* found = table.find_inbound(daddr, spi, ipv6);
      const auto expected = model.find({spi, last, ipv6});
      ASSERT_EQ(found != nullptr, expected != model.end());
      if (found) ASSERT_EQ(found->index, expected->second);
    }
  }
}

TEST(SaTable, ATableOfNoneHoldsNone) {
  SaTable table(0);
  EXPECT_EQ(table.add(0, make_sa(kGcm, 0)), SPA_E_FIELD);
  EXPECT_EQ(table.find_inbound({}, 256, false), nullptr);
}

}  // namespace
}  // namespace spa::esp::test
