// SPDX-License-Identifier: Apache-2.0
// What every contender of the engine benchmark gets to do: the same packets of the same SAs in the
// same order.
#pragma once

#include <spa/hw.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "firmware-sim/base/octets.h"

namespace spa::bench {

struct Suite {
  const char* name;
  spa_cipher cipher;
  std::uint8_t key;  // octets
  spa_auth auth;
  std::uint8_t auth_key;
  std::uint8_t icv;
  std::uint8_t salt;
  std::uint8_t iv;
  std::uint8_t block;
};

inline constexpr Suite kSuites[] = {
    {"aes128-gcm", SPA_CIPHER_AES_GCM_16, 16, SPA_AUTH_NONE, 0, 16, 4, 8, 4},
    {"aes128-sha1", SPA_CIPHER_AES_CBC, 16, SPA_AUTH_HMAC_SHA1_96, 20, 12, 0, 16, 16},
    {"aes128-sha256", SPA_CIPHER_AES_CBC, 16, SPA_AUTH_HMAC_SHA2_256_128, 32, 16, 0, 16, 16},
    {"3des-sha1", SPA_CIPHER_3DES_CBC, 24, SPA_AUTH_HMAC_SHA1_96, 20, 12, 0, 8, 8},
};
inline constexpr std::size_t kLengths[] = {64, 354, 1420, 8900};
inline constexpr std::uint32_t kSaCounts[] = {1, 8000, 100000};

inline constexpr std::size_t kBurst = 64;
inline constexpr std::size_t kHeadroom = 128;
inline constexpr std::size_t kTailroom = 128;

// An ESP packet in memory: SPI, sequence number, IV, text, ICV. In front of it there is room for an
// outer header, behind it for more.
struct Packet {
  std::uint8_t* esp = nullptr;
  std::size_t text = 0;    // octets of the encrypted part
  std::size_t length = 0;  // SPI to ICV
  std::uint32_t sa = 0;
  std::uint64_t sequence = 0;
};

// The keys of SA number `index`: all different, and the same for every contender.
struct Keys {
  std::uint8_t key[32];
  std::uint8_t salt[4];
  std::uint8_t auth_key[64];
};
[[nodiscard]] Keys keys_of(std::uint32_t index);

// A burst of packets whose SAs follow a shuffled order, so that the caches see `sas` of them.
class Workload {
 public:
  Workload(const Suite& suite, std::uint32_t sas, std::size_t payload);
  // The next burst: new SAs and sequence numbers for the same memory. `sequence` counts on.
  [[nodiscard]] std::span<Packet> next(std::uint64_t& sequence);

 private:
  std::vector<std::uint32_t> order_;
  std::size_t at_ = 0;
  card::Bytes memory_;
  std::vector<Packet> burst_;
};

class Contender {
 public:
  virtual ~Contender() = default;
  // Not measured.
  virtual void prepare(std::span<Packet> burst) { (void)burst; }
  // Measured: IV, encryption and ICV of every packet, or the reverse. False when one failed.
  [[nodiscard]] virtual bool run(std::span<Packet> burst) = 0;
};

using MakeContender = std::unique_ptr<Contender> (*)(const Suite& suite, std::uint32_t sas);

// Null where the library is missing.
[[nodiscard]] std::unique_ptr<Contender> make_engine_seal(const Suite& suite, std::uint32_t sas);
[[nodiscard]] std::unique_ptr<Contender> make_engine_open(const Suite& suite, std::uint32_t sas);
[[nodiscard]] std::unique_ptr<Contender> make_engine_packet(const Suite& suite, std::uint32_t sas);
[[nodiscard]] std::unique_ptr<Contender> make_bare_ipsec_mb(const Suite& suite, std::uint32_t sas);
[[nodiscard]] std::unique_ptr<Contender> make_openssl_reused(const Suite& suite, std::uint32_t sas);
[[nodiscard]] std::unique_ptr<Contender> make_openssl_fresh(const Suite& suite, std::uint32_t sas);

}  // namespace spa::bench
