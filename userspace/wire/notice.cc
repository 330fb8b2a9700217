// SPDX-License-Identifier: Apache-2.0
#include "userspace/wire/notice.h"

namespace spa::wire {

namespace {

Bytes octets32(std::uint32_t number) {
  return {static_cast<std::uint8_t>(number >> 24), static_cast<std::uint8_t>(number >> 16),
          static_cast<std::uint8_t>(number >> 8), static_cast<std::uint8_t>(number)};
}

}  // namespace

NotifyPayload number_notice(NotifyType type, std::uint32_t number) {
  return notify(type, octets32(number));
}

Result<std::uint32_t> parse_number_notice(const NotifyPayload& notify) {
  Reader reader(notify.data, "notification data");
  const std::uint32_t number = reader.u32();
  return reader.finish(number);
}

NotifyPayload additional_address(const IpAddress& address) {
  return notify(
      address.is_v6() ? NotifyType::kAdditionalIp6Address : NotifyType::kAdditionalIp4Address,
      to_bytes(address.bytes()));
}

Result<IpAddress> parse_additional_address(const NotifyPayload& notify) {
  Reader reader(notify.data, "ADDITIONAL_*_ADDRESS data");
  const bool v6 = notify.type == NotifyType::kAdditionalIp6Address;
  const IpAddress address = IpAddress::from_bytes(reader.bytes(v6 ? 16 : 4));
  return reader.finish(address);
}

NotifyPayload ticket_notice(const TicketNotice& ticket) {
  Bytes data = octets32(ticket.lifetime_seconds);
  data.insert(data.end(), ticket.ticket.begin(), ticket.ticket.end());
  return notify(NotifyType::kTicketLtOpaque, std::move(data));
}

Result<TicketNotice> parse_ticket_notice(const NotifyPayload& notify) {
  Reader reader(notify.data, "TICKET_LT_OPAQUE data");
  TicketNotice ticket;
  ticket.lifetime_seconds = reader.u32();
  ticket.ticket = to_bytes(reader.rest());
  return reader.finish(std::move(ticket));
}

}  // namespace spa::wire
