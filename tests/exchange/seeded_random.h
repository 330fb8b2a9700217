// SPDX-License-Identifier: Apache-2.0
// Random numbers from a seed, while this lives: SPIs, nonces, private keys and jitter are the same
// in every run. One at a time, since OpenSSL's generator belongs to the process.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

namespace spa::exchange {

class SeededRandom {
 public:
  explicit SeededRandom(std::uint32_t seed);
  ~SeededRandom();
  SeededRandom(const SeededRandom&) = delete;
  SeededRandom& operator=(const SeededRandom&) = delete;

  // What draws of 32 octets, which nonces are, begin with from here on.
  void begin_with(std::optional<std::uint8_t> octet);
  // How often somebody has drawn; the `n`-th draw (from 0) finds no entropy.
  [[nodiscard]] std::size_t draws() const;
  void fail_at(std::size_t n);
};

}  // namespace spa::exchange
