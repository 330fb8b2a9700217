// SPDX-License-Identifier: Apache-2.0
// The two libraries against each other: the same octets for bursts of mixed SAs and lengths at any
// alignment, and each opens what the other wrote. The seed is printed; SPA_TEST_SEED repeats it.
#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>
#include <random>

#include "firmware-sim/esp/crypto_backend.h"
#include "tests/device/esp/packets.h"

namespace spa::esp::test {
namespace {

constexpr std::size_t kLongest = 9000;  // octets of payload

std::uint32_t seed() {
  const char* given = std::getenv("SPA_TEST_SEED");
  const std::uint32_t value =
      given ? static_cast<std::uint32_t>(std::strtoul(given, nullptr, 0)) : std::random_device{}();
  std::cout << "SPA_TEST_SEED=" << value << std::endl;
  return value;
}

// One packet on both sides, in place, at an address of its own.
struct Packet {
  Transform sealing;
  Transform opening;
  std::unique_ptr<KeySchedule> seal_keys[2];
  std::unique_ptr<KeySchedule> open_keys[2];
  std::size_t shift = 0;
  std::size_t length = 0;
  Bytes memory[2];
  CryptoJob job[2];

  [[nodiscard]] std::uint8_t* at(std::size_t side) { return memory[side].data() + shift; }
  [[nodiscard]] Bytes octets(std::size_t side) { return {at(side), at(side) + length}; }
};

constexpr std::size_t kGuard = 64;  // octets on both sides that nobody may touch
constexpr std::uint8_t kGuardOctet = 0xa5;

class Differential : public testing::Test {
 protected:
  std::unique_ptr<CryptoBackend> plain = make_crypto_backend(Backend::kOpenSsl);
  std::unique_ptr<CryptoBackend> fast = make_crypto_backend(Backend::kIpsecMb);
  std::mt19937 random;

  void SetUp() override {
    if (!fast) GTEST_SKIP() << "no intel-ipsec-mb here";
    random.seed(seed());
  }

  Packet make(const Algorithm& a, std::size_t payload) {
    Packet packet;
    const CipherTraits& traits = *cipher_traits(a.cipher);
    const bool esn = random() % 2 != 0;
    packet.sealing = make_transform(traits, a.auth, a.icv_length, esn, true);
    packet.opening = make_transform(traits, a.auth, a.icv_length, esn, false);
    const Bytes key = random_bytes(random, a.key_length);
    const Bytes salt = random_bytes(random, a.salt_length());
    const Bytes auth_key = random_bytes(random, a.auth_key_length);
    const TransformKeys keys{key, salt, auth_key};
    for (const std::size_t side : {0u, 1u}) {
      CryptoBackend& backend = side == 0 ? *plain : *fast;
      packet.seal_keys[side] = backend.expand(packet.sealing, keys);
      packet.open_keys[side] = backend.expand(packet.opening, keys);
    }
    const std::size_t body = (payload + 2 + traits.block - 1) / traits.block * traits.block;
    packet.length = 8u + traits.iv_length + body + a.icv_length;
    packet.shift = kGuard + random() % 64;
    packet.memory[0].assign(packet.shift + packet.length + kGuard, kGuardOctet);
    const Bytes octets = random_bytes(random, packet.length);
    std::copy(octets.begin(), octets.end(), packet.at(0));
    packet.memory[1] = packet.memory[0];
    const auto seq_hi = static_cast<std::uint32_t>(random());
    for (const std::size_t side : {0u, 1u}) {
      CryptoJob& job = packet.job[side];
      job.transform = &packet.sealing;
      job.keys = packet.seal_keys[side].get();
      job.body = body;
      job.seq_hi = esn ? seq_hi : 0;
    }
    return packet;
  }

  // Jobs are made when the packets have come to rest.
  static std::vector<CryptoJob> jobs_of(std::vector<Packet>& packets, std::size_t side,
                                        bool opening) {
    std::vector<CryptoJob> jobs;
    for (Packet& packet : packets) {
      CryptoJob job = packet.job[side];
      job.esp = packet.at(side);
      job.transform = opening ? &packet.opening : &packet.sealing;
      job.keys = (opening ? packet.open_keys : packet.seal_keys)[side].get();
      jobs.push_back(job);
    }
    return jobs;
  }

