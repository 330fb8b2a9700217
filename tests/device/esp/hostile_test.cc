// SPDX-License-Identifier: Apache-2.0
// Every truncation of a good packet, every length field at its worst, and noise. Each attempt runs
// on a copy of exactly its size, so that AddressSanitizer sees a read beyond it.
#include <gtest/gtest.h>

#include "firmware-sim/esp/engine.h"
#include "tests/device/esp/packets.h"
#include "tests/device/esp/reference.h"

namespace spa::esp::test {
namespace {

class Hostile : public testing::TestWithParam<Backend> {
 protected:
  static constexpr std::uint32_t kInbound = 3 * std::size(kAlgorithms);
  SaTable table{kInbound + 2, GetParam()};
  Engine engine{table};
  std::mt19937 random{666};

  // Inbound SAs of all algorithms, one SPI each, without and with UDP, both families.
  void SetUp() override {
    std::uint32_t index = 0;
    for (const Algorithm& a : kAlgorithms)
      for (const std::uint32_t flags : {std::uint32_t{SPA_SA_TUNNEL}, std::uint32_t{SPA_SA_IPV6},
                                        std::uint32_t{SPA_SA_UDP_ENCAP | SPA_SA_TUNNEL}}) {
        ASSERT_EQ(table.add(index, make_sa(a, flags, 0x1000 + index)), SPA_OK);
        ++index;
      }
  }
  Bytes packet(std::uint32_t index, std::uint64_t sequence) {
    const Algorithm& a = kAlgorithms[index / 3];
    const std::uint32_t flags = table.at(index)->flags;
    const Bytes inner = make_ip(Bytes(20), {});
    const Bytes esp = reference_seal(make_sa(a, flags, 0x1000 + index), sequence,
                                     Bytes(a.iv_length()), with_trailer(inner, a.block(), 4));
    const bool udp = (flags & SPA_SA_UDP_ENCAP) != 0;
    return make_ip(udp ? make_udp(esp, 4500, 4500) : esp,
                   {.ipv6 = (flags & SPA_SA_IPV6) != 0,
                    .protocol = static_cast<std::uint8_t>(udp ? 17 : 50),
                    .outer = true});
  }
  // Both faces on copies; true when either took the packet for good.
  bool feed(ByteView ip) {
    Bytes frame = make_frame(ip);
    const bool card = engine.decrypt(frame).decrypted;
    Bytes copy(ip.begin(), ip.end());
    DecapPacket job{{copy, 0, copy.size()}};
    engine.decapsulate({&job, 1});
    Bytes payload(ip.begin(), ip.end());
    DecapPacket only{{payload, 0, payload.size()}};
    only.esp_only = true;
    engine.decapsulate({&only, 1});
    return card || job.status == SPA_OK || only.status == SPA_OK;
  }
};

TEST_P(Hostile, EveryTruncation) {
  for (std::uint32_t index = 0; index < table.used(); ++index) {
    const Bytes good = packet(index, 1);
    for (std::size_t length = 1; length < good.size(); ++length)
      ASSERT_FALSE(feed(ByteView(good).first(length))) << index << " cut to " << length;
    ASSERT_TRUE(feed(good));
  }
}

// The lengths say less than there is: the packet is shorter for everybody, and not authentic.
TEST_P(Hostile, EveryTruncationWithFittingLengths) {
  for (std::uint32_t index = 0; index < table.used(); ++index) {
    const Bytes good = packet(index, 1);
    const bool ipv6 = (good[0] >> 4) == 6;
    const std::size_t header = ipv6 ? 40 : 20;
    for (std::size_t length = header; length < good.size(); ++length) {
      Bytes cut(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(length));
      card::store_be16(&cut[ipv6 ? 4 : 2], static_cast<std::uint16_t>(ipv6 ? length - 40 : length));
      if (table.at(index)->udp_encap() && length >= header + 8)
        card::store_be16(&cut[header + 4], static_cast<std::uint16_t>(length - header));
      ASSERT_FALSE(feed(cut)) << index << " cut to " << length;
    }
  }
}

TEST_P(Hostile, EveryOctetOfTheHeadersAtEveryValue) {
  for (const std::uint32_t index : {0u, 1u, 2u}) {
    const Bytes good = packet(index, 1);
    const std::size_t headers = (good[0] >> 4) == 6 ? 48 : 36;
    for (std::size_t at = 0; at < headers; ++at)
      for (int value = 0; value < 256; ++value) {
        Bytes changed = good;
        changed[at] = static_cast<std::uint8_t>(value);
        feed(changed);
      }
  }
  // Whatever got through was authentic: at most the one good packet of each SA and face.
  for (const std::uint32_t index : {0u, 1u, 2u}) EXPECT_LE(table.at(index)->packets, 1u);
}

TEST_P(Hostile, Noise) {
  for (int i = 0; i < 20000; ++i) {
    Bytes noise = random_bytes(random, random() % 200 + 1);
    if (i % 2) noise[0] = static_cast<std::uint8_t>(i % 4 == 1 ? 0x45 : 0x60);
    if (i % 4 == 1 && noise.size() > 20) {
      card::store_be16(&noise[2], static_cast<std::uint16_t>(noise.size()));
      noise[6] = noise[7] = 0;
      noise[9] = i % 8 == 1 ? 50 : 17;
    }
    ASSERT_FALSE(feed(noise));
  }
}

TEST_P(Hostile, EveryTxFrameLengthAndOffset) {
  const Algorithm& a = kAlgorithms[8];
  ASSERT_EQ(table.add(kInbound, make_sa(a, SPA_SA_OUTBOUND)), SPA_OK);
  for (std::size_t length = 0; length < 120; ++length)
    for (std::uint32_t offset = 0; offset < 130; ++offset) {
      Bytes frame(length, 0);
      if (offset + 8 <= length) {
        card::store_be32(&frame[offset], 0x1000);
        card::store_be32(&frame[offset + 4], 1);
      }
      const bool fits = offset + 24 + 16 + 16 <= length && (length - offset - 40) % 16 == 0;
      ASSERT_EQ(engine.encrypt(frame, offset, kInbound, 7, 0), fits ? SPA_OK : SPA_E_FORMAT);
    }
}

TEST_P(Hostile, EveryTruncationOfAPacketToSend) {
  for (const bool ipv6 : {false, true}) {
    const std::uint32_t flags = SPA_SA_OUTBOUND | (ipv6 ? SPA_SA_IPV6 : 0);
    ASSERT_EQ(table.add(kInbound + (ipv6 ? 0 : 1), make_sa(kAlgorithms[0], flags)), SPA_OK);
    Bytes inner = make_ip(from_hex("3c00010400000000 1100010400000000 00000000"),
                          {.ipv6 = ipv6, .protocol = static_cast<std::uint8_t>(ipv6 ? 0 : 17)});
    for (std::size_t length = 0; length < inner.size(); ++length) {
      Bytes memory(kHeadroom);
      memory.insert(memory.end(), inner.begin(),
                    inner.begin() + static_cast<std::ptrdiff_t>(length));
      EncapPacket job{{memory, kHeadroom, length}, kInbound + (ipv6 ? 0 : 1), 7};
      engine.encapsulate({&job, 1});
      ASSERT_EQ(job.status, SPA_E_FORMAT) << length;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Backends, Hostile, testing::ValuesIn(backends()),
                         [](const auto& info) { return backend_name(info.param); });

}  // namespace
}  // namespace spa::esp::test
