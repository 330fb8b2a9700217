// SPDX-License-Identifier: Apache-2.0
#include "userspace/ikev1/admission.h"

#include <gtest/gtest.h>

namespace spa::ikev1 {
namespace {

namespace v1 = wire::v1;

TEST(Admission, CountsArePerExchange) {
  const std::vector<v1::Payload> two_ids{v1::id_of(*IpAddress::parse("10.0.0.1")),
                                         v1::id_of(*IpAddress::parse("10.0.0.2"))};
  EXPECT_TRUE(admit(v1::ExchangeType::kQuickMode, two_ids));
  EXPECT_FALSE(admit(v1::ExchangeType::kIdentityProtection, two_ids));
  EXPECT_FALSE(admit(v1::ExchangeType::kInformational, two_ids));
}

// RFC 2408 4.8: Deletes belong into informational exchanges.
TEST(Admission, DeleteOnlyInInformational) {
  const std::vector<v1::Payload> deletion{v1::delete_isakmp(1, 2)};
  EXPECT_TRUE(admit(v1::ExchangeType::kInformational, deletion));
  EXPECT_FALSE(admit(v1::ExchangeType::kQuickMode, deletion));
  EXPECT_FALSE(admit(v1::ExchangeType::kAggressive, deletion));
}

// R-DPD-23: what nobody knows is skipped.
TEST(Admission, UnknownPayloadsAreSkipped) {
  const std::vector<v1::Payload> unknown{
      v1::OpaquePayload{static_cast<v1::PayloadType>(200), {1, 2, 3}}};
  EXPECT_TRUE(admit(v1::ExchangeType::kIdentityProtection, unknown));
}

TEST(Admission, FirstMessagesAreWhole) {
  EXPECT_FALSE(admit_first(v1::ExchangeType::kIdentityProtection, {}));
  const std::vector<v1::Payload> sa{v1::SaPayload{}};
  EXPECT_TRUE(admit_first(v1::ExchangeType::kIdentityProtection, sa));
  EXPECT_FALSE(admit_first(v1::ExchangeType::kAggressive, sa));
}

// Every payload has one row in an exchange.
TEST(Admission, RowsAreUnique) {
  const auto rows = admission_rows();
  for (std::size_t i = 0; i < rows.size(); ++i) {
    for (std::size_t k = i + 1; k < rows.size(); ++k) {
      EXPECT_FALSE(rows[i].exchange == rows[k].exchange && rows[i].payload == rows[k].payload);
    }
  }
}

}  // namespace
}  // namespace spa::ikev1
