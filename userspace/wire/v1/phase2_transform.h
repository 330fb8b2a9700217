// SPDX-License-Identifier: Apache-2.0
// What the identifier and the attributes of a quick-mode transform say (RFC 2407 4.4, 4.5
// and 4.5.1, RFC 3947 5.1, RFC 4304).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "userspace/base/result.h"
#include "userspace/wire/transform_id.h"
#include "userspace/wire/v1/lifetime.h"
#include "userspace/wire/v1/sa_payload.h"

namespace spa::wire::v1 {

enum class EspTransformId : std::uint8_t {
  kDesIv64 = 1,
  kDes = 2,
  k3Des = 3,
  kRc5 = 4,
  kIdea = 5,
  kCast = 6,
  kBlowfish = 7,
  kNull = 11,
  kAesCbc = 12,
  kAesCtr = 13,
  kAesCcm8 = 14,
  kAesCcm12 = 15,
  kAesCcm16 = 16,
  kAesGcm8 = 18,
  kAesGcm12 = 19,
  kAesGcm16 = 20,
  kCamelliaCbc = 22,
  kNullAuthAesGmac = 23,
};
[[nodiscard]] std::string to_string(EspTransformId id);  // "ESP_3DES" …

enum class AhTransformId : std::uint8_t {
  kMd5 = 2,
  kSha1 = 3,
  kDes = 4,
  kSha256 = 5,
  kSha384 = 6,
  kSha512 = 7,
};
[[nodiscard]] std::string to_string(AhTransformId id);  // "AH_SHA" …

enum class IpcompTransformId : std::uint8_t { kOui = 1, kDeflate = 2, kLzs = 3, kLzjh = 4 };
[[nodiscard]] std::string to_string(IpcompTransformId id);  // "IPCOMP_DEFLATE" …

// The Authentication Algorithm attribute.
enum class AuthAlgorithm : std::uint16_t {
  kNone = 0,  // no attribute: a combined-mode cipher, or ESP without integrity
  kHmacMd5 = 1,
  kHmacSha1 = 2,
  kDesMac = 3,
  kKpdk = 4,
  kHmacSha256 = 5,  // RFC 4868
  kHmacSha384 = 6,
  kHmacSha512 = 7,
  kHmacRipemd = 8,
  kAesXcbcMac = 9,
};
[[nodiscard]] std::string to_string(AuthAlgorithm algorithm);  // "HMAC-SHA2-256" …

enum class EncapsulationMode : std::uint16_t {
  kTunnel = 1,
  kTransport = 2,
  kUdpTunnel = 3,  // RFC 3947 5.1
  kUdpTransport = 4,
  kUdpTunnelDraft = 61443,  // drafts up to -03
  kUdpTransportDraft = 61444,
};
[[nodiscard]] std::string to_string(EncapsulationMode mode);  // "Tunnel", "UDP-Encapsulated-Tunnel"
[[nodiscard]] bool is_tunnel(EncapsulationMode mode);
[[nodiscard]] bool is_udp(EncapsulationMode mode);
[[nodiscard]] bool is_known(EncapsulationMode mode);

struct Phase2Transform {
  std::uint8_t id = 0;  // EspTransformId, AhTransformId or IpcompTransformId
  std::optional<EncapsulationMode> encapsulation;  // RFC 2407 4.5: none leaves it to the host
  AuthAlgorithm auth = AuthAlgorithm::kNone;       // AH repeats its transform here
  std::uint16_t key_length = 0;                    // bits; 0 when absent
  DhId group = DhId::kNone;                        // PFS; kNone when absent
  bool extended_sequence = false;                  // RFC 4304
  Lifetimes life;
  // Attributes of another type or an ESN value that RFC 4304 does not have. A transform with one of
  // them cannot be chosen (ATTRIBUTES-NOT-SUPPORTED).
  std::vector<Attribute> unknown;
  friend bool operator==(const Phase2Transform&, const Phase2Transform&) = default;
};

// kInvalid when an attribute comes twice, a duration has no type before it, or a value is no number
// of its kind.
[[nodiscard]] Result<Phase2Transform> decode_phase2(const Transform& transform);
[[nodiscard]] Transform encode_phase2(std::uint8_t number, const Phase2Transform& transform);

}  // namespace spa::wire::v1
