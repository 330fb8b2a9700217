// SPDX-License-Identifier: Apache-2.0
#include "userspace/wire/transform_id.h"

#include "userspace/wire/names.h"

namespace spa::wire {
namespace {

constexpr Name<TransformType> kTypes[] = {
    {TransformType::kEncr, "ENCR"},     {TransformType::kPrf, "PRF"},
    {TransformType::kInteg, "INTEG"},   {TransformType::kDh, "D-H"},
    {TransformType::kEsn, "ESN"},       {TransformType::kAddKe1, "ADDKE1"},
    {TransformType::kAddKe2, "ADDKE2"}, {TransformType::kAddKe3, "ADDKE3"},
    {TransformType::kAddKe4, "ADDKE4"}, {TransformType::kAddKe5, "ADDKE5"},
    {TransformType::kAddKe6, "ADDKE6"}, {TransformType::kAddKe7, "ADDKE7"},
};

constexpr Name<EncrId> kEncrs[] = {
    {EncrId::kDes, "ENCR_DES"},
    {EncrId::k3Des, "ENCR_3DES"},
    {EncrId::kNull, "ENCR_NULL"},
    {EncrId::kAesCbc, "ENCR_AES_CBC"},
    {EncrId::kAesCtr, "ENCR_AES_CTR"},
    {EncrId::kAesGcm8, "ENCR_AES_GCM_8"},
    {EncrId::kAesGcm12, "ENCR_AES_GCM_12"},
    {EncrId::kAesGcm16, "ENCR_AES_GCM_16"},
    {EncrId::kNullAuthAesGmac, "ENCR_NULL_AUTH_AES_GMAC"},
    {EncrId::kChaCha20Poly1305, "ENCR_CHACHA20_POLY1305"},
};

constexpr Name<PrfId> kPrfs[] = {
    {PrfId::kHmacMd5, "PRF_HMAC_MD5"},         {PrfId::kHmacSha1, "PRF_HMAC_SHA1"},
    {PrfId::kHmacSha256, "PRF_HMAC_SHA2_256"}, {PrfId::kHmacSha384, "PRF_HMAC_SHA2_384"},
    {PrfId::kHmacSha512, "PRF_HMAC_SHA2_512"},
};

constexpr Name<IntegId> kIntegs[] = {
    {IntegId::kNone, "NONE"},
    {IntegId::kHmacMd5_96, "AUTH_HMAC_MD5_96"},
    {IntegId::kHmacSha1_96, "AUTH_HMAC_SHA1_96"},
    {IntegId::kHmacSha256_128, "AUTH_HMAC_SHA2_256_128"},
    {IntegId::kHmacSha384_192, "AUTH_HMAC_SHA2_384_192"},
    {IntegId::kHmacSha512_256, "AUTH_HMAC_SHA2_512_256"},
};

constexpr Name<DhId> kDhs[] = {
    {DhId::kNone, "NONE"},
    {DhId::kModp768, "768-bit MODP Group"},
    {DhId::kModp1024, "1024-bit MODP Group"},
    {DhId::kModp1536, "1536-bit MODP Group"},
    {DhId::kModp2048, "2048-bit MODP Group"},
    {DhId::kModp3072, "3072-bit MODP Group"},
    {DhId::kModp4096, "4096-bit MODP Group"},
    {DhId::kModp6144, "6144-bit MODP Group"},
    {DhId::kModp8192, "8192-bit MODP Group"},
    {DhId::kEcp256, "256-bit random ECP group"},
    {DhId::kEcp384, "384-bit random ECP group"},
    {DhId::kEcp521, "521-bit random ECP group"},
    {DhId::kModp1024Sub160, "1024-bit MODP Group with 160-bit Prime Order Subgroup"},
    {DhId::kModp2048Sub224, "2048-bit MODP Group with 224-bit Prime Order Subgroup"},
    {DhId::kModp2048Sub256, "2048-bit MODP Group with 256-bit Prime Order Subgroup"},
    {DhId::kCurve25519, "Curve25519"},
    {DhId::kMlKem512, "ML-KEM-512"},
    {DhId::kMlKem768, "ML-KEM-768"},
    {DhId::kMlKem1024, "ML-KEM-1024"},
};

constexpr Name<IpCompId> kIpComps[] = {
    {IpCompId::kNone, "NONE"},
    {IpCompId::kOui, "IPCOMP_OUI"},
    {IpCompId::kDeflate, "IPCOMP_DEFLATE"},
    {IpCompId::kLzs, "IPCOMP_LZS"},
    {IpCompId::kLzjh, "IPCOMP_LZJH"},
};

constexpr Name<EsnId> kEsns[] = {
    {EsnId::kNoEsn, "No Extended Sequence Numbers"},
    {EsnId::kEsn, "Extended Sequence Numbers"},
};

}  // namespace

std::string to_string(TransformType type) {
  return name_in(kTypes, type);
}
std::string to_string(EncrId id) {
  return name_in(kEncrs, id);
}
std::string to_string(PrfId id) {
  return name_in(kPrfs, id);
}
std::string to_string(IntegId id) {
  return name_in(kIntegs, id);
}
std::string to_string(DhId id) {
  return name_in(kDhs, id);
}
std::string to_string(EsnId id) {
  return name_in(kEsns, id);
}
std::string to_string(IpCompId id) {
  return name_in(kIpComps, id);
}

bool is_aead(EncrId id) {
  switch (id) {
    case EncrId::kAesGcm8:
    case EncrId::kAesGcm12:
    case EncrId::kAesGcm16:
    case EncrId::kNullAuthAesGmac:
    case EncrId::kChaCha20Poly1305:
      return true;
    default:
      return false;
  }
}

bool needs_key_length(EncrId id) {
  switch (id) {
    case EncrId::kAesCbc:
    case EncrId::kAesCtr:
    case EncrId::kAesGcm8:
    case EncrId::kAesGcm12:
    case EncrId::kAesGcm16:
    case EncrId::kNullAuthAesGmac:
      return true;
    default:
      return false;
  }
}

std::string transform_name(TransformType type, std::uint16_t id) {
  switch (type) {
    case TransformType::kEncr:
      return to_string(static_cast<EncrId>(id));
    case TransformType::kPrf:
      return to_string(static_cast<PrfId>(id));
    case TransformType::kInteg:
      return to_string(static_cast<IntegId>(id));
    case TransformType::kDh:
    case TransformType::kAddKe1:
    case TransformType::kAddKe2:
    case TransformType::kAddKe3:
    case TransformType::kAddKe4:
    case TransformType::kAddKe5:
    case TransformType::kAddKe6:
    case TransformType::kAddKe7:
      return to_string(static_cast<DhId>(id));
    case TransformType::kEsn:
      return to_string(static_cast<EsnId>(id));
  }
  return std::to_string(id);
}

}  // namespace spa::wire
