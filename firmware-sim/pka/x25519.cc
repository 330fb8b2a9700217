// SPDX-License-Identifier: Apache-2.0
// Curve25519 as RFC 8031 uses it. OpenSSL refuses a shared secret of all zeros (RFC 7748 6.1).
#include <openssl/evp.h>

#include "firmware-sim/pka/key_agreement.h"

namespace spa::pka {
namespace {

struct EvpFree {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(EVP_PKEY_CTX* context) const { EVP_PKEY_CTX_free(context); }
};
using Key = std::unique_ptr<EVP_PKEY, EvpFree>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, EvpFree>;

constexpr std::size_t kLength = 32;

class X25519Group final : public KeyAgreement {
 public:
  std::size_t public_length() const override { return kLength; }
  std::size_t shared_length() const override { return kLength; }

  bool generate(card::SecretBytes& secret, card::SecretBytes& value) const override {
    const Key key(EVP_PKEY_Q_keygen(nullptr, nullptr, "X25519"));
    std::size_t secret_length = kLength;
    std::size_t value_length = kLength;
    secret.resize(kLength);
    value.resize(kLength);
    return key && EVP_PKEY_get_raw_private_key(key.get(), secret.data(), &secret_length) == 1 &&
           EVP_PKEY_get_raw_public_key(key.get(), value.data(), &value_length) == 1;
  }

  bool derive(card::ByteView secret, card::ByteView peer,
              card::SecretBytes& shared) const override {
    const Key ours(
        EVP_PKEY_new_raw_private_key(EVP_PKEY_X25519, nullptr, secret.data(), secret.size()));
    const Key theirs(
        EVP_PKEY_new_raw_public_key(EVP_PKEY_X25519, nullptr, peer.data(), peer.size()));
    if (!ours || !theirs) return false;
    const KeyContext context(EVP_PKEY_CTX_new(ours.get(), nullptr));
    std::size_t length = kLength;
    shared.resize(kLength);
    return context && EVP_PKEY_derive_init(context.get()) == 1 &&
           EVP_PKEY_derive_set_peer(context.get(), theirs.get()) == 1 &&
           EVP_PKEY_derive(context.get(), shared.data(), &length) == 1 && length == kLength;
  }
};

}  // namespace

const KeyAgreement* x25519_group(std::uint16_t group) {
  static const X25519Group x25519;
  return group == SPA_PK_X25519 ? &x25519 : nullptr;
}

}  // namespace spa::pka
