// SPDX-License-Identifier: Apache-2.0
// Notify payload (RFC 7296 3.10) and the contents of the notifications that carry structured data.
#pragma once

#include <vector>

#include "userspace/base/bytes.h"
#include "userspace/wire/notify_type.h"
#include "userspace/wire/reader.h"
#include "userspace/wire/registry.h"
#include "userspace/wire/transform_id.h"
#include "userspace/wire/writer.h"

namespace spa::wire {

struct NotifyPayload {
  ProtocolId protocol = ProtocolId::kNone;  // of `spi`; kNone when there is no SPI
  Bytes spi;                                // empty, or 4 octets for ESP and AH
  NotifyType type = NotifyType::kInvalidSyntax;
  Bytes data;
  friend bool operator==(const NotifyPayload&, const NotifyPayload&) = default;
};

[[nodiscard]] Result<NotifyPayload> parse_notify(Reader& body);
void write_body(Writer& out, const NotifyPayload& notify);

[[nodiscard]] NotifyPayload notify(NotifyType type, Bytes data = {});
// INVALID_KE_PAYLOAD: the group that the responder wants (RFC 7296 1.2).
[[nodiscard]] NotifyPayload invalid_ke(DhId wanted);
[[nodiscard]] Result<DhId> parse_invalid_ke(const NotifyPayload& notify);
// UNSUPPORTED_CRITICAL_PAYLOAD: the one-octet payload type (RFC 7296 2.5).
[[nodiscard]] NotifyPayload unsupported_critical(PayloadType type);
// REKEY_SA: the SPI of the child SA that the sender expects inbound (RFC 7296 2.8).
[[nodiscard]] NotifyPayload rekey_sa(ProtocolId protocol, std::uint32_t spi);
// SIGNATURE_HASH_ALGORITHMS: 16-bit identifiers (RFC 7427 4); unknown ones are kept.
[[nodiscard]] NotifyPayload signature_hash_algorithms(const std::vector<SignatureHash>& hashes);
[[nodiscard]] Result<std::vector<SignatureHash>> parse_signature_hash_algorithms(
    const NotifyPayload& notify);

}  // namespace spa::wire
