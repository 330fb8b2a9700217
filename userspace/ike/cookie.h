// SPDX-License-Identifier: Apache-2.0
// Stateless cookies against floods of half-open SAs (RFC 7296 2.6, RFC 8019 4.3): one version octet
// and a MAC over what identifies the request. Nothing is remembered per peer.
#pragma once

#include <cstdint>

#include "userspace/base/address.h"
#include "userspace/base/bytes.h"
#include "userspace/base/clock.h"
#include "userspace/base/result.h"

namespace spa::ike {

class CookieJar {
 public:
  // A secret is used for `secret_life` and accepted for as long again.
  explicit CookieJar(Duration secret_life) : secret_life_(secret_life) {}

  // kCrypto when there is no randomness for a secret.
  [[nodiscard]] Result<Bytes> make(SteadyTime now, ByteView nonce, const IpAddress& source,
                                   std::uint64_t initiator_spi);
  [[nodiscard]] bool check(SteadyTime now, ByteView cookie, ByteView nonce, const IpAddress& source,
                           std::uint64_t initiator_spi);

 private:
  struct Secret {
    std::uint8_t version = 0;
    SecretBytes key;
  };
  [[nodiscard]] Status rotate(SteadyTime now);
  [[nodiscard]] static Result<Bytes> compute(const Secret& secret, ByteView nonce,
                                             const IpAddress& source, std::uint64_t initiator_spi);

  Duration secret_life_;
  SteadyTime since_{};
  Secret current_;
  Secret previous_;
};

}  // namespace spa::ike
