// SPDX-License-Identifier: Apache-2.0
// The other side of every public-key operation, done by OpenSSL's high-level interface.
#pragma once

#include <openssl/evp.h>
#include <spa/hw.h>

#include <memory>
#include <string>
#include <string_view>

#include "firmware-sim/base/octets.h"
#include "firmware-sim/pka/pka.h"

namespace spa::pka::test {

using card::Bytes;
using card::ByteView;

struct EvpFree {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(EVP_PKEY_CTX* context) const { EVP_PKEY_CTX_free(context); }
};
using Key = std::unique_ptr<EVP_PKEY, EvpFree>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, EvpFree>;

inline constexpr std::uint16_t kGroups[] = {
    SPA_PK_MODP768,  SPA_PK_MODP1024, SPA_PK_MODP1536, SPA_PK_MODP2048, SPA_PK_MODP3072,
    SPA_PK_MODP4096, SPA_PK_ECP256,   SPA_PK_ECP384,   SPA_PK_ECP521,   SPA_PK_X25519};

[[nodiscard]] Bytes from_hex(std::string_view text);

// A fresh key of a Diffie-Hellman group, its public value in the card's form, and the secret it
// shares.
[[nodiscard]] Key oracle_generate(std::uint16_t group);
[[nodiscard]] Bytes oracle_public(std::uint16_t group, EVP_PKEY& key);
[[nodiscard]] Bytes oracle_derive(std::uint16_t group, EVP_PKEY& key, ByteView peer);

struct Reply {
  spa_status status;
  std::uint32_t handle;
  Bytes out;
};
// One operation with room for any output.
[[nodiscard]] Reply run(const Pka& pka, std::uint16_t op, std::uint16_t alg, std::uint32_t key,
                        std::uint32_t owner, ByteView in);

}  // namespace spa::pka::test
