// SPDX-License-Identifier: Apache-2.0
#include "userspace/wire/v1/phase2_transform.h"

#include "userspace/wire/names.h"

namespace spa::wire::v1 {
namespace {

enum Type : std::uint16_t {
  kGroup = 3,
  kEncapsulation = 4,
  kAuthAlgorithm = 5,
  kKeyLength = 6,
  kExtendedSequence = 11,
};
constexpr std::uint16_t kSequence64 = 1;  // RFC 4304: the only value

constexpr Name<EspTransformId> kEspTransforms[] = {
    {EspTransformId::kDesIv64, "ESP_DES_IV64"},
    {EspTransformId::kDes, "ESP_DES"},
    {EspTransformId::k3Des, "ESP_3DES"},
    {EspTransformId::kRc5, "ESP_RC5"},
    {EspTransformId::kIdea, "ESP_IDEA"},
    {EspTransformId::kCast, "ESP_CAST"},
    {EspTransformId::kBlowfish, "ESP_BLOWFISH"},
    {EspTransformId::kNull, "ESP_NULL"},
    {EspTransformId::kAesCbc, "ESP_AES-CBC"},
    {EspTransformId::kAesCtr, "ESP_AES-CTR"},
    {EspTransformId::kAesCcm8, "ESP_AES-CCM_8"},
    {EspTransformId::kAesCcm12, "ESP_AES-CCM_12"},
    {EspTransformId::kAesCcm16, "ESP_AES-CCM_16"},
    {EspTransformId::kAesGcm8, "ESP_AES-GCM_8"},
    {EspTransformId::kAesGcm12, "ESP_AES-GCM_12"},
    {EspTransformId::kAesGcm16, "ESP_AES-GCM_16"},
    {EspTransformId::kCamelliaCbc, "ESP_CAMELLIA"},
    {EspTransformId::kNullAuthAesGmac, "ESP_NULL_AUTH_AES-GMAC"},
};

constexpr Name<AhTransformId> kAhTransforms[] = {
    {AhTransformId::kMd5, "AH_MD5"},         {AhTransformId::kSha1, "AH_SHA"},
    {AhTransformId::kDes, "AH_DES"},         {AhTransformId::kSha256, "AH_SHA2-256"},
    {AhTransformId::kSha384, "AH_SHA2-384"}, {AhTransformId::kSha512, "AH_SHA2-512"},
};

constexpr Name<IpcompTransformId> kIpcompTransforms[] = {
    {IpcompTransformId::kOui, "IPCOMP_OUI"},
    {IpcompTransformId::kDeflate, "IPCOMP_DEFLATE"},
    {IpcompTransformId::kLzs, "IPCOMP_LZS"},
    {IpcompTransformId::kLzjh, "IPCOMP_LZJH"},
};

constexpr Name<AuthAlgorithm> kAuthAlgorithms[] = {
    {AuthAlgorithm::kNone, "NONE"},
    {AuthAlgorithm::kHmacMd5, "HMAC-MD5"},
    {AuthAlgorithm::kHmacSha1, "HMAC-SHA"},
    {AuthAlgorithm::kDesMac, "DES-MAC"},
    {AuthAlgorithm::kKpdk, "KPDK"},
    {AuthAlgorithm::kHmacSha256, "HMAC-SHA2-256"},
    {AuthAlgorithm::kHmacSha384, "HMAC-SHA2-384"},
    {AuthAlgorithm::kHmacSha512, "HMAC-SHA2-512"},
    {AuthAlgorithm::kHmacRipemd, "HMAC-RIPEMD"},
    {AuthAlgorithm::kAesXcbcMac, "AES-XCBC-MAC"},
};

constexpr Name<EncapsulationMode> kModes[] = {
    {EncapsulationMode::kTunnel, "Tunnel"},
    {EncapsulationMode::kTransport, "Transport"},
    {EncapsulationMode::kUdpTunnel, "UDP-Encapsulated-Tunnel"},
    {EncapsulationMode::kUdpTransport, "UDP-Encapsulated-Transport"},
    {EncapsulationMode::kUdpTunnelDraft, "UDP-Encapsulated-Tunnel (draft)"},
    {EncapsulationMode::kUdpTransportDraft, "UDP-Encapsulated-Transport (draft)"},
};

tl::unexpected<Error> complaint(const Transform& transform, const std::string& cause) {
  return fail(Errc::kInvalid,
              "phase-2 transform " + std::to_string(transform.number) + ": " + cause);
}

bool is_meant(std::uint16_t type) {
  return type == kGroup || type == kEncapsulation || type == kAuthAlgorithm || type == kKeyLength ||
         type == kExtendedSequence;
}

// Puts one value in its place; false when there is one already.
bool put(Phase2Transform& out, std::uint16_t type, std::uint16_t value) {
  switch (type) {
    case kGroup:
      if (out.group != DhId::kNone) return false;
      out.group = static_cast<DhId>(value);
      return true;
    case kEncapsulation:
      if (out.encapsulation) return false;
      out.encapsulation = static_cast<EncapsulationMode>(value);
      return true;
    case kAuthAlgorithm:
      if (out.auth != AuthAlgorithm::kNone) return false;
      out.auth = static_cast<AuthAlgorithm>(value);
      return true;
    case kKeyLength:
      if (out.key_length != 0) return false;
      out.key_length = value;
      return true;
    default:
      if (out.extended_sequence) return false;
      out.extended_sequence = true;
      return true;
  }
}

}  // namespace

std::string to_string(EspTransformId id) {
  return name_in(kEspTransforms, id);
}
std::string to_string(AhTransformId id) {
  return name_in(kAhTransforms, id);
}
std::string to_string(IpcompTransformId id) {
  return name_in(kIpcompTransforms, id);
}
std::string to_string(AuthAlgorithm algorithm) {
  return name_in(kAuthAlgorithms, algorithm);
}
std::string to_string(EncapsulationMode mode) {
  return name_in(kModes, mode);
}

bool is_tunnel(EncapsulationMode mode) {
  return mode == EncapsulationMode::kTunnel || mode == EncapsulationMode::kUdpTunnel ||
         mode == EncapsulationMode::kUdpTunnelDraft;
}

bool is_udp(EncapsulationMode mode) {
  return is_known(mode) && mode != EncapsulationMode::kTunnel &&
         mode != EncapsulationMode::kTransport;
}

bool is_known(EncapsulationMode mode) {
  for (const Name<EncapsulationMode>& known : kModes) {
    if (known.value == mode) return true;
  }
  return false;
}

Result<Phase2Transform> decode_phase2(const Transform& transform) {
  Phase2Transform out;
  out.id = transform.id;
  LifetimeDecoder decoder(Phase::kTwo);
  for (const Attribute& attribute : transform.attributes) {
    if (decoder.takes(attribute)) continue;
    const std::optional<std::uint64_t> value = number_of(attribute);
    if (!is_meant(attribute.type) ||
        (attribute.type == kExtendedSequence && value != kSequence64)) {
      out.unknown.push_back(attribute);
      continue;
    }
    const std::string name = "attribute " + std::to_string(attribute.type);
    if (!value || *value > 0xffff) return complaint(transform, name + " is no 16-bit number");
    if (*value == 0) return complaint(transform, name + " is 0");
    if (!put(out, attribute.type, static_cast<std::uint16_t>(*value))) {
      return complaint(transform, name + " comes twice");
    }
  }
  const Result<Lifetimes> life = decoder.finish();
  if (!life) return complaint(transform, life.error().text);
  out.life = *life;
  return out;
}

Transform encode_phase2(std::uint8_t number, const Phase2Transform& transform) {
  Transform out;
  out.number = number;
  out.id = transform.id;
  const auto add = [&out](std::uint16_t type, std::uint16_t value) {
    if (value != 0) out.attributes.push_back(short_attribute(type, value));
  };
  if (transform.encapsulation) {
    add(kEncapsulation, static_cast<std::uint16_t>(*transform.encapsulation));
  }
  append_lifetimes(out.attributes, transform.life, Phase::kTwo);
  add(kAuthAlgorithm, static_cast<std::uint16_t>(transform.auth));
  add(kKeyLength, transform.key_length);
  add(kGroup, static_cast<std::uint16_t>(transform.group));
  add(kExtendedSequence, transform.extended_sequence ? kSequence64 : 0);
  out.attributes.insert(out.attributes.end(), transform.unknown.begin(), transform.unknown.end());
  return out;
}

}  // namespace spa::wire::v1
