// SPDX-License-Identifier: Apache-2.0
#include "userspace/crypto/dh_curve.h"

#include <openssl/core_names.h>
#include <openssl/obj_mac.h>
#include <openssl/param_build.h>

#include <string>

#include "userspace/crypto/openssl_util.h"

namespace spa::crypto {
namespace {

using ParamBuilderPtr = std::unique_ptr<OSSL_PARAM_BLD, FreeWith<OSSL_PARAM_BLD_free>>;
using ParamsPtr = std::unique_ptr<OSSL_PARAM, FreeWith<OSSL_PARAM_free>>;

constexpr std::uint8_t kUncompressed = 4;  // SEC 1, 2.3.3: 04 | x | y

class CurvePrivate final : public DhPrivate {
 public:
  explicit CurvePrivate(PkeyPtr key) : key_(std::move(key)) {}
  [[nodiscard]] EVP_PKEY* key() const { return key_.get(); }

 private:
  PkeyPtr key_;
};

const char* curve_name(DhGroup group) {
  switch (group) {
    case DhGroup::kEcp256:
      return "P-256";
    case DhGroup::kEcp384:
      return "P-384";
    default:
      return "P-521";
  }
}

int curve_nid(DhGroup group) {
  switch (group) {
    case DhGroup::kEcp256:
      return NID_X9_62_prime256v1;
    case DhGroup::kEcp384:
      return NID_secp384r1;
    default:
      return NID_secp521r1;
  }
}

Result<DhKey> key_from(DhGroup group, PkeyPtr pkey) {
  if (!pkey) return openssl_failure("key pair");
  unsigned char* encoded = nullptr;
  const std::size_t size = EVP_PKEY_get1_encoded_public_key(pkey.get(), &encoded);
  ByteView octets(encoded, size);
  // RFC 5903 7 sends x | y without the form octet.
  if (group != DhGroup::kCurve25519 && !octets.empty()) octets = octets.subspan(1);
  DhKey key;
  key.group = group;
  key.public_value = to_bytes(octets);
  OPENSSL_free(encoded);
  if (key.public_value.size() != public_size(group)) return openssl_failure("key pair");
  key.secret = std::make_shared<CurvePrivate>(std::move(pkey));
  return key;
}

// The point d·G in SEC 1 form, for a private value that comes without its public one.
Bytes public_point(DhGroup group, const BIGNUM* d) {
  const EcGroupPtr curve(EC_GROUP_new_by_curve_name(curve_nid(group)));
  if (!curve) return {};
  const EcPointPtr point(EC_POINT_new(curve.get()));
  Bytes octets(1 + public_size(group));
  if (!point || EC_POINT_mul(curve.get(), point.get(), d, nullptr, nullptr, nullptr) != 1 ||
      EC_POINT_point2oct(curve.get(), point.get(), POINT_CONVERSION_UNCOMPRESSED, octets.data(),
                         octets.size(), nullptr) != octets.size()) {
    return {};
  }
  return octets;
}

PkeyPtr ec_from_private(DhGroup group, ByteView private_value) {
  const BignumPtr d(
      BN_bin2bn(private_value.data(), static_cast<int>(private_value.size()), BN_secure_new()));
  const Bytes point = d ? public_point(group, d.get()) : Bytes{};
  const ParamBuilderPtr builder(OSSL_PARAM_BLD_new());
  if (point.empty() || !builder ||
      OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, curve_name(group),
                                      0) != 1 ||
      OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                       point.size()) != 1 ||
      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_PRIV_KEY, d.get()) != 1) {
    return nullptr;
  }
  const ParamsPtr params(OSSL_PARAM_BLD_to_param(builder.get()));
  const PkeyCtxPtr context(EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr));
  EVP_PKEY* key = nullptr;
  if (params && context && EVP_PKEY_fromdata_init(context.get()) == 1) {
    (void)EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_KEYPAIR, params.get());
  }
  return PkeyPtr(key);
}

// The peer's key; null when its octets are no point of the curve.
PkeyPtr peer_key(const DhKey& own, EVP_PKEY* own_key, ByteView peer_public) {
  if (own.group == DhGroup::kCurve25519) {
    return PkeyPtr(EVP_PKEY_new_raw_public_key_ex(nullptr, "X25519", nullptr, peer_public.data(),
                                                  peer_public.size()));
  }
  Bytes point{kUncompressed};
  point.insert(point.end(), peer_public.begin(), peer_public.end());
  PkeyPtr peer(EVP_PKEY_new());
  if (!peer || EVP_PKEY_copy_parameters(peer.get(), own_key) != 1 ||
      EVP_PKEY_set1_encoded_public_key(peer.get(), point.data(), point.size()) != 1) {
    return nullptr;
  }
  return peer;
}

}  // namespace

Result<DhKey> curve_generate(DhGroup group) {
  PkeyPtr key(group == DhGroup::kCurve25519
                  ? EVP_PKEY_Q_keygen(nullptr, nullptr, "X25519")
                  : EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", curve_name(group)));
  return key_from(group, std::move(key));
}

Result<DhKey> curve_from_private(DhGroup group, ByteView private_value) {
  if (private_value.size() != shared_size(group)) {
    return fail(Errc::kInvalid,
                "a private value of " + std::to_string(private_value.size()) + " octets");
  }
  PkeyPtr key(group == DhGroup::kCurve25519
                  ? EVP_PKEY_new_raw_private_key_ex(nullptr, "X25519", nullptr,
                                                    private_value.data(), private_value.size())
                  : ec_from_private(group, private_value).release());
  return key_from(group, std::move(key));
}

Result<SecretBytes> curve_derive(const DhKey& key, ByteView peer_public) {
  const auto* own = dynamic_cast<const CurvePrivate*>(key.secret.get());
  if (own == nullptr) return fail(Errc::kUnsupported, "the private value is not in this process");
  const PkeyPtr peer = peer_key(key, own->key(), peer_public);
  if (!peer) {
    return openssl_failure(
        "the peer's public value is no point of " + std::string(to_string(key.group)),
        Errc::kInvalid);
  }
  const PkeyCtxPtr context(EVP_PKEY_CTX_new_from_pkey(nullptr, own->key(), nullptr));
  if (!context || EVP_PKEY_derive_init(context.get()) != 1) return openssl_failure("derive");
  // Setting the peer validates its point (RFC 6989 2.3).
  if (EVP_PKEY_derive_set_peer(context.get(), peer.get()) != 1) {
    return openssl_failure("the peer's public value is refused", Errc::kInvalid);
  }
  SecretBytes out(shared_size(key.group));
  std::size_t size = out.size();
  // Curve25519 fails here for a value of small order, whose secret is all zero (RFC 8031 3).
  if (EVP_PKEY_derive(context.get(), out.data(), &size) != 1 || size != out.size()) {
    return openssl_failure("the peer's public value gives no secret", Errc::kInvalid);
  }
  return out;
}

}  // namespace spa::crypto
