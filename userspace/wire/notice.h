// SPDX-License-Identifier: Apache-2.0
// Notifications whose data is one number, one address or a ticket: both directions of each format.
#pragma once

#include <cstdint>

#include "userspace/base/address.h"
#include "userspace/wire/notify_payload.h"

namespace spa::wire {

// 32 bits in network order: SET_WINDOW_SIZE (RFC 7296 2.3), AUTH_LIFETIME in seconds (RFC 4478 3).
[[nodiscard]] NotifyPayload number_notice(NotifyType type, std::uint32_t number);
[[nodiscard]] Result<std::uint32_t> parse_number_notice(const NotifyPayload& notify);

// ADDITIONAL_IP4_ADDRESS or ADDITIONAL_IP6_ADDRESS, by the family of `address` (RFC 4555 4.2.2,
// 4.2.3).
[[nodiscard]] NotifyPayload additional_address(const IpAddress& address);
[[nodiscard]] Result<IpAddress> parse_additional_address(const NotifyPayload& notify);

// TICKET_LT_OPAQUE: how long a ticket is good for, and the ticket (RFC 5723 7.2).
struct TicketNotice {
  std::uint32_t lifetime_seconds = 0;
  Bytes ticket;
  friend bool operator==(const TicketNotice&, const TicketNotice&) = default;
};
[[nodiscard]] NotifyPayload ticket_notice(const TicketNotice& ticket);
[[nodiscard]] Result<TicketNotice> parse_ticket_notice(const NotifyPayload& notify);

}  // namespace spa::wire
