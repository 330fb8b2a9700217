// SPDX-License-Identifier: Apache-2.0
// Delete payload (RFC 2408 3.15).
#pragma once

#include <cstdint>
#include <vector>

#include "userspace/base/bytes.h"
#include "userspace/wire/reader.h"
#include "userspace/wire/v1/registry.h"
#include "userspace/wire/writer.h"

namespace spa::wire::v1 {

struct DeletePayload {
  Doi doi = Doi::kIpsec;
  ProtocolId protocol = ProtocolId::kIsakmp;
  // At least one, all of one size: cookie pairs of 16 octets for ISAKMP, 4 octets for AH and ESP, 2
  // or 4 for IPCOMP.
  std::vector<Bytes> spis;
  friend bool operator==(const DeletePayload&, const DeletePayload&) = default;
};

[[nodiscard]] Result<DeletePayload> parse_delete(Reader& body);
void write_body(Writer& out, const DeletePayload& deleted);

[[nodiscard]] DeletePayload delete_isakmp(std::uint64_t initiator, std::uint64_t responder);
[[nodiscard]] DeletePayload delete_ipsec(ProtocolId protocol,
                                         const std::vector<std::uint32_t>& spis);
// The SPIs of AH, ESP or IPCOMP as numbers; none for ISAKMP.
[[nodiscard]] std::vector<std::uint32_t> spis32(const DeletePayload& deleted);
// The payload names this ISAKMP SA.
[[nodiscard]] bool names(const DeletePayload& deleted, std::uint64_t initiator,
                         std::uint64_t responder);

}  // namespace spa::wire::v1
