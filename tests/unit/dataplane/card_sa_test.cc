// SPDX-License-Identifier: Apache-2.0
#include "userspace/dataplane/card_sa.h"

#include <gtest/gtest.h>

#include <cstring>

#include "firmware-sim/esp/sa_table.h"

namespace spa::dataplane {
namespace {

ports::SaPair pair_of(const ports::EspSuite& suite, std::size_t cipher, std::size_t integrity) {
  ports::SaPair pair;
  pair.local = {IpAddress::v4(0x0a000001), 4500};
  pair.remote = {IpAddress::v4(0x0a000002), 4501};
  pair.udp_encapsulation = true;
  pair.spi_in = 0x11223344;
  pair.spi_out = 0x55667788;
  pair.suite = suite;
  pair.keys_in = {SecretBytes(cipher, 1), SecretBytes(integrity, 2)};
  pair.keys_out = {SecretBytes(cipher, 3), SecretBytes(integrity, 4)};
  // Three different keys for 3DES, none of them weak.
  for (std::size_t i = 0; i < cipher; i += 7)
    pair.keys_in.cipher[i] = pair.keys_out.cipher[i] = static_cast<std::uint8_t>(0x40 + i);
  return pair;
}

using wire::EncrId;
using wire::IntegId;

TEST(CardSa, EveryAlgorithmThatWeOfferTheCardTakes) {
  const struct {
    ports::EspSuite suite;
    std::size_t cipher, integrity;
  } cases[] = {
      {{EncrId::kAesGcm16, 128, IntegId::kNone}, 20, 0},
      {{EncrId::kAesGcm16, 256, IntegId::kNone}, 36, 0},
      {{EncrId::kAesGcm12, 192, IntegId::kNone}, 28, 0},
      {{EncrId::kAesGcm8, 128, IntegId::kNone, true}, 20, 0},
      {{EncrId::kAesCbc, 128, IntegId::kHmacSha1_96}, 16, 20},
      {{EncrId::kAesCbc, 256, IntegId::kHmacSha256_128, true}, 32, 32},
      {{EncrId::kNull, 0, IntegId::kHmacSha256_128}, 0, 32},
      {{EncrId::kAesCbc, 128, IntegId::kHmacSha384_192}, 16, 48},
      {{EncrId::kAesCbc, 192, IntegId::kHmacSha512_256}, 24, 64},
      {{EncrId::k3Des, 0, IntegId::kHmacSha1_96}, 24, 20},
      {{EncrId::kDes, 0, IntegId::kHmacMd5_96}, 8, 16},
      {{EncrId::kAesCtr, 256, IntegId::kHmacSha256_128}, 36, 32},
      {{EncrId::kChaCha20Poly1305, 0, IntegId::kNone, true}, 36, 0},
      {{EncrId::kNullAuthAesGmac, 192, IntegId::kNone}, 28, 0},
  };
  esp::SaTable table(64);
  std::uint32_t index = 0;
  for (const auto& entry : cases) {
    ASSERT_TRUE(card_supports(entry.suite));
    auto pair = pair_of(entry.suite, entry.cipher, entry.integrity);
    pair.spi_in += index;
    for (const Direction direction : {Direction::kIn, Direction::kOut}) {
      CardSa sa;
      ASSERT_TRUE(sa.fill(pair, direction, 7, {}).has_value());
      EXPECT_EQ(table.add(index, sa.request()), SPA_OK) << index;
      EXPECT_EQ(table.at(index)->spi, direction == Direction::kIn ? pair.spi_in : pair.spi_out);
      EXPECT_EQ(table.at(index)->outbound(), direction == Direction::kOut);
      ++index;
    }
  }
}

TEST(CardSa, WhatTheCardHasNotIsRefusedBefore) {
  EXPECT_FALSE(card_supports({EncrId::k3Des, 0, IntegId::kNone}));
  EXPECT_FALSE(card_supports({EncrId::kAesCbc, 129, IntegId::kHmacSha512_256}));
  EXPECT_FALSE(card_supports({EncrId::kAesCtr, 0, IntegId::kHmacSha1_96}));
  EXPECT_FALSE(card_supports({static_cast<EncrId>(99), 128, IntegId::kHmacSha1_96}));
  EXPECT_FALSE(card_supports({EncrId::kAesCbc, 128, IntegId::kNone}));
  EXPECT_FALSE(card_supports({EncrId::kNull, 0, IntegId::kNone}));
  EXPECT_FALSE(card_supports({EncrId::kAesGcm16, 100, IntegId::kNone}));
  EXPECT_FALSE(card_supports({EncrId::kAesGcm16, 128, IntegId::kHmacSha1_96}));
}

// The engine has AH, but its packets do not fit into UDP.
TEST(CardSa, BundlesAreCompressionWithinEspAndNoMore) {
  using wire::IpCompId;
  const auto with = [](IntegId ah, IpCompId compression) {
    return ports::EspSuite{EncrId::kAesGcm16, 128, IntegId::kNone, false, ah, compression};
  };
  EXPECT_TRUE(card_supports(with(IntegId::kNone, IpCompId::kDeflate)));
  EXPECT_FALSE(card_supports(with(IntegId::kNone, IpCompId::kLzs)));
  EXPECT_FALSE(card_supports(with(IntegId::kHmacSha1_96, IpCompId::kNone)));
  EXPECT_FALSE(card_supports({EncrId{}, 0, IntegId::kNone, false, IntegId::kHmacSha1_96}));
}

TEST(CardSa, KeysMustFitTheirAlgorithms) {
  CardSa sa;
  const ports::EspSuite gcm{EncrId::kAesGcm16, 128, IntegId::kNone};
  EXPECT_FALSE(sa.fill(pair_of(gcm, 16, 0), Direction::kIn, 1, {}).has_value());  // no salt
  EXPECT_FALSE(sa.fill(pair_of(gcm, 20, 20), Direction::kIn, 1, {}).has_value());
  auto mixed = pair_of(gcm, 20, 0);
  mixed.remote.address = IpAddress::parse("fd00::1").value_or(IpAddress{});
  EXPECT_FALSE(sa.fill(mixed, Direction::kIn, 1, {}).has_value());
}

TEST(CardSa, TheSaltIsTheTailOfTheCipherKey) {
  auto pair = pair_of({EncrId::kAesGcm16, 128, IntegId::kNone}, 20, 0);
  std::fill(pair.keys_out.cipher.begin() + 16, pair.keys_out.cipher.end(), 0x5a);
  CardSa sa;
  ASSERT_TRUE(sa.fill(pair, Direction::kOut, 1, {1, 2, 3, 4}).has_value());
  const std::uint8_t salt[4] = {0x5a, 0x5a, 0x5a, 0x5a};
  EXPECT_EQ(std::memcmp(sa.request().salt, salt, 4), 0);
  EXPECT_EQ(sa.request().key_len, 16);
  EXPECT_EQ(card::from_le(sa.request().soft_bytes), 3u);
  EXPECT_EQ(card::from_le(sa.request().hard_bytes), 4u);
}

}  // namespace
}  // namespace spa::dataplane
