// SPDX-License-Identifier: Apache-2.0
#include "firmware-sim/pka/rsa.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <array>
#include <cstring>

#include "firmware-sim/pka/bn.h"

namespace spa::pka {
namespace {

// A longer public exponent only makes verification slow; OpenSSL draws the same line for large
// keys.
constexpr int kExponentBitsMax = 64;

struct ContextFree {
  void operator()(EVP_PKEY_CTX* context) const { EVP_PKEY_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_PKEY_CTX, ContextFree>;

// What a failed call leaves behind would otherwise pile up in the thread of a worker.
struct ErrorQueueGuard {
  ~ErrorQueueGuard() { ERR_clear_error(); }
};

struct Scheme {
  std::uint16_t number;
  const char* digest;
  std::size_t digest_length;
  int padding;
};
constexpr std::array<Scheme, 7> kSchemes{{
    {SPA_PK_RSA_PKCS1_SHA1, "SHA1", 20, RSA_PKCS1_PADDING},
    {SPA_PK_RSA_PKCS1_SHA256, "SHA256", 32, RSA_PKCS1_PADDING},
    {SPA_PK_RSA_PKCS1_SHA384, "SHA384", 48, RSA_PKCS1_PADDING},
    {SPA_PK_RSA_PKCS1_SHA512, "SHA512", 64, RSA_PKCS1_PADDING},
    {SPA_PK_RSA_PSS_SHA256, "SHA256", 32, RSA_PKCS1_PSS_PADDING},
    {SPA_PK_RSA_PSS_SHA384, "SHA384", 48, RSA_PKCS1_PSS_PADDING},
    {SPA_PK_RSA_PSS_SHA512, "SHA512", 64, RSA_PKCS1_PSS_PADDING},
}};

const Scheme* find_scheme(std::uint16_t number) {
  for (const Scheme& scheme : kSchemes)
    if (scheme.number == number) return &scheme;
  return nullptr;
}

spa_status check_key(const EVP_PKEY& key) {
  if (EVP_PKEY_is_a(&key, "RSA") != 1) return SPA_E_UNSUPPORTED;
  const int bits = EVP_PKEY_get_bits(&key);
  if (bits < SPA_PK_RSA_BITS_MIN || bits > SPA_PK_RSA_BITS_MAX) return SPA_E_UNSUPPORTED;
  BIGNUM* exponent = nullptr;
  if (EVP_PKEY_get_bn_param(&key, OSSL_PKEY_PARAM_RSA_E, &exponent) != 1) return SPA_E_CRYPTO;
  const Bn e(exponent);
  if (BN_num_bits(e.get()) > kExponentBitsMax) return SPA_E_UNSUPPORTED;
  BIGNUM* modulus = nullptr;
  if (EVP_PKEY_get_bn_param(&key, OSSL_PKEY_PARAM_RSA_N, &modulus) != 1) return SPA_E_CRYPTO;
  const Bn n(modulus);
  const bool odd = BN_is_odd(e.get()) && BN_is_odd(n.get());
  return odd && !BN_is_one(e.get()) ? SPA_OK : SPA_E_CRYPTO;
}

bool configure(EVP_PKEY_CTX* context, const Scheme& scheme) {
  const EVP_MD* digest = EVP_get_digestbyname(scheme.digest);
  if (!digest || EVP_PKEY_CTX_set_rsa_padding(context, scheme.padding) != 1 ||
      EVP_PKEY_CTX_set_signature_md(context, digest) != 1)
    return false;
  return scheme.padding != RSA_PKCS1_PSS_PADDING ||
         EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) == 1;
}

bool sign_with(EVP_PKEY* key, const Scheme& scheme, card::ByteView digest, card::SecretBytes& out) {
  const Context context(EVP_PKEY_CTX_new(key, nullptr));
  if (!context || EVP_PKEY_sign_init(context.get()) != 1 || !configure(context.get(), scheme))
    return false;
  out.resize(rsa_length(*key));
  std::size_t length = out.size();
  return EVP_PKEY_sign(context.get(), out.data(), &length, digest.data(), digest.size()) == 1 &&
         length == out.size();
}

bool verify_with(EVP_PKEY* key, const Scheme& scheme, card::ByteView digest,
                 card::ByteView signature) {
  const Context context(EVP_PKEY_CTX_new(key, nullptr));
  return context && EVP_PKEY_verify_init(context.get()) == 1 && configure(context.get(), scheme) &&
         EVP_PKEY_verify(context.get(), signature.data(), signature.size(), digest.data(),
                         digest.size()) == 1;
}

}  // namespace

std::size_t rsa_length(const evp_pkey_st& key) {
  return static_cast<std::size_t>(EVP_PKEY_get_size(&key));
}

spa_status rsa_import(card::ByteView der, RsaKey& key) {
  const ErrorQueueGuard guard;
  const unsigned char* at = der.data();
  RsaKey parsed(d2i_AutoPrivateKey(nullptr, &at, static_cast<long>(der.size())), EVP_PKEY_free);
  if (!parsed || at != der.data() + der.size()) return SPA_E_CRYPTO;
  if (const spa_status status = check_key(*parsed); status != SPA_OK) return status;
  // Both halves belong together, or the first signature would tell a peer so. SHA-256 fits 512
  // bits.
  const Scheme& scheme = *find_scheme(SPA_PK_RSA_PKCS1_SHA256);
  const std::array<std::uint8_t, 32> digest{0x5a};
  card::SecretBytes signature;
  if (!sign_with(parsed.get(), scheme, digest, signature) ||
      !verify_with(parsed.get(), scheme, digest, signature))
    return SPA_E_CRYPTO;
  key = std::move(parsed);
  return SPA_OK;
}

spa_status rsa_sign(const RsaKey& key, std::uint16_t scheme, card::ByteView digest,
                    card::SecretBytes& signature) {
  const ErrorQueueGuard guard;
  const Scheme* found = find_scheme(scheme);
  if (!found) return SPA_E_UNSUPPORTED;
  if (digest.size() != found->digest_length) return SPA_E_FIELD;
  return sign_with(key.get(), *found, digest, signature) ? SPA_OK : SPA_E_CRYPTO;
}

spa_status rsa_verify(std::uint16_t scheme, card::ByteView in) {
  const ErrorQueueGuard guard;
  const Scheme* found = find_scheme(scheme);
  if (!found) return SPA_E_UNSUPPORTED;
  spa_pk_verify header;
  if (in.size() < sizeof header) return SPA_E_FIELD;
  std::memcpy(&header, in.data(), sizeof header);
  const std::size_t spki_length = card::from_le(header.spki_length);
  const std::size_t digest_length = card::from_le(header.digest_length);
  const std::size_t signature_length = card::from_le(header.signature_length);
  const card::ByteView rest = in.subspan(sizeof header);
  if (header.reserved != 0 || rest.size() != spki_length + digest_length + signature_length ||
      digest_length != found->digest_length)
    return SPA_E_FIELD;
  const card::ByteView spki = rest.first(spki_length);
  const unsigned char* at = spki.data();
  const RsaKey key(d2i_PUBKEY(nullptr, &at, static_cast<long>(spki.size())), EVP_PKEY_free);
  if (!key || at != spki.data() + spki.size()) return SPA_E_CRYPTO;
  if (const spa_status status = check_key(*key); status != SPA_OK) return status;
  // A signature of another length is wrong, not malformed: RFC 8017 8.2.2 step 1.
  const bool right = verify_with(key.get(), *found, rest.subspan(spki_length, digest_length),
                                 rest.last(signature_length));
  return right ? SPA_OK : SPA_E_AUTH;
}

}  // namespace spa::pka
