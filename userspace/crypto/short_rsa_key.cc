// SPDX-License-Identifier: Apache-2.0
#include "userspace/crypto/short_rsa_key.h"

#include <openssl/core_names.h>
#include <openssl/param_build.h>

namespace spa::crypto {
namespace {

using ParamBuilderPtr = std::unique_ptr<OSSL_PARAM_BLD, FreeWith<OSSL_PARAM_BLD_free>>;
using ParamsPtr = std::unique_ptr<OSSL_PARAM, FreeWith<OSSL_PARAM_free>>;

constexpr unsigned kPublicExponent = 65537;

BignumPtr fresh() {
  return BignumPtr(BN_secure_new());
}

// A prime with its two top bits set, so that a product of two has the sum of their lengths, which
// the public exponent can be used with.
BignumPtr prime(int bits, const BIGNUM* exponent, BN_CTX* context) {
  BignumPtr candidate = fresh(), less = fresh(), common = fresh();
  if (!candidate || !less || !common) return nullptr;
  for (;;) {
    if (BN_generate_prime_ex(candidate.get(), bits, 0, nullptr, nullptr, nullptr) != 1 ||
        BN_copy(less.get(), candidate.get()) == nullptr || BN_sub_word(less.get(), 1) != 1 ||
        BN_gcd(common.get(), less.get(), exponent, context) != 1)
      return nullptr;
    if (BN_is_one(common.get())) return candidate;
  }
}

// The numbers of a key (RFC 8017 3.2).
struct Numbers {
  BignumPtr n = fresh(), e = fresh(), d = fresh(), p, q, dp = fresh(), dq = fresh(), inverse;
};

bool compute(Numbers& key, unsigned bits, BN_CTX* context) {
  if (BN_set_word(key.e.get(), kPublicExponent) != 1) return false;
  key.p = prime(static_cast<int>((bits + 1) / 2), key.e.get(), context);
  do {
    key.q = prime(static_cast<int>(bits / 2), key.e.get(), context);
  } while (key.p && key.q && BN_cmp(key.p.get(), key.q.get()) == 0);
  BignumPtr p1 = fresh(), q1 = fresh(), phi = fresh();
  if (!key.p || !key.q || !p1 || !q1 || !phi) return false;
  const bool good = BN_sub(p1.get(), key.p.get(), BN_value_one()) == 1 &&
                    BN_sub(q1.get(), key.q.get(), BN_value_one()) == 1 &&
                    BN_mul(phi.get(), p1.get(), q1.get(), context) == 1 &&
                    BN_mul(key.n.get(), key.p.get(), key.q.get(), context) == 1 &&
                    BN_mod_inverse(key.d.get(), key.e.get(), phi.get(), context) != nullptr &&
                    BN_mod(key.dp.get(), key.d.get(), p1.get(), context) == 1 &&
                    BN_mod(key.dq.get(), key.d.get(), q1.get(), context) == 1;
  if (!good) return false;
  key.inverse = fresh();
  return key.inverse &&
         BN_mod_inverse(key.inverse.get(), key.q.get(), key.p.get(), context) != nullptr;
}

PkeyPtr assemble(const Numbers& key) {
  const ParamBuilderPtr builder(OSSL_PARAM_BLD_new());
  const auto push = [&](const char* name, const BignumPtr& number) {
    return OSSL_PARAM_BLD_push_BN(builder.get(), name, number.get()) == 1;
  };
  if (!builder || !push(OSSL_PKEY_PARAM_RSA_N, key.n) || !push(OSSL_PKEY_PARAM_RSA_E, key.e) ||
      !push(OSSL_PKEY_PARAM_RSA_D, key.d) || !push(OSSL_PKEY_PARAM_RSA_FACTOR1, key.p) ||
      !push(OSSL_PKEY_PARAM_RSA_FACTOR2, key.q) || !push(OSSL_PKEY_PARAM_RSA_EXPONENT1, key.dp) ||
      !push(OSSL_PKEY_PARAM_RSA_EXPONENT2, key.dq) ||
      !push(OSSL_PKEY_PARAM_RSA_COEFFICIENT1, key.inverse))
    return nullptr;
  const ParamsPtr parameters(OSSL_PARAM_BLD_to_param(builder.get()));
  const PkeyCtxPtr context(EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr));
  EVP_PKEY* made = nullptr;
  if (!parameters || !context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &made, EVP_PKEY_KEYPAIR, parameters.get()) != 1)
    return nullptr;
  return PkeyPtr(made);
}

}  // namespace

Result<PkeyPtr> generate_short_rsa(unsigned bits) {
  if (bits < kShortestRsaBits || bits >= kShortestOpensslRsaBits)
    return fail(Errc::kInvalid, "an RSA key of " + std::to_string(bits) + " bits");
  const BnCtxPtr context(BN_CTX_secure_new());
  Numbers key;
  if (!context || !key.n || !key.e || !key.d || !key.dp || !key.dq ||
      !compute(key, bits, context.get()))
    return openssl_failure("RSA key pair");
  PkeyPtr made = assemble(key);
  if (!made) return openssl_failure("RSA key pair");
  return made;
}

}  // namespace spa::crypto
