// SPDX-License-Identifier: Apache-2.0
#include "userspace/ike/crash_token.h"

#include <array>

#include "userspace/crypto/hash.h"

namespace spa::ike {

Result<Bytes> crash_token(ByteView secret, std::uint64_t spi_i, std::uint64_t spi_r) {
  std::array<std::uint8_t, 16> spis{};
  for (std::size_t i = 0; i < 8; ++i) {
    spis[i] = static_cast<std::uint8_t>(spi_i >> (56 - 8 * i));
    spis[8 + i] = static_cast<std::uint8_t>(spi_r >> (56 - 8 * i));
  }
  const auto mac = crypto::hmac(crypto::HashAlgorithm::kSha256, secret, {ByteView(spis)});
  if (!mac) return tl::unexpected(mac.error());
  return to_bytes(*mac);
}

}  // namespace spa::ike
