// SPDX-License-Identifier: Apache-2.0
// The IKE SAs of a shard by our SPI, of which the top octet is the shard's number.
#pragma once

#include <cstdint>
#include <memory>
#include <unordered_map>
#include <vector>

#include "userspace/base/result.h"
#include "userspace/crypto/random.h"

namespace spa::ike {

template <typename Sa>
class SaTable {
 public:
  explicit SaTable(std::uint8_t shard) : shard_(shard) {}

  // An SPI, or cookie (RFC 2408 2.5.3), that no SA here has. kCrypto without randomness.
  [[nodiscard]] Result<std::uint64_t> fresh_spi() const {
    for (;;) {
      Result<std::uint64_t> random = crypto::random_nonzero_u64();
      if (!random) return random;
      const std::uint64_t spi =
          (static_cast<std::uint64_t>(shard_) << 56) | (*random & 0x00FF'FFFF'FFFF'FFFFULL);
      if (spi != 0 && !by_spi_.contains(spi)) return spi;
    }
  }
  void add(std::uint64_t spi, std::unique_ptr<Sa> sa) { by_spi_.emplace(spi, std::move(sa)); }
  [[nodiscard]] Sa* find(std::uint64_t spi) const {
    const auto found = by_spi_.find(spi);
    return found == by_spi_.end() ? nullptr : found->second.get();
  }
  // Takes it off the table; null when it is not there.
  [[nodiscard]] std::unique_ptr<Sa> take(std::uint64_t spi) {
    const auto found = by_spi_.find(spi);
    if (found == by_spi_.end()) return nullptr;
    std::unique_ptr<Sa> sa = std::move(found->second);
    by_spi_.erase(found);
    return sa;
  }
  [[nodiscard]] std::size_t size() const { return by_spi_.size(); }
  // A copy of the list, so that SAs may come and go while it is walked.
  [[nodiscard]] std::vector<Sa*> all() const {
    std::vector<Sa*> list;
    list.reserve(by_spi_.size());
    for (const auto& [spi, sa] : by_spi_) list.push_back(sa.get());
    return list;
  }

 private:
  std::uint8_t shard_;
  std::unordered_map<std::uint64_t, std::unique_ptr<Sa>> by_spi_;
};

}  // namespace spa::ike
