// SPDX-License-Identifier: Apache-2.0
#include "firmware-sim/pka/rsa.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "firmware-sim/pka/bn.h"
#include "firmware-sim/pka/der.h"

namespace spa::pka {
namespace {

// A longer public exponent only makes verification slow; OpenSSL draws the same line for large
// keys.
constexpr int kExponentBitsMax = 64;

struct Free {
  void operator()(EVP_PKEY_CTX* context) const { EVP_PKEY_CTX_free(context); }
  void operator()(OSSL_PARAM_BLD* build) const { OSSL_PARAM_BLD_free(build); }
  void operator()(OSSL_PARAM* params) const { OSSL_PARAM_free(params); }
};
using Context = std::unique_ptr<EVP_PKEY_CTX, Free>;
using ParamBuild = std::unique_ptr<OSSL_PARAM_BLD, Free>;
using Params = std::unique_ptr<OSSL_PARAM, Free>;

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

RsaKey make_public_key(card::ByteView modulus, card::ByteView exponent) {
  const Bn n(BN_bin2bn(modulus.data(), static_cast<int>(modulus.size()), nullptr));
  const Bn e(BN_bin2bn(exponent.data(), static_cast<int>(exponent.size()), nullptr));
  const ParamBuild build(OSSL_PARAM_BLD_new());
  if (!n || !e || !build ||
      OSSL_PARAM_BLD_push_BN(build.get(), OSSL_PKEY_PARAM_RSA_N, n.get()) != 1 ||
      OSSL_PARAM_BLD_push_BN(build.get(), OSSL_PKEY_PARAM_RSA_E, e.get()) != 1)
    return nullptr;
  const Params params(OSSL_PARAM_BLD_to_param(build.get()));
  const Context context(EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr));
  EVP_PKEY* key = nullptr;
  if (!params || !context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, params.get()) != 1)
    return nullptr;
  return {key, EVP_PKEY_free};
}

// SubjectPublicKeyInfo with rsaEncryption, RFC 3279 2.3.1.
spa_status parse_public_key(card::ByteView spki, RsaKey& key) {
  constexpr std::array<std::uint8_t, 13> kRsaEncryption{0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7,
                                                        0x0d, 0x01, 0x01, 0x01, 0x05, 0x00};
  DerReader whole(spki);
  DerReader info(whole.take(kDerSequence));
  const card::ByteView algorithm = info.take(kDerSequence);
  const card::ByteView bits = info.take(kDerBitString);
  if (!whole.done() || !info.done()) return SPA_E_CRYPTO;
  if (!std::equal(algorithm.begin(), algorithm.end(), kRsaEncryption.begin(), kRsaEncryption.end()))
    return SPA_E_UNSUPPORTED;
  if (bits.empty() || bits[0] != 0) return SPA_E_CRYPTO;
  DerReader string(bits.subspan(1));
  DerReader numbers(string.take(kDerSequence));
  const card::ByteView modulus = numbers.take_positive();
  const card::ByteView exponent = numbers.take_positive();
  if (!string.done() || !numbers.done()) return SPA_E_CRYPTO;
  key = make_public_key(modulus, exponent);
  return key ? check_key(*key) : SPA_E_CRYPTO;
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
  RsaKey key;
  if (const spa_status status = parse_public_key(rest.first(spki_length), key); status != SPA_OK)
    return status;
  // A signature of another length is wrong, not malformed: RFC 8017 8.2.2 step 1.
  const bool right = verify_with(key.get(), *found, rest.subspan(spki_length, digest_length),
                                 rest.last(signature_length));
  return right ? SPA_OK : SPA_E_AUTH;
}

}  // namespace spa::pka
