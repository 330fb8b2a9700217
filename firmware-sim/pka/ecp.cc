// SPDX-License-Identifier: Apache-2.0
// ECP groups of RFC 5903: public values x | y, the shared secret is x. A peer's point is checked to
// lie on the curve; the curves have cofactor 1, so that is all there is to check.
#include <openssl/ec.h>
#include <openssl/obj_mac.h>

#include "firmware-sim/pka/bn.h"
#include "firmware-sim/pka/key_agreement.h"

namespace spa::pka {
namespace {

struct EcFree {
  void operator()(EC_GROUP* group) const { EC_GROUP_free(group); }
  void operator()(EC_POINT* point) const { EC_POINT_clear_free(point); }
};
using Group = std::unique_ptr<EC_GROUP, EcFree>;
using Point = std::unique_ptr<EC_POINT, EcFree>;

constexpr std::uint8_t kUncompressed = 4;  // SEC 1 2.3.3: what stands before x | y

class EcpGroup final : public KeyAgreement {
 public:
  explicit EcpGroup(int nid) : group_(EC_GROUP_new_by_curve_name(nid)) {
    if (group_) field_ = static_cast<std::size_t>(EC_GROUP_get_degree(group_.get()) + 7) / 8;
  }

  std::size_t public_length() const override { return 2 * field_; }
  std::size_t shared_length() const override { return field_; }

  bool generate(card::SecretBytes& secret, card::SecretBytes& value) const override {
    const BnContext context(BN_CTX_secure_new());
    const Bn k(BN_secure_new());
    if (!group_ || !context || !k) return false;
    do {  // uniform in 1 .. n - 1
      if (BN_priv_rand_range_ex(k.get(), EC_GROUP_get0_order(group_.get()), 0, context.get()) != 1)
        return false;
    } while (BN_is_zero(k.get()));
    const Point point(EC_POINT_new(group_.get()));
    secret.resize(field_);
    return point &&
           EC_POINT_mul(group_.get(), point.get(), k.get(), nullptr, nullptr, context.get()) == 1 &&
           BN_bn2binpad(k.get(), secret.data(), static_cast<int>(field_)) >= 0 &&
           write_point(*point, value, context.get());
  }

  bool derive(card::ByteView secret, card::ByteView peer,
              card::SecretBytes& shared) const override {
    const BnContext context(BN_CTX_secure_new());
    const Bn k(BN_bin2bn(secret.data(), static_cast<int>(secret.size()), nullptr));
    const Point theirs = group_ ? Point(EC_POINT_new(group_.get())) : nullptr;
    const Point ours = group_ ? Point(EC_POINT_new(group_.get())) : nullptr;
    if (!context || !k || !theirs || !ours) return false;
    card::Bytes encoded{kUncompressed};
    encoded.insert(encoded.end(), peer.begin(), peer.end());
    // Refuses coordinates beyond the field and points off the curve.
    if (EC_POINT_oct2point(group_.get(), theirs.get(), encoded.data(), encoded.size(),
                           context.get()) != 1)
      return false;
    BN_set_flags(k.get(), BN_FLG_CONSTTIME);
    if (EC_POINT_mul(group_.get(), ours.get(), nullptr, theirs.get(), k.get(), context.get()) !=
            1 ||
        EC_POINT_is_at_infinity(group_.get(), ours.get()) == 1)
      return false;
    card::SecretBytes both;
    if (!write_point(*ours, both, context.get())) return false;
    shared.assign(both.begin(), both.begin() + static_cast<std::ptrdiff_t>(field_));
    return true;
  }

 private:
  bool write_point(const EC_POINT& point, card::SecretBytes& out, BN_CTX* context) const {
    card::SecretBytes encoded(1 + 2 * field_);
    if (EC_POINT_point2oct(group_.get(), &point, POINT_CONVERSION_UNCOMPRESSED, encoded.data(),
                           encoded.size(), context) != encoded.size())
      return false;
    out.assign(encoded.begin() + 1, encoded.end());
    return true;
  }

  Group group_;
  std::size_t field_ = 0;
};

}  // namespace

const KeyAgreement* ecp_group(std::uint16_t group) {
  static const EcpGroup p256(NID_X9_62_prime256v1);
  static const EcpGroup p384(NID_secp384r1);
  static const EcpGroup p521(NID_secp521r1);
  switch (group) {
    case SPA_PK_ECP256:
      return &p256;
    case SPA_PK_ECP384:
      return &p384;
    case SPA_PK_ECP521:
      return &p521;
    default:
      return nullptr;
  }
}

}  // namespace spa::pka
