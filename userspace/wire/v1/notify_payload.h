// SPDX-License-Identifier: Apache-2.0
// Notification payload (RFC 2408 3.14), and the notifications whose data has a structure.
#pragma once

#include <cstdint>

#include "userspace/base/bytes.h"
#include "userspace/wire/reader.h"
#include "userspace/wire/v1/notify_type.h"
#include "userspace/wire/v1/registry.h"
#include "userspace/wire/writer.h"

namespace spa::wire::v1 {

struct NotifyPayload {
  Doi doi = Doi::kIpsec;
  ProtocolId protocol = ProtocolId::kIsakmp;
  Bytes spi;  // at most 16 octets; for ISAKMP the two cookies or nothing
  NotifyType type = NotifyType::kPayloadMalformed;
  Bytes data;
  friend bool operator==(const NotifyPayload&, const NotifyPayload&) = default;
};

[[nodiscard]] Result<NotifyPayload> parse_notify(Reader& body);
void write_body(Writer& out, const NotifyPayload& notify);

// The SPI of an ISAKMP SA: initiator cookie, responder cookie (RFC 2408 2.4).
[[nodiscard]] Bytes cookie_pair(std::uint64_t initiator, std::uint64_t responder);

// R-U-THERE or R-U-THERE-ACK with its sequence number (RFC 3706 5.3).
[[nodiscard]] NotifyPayload dpd_notify(NotifyType type, std::uint64_t initiator,
                                       std::uint64_t responder, std::uint32_t sequence);
// The sequence number of either; kInvalid unless SPI and data have the sizes of RFC 3706 5.3 and
// the SPI is this cookie pair.
[[nodiscard]] Result<std::uint32_t> parse_dpd(const NotifyPayload& notify, std::uint64_t initiator,
                                              std::uint64_t responder);
// INITIAL-CONTACT (RFC 2407 4.6.3.3).
[[nodiscard]] NotifyPayload initial_contact(std::uint64_t initiator, std::uint64_t responder);

}  // namespace spa::wire::v1
