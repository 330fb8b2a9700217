// SPDX-License-Identifier: Apache-2.0
#include "userspace/ike/cookie.h"

#include <array>

#include "userspace/crypto/hash.h"
#include "userspace/crypto/random.h"

namespace spa::ike {

namespace {
constexpr std::size_t kSecretSize = 32;
}

Status CookieJar::rotate(SteadyTime now) {
  if (!current_.key.empty() && now - since_ < secret_life_) return {};
  Secret fresh{static_cast<std::uint8_t>(current_.version + 1), SecretBytes(kSecretSize)};
  if (Status random = crypto::random_fill(fresh.key); !random) return random;
  // After a long silence the old secret is not merely old, it is expired.
  const bool expired = now - since_ >= 2 * secret_life_;
  previous_ = expired ? Secret{} : std::move(current_);
  current_ = std::move(fresh);
  since_ = now;
  return {};
}

Result<Bytes> CookieJar::compute(const Secret& secret, ByteView nonce, const IpAddress& source,
                                 std::uint64_t initiator_spi) {
  std::array<std::uint8_t, 8> spi{};
  for (std::size_t i = 0; i < spi.size(); ++i) {
    spi[i] = static_cast<std::uint8_t>(initiator_spi >> (56 - 8 * i));
  }
  auto mac = crypto::hmac(crypto::HashAlgorithm::kSha256, secret.key, {nonce, source.bytes(), spi});
  if (!mac) return tl::unexpected(mac.error());
  Bytes cookie{secret.version};
  cookie.insert(cookie.end(), mac->begin(), mac->end());
  return cookie;
}

Result<Bytes> CookieJar::make(SteadyTime now, ByteView nonce, const IpAddress& source,
                              std::uint64_t initiator_spi) {
  if (Status ready = rotate(now); !ready) return tl::unexpected(ready.error());
  return compute(current_, nonce, source, initiator_spi);
}

bool CookieJar::check(SteadyTime now, ByteView cookie, ByteView nonce, const IpAddress& source,
                      std::uint64_t initiator_spi) {
  if (cookie.empty() || !rotate(now)) return false;
  const Secret* secret = cookie[0] == current_.version    ? &current_
                         : cookie[0] == previous_.version ? &previous_
                                                          : nullptr;
  if (secret == nullptr || secret->key.empty()) return false;
  const Result<Bytes> expected = compute(*secret, nonce, source, initiator_spi);
  return expected && constant_time_equal(*expected, cookie);
}

}  // namespace spa::ike
