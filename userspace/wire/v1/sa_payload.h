// SPDX-License-Identifier: Apache-2.0
// Security Association payload with its proposals and transforms (RFC 2408 3.4 to 3.6, RFC 2407
// 4.6.1). What the attributes mean is in phase1_transform.h and phase2_transform.h.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "userspace/base/bytes.h"
#include "userspace/wire/reader.h"
#include "userspace/wire/v1/attribute.h"
#include "userspace/wire/v1/registry.h"
#include "userspace/wire/writer.h"

namespace spa::wire::v1 {

struct Transform {
  std::uint8_t number = 1;
  std::uint8_t id = 1;                // KEY_IKE, EspTransformId, AhTransformId, IpcompTransformId
  std::vector<Attribute> attributes;  // in their order: a life duration belongs to the type before
  friend bool operator==(const Transform&, const Transform&) = default;
};

struct Proposal {
  std::uint8_t number = 1;
  ProtocolId protocol = ProtocolId::kIsakmp;
  Bytes spi;  // ISAKMP: 0 to 16 octets without meaning; AH, ESP: 4; IPCOMP: 2 (a CPI) or 4
  std::vector<Transform> transforms;
  friend bool operator==(const Proposal&, const Proposal&) = default;
};

// The SPI or CPI of an AH, ESP or IPComp proposal; 0 for any other size than 2 and 4.
[[nodiscard]] std::uint32_t spi32(const Proposal& proposal);
[[nodiscard]] Bytes spi_octets(std::uint32_t spi);  // 4 octets
[[nodiscard]] Bytes cpi_octets(std::uint16_t cpi);  // 2 octets

struct SaPayload {
  static constexpr std::uint32_t kSituationIdentityOnly = 1;  // RFC 2407 4.2.1

  std::uint32_t situation = kSituationIdentityOnly;
  std::vector<Proposal> proposals;
  friend bool operator==(const SaPayload&, const SaPayload&) = default;
};

// The proposals that are alternatives: neighbours with one number are one bundle, all of whose
// protocols apply together (RFC 2408 4.2). In the order of the payload; views into it.
[[nodiscard]] std::vector<std::span<const Proposal>> bundles(const SaPayload& sa);

// The DOI is IPsec; kUnsupported for another one and for situations with labels (SIT_SECRECY,
// SIT_INTEGRITY). kExhausted beyond kMaxProposals, kMaxTransforms, kMaxDataAttributes.
[[nodiscard]] Result<SaPayload> parse_sa(Reader& body);
void write_body(Writer& out, const SaPayload& sa);

}  // namespace spa::wire::v1
