// SPDX-License-Identifier: Apache-2.0
// The exponentiations are called directly: OpenSSL's EVP interface checks the order of every peer's
// value with a full-size exponentiation, which a safe prime and an ephemeral key do not need, and
// which costs four times the exchange itself. The groups of RFC 5114 have small subgroups besides
// the one that is meant: there the order is checked, by an exponentiation no longer than the
// exchange's own.
#include "userspace/crypto/dh_modp.h"

#include <openssl/core_names.h>

#include <array>
#include <mutex>

#include "userspace/crypto/openssl_util.h"

namespace spa::crypto {
namespace {

using MontPtr = std::unique_ptr<BN_MONT_CTX, FreeWith<BN_MONT_CTX_free>>;

class ModpPrivate final : public DhPrivate {
 public:
  explicit ModpPrivate(BignumPtr exponent) : exponent_(std::move(exponent)) {}
  [[nodiscard]] const BIGNUM* exponent() const { return exponent_.get(); }

 private:
  BignumPtr exponent_;
};

// What is computed once per group: the prime, p - 1, the generator, Montgomery's constants, and the
// order of the generator's subgroup where p is no safe prime (null otherwise).
struct Modulus {
  BignumPtr p;
  BignumPtr p_minus_1;
  BignumPtr g;
  BignumPtr q;
  MontPtr mont;
};

struct GroupEntry {
  DhGroup group;
  BIGNUM* (*prime)(BIGNUM*);  // of a safe-prime group with generator 2; null for RFC 5114
  // Bits of a private exponent: twice the strength that RFC 3526 8 gives the group, or more. With
  // a subgroup exponents are below its order instead.
  int exponent_bits;
  const char* subgroup = nullptr;  // OpenSSL's name of an RFC 5114 group
};

constexpr GroupEntry kEntries[] = {
    {DhGroup::kModp768, BN_get_rfc2409_prime_768, 256},
    {DhGroup::kModp1024, BN_get_rfc2409_prime_1024, 256},
    {DhGroup::kModp1536, BN_get_rfc3526_prime_1536, 256},
    {DhGroup::kModp2048, BN_get_rfc3526_prime_2048, 256},
    {DhGroup::kModp3072, BN_get_rfc3526_prime_3072, 320},
    {DhGroup::kModp4096, BN_get_rfc3526_prime_4096, 384},
    {DhGroup::kModp6144, BN_get_rfc3526_prime_6144, 448},
    {DhGroup::kModp8192, BN_get_rfc3526_prime_8192, 512},
    {DhGroup::kModp1024Sub160, nullptr, 160, "dh_1024_160"},
    {DhGroup::kModp2048Sub224, nullptr, 224, "dh_2048_224"},
    {DhGroup::kModp2048Sub256, nullptr, 256, "dh_2048_256"},
};

BN_CTX* thread_bn() {
  thread_local const BnCtxPtr context{BN_CTX_secure_new()};
  return context.get();
}

BignumPtr parameter(const EVP_PKEY* parameters, const char* name) {
  BIGNUM* number = nullptr;
  (void)EVP_PKEY_get_bn_param(parameters, name, &number);
  return BignumPtr(number);
}

// p, g and q of RFC 5114 as OpenSSL knows them; null members when it does not.
Modulus subgroup_parameters(const char* name) {
  const PkeyCtxPtr context(EVP_PKEY_CTX_new_from_name(nullptr, "DHX", nullptr));
  EVP_PKEY* made = nullptr;
  if (context && EVP_PKEY_paramgen_init(context.get()) == 1 &&
      EVP_PKEY_CTX_set_group_name(context.get(), name) == 1) {
    (void)EVP_PKEY_generate(context.get(), &made);
  }
  const PkeyPtr parameters(made);
  Modulus m;
  if (!parameters) return m;
  m.p = parameter(made, OSSL_PKEY_PARAM_FFC_P);
  m.g = parameter(made, OSSL_PKEY_PARAM_FFC_G);
  m.q = parameter(made, OSSL_PKEY_PARAM_FFC_Q);
  return m;
}

Modulus make_modulus(const GroupEntry& entry) {
  Modulus m;
  if (entry.subgroup != nullptr) {
    m = subgroup_parameters(entry.subgroup);
    if (!m.g || !m.q) return {};
  } else {
    m.p.reset(entry.prime(nullptr));
    m.g.reset(BN_new());
    if (!m.g || BN_set_word(m.g.get(), 2) != 1) return {};
  }
  m.p_minus_1.reset(BN_new());
  m.mont.reset(BN_MONT_CTX_new());
  const bool good = m.p && m.p_minus_1 && m.mont &&
                    BN_sub(m.p_minus_1.get(), m.p.get(), BN_value_one()) == 1 &&
                    BN_MONT_CTX_set(m.mont.get(), m.p.get(), thread_bn()) == 1;
  return good ? std::move(m) : Modulus{};
}

const GroupEntry& entry_of(DhGroup group) {
  for (const GroupEntry& entry : kEntries) {
    if (entry.group == group) return entry;
  }
  return kEntries[0];
}

// Null members when memory ran out.
const Modulus& modulus_of(DhGroup group) {
  static std::array<std::once_flag, std::size(kEntries)> once;
  static std::array<Modulus, std::size(kEntries)> moduli;
  const GroupEntry& entry = entry_of(group);
  const auto index = static_cast<std::size_t>(&entry - kEntries);
  std::call_once(once[index], [&] { moduli[index] = make_modulus(entry); });
  return moduli[index];
}

BignumPtr power(const BIGNUM* base, const BIGNUM* exponent, const Modulus& modulus) {
  BignumPtr out(BN_secure_new());
  if (!out || !modulus.p || !modulus.mont ||
      BN_mod_exp_mont_consttime(out.get(), base, exponent, modulus.p.get(), thread_bn(),
                                modulus.mont.get()) != 1) {
    return nullptr;
  }
  return out;
}

Result<DhKey> key_from(DhGroup group, BignumPtr exponent) {
  if (!exponent) return openssl_failure("Diffie-Hellman exponent");
  BN_set_flags(exponent.get(), BN_FLG_CONSTTIME);
  const Modulus& modulus = modulus_of(group);
  if (!modulus.g) return openssl_failure("Diffie-Hellman parameters");
  const BignumPtr y = power(modulus.g.get(), exponent.get(), modulus);
  if (!y) return openssl_failure("Diffie-Hellman");
  DhKey key;
  key.group = group;
  key.public_value.resize(public_size(group));
  if (BN_bn2binpad(y.get(), key.public_value.data(), static_cast<int>(key.public_value.size())) <
      0) {
    return openssl_failure("Diffie-Hellman");
  }
  key.secret = std::make_shared<ModpPrivate>(std::move(exponent));
  return key;
}

}  // namespace

Result<DhKey> modp_generate(DhGroup group) {
  BignumPtr exponent(BN_secure_new());
  const BIGNUM* order = modulus_of(group).q.get();
  if (!exponent) return openssl_failure("Diffie-Hellman exponent");
  bool good = true;
  if (order == nullptr) {
    good = BN_priv_rand(exponent.get(), entry_of(group).exponent_bits, BN_RAND_TOP_ONE,
                        BN_RAND_BOTTOM_ANY) == 1;
  } else {
    // RFC 5114 4: from 1 to q - 1.
    do {
      good = BN_priv_rand_range(exponent.get(), order) == 1;
    } while (good && BN_is_zero(exponent.get()));
  }
  if (!good) return openssl_failure("Diffie-Hellman exponent");
  return key_from(group, std::move(exponent));
}

Result<DhKey> modp_from_private(DhGroup group, ByteView private_value) {
  if (private_value.empty() || private_value.size() > public_size(group)) {
    return fail(Errc::kInvalid,
                "a private value of " + std::to_string(private_value.size()) + " octets");
  }
  BignumPtr exponent(BN_secure_new());
  if (!exponent || BN_bin2bn(private_value.data(), static_cast<int>(private_value.size()),
                             exponent.get()) == nullptr) {
    return openssl_failure("Diffie-Hellman exponent");
  }
  return key_from(group, std::move(exponent));
}

Result<SecretBytes> modp_derive(const DhKey& key, ByteView peer_public) {
  const auto* own = dynamic_cast<const ModpPrivate*>(key.secret.get());
  if (own == nullptr) return fail(Errc::kUnsupported, "the private value is not in this process");
  const Modulus& modulus = modulus_of(key.group);
  const BignumPtr y(BN_bin2bn(peer_public.data(), static_cast<int>(peer_public.size()), nullptr));
  if (!y || !modulus.p_minus_1) return openssl_failure("Diffie-Hellman");
  // With a safe prime, 1 < y < p - 1 leaves only elements of order (p-1)/2 and p-1 (RFC 6989 2.1).
  if (BN_cmp(y.get(), BN_value_one()) <= 0 || BN_cmp(y.get(), modulus.p_minus_1.get()) >= 0) {
    return fail(Errc::kInvalid, "the peer's public value is not between 1 and p - 1");
  }
  // Otherwise only y^q = 1 tells that y is in the subgroup (RFC 6989 2.2).
  if (modulus.q) {
    const BignumPtr one = power(y.get(), modulus.q.get(), modulus);
    if (!one) return openssl_failure("Diffie-Hellman");
    if (!BN_is_one(one.get())) {
      return fail(Errc::kInvalid, "the peer's public value is not in the subgroup of " +
                                      std::string(to_string(key.group)));
    }
  }
  const BignumPtr shared = power(y.get(), own->exponent(), modulus);
  SecretBytes out(shared_size(key.group));
  if (!shared || BN_bn2binpad(shared.get(), out.data(), static_cast<int>(out.size())) < 0) {
    return openssl_failure("Diffie-Hellman");
  }
  return out;
}

}  // namespace spa::crypto