  static void expect_guards(Packet& packet) {
    for (const Bytes& memory : packet.memory) {
      const auto untouched = [](std::uint8_t octet) { return octet == kGuardOctet; };
      const auto begin = memory.begin();
      const auto shift = static_cast<std::ptrdiff_t>(packet.shift);
      const auto end = shift + static_cast<std::ptrdiff_t>(packet.length);
      EXPECT_TRUE(std::all_of(begin, begin + shift, untouched));
      EXPECT_TRUE(std::all_of(begin + end, memory.end(), untouched));
    }
  }

  // Both seal, every fifth packet is damaged, then each opens what the other wrote.
  void run(std::vector<Packet>& packets) {
    std::vector<Bytes> before;
    for (Packet& packet : packets) before.push_back(packet.octets(0));
    std::vector<CryptoJob> jobs[2] = {jobs_of(packets, 0, false), jobs_of(packets, 1, false)};
    plain->seal(jobs[0]);
    fast->seal(jobs[1]);
    for (std::size_t i = 0; i < packets.size(); ++i) {
      ASSERT_TRUE(jobs[0][i].ok && jobs[1][i].ok);
      ASSERT_EQ(packets[i].octets(0), packets[i].octets(1));
      if (i % 5 == 0) {
        const std::size_t at = random() % packets[i].length;
        packets[i].at(0)[at] ^= 4;
        packets[i].at(1)[at] ^= 4;
      }
      std::swap(packets[i].memory[0], packets[i].memory[1]);
    }
    std::vector<Bytes> sealed;
    for (Packet& packet : packets) sealed.push_back(packet.octets(0));
    jobs[0] = jobs_of(packets, 0, true);
    jobs[1] = jobs_of(packets, 1, true);
    plain->open(jobs[0]);
    fast->open(jobs[1]);
    for (std::size_t i = 0; i < packets.size(); ++i) {
      Packet& packet = packets[i];
      ASSERT_EQ(jobs[0][i].ok, i % 5 != 0);
      ASSERT_EQ(jobs[1][i].ok, i % 5 != 0);
      ASSERT_EQ(packet.octets(0), packet.octets(1));
      // RFC 4303 3.4.4.1: what is not authentic is as it came. Else the text is as it was.
      const std::size_t compared = packet.length - (i % 5 == 0 ? 0 : packet.opening.icv_length);
      const Bytes& expected = i % 5 == 0 ? sealed[i] : before[i];
      ASSERT_TRUE(std::equal(expected.begin(),
                             expected.begin() + static_cast<std::ptrdiff_t>(compared),
                             packet.at(0)));
      expect_guards(packet);
    }
  }
};

// Every algorithm at every length around the blocks of its cipher and hash, one after the other.
TEST_F(Differential, EveryAlgorithmAtEveryShortLength) {
  for (const Algorithm& a : kAlgorithms) {
    SCOPED_TRACE(a.name);
    std::vector<Packet> packets;
    for (std::size_t payload = 0; payload <= 300; ++payload) packets.push_back(make(a, payload));
    ASSERT_NO_FATAL_FAILURE(run(packets));
  }
}

TEST_F(Differential, EveryAlgorithmUpToJumboFrames) {
  for (const Algorithm& a : kAlgorithms) {
    SCOPED_TRACE(a.name);
    std::vector<Packet> packets;
    for (int i = 0; i < 20; ++i) packets.push_back(make(a, random() % (kLongest + 1)));
    packets.push_back(make(a, kLongest));
    ASSERT_NO_FATAL_FAILURE(run(packets));
  }
}

// More than one batch of the library's, with all algorithms side by side in it.
TEST_F(Differential, BurstsOfMixedSas) {
  for (int round = 0; round < 40; ++round) {
    std::vector<Packet> packets;
    for (int i = 0; i < 150; ++i) {
      const Algorithm& a = kAlgorithms[random() % std::size(kAlgorithms)];
      packets.push_back(make(a, random() % (random() % 4 ? 128 : 1500)));
    }
    ASSERT_NO_FATAL_FAILURE(run(packets));
  }
}

}  // namespace
}  // namespace spa::esp::test
