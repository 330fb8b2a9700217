// SPDX-License-Identifier: Apache-2.0
// What goes beside the text into a combined-mode cipher and into counter mode.
#pragma once

#include <array>
#include <cstring>

#include "firmware-sim/esp/crypto_backend.h"

namespace spa::esp {

inline constexpr std::size_t kSaltLength = 4;
using Salt = std::array<std::uint8_t, kSaltLength>;

// Salt and IV: RFC 4106 4, RFC 7634 2, RFC 4543 3.2.
struct Nonce {
  std::uint8_t octets[12];
};
[[nodiscard]] inline Nonce nonce_of(const CryptoJob& job, const Salt& salt) {
  Nonce nonce;
  std::memcpy(nonce.octets, salt.data(), salt.size());
  std::memcpy(nonce.octets + salt.size(), job.iv(), 8);
  return nonce;
}

// SPI and sequence number of 32 or 64 bits: RFC 4106 5, RFC 7634 2.1, RFC 4543 3.3.
struct Aad {
  std::uint8_t octets[12];
  std::size_t length;
};
[[nodiscard]] inline Aad aad_of(const CryptoJob& job) {
  Aad aad;
  aad.length = job.transform->esn ? 12 : 8;
  std::memcpy(aad.octets, job.esp, 4);
  if (job.transform->esn) card::store_be32(aad.octets + 4, job.seq_hi);
  std::memcpy(aad.octets + aad.length - 4, job.esp + 4, 4);
  return aad;
}

// The first counter block of a packet: RFC 3686 4.
struct CounterBlock {
  std::uint8_t octets[16];
};
[[nodiscard]] inline CounterBlock counter_block_of(const CryptoJob& job, const Salt& salt) {
  CounterBlock block;
  std::memcpy(block.octets, salt.data(), salt.size());
  std::memcpy(block.octets + salt.size(), job.iv(), 8);
  card::store_be32(block.octets + 12, 1);
  return block;
}

}  // namespace spa::esp
