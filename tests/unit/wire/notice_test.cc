// SPDX-License-Identifier: Apache-2.0
#include "userspace/wire/notice.h"

#include <gtest/gtest.h>

namespace spa::wire {
namespace {

// RFC 7296 3.10.1 (SET_WINDOW_SIZE), RFC 4478 3: four octets, no more and no fewer.
TEST(Notice, Number) {
  const NotifyPayload notify = number_notice(NotifyType::kSetWindowSize, 0x01020304);
  EXPECT_EQ(notify.data, (Bytes{1, 2, 3, 4}));
  EXPECT_EQ(parse_number_notice(notify).value(), 0x01020304U);
  for (const std::size_t size : {0, 3, 5}) {
    EXPECT_FALSE(parse_number_notice(wire::notify(NotifyType::kAuthLifetime, Bytes(size))));
  }
}

// RFC 4555 4.2.2, 4.2.3
TEST(Notice, AdditionalAddress) {
  for (const char* text : {"192.0.2.7", "2001:db8::7"}) {
    const IpAddress address = *IpAddress::parse(text);
    const NotifyPayload notify = additional_address(address);
    EXPECT_EQ(notify.type, address.is_v6() ? NotifyType::kAdditionalIp6Address
                                           : NotifyType::kAdditionalIp4Address);
    EXPECT_EQ(parse_additional_address(notify).value(), address);
  }
  EXPECT_FALSE(parse_additional_address(notify(NotifyType::kAdditionalIp4Address, Bytes(16))));
  EXPECT_FALSE(parse_additional_address(notify(NotifyType::kAdditionalIp6Address, Bytes(4))));
}

// RFC 5723 7.2
TEST(Notice, Ticket) {
  const TicketNotice ticket{3600, {7, 8, 9}};
  EXPECT_EQ(ticket_notice(ticket).data, (Bytes{0, 0, 0x0e, 0x10, 7, 8, 9}));
  EXPECT_EQ(parse_ticket_notice(ticket_notice(ticket)).value(), ticket);
  EXPECT_FALSE(parse_ticket_notice(notify(NotifyType::kTicketLtOpaque, {1, 2, 3})));
}

}  // namespace
}  // namespace spa::wire
