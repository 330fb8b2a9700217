// SPDX-License-Identifier: Apache-2.0
// The exponentiations are called directly: OpenSSL's EVP interface checks the order of every peer's
// value with a full-size exponentiation, which a safe prime and an ephemeral key do not need, and
// which costs four times the exchange itself.
#include "userspace/crypto/dh_modp.h"

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

// What is computed once per group: the prime, p - 1, and Montgomery's constants.
struct Modulus {
  BignumPtr p;
  BignumPtr p_minus_1;
  MontPtr mont;
};

struct GroupEntry {
  DhGroup group;
  BIGNUM* (*prime)(BIGNUM*);
  // Bits of a private exponent: twice the strength that RFC 3526 8 gives the group, or more.
  int exponent_bits;
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
};

BN_CTX* thread_bn() {
  thread_local const BnCtxPtr context{BN_CTX_secure_new()};
  return context.get();
}

Modulus make_modulus(const GroupEntry& entry) {
  Modulus m{BignumPtr(entry.prime(nullptr)), BignumPtr(BN_new()), MontPtr(BN_MONT_CTX_new())};
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
  const BignumPtr two(BN_new());
  if (!two || BN_set_word(two.get(), 2) != 1) return openssl_failure("Diffie-Hellman");
  const BignumPtr y = power(two.get(), exponent.get(), modulus_of(group));
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
  if (!exponent || BN_priv_rand(exponent.get(), entry_of(group).exponent_bits, BN_RAND_TOP_ONE,
                                BN_RAND_BOTTOM_ANY) != 1) {
    return openssl_failure("Diffie-Hellman exponent");
  }
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
  const BignumPtr shared = power(y.get(), own->exponent(), modulus);
  SecretBytes out(shared_size(key.group));
  if (!shared || BN_bn2binpad(shared.get(), out.data(), static_cast<int>(out.size())) < 0) {
    return openssl_failure("Diffie-Hellman");
  }
  return out;
}

}  // namespace spa::crypto
