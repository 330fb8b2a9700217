// SPDX-License-Identifier: Apache-2.0
// Security Association payload: proposals, transforms, attributes (RFC 7296 3.3).
#pragma once

#include <cstdint>
#include <vector>

#include "userspace/base/bytes.h"
#include "userspace/wire/reader.h"
#include "userspace/wire/registry.h"
#include "userspace/wire/transform_id.h"
#include "userspace/wire/writer.h"

namespace spa::wire {

// An attribute other than Key Length. A proposal that holds one cannot be chosen (RFC 7296 3.3.6).
struct TransformAttribute {
  std::uint16_t type = 0;   // 15 bits, without the format bit
  bool short_form = false;  // AF bit: the value is two octets in place of a length
  Bytes value;
  friend bool operator==(const TransformAttribute&, const TransformAttribute&) = default;
};

struct Transform {
  TransformType type = TransformType::kEncr;
  std::uint16_t id = 0;          // EncrId, PrfId, IntegId, DhId or EsnId according to type
  std::uint16_t key_length = 0;  // bits; 0 when the attribute is absent
  std::vector<TransformAttribute> unknown_attributes;
  friend bool operator==(const Transform&, const Transform&) = default;
};

[[nodiscard]] inline Transform encr(EncrId id, std::uint16_t key_length = 0) {
  return {TransformType::kEncr, static_cast<std::uint16_t>(id), key_length, {}};
}
[[nodiscard]] inline Transform prf(PrfId id) {
  return {TransformType::kPrf, static_cast<std::uint16_t>(id), 0, {}};
}
[[nodiscard]] inline Transform integ(IntegId id) {
  return {TransformType::kInteg, static_cast<std::uint16_t>(id), 0, {}};
}
[[nodiscard]] inline Transform dh(DhId id) {
  return {TransformType::kDh, static_cast<std::uint16_t>(id), 0, {}};
}
[[nodiscard]] inline Transform esn(EsnId id) {
  return {TransformType::kEsn, static_cast<std::uint16_t>(id), 0, {}};
}

struct Proposal {
  std::uint8_t number = 1;
  ProtocolId protocol = ProtocolId::kIke;
  // IKE: none in the first exchange, 8 octets when rekeying. ESP and AH: 4 octets. Others are
  // refused (RFC 7296 3.3.1).
  Bytes spi;
  std::vector<Transform> transforms;
  friend bool operator==(const Proposal&, const Proposal&) = default;
};

// The 4-octet SPI of an ESP or AH proposal, 0 when it has another size.
[[nodiscard]] std::uint32_t spi32(const Proposal& proposal);
// The 8-octet SPI of an IKE proposal, 0 when it has another size.
[[nodiscard]] std::uint64_t spi64(const Proposal& proposal);
[[nodiscard]] Bytes spi_octets(std::uint32_t spi);
[[nodiscard]] Bytes spi_octets(std::uint64_t spi);

struct SaPayload {
  std::vector<Proposal> proposals;
  friend bool operator==(const SaPayload&, const SaPayload&) = default;
};

[[nodiscard]] Result<SaPayload> parse_sa(Reader& body);
void write_body(Writer& out, const SaPayload& sa);

}  // namespace spa::wire
