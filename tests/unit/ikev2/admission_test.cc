// SPDX-License-Identifier: Apache-2.0
#include "userspace/ikev2/admission.h"

#include <gtest/gtest.h>

#include "userspace/ikev2/manager.h"
#include "userspace/ikev2/nat.h"

namespace spa::ikev2 {
namespace {

using wire::ExchangeType;
using wire::NotifyType;

std::vector<wire::Payload> first_request() {
  return {wire::SaPayload{}, wire::KePayload{}, wire::NoncePayload{}};
}

TEST(Admission, CountsAreHeld) {
  std::vector<wire::Payload> payloads = first_request();
  EXPECT_TRUE(admit(ExchangeType::kIkeSaInit, false, payloads));
  payloads.emplace_back(wire::NoncePayload{});
  const Status twice = admit(ExchangeType::kIkeSaInit, false, payloads);
  ASSERT_FALSE(twice);
  EXPECT_EQ(twice.error().text, "IKE_SA_INIT request holds 2 Nonce payloads");
  payloads.resize(2);
  EXPECT_FALSE(admit(ExchangeType::kIkeSaInit, false, payloads));
}

TEST(Admission, PayloadsOfOtherExchangesAreRefused) {
  std::vector<wire::Payload> payloads = first_request();
  payloads.emplace_back(wire::DeletePayload{});
  EXPECT_FALSE(admit(ExchangeType::kIkeSaInit, false, payloads));
  EXPECT_TRUE(admit(ExchangeType::kInformational, false,
                    std::vector<wire::Payload>{wire::DeletePayload{}}));
  EXPECT_FALSE(
      admit(ExchangeType::kInformational, false, std::vector<wire::Payload>{wire::AuthPayload{}}));
}

// RFC 7296 2.5: what is not known is skipped unless it is critical.
TEST(Admission, UnknownPayloads) {
  std::vector<wire::Payload> payloads = first_request();
  payloads.emplace_back(wire::UnknownPayload{static_cast<wire::PayloadType>(99), false, {}});
  EXPECT_TRUE(admit(ExchangeType::kIkeSaInit, false, payloads));
  EXPECT_FALSE(critical_unknown(payloads).has_value());
  payloads.emplace_back(wire::UnknownPayload{static_cast<wire::PayloadType>(98), true, {}});
  EXPECT_EQ(critical_unknown(payloads), static_cast<wire::PayloadType>(98));
}

TEST(Admission, EveryRowIsAboutOneMessageAndPayload) {
  const auto rows = admission_rows();
  for (std::size_t i = 0; i < rows.size(); ++i) {
    EXPECT_LE(rows[i].min, rows[i].max);
    for (std::size_t j = i + 1; j < rows.size(); ++j) {
      EXPECT_FALSE(rows[i].exchange == rows[j].exchange && rows[i].response == rows[j].response &&
                   rows[i].payload == rows[j].payload);
    }
  }
}

TEST(Admission, ErrorNotifications) {
  std::vector<wire::Payload> payloads{wire::notify(NotifyType::kInitialContact)};
  EXPECT_EQ(error_in(payloads), nullptr);
  payloads.emplace_back(wire::notify(NotifyType::kTsUnacceptable));
  ASSERT_NE(error_in(payloads), nullptr);
  EXPECT_EQ(error_in(payloads)->type, NotifyType::kTsUnacceptable);
}

// RFC 7296 2.23; R-NAT-11
TEST(NatDetection, SeesWhichEndWasChanged) {
  const Endpoint a{IpAddress::v4(0x0a000001), 500}, b{IpAddress::v4(0x0a000002), 500};
  const Endpoint mapped{IpAddress::v4(0xcb007107), 1234};
  std::vector<wire::Payload> from_a;
  ASSERT_TRUE(add_nat_detection(from_a, 1, 0, a, b, false));
  NatFinding found = detect_nat(from_a, 1, 0, b, a);
  EXPECT_TRUE(found.supported && !found.local_behind && !found.remote_behind);
  found = detect_nat(from_a, 1, 0, b, mapped);
  EXPECT_TRUE(found.remote_behind && !found.local_behind);
  found = detect_nat(from_a, 1, 0, mapped, a);
  EXPECT_TRUE(found.local_behind && !found.remote_behind);
  EXPECT_FALSE(detect_nat({}, 1, 0, b, a).supported);
  std::vector<wire::Payload> pretended;
  ASSERT_TRUE(add_nat_detection(pretended, 1, 0, a, b, true));
  EXPECT_TRUE(detect_nat(pretended, 1, 0, b, a).remote_behind);
}

TEST(ShardOf, IsTheTopOctetOfOurSpi) {
  wire::Message message;
  message.header.initiator_spi = 0x0500000000000001;
  message.header.responder_spi = 0x0700000000000002;
  message.header.exchange = ExchangeType::kInformational;
  message.header.flags = wire::Header::kFlagInitiator;
  EXPECT_EQ(shard_of(*wire::serialize(message)), 7);
  message.header.flags = 0;
  EXPECT_EQ(shard_of(*wire::serialize(message)), 5);
  message.header.flags = wire::Header::kFlagInitiator;
  message.header.responder_spi = 0;
  EXPECT_FALSE(shard_of(*wire::serialize(message)).has_value());
  EXPECT_FALSE(shard_of(Bytes(5)).has_value());
}

}  // namespace
}  // namespace spa::ikev2
