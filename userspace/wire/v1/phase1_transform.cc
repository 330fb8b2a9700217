// SPDX-License-Identifier: Apache-2.0
#include "userspace/wire/v1/phase1_transform.h"

#include <algorithm>

#include "userspace/wire/names.h"
#include "userspace/wire/v1/lifetime.h"

namespace spa::wire::v1 {
namespace {

enum Type : std::uint16_t {
  kEncryption = 1,
  kHash = 2,
  kAuthMethod = 3,
  kGroup = 4,
  kKeyLength = 14,
};
constexpr std::uint8_t kKeyIke = 1;  // RFC 2407 4.4.2

constexpr Name<Phase1Encryption> kEncryptions[] = {
    {Phase1Encryption::kDesCbc, "DES-CBC"},
    {Phase1Encryption::kIdeaCbc, "IDEA-CBC"},
    {Phase1Encryption::kBlowfishCbc, "Blowfish-CBC"},
    {Phase1Encryption::kRc5Cbc, "RC5-CBC"},
    {Phase1Encryption::k3DesCbc, "3DES-CBC"},
    {Phase1Encryption::kCastCbc, "CAST-CBC"},
    {Phase1Encryption::kAesCbc, "AES-CBC"},
    {Phase1Encryption::kCamelliaCbc, "Camellia-CBC"},
};

constexpr Name<Phase1Hash> kHashes[] = {
    {Phase1Hash::kMd5, "MD5"},         {Phase1Hash::kSha1, "SHA"},
    {Phase1Hash::kTiger, "Tiger"},     {Phase1Hash::kSha256, "SHA2-256"},
    {Phase1Hash::kSha384, "SHA2-384"}, {Phase1Hash::kSha512, "SHA2-512"},
};

constexpr Name<Phase1Auth> kAuths[] = {
    {Phase1Auth::kPreSharedKey, "pre-shared key"},
    {Phase1Auth::kDssSignature, "DSS signatures"},
    {Phase1Auth::kRsaSignature, "RSA signatures"},
    {Phase1Auth::kRsaEncryption, "Encryption with RSA"},
    {Phase1Auth::kRsaEncryptionRevised, "Revised encryption with RSA"},
    {Phase1Auth::kEcdsaSha256, "ECDSA with SHA-256 on P-256"},
    {Phase1Auth::kEcdsaSha384, "ECDSA with SHA-384 on P-384"},
    {Phase1Auth::kEcdsaSha512, "ECDSA with SHA-512 on P-521"},
    {Phase1Auth::kHybridInitRsa, "HybridInitRSA"},
    {Phase1Auth::kHybridRespRsa, "HybridRespRSA"},
    {Phase1Auth::kHybridInitDss, "HybridInitDSS"},
    {Phase1Auth::kHybridRespDss, "HybridRespDSS"},
    {Phase1Auth::kXauthInitPreShared, "XAUTHInitPreShared"},
    {Phase1Auth::kXauthRespPreShared, "XAUTHRespPreShared"},
    {Phase1Auth::kXauthInitDss, "XAUTHInitDSS"},
    {Phase1Auth::kXauthRespDss, "XAUTHRespDSS"},
    {Phase1Auth::kXauthInitRsa, "XAUTHInitRSA"},
    {Phase1Auth::kXauthRespRsa, "XAUTHRespRSA"},
    {Phase1Auth::kXauthInitRsaEncryption, "XAUTHInitRSAEncryption"},
    {Phase1Auth::kXauthRespRsaEncryption, "XAUTHRespRSAEncryption"},
    {Phase1Auth::kXauthInitRsaRevised, "XAUTHInitRSARevisedEncryption"},
    {Phase1Auth::kXauthRespRsaRevised, "XAUTHRespRSARevisedEncryption"},
};

struct XauthMethods {
  Phase1Auth base;
  Phase1Auth initiator;
  Phase1Auth responder;
};
constexpr XauthMethods kXauthMethods[] = {
    {Phase1Auth::kPreSharedKey, Phase1Auth::kXauthInitPreShared, Phase1Auth::kXauthRespPreShared},
    {Phase1Auth::kDssSignature, Phase1Auth::kXauthInitDss, Phase1Auth::kXauthRespDss},
    {Phase1Auth::kRsaSignature, Phase1Auth::kXauthInitRsa, Phase1Auth::kXauthRespRsa},
    {Phase1Auth::kRsaEncryption, Phase1Auth::kXauthInitRsaEncryption,
     Phase1Auth::kXauthRespRsaEncryption},
    {Phase1Auth::kRsaEncryptionRevised, Phase1Auth::kXauthInitRsaRevised,
     Phase1Auth::kXauthRespRsaRevised},
};

// The attributes that every phase-1 transform must have (RFC 2409 5: "MUST be negotiated").
struct Mandatory {
  std::optional<std::uint16_t> encryption, hash, auth, group;
};

std::optional<std::uint16_t>* slot_of(Mandatory& mandatory, std::uint16_t type) {
  switch (type) {
    case kEncryption:
      return &mandatory.encryption;
    case kHash:
      return &mandatory.hash;
    case kAuthMethod:
      return &mandatory.auth;
    case kGroup:
      return &mandatory.group;
    default:
      return nullptr;
  }
}

tl::unexpected<Error> complaint(const Transform& transform, const std::string& cause) {
  return fail(Errc::kInvalid,
              "phase-1 transform " + std::to_string(transform.number) + ": " + cause);
}

}  // namespace

std::string to_string(Phase1Encryption encryption) {
  return name_in(kEncryptions, encryption);
}
std::string to_string(Phase1Hash hash) {
  return name_in(kHashes, hash);
}
std::string to_string(Phase1Auth auth) {
  return name_in(kAuths, auth);
}

Phase1Auth base_method(Phase1Auth auth) {
  for (const XauthMethods& methods : kXauthMethods) {
    if (auth == methods.initiator || auth == methods.responder) return methods.base;
  }
  return auth;
}

XauthSide xauth_side(Phase1Auth auth) {
  for (const XauthMethods& methods : kXauthMethods) {
    if (auth == methods.initiator) return XauthSide::kInitiator;
    if (auth == methods.responder) return XauthSide::kResponder;
  }
  return XauthSide::kNobody;
}

Phase1Auth with_xauth(Phase1Auth base, XauthSide side) {
  for (const XauthMethods& methods : kXauthMethods) {
    if (base != methods.base) continue;
    if (side == XauthSide::kInitiator) return methods.initiator;
    if (side == XauthSide::kResponder) return methods.responder;
  }
  return base;
}

Result<Phase1Transform> decode_phase1(const Transform& transform) {
  Phase1Transform out;
  Mandatory mandatory;
  LifetimeDecoder decoder(Phase::kOne);
  if (transform.id != kKeyIke) return complaint(transform, "is not KEY_IKE");
  for (const Attribute& attribute : transform.attributes) {
    if (decoder.takes(attribute)) continue;
    std::optional<std::uint16_t>* slot = slot_of(mandatory, attribute.type);
    if (slot == nullptr && attribute.type != kKeyLength) {
      out.unknown.push_back(attribute);
      continue;
    }
    const std::optional<std::uint64_t> value = number_of(attribute);
    const std::string name = "attribute " + std::to_string(attribute.type);
    if (!value || *value > 0xffff) return complaint(transform, name + " is no 16-bit number");
    if (slot != nullptr ? slot->has_value() : out.key_length != 0) {
      return complaint(transform, name + " comes twice");
    }
    const auto number = static_cast<std::uint16_t>(*value);
    if (slot != nullptr) {
      *slot = number;
    } else if (number == 0) {
      return complaint(transform, "a key length of 0");
    } else {
      out.key_length = number;
    }
  }
  const Result<Lifetimes> life = decoder.finish();
  if (!life) return complaint(transform, life.error().text);
  if (!mandatory.encryption || !mandatory.hash || !mandatory.auth || !mandatory.group) {
    return complaint(transform, "encryption, hash, authentication method or group is missing");
  }
  out.encryption = static_cast<Phase1Encryption>(*mandatory.encryption);
  out.hash = static_cast<Phase1Hash>(*mandatory.hash);
  out.auth = static_cast<Phase1Auth>(*mandatory.auth);
  out.group = static_cast<DhId>(*mandatory.group);
  out.life = *life;
  return out;
}

Transform encode_phase1(std::uint8_t number, const Phase1Transform& transform) {
  Transform out;
  out.number = number;
  out.id = kKeyIke;
  const auto add = [&out](std::uint16_t type, std::uint16_t value) {
    out.attributes.push_back(short_attribute(type, value));
  };
  add(kEncryption, static_cast<std::uint16_t>(transform.encryption));
  if (transform.key_length != 0) add(kKeyLength, transform.key_length);
  add(kHash, static_cast<std::uint16_t>(transform.hash));
  add(kGroup, static_cast<std::uint16_t>(transform.group));
  add(kAuthMethod, static_cast<std::uint16_t>(transform.auth));
  append_lifetimes(out.attributes, transform.life, Phase::kOne);
  out.attributes.insert(out.attributes.end(), transform.unknown.begin(), transform.unknown.end());
  return out;
}

}  // namespace spa::wire::v1
