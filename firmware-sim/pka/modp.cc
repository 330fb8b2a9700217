// SPDX-License-Identifier: Apache-2.0
// MODP groups of RFC 2409 and RFC 3526. They are safe primes, p = 2q + 1, so a peer's value with
// 1 < y < p - 1 has order q or 2q and the full order check, four times the price of everything else
// here, adds nothing for ephemeral keys. Exponents are short: twice the strength of the group and
// some.
#include <openssl/bn.h>

#include "firmware-sim/pka/bn.h"
#include "firmware-sim/pka/key_agreement.h"

namespace spa::pka {
namespace {

class ModpGroup final : public KeyAgreement {
 public:
  // `exponent_bits`: RFC 3526 8 asks for 220..320 at 2048 bits, 260..420 at 3072, 300..480 at 4096.
  ModpGroup(BIGNUM* (*prime)(BIGNUM*), int exponent_bits)
      : p_(prime(nullptr)), p_less_1_(BN_new()), g_(BN_new()), exponent_bits_(exponent_bits) {
    const BnContext context(BN_CTX_new());
    montgomery_.reset(BN_MONT_CTX_new());
    usable_ = p_ && p_less_1_ && g_ && context && montgomery_ && BN_set_word(g_.get(), 2) == 1 &&
              BN_sub(p_less_1_.get(), p_.get(), BN_value_one()) == 1 &&
              BN_MONT_CTX_set(montgomery_.get(), p_.get(), context.get()) == 1;
    if (usable_) length_ = static_cast<std::size_t>(BN_num_bytes(p_.get()));
  }

  std::size_t public_length() const override { return length_; }
  std::size_t shared_length() const override { return length_; }

  bool generate(card::SecretBytes& secret, card::SecretBytes& value) const override {
    const Bn x(BN_secure_new());
    if (!usable_ || !x) return false;
    // The top bit is set: every exponent has its full length.
    if (BN_priv_rand_ex(x.get(), exponent_bits_, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY, 0, nullptr) !=
        1)
      return false;
    secret.resize(static_cast<std::size_t>(exponent_bits_) / 8);
    return BN_bn2binpad(x.get(), secret.data(), static_cast<int>(secret.size())) >= 0 &&
           power(g_.get(), x.get(), value);
  }

  bool derive(card::ByteView secret, card::ByteView peer,
              card::SecretBytes& shared) const override {
    const Bn y(BN_bin2bn(peer.data(), static_cast<int>(peer.size()), nullptr));
    const Bn x(BN_bin2bn(secret.data(), static_cast<int>(secret.size()), nullptr));
    if (!usable_ || !x || !y) return false;
    if (BN_cmp(y.get(), BN_value_one()) <= 0 || BN_cmp(y.get(), p_less_1_.get()) >= 0) return false;
    return power(y.get(), x.get(), shared);
  }

 private:
  bool power(const BIGNUM* base, BIGNUM* exponent, card::SecretBytes& out) const {
    const BnContext context(BN_CTX_secure_new());
    const Bn result(BN_new());
    if (!context || !result) return false;
    BN_set_flags(exponent, BN_FLG_CONSTTIME);
    if (BN_mod_exp_mont_consttime(result.get(), base, exponent, p_.get(), context.get(),
                                  montgomery_.get()) != 1)
      return false;
    out.resize(length_);
    return BN_bn2binpad(result.get(), out.data(), static_cast<int>(length_)) >= 0;
  }

  Bn p_;
  Bn p_less_1_;
  Bn g_;
  BnMontgomery montgomery_;
  int exponent_bits_;
  std::size_t length_ = 0;
  bool usable_ = false;
};

}  // namespace

const KeyAgreement* modp_group(std::uint16_t group) {
  static const ModpGroup modp768(BN_get_rfc2409_prime_768, 256);
  static const ModpGroup modp1024(BN_get_rfc2409_prime_1024, 256);
  static const ModpGroup modp1536(BN_get_rfc3526_prime_1536, 256);
  static const ModpGroup modp2048(BN_get_rfc3526_prime_2048, 256);
  static const ModpGroup modp3072(BN_get_rfc3526_prime_3072, 320);
  static const ModpGroup modp4096(BN_get_rfc3526_prime_4096, 352);
  switch (group) {
    case SPA_PK_MODP768:
      return &modp768;
    case SPA_PK_MODP1024:
      return &modp1024;
    case SPA_PK_MODP1536:
      return &modp1536;
    case SPA_PK_MODP2048:
      return &modp2048;
    case SPA_PK_MODP3072:
      return &modp3072;
    case SPA_PK_MODP4096:
      return &modp4096;
    default:
      return nullptr;
  }
}

}  // namespace spa::pka
